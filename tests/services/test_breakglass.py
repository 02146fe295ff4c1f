# SPDX-License-Identifier: Apache-2.0
"""Break-glass: an administrator sees no case; two people let one read one for a while, and its team sees that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.services.acts import PROJECT, report
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.holder.glass import Glass
from tocsin.core.case import commands as cmd
from tocsin.core.case.decide import approve
from tocsin.core.vocabulary import Refused, Role
from tocsin.services import breakglass, cases, looks, worker
from tocsin.services.ports.keys import KeysRefused
from tocsin.services.queries import case as queries
from tocsin.testing.house import House, house

REASON = "Nobody of the team answers, and the reporter says it is used already."


class Gate:
    """The key holder's own rule over a house in memory: nothing is released for break-glass before it was told of an
    agreement."""

    def __init__(self, home: House) -> None:
        self._home = home

    def __getattr__(self, name: str) -> Any:
        return getattr(self._home.desk.vault, name)

    def case_key(self, case: str, wrapped: bytes, actor: str, purpose: str) -> Any:
        glass, now = Glass(), self._home.clock()
        keys: Any = self._home.desk.machine.keys
        for granted in keys.grants:
            glass.note(glass.line(wire.AskGrant(*granted), min(now, granted[3] - timedelta(minutes=1))))
        if not glass.open(wire.AskCaseKey(case, wrapped, actor, purpose), now):
            raise KeysRefused("nobody has agreed to this")
        return self._home.desk.vault.case_key(case, wrapped, actor, purpose)


@pytest.fixture
def home() -> House:
    made = house()
    return replace(made, desk=replace(made.desk, vault=Gate(made)))


def administrator(home: House, name: str = "Ada") -> str:
    person = home.desk.people.add(name, f"{name.lower()}@example.org", {})
    home.desk.people.appoint(person.id, administrator=True)
    return person.id


def asked(home: House, ada: str) -> tuple[str, str]:
    """A case that Ada asked to read, and the digest of her wish."""
    ref = report(home).case
    assert breakglass.ask(home.desk, ada, ref, REASON, 60).code == approve.NEEDED
    wishes, _ = breakglass.waiting(home.desk, ada)
    return ref, wishes[0].digest


def opened(home: House, ref: str, ada: str) -> bool:
    return queries.authorised(home.desk, ref, ada, "case.read") is not None


def agreed(home: House, ref: str, digest: str, person: str = "") -> object:
    actor = home.desk.people.actor(person or home.li, PROJECT)
    assert actor
    return cases.handle(home.desk, ref, cmd.Approve(digest=digest), actor)


def test_an_administrator_sees_no_case_before_and_one_case_after_somebody_agreed(home: House) -> None:
    ada = administrator(home)
    other = report(home).case
    ref, digest = asked(home, ada)
    assert not opened(home, ref, ada)
    assert not isinstance(agreed(home, ref, digest), Refused)
    assert opened(home, ref, ada)
    assert not opened(home, other, ada)
    assert home.desk.people.projects(ada) == ()


def test_the_key_holder_is_told_who_agreed_and_until_when(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    assert not isinstance(agreed(home, ref, digest), Refused)
    until = home.clock() + timedelta(hours=1)
    assert home.desk.machine.keys.grants == [(ref, ada, home.li, until)]  # type: ignore[attr-defined]


def test_it_ends_by_itself(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    agreed(home, ref, digest)
    home.clock.advance(timedelta(minutes=61))
    assert not opened(home, ref, ada)


def test_it_ends_with_the_administrators_office(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    agreed(home, ref, digest)
    home.desk.people.appoint(ada, administrator=False)
    assert not opened(home, ref, ada)


def test_whoever_reads_so_moves_nothing(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    agreed(home, ref, digest)
    found = queries.authorised(home.desk, ref, ada, "case.move")
    assert found
    reader, _ = found
    answer = cases.handle(home.desk, ref, cmd.Observe(bit="P"), reader)
    assert isinstance(answer, Refused)
    assert answer.code == "not-permitted"


def test_nobody_agrees_to_their_own_wish_however_long_they_wait(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    home.clock.advance(timedelta(days=2))
    refused = breakglass.agree(home.desk, ada, ref, digest)
    assert refused is not None
    assert refused.code == "approval-own"
    assert not opened(home, ref, ada)


def test_where_nobody_else_could_agree_no_day_of_waiting_stands_in_for_them(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    for name in ("Dana", "Li"):
        home.desk.people.add(name, f"{name.lower()}@example.org", {PROJECT: frozenset({Role.TRIAGER})})
    home.clock.advance(timedelta(days=2))
    refused = breakglass.agree(home.desk, ada, ref, digest)
    assert refused is not None
    assert refused.missing == ("a second person",)
    assert not opened(home, ref, ada)


def test_nobody_asks_in_somebody_elses_name(home: House) -> None:
    ada, eve = administrator(home), administrator(home, "Eve")
    ref = report(home).case
    actor = home.desk.people.actor(ada, PROJECT)
    assert actor
    wish = cmd.BreakGlass(person=eve, name="Eve", reason=REASON, minutes=60)
    asked = cases.handle(home.desk, ref, cmd.AskApproval(wish=cmd.encode(wish)), actor)
    assert not isinstance(asked, Refused), asked
    answer = agreed(home, ref, asked.asks[-1].asked.digest)
    assert isinstance(answer, Refused)
    assert answer.code == "approval-stale"
    assert not opened(home, ref, eve)


def test_another_administrator_can_be_the_second_person_and_learns_nothing_of_the_case(home: House) -> None:
    ada, eve = administrator(home), administrator(home, "Eve")
    ref, digest = asked(home, ada)
    assert breakglass.agree(home.desk, eve, ref, digest) is None
    assert opened(home, ref, ada)
    assert not opened(home, ref, eve)


@pytest.mark.parametrize("role", [Role.TRIAGER, Role.AUDITOR, Role.PUBLISHER])
def test_others_of_the_project_cannot_agree(home: House, role: Role) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    other = home.desk.people.add("Ona", "ona@example.org", {PROJECT: frozenset({role})})
    answer = agreed(home, ref, digest, other.id)
    assert isinstance(answer, Refused)
    assert answer.code == "not-permitted"
    assert not opened(home, ref, ada)


def test_nobody_else_may_ask_and_what_is_not_there_sounds_the_same(home: House) -> None:
    ada = administrator(home)
    ref = report(home).case
    assert breakglass.ask(home.desk, home.dana, ref, REASON, 60) == cases.NOT_FOUND
    stranger = home.desk.people.add("Else", "else@example.org", {}).id
    assert breakglass.ask(home.desk, stranger, ref, REASON, 60) == cases.NOT_FOUND
    assert breakglass.ask(home.desk, ada, "WHPG-2026-22222", REASON, 60) == cases.NOT_FOUND


@pytest.mark.parametrize(("reason", "minutes", "code"), [("no", 60, "reason-short"), (REASON, 481, "glass-time")])
def test_a_reason_and_an_end_are_asked_for(home: House, reason: str, minutes: int, code: str) -> None:
    ada = administrator(home)
    assert breakglass.ask(home.desk, ada, report(home).case, reason, minutes).code == code


def test_the_team_reads_it_in_the_history_and_is_told_without_a_word_of_content(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    agreed(home, ref, digest)
    while not worker.run_once(home.desk).idle:
        pass
    told = [(each.what, each.to) for each in home.told.notices]
    assert {("approval.asked", "all"), ("glass.broken", "lead"), ("glass.broken", "auditors")} <= set(told)
    assert REASON not in repr(home.told.notices)
    found = queries.authorised(home.desk, ref, home.dana, "case.read")
    assert found
    view = queries.of(home.desk, *found)
    assert any("Ada reads this case by break-glass until" in line.said for line in view.history)
    assert found[1].case.glass[0].reason == REASON


def test_every_look_is_recorded_also_without_an_embargo(home: House) -> None:
    ada = administrator(home)
    ref, digest = asked(home, ada)
    agreed(home, ref, digest)
    opened(home, ref, ada)
    found = queries.authorised(home.desk, ref, home.dana, "case.read")
    assert found
    seen = [(each.by, each.purpose) for each, _ in looks.of(home.desk, ref, found[1].key)]
    assert seen == [(ada, "break-glass case.read")]


def test_an_administrators_wish_opens_the_case_in_the_machines_name_only(home: House) -> None:
    """What stands in the key holder's ledger under an administrator's name is a look, and nothing else."""
    ada = administrator(home)
    asked_of: list[tuple[str, str]] = []
    real = home.desk.vault.case_key

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(home.desk.vault, name)

        def case_key(self, case: str, wrapped: bytes, actor: str, purpose: str) -> object:
            asked_of.append((actor, purpose))
            return real(case, wrapped, actor, purpose)

    seen = replace(home.desk, vault=Watched())  # type: ignore[arg-type]
    ref = report(home).case
    breakglass.ask(seen, ada, ref, REASON, 60)
    breakglass.waiting(seen, ada)
    assert asked_of
    assert {actor for actor, _ in asked_of} == {"system"}


def test_an_administrator_asks_nothing_else_of_a_case(home: House) -> None:
    ada = administrator(home)
    ref = report(home).case
    actor = home.desk.people.actor(ada, PROJECT)
    assert actor
    for command in (cmd.Say(audience="team", text="Hi"), cmd.Observe(bit="P"), cmd.Approve(digest="00" * 32)):  # type: ignore[arg-type]
        assert cases.handle(home.desk, ref, command, actor) == cases.NOT_FOUND
