# SPDX-License-Identifier: Apache-2.0
"""The access matrix: every role, every command, every state of a case. The golden is the list that people read."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import msgspec
import pytest

from tests.desk import story
from tests.support import DATA, golden
from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case import custody
from tocsin.core.case import decide as rules
from tocsin.core.case.approval import Member
from tocsin.core.case.decide import approve
from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, Refused, RejectionClass, Role
from tocsin.services import cases, publication
from tocsin.testing.house import House, house

OTHER = Member(id="usr_other", name="Other", roles=frozenset(Role))
"""Somebody who could always be a second person."""


def actors() -> Iterator[tuple[str, Actor]]:
    """Somebody of each role alone, the reporter, and somebody without any role."""
    for role in Role:
        yield role.value, Actor(kind=ActorKind.PERSON, id="usr_one", name="One", roles=frozenset({role}))
    yield "reporter", Actor(kind=ActorKind.REPORTER, id="room_1")
    yield "nobody", Actor(kind=ActorKind.PERSON, id="usr_one", name="One")


def published(home: House, ref: str) -> None:
    story.accepted(home, ref)
    opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    seen = publication.preview(home.desk, opened)
    story.act(home, ref, cmd.Publish(confirmation=opened.case.advisory_id, digest=seen.digest))
    publication.perform(home.desk, ref)


def rejected(home: House, ref: str) -> None:
    story.answered(home, ref)
    story.act(home, ref, cmd.Reject(rejection=RejectionClass.OUT_OF_SCOPE, reason=story.REASON))


def closed(home: House, ref: str) -> None:
    story.answered(home, ref)
    story.act(home, ref, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    story.act(home, ref, cmd.Close(outcome="rejected"))


STATES: dict[str, Callable[[House, str], None]] = {
    "new": lambda home, ref: None,
    "answered": story.answered,
    "accepted": story.accepted,
    "embargo": story.embargoed,
    "published": published,
    "rejected": rejected,
    "closed": closed,
}  # fmt: skip


def sample(kind: Any, now: datetime) -> Any:
    """The plainest value of a type; a command made of such is refused by role before anything else is looked at."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return sample(typing.get_args(kind)[0], now)
    if origin is tuple:
        return ()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind)
        needed = [each.name for each in msgspec.structs.fields(kind) if each.required]
        return kind(**{name: sample(hints[name], now) for name in needed})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return {str: "x", bool: False, int: 1, float: 1.0, datetime: now + timedelta(days=9)}.get(kind)


def command(kind: type, case: Case, now: datetime) -> Any:
    """A command as somebody would send it in this case, where the plainest one says too little."""
    made = {
        cmd.Close: lambda: cmd.Close(outcome="rejected"),
        cmd.Publish: lambda: cmd.Publish(confirmation=case.advisory_id, digest="00" * 32),
        cmd.EndEmbargo: lambda: cmd.EndEmbargo(why="early", reason="The fix is out."),
        cmd.BreakGlass: lambda: cmd.BreakGlass(
            person="usr_one", name="One", reason="Nobody of the team can be reached."
        ),
        cmd.Shred: lambda: cmd.Shred(digest=custody.digest(case), reason="The reporter asked for its erasure."),
        cmd.Withdraw: lambda: cmd.Withdraw(because="It never was."),
        cmd.Approve: lambda: cmd.Approve(digest="00" * 32),
        cmd.AskApproval: lambda: cmd.AskApproval(
            wish=cmd.encode(cmd.EndEmbargo(why="early", reason="The fix is out."))
        ),
    }
    return made[kind]() if kind in made else sample(kind, now)


def cell(case: Case, policy: Policy, wish: Any, actor: Actor, now: datetime) -> str:
    """What somebody hears: `yes`, `two` (takes a second person), `-` (not theirs), `not now` (theirs, another time)."""
    context = rules.Context(actor=actor, now=now, policy=policy, people=(OTHER,))
    decision = rules.decide(case, wish, context)
    if not isinstance(decision, Refused):
        return "yes"
    return {"not-permitted": "-", approve.NEEDED: "two"}.get(decision.code, "not now")


def lines() -> Iterator[str]:
    """The matrix as text."""
    who = list(actors())
    kinds = sorted(rules.RULES, key=lambda kind: str(kind.__struct_config__.tag))
    results = {"record-publication", "record-failure", "tick", "report"}
    yield "read: " + ", ".join(name for name, actor in who if actor.kind is ActorKind.PERSON and access.may_read(actor))
    for state, reach in STATES.items():
        home = house()
        ref = story.report(home)
        reach(home, ref)
        opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
        assert opened
        for kind in kinds:
            name = str(kind.__struct_config__.tag)
            if name in results:
                continue
            wish = command(kind, opened.case, home.clock())
            heard: dict[str, list[str]] = {}
            for label, actor in who:
                heard.setdefault(cell(opened.case, opened.policy, wish, actor, home.clock()), []).append(label)
            told = (f"{said}: {', '.join(found)}" for said, found in sorted(heard.items()))
            yield f"{state} {name}: " + "; ".join(told)


def test_the_golden_says_who_may_do_what_in_which_state() -> None:
    golden(DATA / "access-matrix.txt", "\n".join(lines()) + "\n")


@pytest.fixture(scope="module")
def matrix() -> list[str]:
    return list(lines())


def trespass(matrix: list[str]) -> list[str]:
    """Lines in which somebody without a say has one."""
    without = {Role.AUDITOR.value, Role.DISTRIBUTOR.value, "nobody"}
    theirs = ("approve:", "ask-approval:")  # refused for other reasons first: nothing is asked, or nothing is to ask
    return [
        line
        for line in matrix[1:]
        for part in line.partition(": ")[2].split("; ")
        for said, _, who in [part.partition(": ")]
        if said in ("yes", "two") and without & set(who.split(", ")) and not line.split(" ")[1].startswith(theirs)
    ]


def test_nobody_without_a_say_moves_anything_in_any_state(matrix: list[str]) -> None:
    assert trespass(matrix) == []


def test_a_role_too_many_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: give the auditor one move, and the check above finds it."""
    broken = access.ROLE_MOVES | {Role.AUDITOR: frozenset({access.M.NEED_INFO})}
    monkeypatch.setattr(access, "ROLE_MOVES", broken)
    assert any("need-info" in line for line in trespass(list(lines())))


def test_nobody_publishes_alone_in_any_state(matrix: list[str]) -> None:
    assert not any(line.split(" ")[1] == "publish:" and "yes:" in line for line in matrix)
