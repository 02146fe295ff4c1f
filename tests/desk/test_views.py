# SPDX-License-Identifier: Apache-2.0
"""What pages are made of: history in words, places on the timeline, where to mend an advisory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.advisory.checks import Problem
from tocsin.core.case import events as ev
from tocsin.delivery.desk.problems import listed
from tocsin.services.queries import case as queries
from tocsin.services.queries import history
from tocsin.services.queries.scores import board
from tocsin.services.queries.timeline import GAP, WIDTH, _places
from tocsin.testing.house import House

START = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_every_event_has_words() -> None:
    assert set(history._SAID) == set(get_args(ev.Event))


def test_the_history_of_a_whole_case_reads_like_one(house: House) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    view = queries.view(house.desk, ref, house.dana)
    assert view
    lines = [f"{line.by} {line.said}" for line in view.history]
    assert lines[0] == "Reporter sent the report"
    assert "Dana made Dana lead" in lines
    assert "Li added an internal note" in lines
    assert "Dana scored it High 8.8 (CVSS 3.0)" in lines
    assert "Reporter accepted the proposed date" in lines
    assert not [line for line in lines if house.dana in line or house.li in line]


def test_gates_name_people_and_not_ids(house: House) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    view = queries.view(house.desk, ref, house.dana)
    assert view
    assert "confirmed by Li" in [gate.reason for gate in view.gates["publish"]]


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=12).map(sorted))
def test_points_keep_their_order_and_a_gap(seconds: list[int]) -> None:
    places = _places([START + timedelta(seconds=each) for each in seconds])
    assert places[0] == 0
    assert places[-1] <= WIDTH
    assert all(later - earlier >= GAP - 1 for earlier, later in pairwise(places))


def test_a_vector_fills_its_twin_and_guesses_nothing() -> None:
    old, new, four = board([story.VECTOR])
    assert (old.base, new.base, four.vector) == (8.8, 8.8, "")
    assert new.note == "carried over from 3.0"
    assert board([story.VECTOR_4])[0].note == "not scored"


def test_every_gap_of_an_advisory_leads_to_the_place_where_it_is_typed() -> None:
    fields = ["title", "products[0].lines[1].fixed_in", "products[0].scheme", "scores[0].vector", "cve_id", "cwe[0]",
              "references[2].url", "urls.page", "csaf20/document/title"]  # fmt: skip
    found = listed("X-2026-22222", [Problem(field=field, message="mend it") for field in fields])
    assert [each.address.removeprefix("/c/X-2026-22222/") for each in found] == [
        "advisory#draft-advisory-title",
        "lines#set-lines",
        "advisory#draft-advisory-scheme",
        "score",
        "score",
        "advisory#draft-advisory-cwe",
        "advisory#references",
        "advisory",
        "advisory",
    ]


def test_the_policy_page_shows_text_promises_and_versions(house: House, sign_in: SignIn) -> None:
    page = sign_in().get(f"/policy/{story.PROJECT}").content.decode()
    assert "sla.first_feedback.within" in page
    assert "3 business days" in page
    assert "[sla.first_feedback]" in page
    assert "SECURITY.md:23" in page
    assert "✓ in force" in page


def test_the_preview_counts_the_sentences_that_somebody_wrote(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    page = sign_in().get(f"/c/{ref}/advisory").content.decode()
    assert "words a sentence <meter" in page
    assert "over 25 words" in page
    long = replace(story.DRAFT, details=f"It reads {' '.join(f'n{each},' for each in range(30))} on.")
    story.act(house, ref, long)
    again = sign_in().get(f"/c/{ref}/advisory").content.decode()
    assert "1 of " in again
    assert "The longest has 33, in details: <q dir=" in again
