# SPDX-License-Identifier: Apache-2.0
"""Sentences written out once say what Django's own rendering says, byte for byte, in every language."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest
from django.template import Context, engines
from django.template.base import TextNode
from django.test import Client
from django.test.utils import override_settings
from django.utils import translation

from tests.rooms import site
from tocsin.delivery.reporter.flat import flatten
from tocsin.delivery.reporter.languages import LANGUAGES
from tocsin.testing.house import House

FIELDS = {"title": "A problem in the <decoder>", "reproduce": "Call it & look.", "version": "7.3.1", "kind": "found"}
_RANDOM = re.compile(
    rb'(?:value|content|href|src)="[^"]{20,}"|<li>\w+ </li>|WHPG-[\w-]+|<code.*?</code>|\d\d:\d\d(?::\d\d)?', re.DOTALL
)


def plainly() -> override_settings:
    """The same site with Django's own loader."""
    templates = deepcopy(site.SETTINGS["TEMPLATES"])
    templates[0]["OPTIONS"]["loaders"][0] = (
        "django.template.loaders.cached.Loader",
        templates[0]["OPTIONS"]["loaders"][0][1],
    )
    return override_settings(TEMPLATES=templates)


def pages(visitor: Client, prefix: str) -> list[bytes]:
    """What a finder sees: the form, their mistakes, the check page, the receipt, the room, a page to come back by, a
    wrong phrase."""
    form = f"{prefix}/p/warehousepg/report"
    back = f"{prefix}/p/warehousepg/return"
    receipt = visitor.post(form, {**FIELDS, "do": "send"})
    slip = {"slip": receipt.context["slip"], "want": "room"}
    answers = [
        visitor.get(form),
        visitor.post(form, {"title": "", "do": "check"}),
        visitor.post(form, {**FIELDS, "do": "check"}),
        receipt,
        visitor.get(visitor.post(receipt.context["place"].at.receipt, slip).headers["Location"]),
        visitor.get(back),
        visitor.post(back, {"phrase": "one two three"}),
    ]
    return [_RANDOM.sub(b"", answer.content) for answer in answers]


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
def test_a_page_is_the_same_with_and_without_its_sentences_written_out(
    house: House, visitor: Client, language: str
) -> None:
    prefix = "" if language == "en" else f"/{language}"
    flat = pages(visitor, prefix)
    with plainly():
        plain = pages(visitor, prefix)
    assert flat == plain
    assert all(len(page) > 500 for page in flat)


def test_what_differs_between_readers_stays_and_what_does_not_is_one_text() -> None:
    source = (
        '{% load i18n %}<p>{{ _("Received") }} &amp; {% blocktranslate %}Salt: 100%{% endblocktranslate %} '
        '{% if who %}{{ _("Version") }} {{ who }}{% endif %}{{ "a<b"|upper }}'
        '{% for each in who %}<i>{{ "a<b" }}</i>{{ each }}{% endfor %}</p>'
        "{% blocktranslate with name=who %}Its number is {{ name }}.{% endblocktranslate %}"
    )
    for code, _ in LANGUAGES:
        with translation.override(code):
            made = engines["django"].engine.from_string(source)
            plain = made.render(Context({"who": "<x>"}))
            flatten(made.nodelist)
            assert made.render(Context({"who": "<x>"})) == plain
            assert len([node for node in made.nodelist if type(node) is TextNode]) < 4
