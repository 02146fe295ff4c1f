# SPDX-License-Identifier: Apache-2.0
"""Pages of the desk written out once say what Django's own rendering says, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.template import Context, Engine
from django.test import Client
from django.test.utils import override_settings

from tests.desk import server, story
from tests.desk.conftest import SignIn
from tests.desk.test_doors import addresses
from tocsin.testing.house import House

_RANDOM = re.compile(rb'value="[^"]{60,}"|\d+ (?:s|min) (?:ago|left)|just now')


def plainly() -> override_settings:
    """The same site with Django's own loader."""
    templates = deepcopy(server.SETTINGS["TEMPLATES"])
    templates[0]["OPTIONS"]["loaders"][0] = ("django.template.loaders.cached.Loader", server.LOADERS)
    return override_settings(TEMPLATES=templates)


def shown(browser: Client, refs: list[str]) -> Iterator[tuple[str, bytes]]:
    """Every page of two cases, one under embargo and one new, and every other page."""
    for ref in (refs[0], refs[4]):
        for found in addresses(ref).values():
            for address in found:
                if "/here" not in address:
                    yield address, _RANDOM.sub(b"", browser.get(address).content)
    for address in (f"/inbox?open={refs[4]}", "/inbox?view=projects", f"/c/{refs[0]}/embargo?zone=Asia/Tokyo"):
        yield address, _RANDOM.sub(b"", browser.get(address).content)
    form = {"seen": "1", "effect": "", "criticality": "<b>"}
    yield "refused", _RANDOM.sub(b"", browser.post(f"/c/{refs[4]}/do/take", form).content)


@pytest.mark.slow
def test_every_page_is_the_same_as_django_writes_it(house: House, sign_in: SignIn) -> None:
    refs = story.inbox(house)
    story.several(house, refs[0])
    browser = sign_in()
    list(shown(browser, refs))  # what a first look writes down is written down
    flat = dict(shown(browser, refs))
    with plainly():
        plain = dict(shown(browser, refs))
    assert [address for address in flat if flat[address] != plain[address]] == []
    assert len(flat) > 60
    assert sum(len(page) > 5_000 for page in flat.values()) > 30, "real pages, not refusals"


@pytest.mark.parametrize("loader", ["tocsin.delivery.flat.Loader", "django.template.loaders.cached.Loader"])
def test_a_page_that_adds_to_what_it_extends_is_left_to_django(loader: str) -> None:
    texts = {
        "base": "<{% block a %}base {{ x }}{% endblock %}|{% block b %}b{% endblock %}>",
        "page": "{% extends 'base' %}{% block a %}{{ block.super }} and more{% endblock %}",
    }
    inside = [("django.template.loaders.locmem.Loader", texts)]
    engine = Engine(loaders=[(loader, inside)])
    assert engine.get_template("page").render(Context({"x": "&"})) == "<base &amp; and more|b>"
