# SPDX-License-Identifier: Apache-2.0
"""The demo's desk holds a case at every stage, in both projects, made by the moves that people make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.boot.demo import stage
from tocsin.boot.demo.stage import Played
from tocsin.core.case.deadlines import next_due
from tocsin.core.case.model import Case
from tocsin.core.case.phase import Phase, next_move, phase
from tocsin.core.vocabulary import CLOCK_ACTOR, CaseRef
from tocsin.services import cases, worker
from tocsin.testing.house import House, house

NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
"""A Sunday night: no hour at which anybody would have arranged it."""

Filled = tuple[House, dict[CaseRef, Played]]


@pytest.fixture(scope="module")
def filled() -> Filled:
    place = house(NOW)
    return place, stage.fill(place.desk, place.front, place.dana, place.li, NOW)


def opened(filled: Filled, name: str) -> list[cases.Opened]:
    """Every case of a stage."""
    place, staged = filled
    found = [
        cases.open_case(place.desk, ref, CLOCK_ACTOR, "test") for ref, each in staged.items() if each.stage == name
    ]
    return [each for each in found if each]


def one(filled: Filled, name: str) -> Case:
    return opened(filled, name)[0].case


def test_every_stage_is_there_and_both_projects_have_cases(filled: Filled) -> None:
    _, staged = filled
    assert {each.stage for each in staged.values()} == set(stage.STAGES)
    assert {each.project for each in staged.values()} == {"example", "warehousepg"}
    assert len(staged) >= 9


@pytest.mark.parametrize(
    ("name", "expected", "waits_for"),
    [
        ("need-info", Phase.NEED_INFO, "reporter"),
        ("accepted", Phase.ACCEPTED, "team"),
        ("proposed", Phase.ACCEPTED, "team"),
        ("embargo", Phase.EMBARGO, "team"),
        ("fix-ready", Phase.ACCEPTED, "team"),
        ("rejected", Phase.REJECTED, "nobody"),
        ("duplicate", Phase.DUPLICATE, "nobody"),
        ("urgent", Phase.NEW, "team"),
        ("published", Phase.PUBLISHED, "nobody"),
    ],
)
def test_a_case_stands_where_its_stage_says(filled: Filled, name: str, expected: Phase, waits_for: str) -> None:
    for each in opened(filled, name):
        assert phase(each.case) is expected
        assert next_move(each.case) == waits_for


def test_of_two_new_cases_one_is_in_time_and_one_is_over(filled: Filled) -> None:
    due = [next_due(each.policy, each.case) for each in opened(filled, "new")]
    assert sorted(promise is not None and promise.due_at < NOW for promise in due) == [False, True]


def test_an_embargo_is_agreed_in_one_case_and_waits_for_an_answer_in_another(filled: Filled) -> None:
    agreed, waiting = one(filled, "embargo"), one(filled, "proposed")
    assert agreed.embargo_until
    assert agreed.embargo_until > NOW
    assert waiting.embargo_until is None
    assert [proposal.by for proposal in waiting.embargo.open_proposals] == ["reporter"]


def test_the_duplicate_names_the_case_that_came_first(filled: Filled) -> None:
    assert one(filled, "duplicate").duplicate_of == one(filled, "embargo").ref


def test_one_tick_parts_the_ready_fix_from_its_publication(filled: Filled) -> None:
    case = one(filled, "fix-ready")
    assert [line.tested for line in case.lines].count(False) == 1
    assert case.fix_confirmed_by
    assert case.advisory


def test_each_project_has_something_on_its_public_shelf(filled: Filled) -> None:
    place, _ = filled
    for each in opened(filled, "published"):
        assert each.case.published_at
        assert each.case.published_at < NOW
        assert {document.format for document in place.desk.shelf.documents(each.case.advisory_id)} > {
            "osv",
            "cve",
            "csaf20",
        }
    assert {each.case.project for each in opened(filled, "published")} == {"example", "warehousepg"}


def test_the_past_comes_before_the_present_and_in_its_order(filled: Filled) -> None:
    place, staged = filled
    for ref, played in staged.items():
        case = cases.open_case(place.desk, ref, CLOCK_ACTOR, "test")
        assert case
        assert case.case.received_at == NOW - timedelta(days=played.days)
        assert case.case.received_at <= case.case.updated_at <= NOW


def test_every_case_says_that_it_is_a_demonstration(filled: Filled) -> None:
    place, staged = filled
    for ref, played in staged.items():
        case = cases.open_case(place.desk, ref, CLOCK_ACTOR, "test")
        assert case
        assert stage.REPLAY.format(id=played.id) in case.case.report.reproduce


def test_the_worker_finds_the_staged_desk_in_order_and_comes_to_rest(filled: Filled) -> None:
    place, _ = filled
    turns = 0
    while not worker.run_once(place.desk).idle:
        turns += 1
        assert turns < 20, "it goes round in circles"


def test_a_move_before_its_time_is_refused() -> None:
    place = house(NOW)
    early = stage.Stage(place.desk, place.front, {"dana": place.dana, "li": place.li}, NOW)
    played = next(each for each in stage.cast() if each.stage == "accepted")
    with pytest.raises(RuntimeError, match="not over yet"):
        early.play(Played(**{name: getattr(played, name) for name in Played.__struct_fields__} | {"days": 1}))


@pytest.mark.parametrize("days", range(7))
def test_a_proposed_date_is_a_day_that_both_policies_prefer(days: int) -> None:
    found = stage.working_day(NOW + timedelta(days=days))
    assert found > NOW + timedelta(days=days)
    assert (found.hour, found.strftime("%a")) in [(15, "Tue"), (15, "Wed"), (15, "Thu")]
