# SPDX-License-Identifier: Apache-2.0
"""What `tocsin incident` costs in a filled house: the ledger once, and the cases that somebody really opened once each.

`./bench incident` shows the same in seconds, in a database with a key holder.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services.acts import act, report
from tests.vault.conftest import from_files, holder_of
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.client import HeldKeys
from tocsin.adapters.vault.holder.ledger import Ledger
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience
from tocsin.services import incident
from tocsin.services.ports.keys import Release
from tocsin.testing.house import house

CASES, OPENED, REFUSED = 300, 120, 30
LINES, OTHERS = 40_000, 30
"""Of the ledger, by so many other people; a desk of that many writes them in about two weeks."""


class Counted:
    """A port that counts its calls."""

    def __init__(self, port: Any, calls: Counter[str], names: tuple[str, ...]) -> None:
        self._port, self._calls, self._names = port, calls, names

    def __getattr__(self, name: str) -> Any:
        if name in self._names:
            self._calls[name] += 1
        return getattr(self._port, name)


class Filled:
    """A house with many cases, some of which Dana opened, and a ledger on the disk in which everybody stands."""

    def __init__(self, base: Path) -> None:
        from_files(base)
        self.home, self.calls, ledger = house(), Counter[str](), Ledger(base / "ledger")
        self.since = self.home.clock()
        self.refs = [report(self.home).case for _ in range(CASES)]
        act(self.home, self.refs[0], cmd.Say(audience=Audience.TEAM, text="internal"))
        act(self.home, self.refs[1], cmd.Say(audience=Audience.REPORTER, text="Hello.", plan="Look.", workarounds="-"))
        for number in range(LINES):
            who, case = f"usr_{number % OTHERS}", self.refs[number % CASES]
            ledger.append(Release(at=self._at(number), case=case, actor=who, purpose="case.read"))
        for number, case in enumerate(self.refs[: OPENED + REFUSED]):
            refused = "" if number < OPENED else "limit"
            for purpose in ("case.read", "log.timeline"):
                line = Release(at=self._at(number), case=case, actor=self.home.dana, purpose=purpose, refused=refused)
                ledger.append(line)
        ledger.close()
        holder = holder_of(base)

        def ask(question: wire.Question) -> wire.Answer:
            self.calls[type(question).__name__] += 1
            return holder.answer(question)

        desk = self.home.desk
        self.desk = replace(
            desk,
            machine=replace(desk.machine, keys=HeldKeys(ask)),
            journal=Counted(desk.journal, self.calls, ("head", "entries", "cases", "snapshot")),
            vault=Counted(desk.vault, self.calls, ("case_key",)),
        )

    def _at(self, number: int) -> Any:
        return self.since + timedelta(seconds=number)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return Filled(tmp_path_factory.mktemp("incident"))


WORK = Counter(AskReleases=1, head=OPENED, case_key=OPENED, entries=OPENED)


def test_every_case_that_was_opened_is_listed_for_one_look_at_the_ledger_and_one_at_each_of_them(
    filled: Filled,
) -> None:
    filled.calls.clear()
    known = {each.case: each for each in incident.of(filled.desk, filled.home.dana, filled.since)}
    assert set(known) == set(filled.refs[: OPENED + REFUSED])
    assert {case for case, each in known.items() if each.opened} == set(filled.refs[:OPENED])
    assert {each.exported for each in known.values() if each.opened} == {("log.timeline",)}
    assert {case for case, each in known.items() if each.shared} == {filled.refs[1]}
    assert filled.calls == WORK


def test_control_a_build_that_looks_at_every_case_costs_more(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = incident._shared
    looks: list[str] = []

    def careless(desk: Any, case: str, person: str) -> tuple[str, ...]:
        looks.append(case)
        for head in desk.journal.cases():
            desk.journal.entries(head.case)
        return shared(desk, case, person)

    monkeypatch.setattr(incident, "_shared", careless)
    filled.calls.clear()
    later = filled.since + timedelta(seconds=OPENED - 3)
    incident.of(filled.desk, filled.home.dana, later)
    assert looks == filled.refs[OPENED - 3 : OPENED]
    assert filled.calls["entries"] > 3 * CASES


def test_somebody_who_opened_nothing_costs_nothing_but_the_ledger(filled: Filled) -> None:
    filled.calls.clear()
    assert incident.of(filled.desk, filled.home.li, filled.since) == []
    assert filled.calls == Counter(AskReleases=1)
