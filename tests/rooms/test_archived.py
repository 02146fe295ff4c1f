# SPDX-License-Identifier: Apache-2.0
"""A project that has come to its end, as a finder meets it: said at the form, before and after typing."""

from __future__ import annotations

import dataclasses

import pytest
from django.test import Client

from tests.rooms import site, walk
from tocsin.services import archiving
from tocsin.services.ports.store import InboxQuery
from tocsin.testing.house import House

SAID = {
    "": "takes no reports any more",
    "/de": "nimmt keine Meldungen mehr an",
    "/fr": "ne prend plus de signalements",
    "/es": "ya no recibe avisos",
    "/ar": "يستقبل البلاغات",
}


@pytest.fixture
def ended(house: House) -> House:
    """A house whose project is archived."""
    site.current[-1] = dataclasses.replace(house.front, facts=house.desk.machine.facts)
    owner = house.desk.people.actor(house.dana, walk.PROJECT)
    assert owner
    done = archiving.archive(house.desk, owner, walk.PROJECT, "Ask <b>them</b>.")
    assert isinstance(done, archiving.Archived)
    return house


@pytest.mark.parametrize("language", SAID)
def test_the_form_says_that_it_takes_nothing_and_where_to_go(ended: House, visitor: Client, language: str) -> None:
    answer = visitor.get(f"{language}{walk.REPORT}")
    page = answer.content.decode()
    assert answer.status_code == 410
    assert SAID[language] in page
    assert "<bdi>Ask &lt;b&gt;them&lt;/b&gt;.</bdi>" in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert "/return" in page


@pytest.mark.parametrize("pressed", ["check", "send"])
def test_a_form_that_was_open_before_makes_no_case_and_gives_the_words_back(
    ended: House, visitor: Client, pressed: str
) -> None:
    answer = visitor.post(walk.REPORT, {**walk.GOOD, "do": pressed})
    page = answer.content.decode()
    assert answer.status_code == 410
    assert SAID[""] in page
    assert walk.GOOD["title"] in page, "what was typed stands nowhere else"
    assert ended.desk.inbox.page(InboxQuery(projects=(walk.PROJECT,), open=None)) == []


def test_published_pages_and_the_way_back_stay(ended: House, visitor: Client) -> None:
    for page in ("advisories/", "policy", "return"):
        assert visitor.get(f"/p/{walk.PROJECT}/{page}").status_code == 200, page
