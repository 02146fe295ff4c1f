# SPDX-License-Identifier: Apache-2.0
"""What a case has is found without reading what its project has, whoever wrote it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.services import acts
from tests.support import ROOT
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.vocabulary import Refused
from tocsin.services import record_marks, verify
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.distribution import telling
from tocsin.services.forge import links, watch
from tocsin.services.ports.records import Record, Records
from tocsin.services.post import letters
from tocsin.testing.house import House, house

PROJECT = "warehousepg"
MANY = 450
"""More than two pages of a book."""


class Counting:
    """Records, counting how many were read."""

    def __init__(self, inner: Records) -> None:
        self._inner = inner
        self.read = 0

    def __getattr__(self, name: str) -> Any:
        do = getattr(self._inner, name)

        def counted(*given: Any, **more: Any) -> Any:
            found = do(*given, **more)
            self.read += len(found) if isinstance(found, Sequence) else isinstance(found, Record)
            return found

        return counted


def counting(made: House) -> tuple[Desk, Counting]:
    records = Counting(made.desk.outside.records)
    outside = replace(made.desk.outside, records=records)  # type: ignore[arg-type]
    return replace(made.desk, outside=outside), records


def share(made: House, name: str, case: str) -> None:
    told = telling.Share(case=case, party=f"prt_{name}", distributor=name, name=name, told_at=made.clock(), told_by="x")
    telling.shares(made.desk).add(PROJECT, f"shr_{name}", told, made.clock())


def link(made: House, name: str, case: str) -> None:
    links.links(made.desk).add(PROJECT, name, links.Link(ghsa=name, url="", case=case))


def proposal(made: House, number: int, **more: Any) -> None:
    now = made.clock()
    told = watch.Proposal(number=number, url="", title="", login="", opened_at=now, seen_at=now, signs=(), **more)
    watch.proposals(made.desk).add(PROJECT, f"{number:012d}", told)


def letter(made: House, name: str, case: str) -> None:
    told = letters.Fixed(subject="", text="", case=case)
    value = letters.Queued(to=Mailbox(address="a@example.net"), letter=told, since=made.clock())
    letters.book(made.desk).add(PROJECT, name, value)


@pytest.fixture
def crowded() -> tuple[House, str]:
    """An installation whose project has hundreds of everything, and a case that has one of each."""
    made = house()
    ref = acts.report(made).case
    for number in range(MANY):
        other = f"WHPG-2026-{number:05d}"
        share(made, f"other-{number}", other)
        link(made, f"other-{number}", other)
        proposal(made, number + 10, answer="left")
        letter(made, f"other-{number}", other)
    share(made, "own", ref)
    link(made, "own", ref)
    letter(made, "own", ref)
    proposal(made, 1)
    proposal(made, 2, answer="taken", reply_asked=True)
    proposal(made, 3, answer="taken", reply_asked=True, replied=True)
    return made, ref


def asks(ref: str) -> dict[str, Callable[[Desk], object]]:
    return {
        "the link of a case": lambda desk: links.of_case(desk, PROJECT, ref),
        "what was shared of a case": lambda desk: telling.of_case(desk, ref),
        "issues that wait": lambda desk: list(watch.waiting(desk, PROJECT)),
        "issues that became a case": lambda desk: watch.taken(desk, PROJECT),
        "replies that were asked for": lambda desk: list(watch.proposals(desk).found(PROJECT, watch.Step.REPLY_ASKED)),
        "letters of a case": lambda desk: letters.withdraw(desk, PROJECT, ref),
    }


def test_what_a_case_has_is_read_without_what_its_project_has(crowded: tuple[House, str]) -> None:
    made, ref = crowded
    desk, records = counting(made)
    for name, ask in asks(ref).items():
        records.read = 0
        assert ask(desk), name
        assert records.read <= 2, name
    records.read = 0
    list(links.links(desk).all(PROJECT))
    assert records.read > MANY, "the control: what reads a project is seen"


def test_the_same_is_found_as_by_reading_everything(crowded: tuple[House, str]) -> None:
    made, ref = crowded
    desk = made.desk
    assert [each.id for each in telling.of_case(desk, ref)] == ["shr_own"]
    assert [each.value.number for each in watch.waiting(desk, PROJECT)] == [1]
    assert [each.number for each in watch.taken(desk, PROJECT)] == [2, 3]
    assert letters.withdraw(desk, PROJECT, ref) == 1
    assert letters.withdraw(desk, PROJECT, ref) == 0
    assert len(list(letters.book(desk).all(PROJECT))) == MANY


def test_a_record_is_found_by_what_it_says_now(crowded: tuple[House, str]) -> None:
    made, _ = crowded
    assert not isinstance(watch.leave(made.desk, PROJECT, 1, "usr_1"), Refused)
    assert list(watch.waiting(made.desk, PROJECT)) == []


@pytest.fixture
def earlier(crowded: tuple[House, str], monkeypatch: pytest.MonkeyPatch) -> tuple[House, str]:
    """The same, of which a version that knew of no marks wrote some more."""
    made, ref = crowded
    with monkeypatch.context() as then:
        then.setattr(Book, "_mark", lambda *_: "")
        share(made, "old", ref)
        link(made, "a-old", ref)
        letter(made, "old", ref)
        proposal(made, 4)
        proposal(made, 5, answer="left")
    return made, ref


def test_what_a_version_before_wrote_is_found_too(earlier: tuple[House, str]) -> None:
    made, ref = earlier
    found = links.of_case(made.desk, PROJECT, ref)
    assert found
    assert found.id == "a-old"
    assert {each.id for each in telling.of_case(made.desk, ref)} == {"shr_old", "shr_own"}
    assert [each.value.number for each in watch.waiting(made.desk, PROJECT)] == [1, 4]
    assert letters.withdraw(made.desk, PROJECT, ref) == 2


def test_what_a_version_before_wrote_is_marked_once_for_each_edition(earlier: tuple[House, str]) -> None:
    made, ref = earlier
    desk, records = counting(made)
    assert len(list(watch.waiting(desk, PROJECT))) == 2
    assert records.read == 3, "the control: without marks, more is read than is found"
    verify.renew_once(made.desk, "2.0 0013")
    records.read = 0
    assert len(list(watch.waiting(desk, PROJECT))) == 2
    assert records.read == 2
    assert record_marks.renew(made.desk) == 0
    assert {each.id for each in telling.of_case(made.desk, ref)} == {"shr_old", "shr_own"}


def test_a_mark_says_nothing_and_is_another_for_each_kind(crowded: tuple[House, str]) -> None:
    made, ref = crowded
    found = made.desk.outside.records.everything(limit=10_000)
    told = {each.kind: each.mark for each in found if each.id in ("own", "shr_own")}
    assert len(set(told.values())) == 3
    assert not any(ref in (each.mark or "") for each in found)


def test_every_book_that_is_found_by_more_than_ids_is_on_the_list_of_those_that_are_marked() -> None:
    named = set()
    for path in sorted((ROOT / "src" / "tocsin").rglob("*.py")):
        for made in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(made, ast.FunctionDef):
                calls = [each for each in ast.walk(made) if isinstance(each, ast.Call)]
                books = [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "Book"]
                named |= {made.name for each in books if any(word.arg == "by" for word in each.keywords)}
    assert named == {each.__name__ for each in record_marks.BOOKS}
