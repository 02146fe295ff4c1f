# SPDX-License-Identifier: Apache-2.0
"""The fire drill: one seed, one report; impossible promises show; nobody works at night; the real rules decide."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from click.testing import CliRunner

from tests.support import ROOT
from tocsin.core.clock import Calendar
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.vocabulary import Refused, ReportKind
from tocsin.delivery.cli import cli
from tocsin.services.drill.crew import crew
from tocsin.services.drill.matter import Manner, Matter, Outcome, generate, read
from tocsin.services.drill.play import Play
from tocsin.services.drill.told import Drill

HOUR = timedelta(hours=1)
FRIDAY_NIGHT = datetime(2026, 1, 9, 22, tzinfo=UTC)
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def policy(text: str = "community", *, then: tuple[tuple[str, str], ...] = ()) -> Policy:
    """A policy that comes with the product, with some words of it exchanged."""
    source = seed(text) or ""
    for old, new in then:
        assert old in source
        source = source.replace(old, new)
    loaded = load(source, seed)
    assert not isinstance(loaded, Invalid), loaded
    return loaded


def play(of: Policy, *matters: Matter, people: int = 3, hours: float = 2.0, number: int = 1) -> Drill:
    return Play(of, matters or generate(number, 20), crew(of.calendar, people, hours), number).run()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_tells_the_same_to_the_byte_and_another_does_not(name: str) -> None:
    first, again, other = (msgspec.json.encode(play(policy(name), number=number)) for number in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", NAMES)
def test_a_crew_with_time_keeps_the_promises_of_both_source_policies(name: str) -> None:
    told = play(policy(name), hours=8.0, people=5)
    # What is to be done at once is not done at night; an embargo ends when it was agreed to, not when people have time.
    assert {each.promise for each in told.missed} <= {"urgent-call", "disclosure"}
    assert all(each.why.endswith("next hours") for each in told.missed if each.promise == "urgent-call")
    assert told.open == 0
    assert not any(person.overloaded for person in told.people)
    assert told.refused == ()


def test_a_promise_that_nobody_can_keep_is_missed_and_says_why() -> None:
    hasty = policy(then=(('within = "3 business days"\nmust_contain', 'within = "1 hour"\nmust_contain'),))
    told = play(hasty)
    missed = [each for each in told.missed if each.promise == "first-feedback"]
    assert len(missed) == next(each.missed for each in told.promises if each.promise == "first-feedback") > 10
    assert all("the first answer waited for" in each.why or "was at the first answer" in each.why for each in missed)
    assert all(each.cite == "SECURITY.md:24" and each.late_hours for each in missed)
    assert play(policy()).missed != told.missed


def test_a_report_on_friday_night_is_answered_on_monday() -> None:
    hasty = policy(then=(('within = "3 business days"\nmust_contain', 'within = "12 hours"\nmust_contain'),))
    (missed,) = (each for each in play(hasty, Matter(at=FRIDAY_NIGHT)).missed if each.promise == "first-feedback")
    assert missed.due_at == FRIDAY_NIGHT + 12 * HOUR
    assert missed.kept_at == datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
    assert missed.why == "the first answer waited for Ada's next hours"


def test_too_few_hours_overload_people_and_enough_do_not() -> None:
    tight, easy = play(policy(), hours=0.5), play(policy(), hours=8.0)
    assert [person.overloaded for person in easy.people] == [False] * 3
    assert sum(person.overloaded for person in tight.people) >= 2
    assert len(tight.missed) > len(easy.missed)


def test_one_person_alone_cannot_confirm_their_own_fix() -> None:
    told = play(policy("warehousepg"), Matter(at=MONDAY), people=1)
    assert {"own-fix", "gate-confirmation"} <= {each.code for each in told.refused}
    assert told.open == 1
    assert any("wrote this fix" in each.because and each.times == 1 for each in told.refused)


def test_a_reporter_who_refuses_every_date_lets_the_project_decide() -> None:
    told = play(policy("warehousepg"), Matter(at=MONDAY, manner=Manner.REJECTS), hours=8.0)
    assert told.refused == ()
    assert told.open == 0


@pytest.mark.parametrize("manner", Manner)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("kind", ReportKind)
def test_every_kind_of_case_comes_to_its_end(kind: ReportKind, outcome: Outcome, manner: Manner) -> None:
    matter = Matter(at=MONDAY, kind=kind, outcome=outcome, manner=manner, unclear=True, asks=(1.0, 3.0))
    told = play(policy("warehousepg"), matter, hours=8.0)
    assert (told.open, told.refused) == (0, ())


def test_nobody_works_on_days_off_or_longer_than_a_day_has_hours() -> None:
    calendar = Calendar(tz="Europe/Berlin", countries=("DE",))
    (ada,) = crew(calendar, 1, 2.0)
    begun, done = ada.work(datetime(2026, 3, 27, 12, tzinfo=UTC), 5.0)
    # A Friday afternoon; on Sunday the clocks change; the third day has one hour left to do.
    assert begun == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert done == datetime(2026, 4, 1, 8, tzinfo=UTC)
    begun, _ = ada.work(datetime(2026, 4, 3, 6, tzinfo=UTC), 1.0)
    assert begun.date().isoformat() == "2026-04-07", "Good Friday and Easter Monday"
    assert max(ada.worked.values()) <= 2.0
    assert not any(calendar.why_off(day) for day in ada.worked)


def test_made_up_reports_are_spread_over_the_week_and_kinds() -> None:
    matters = generate(1, 500)
    assert {matter.at.weekday() for matter in matters} == set(range(7))
    assert {matter.kind for matter in matters} == set(ReportKind)
    assert {matter.outcome for matter in matters} == set(Outcome)
    assert matters == generate(1, 500)
    assert list(matters) == sorted(matters, key=lambda matter: matter.at)


def test_what_is_replayed_is_what_was_written() -> None:
    matters = generate(5, 10)
    lines = b"\n".join(msgspec.json.encode(matter) for matter in reversed(matters))
    assert read(lines) == matters


def test_the_example_of_the_manual_can_be_replayed() -> None:
    manual = (ROOT / "docs" / "how-to" / "run-a-drill.md").read_text(encoding="utf-8")
    (example,) = (line.strip() for line in manual.splitlines() if line.strip().startswith("{"))
    matters = read(example.encode())
    assert not isinstance(matters, Refused)
    assert {*json.loads(example)} == {*Matter.__struct_fields__}


@pytest.mark.parametrize("lines", [b"", b"{}", b"no JSON", b'{"at": "2026-01-05T09:00:00"}', b'{"at": 1, "x": 2}'])
def test_what_cannot_be_replayed_is_refused_with_its_line(lines: bytes) -> None:
    assert isinstance(read(lines), Refused)


@pytest.mark.parametrize("people", [0, 9])
def test_a_crew_has_one_to_eight_people(people: int) -> None:
    with pytest.raises(ValueError, match="people"):
        crew(Calendar(), people, 2.0)


# ---------------------------------------------------------------------------------------------------- the command


def command(*words: str) -> str:
    done = CliRunner().invoke(cli, ["drill", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_tells_people_and_programs_the_same(tmp_path) -> None:
    words = ("--policy", "warehousepg", "--cases", "12", "--seed", "9", "--hours", "0.5")
    told = json.loads(command(*words, "--json"))
    text = command(*words)
    assert command(*words) == text
    for each in told["missed"][:40]:
        assert each["case"] in text
        assert each["why"] in text
    assert all(person["name"] in text for person in told["people"])
    assert "overloaded" in text


def test_the_command_replays_and_can_be_strict(tmp_path) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text('{"at": "2026-01-09T22:00:00Z", "fix_hours": 400}\n', encoding="utf-8")
    words = ("drill", "--policy", "warehousepg", "--replay", str(file))
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert CliRunner().invoke(cli, [*words, "--strict"]).exit_code == 3
    assert CliRunner().invoke(cli, ["drill", "--policy", "nowhere.toml"]).exit_code == 2
    file.write_text("[]", encoding="utf-8")
    assert CliRunner().invoke(cli, words).exit_code == 7
