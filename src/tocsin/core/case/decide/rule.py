# SPDX-License-Identifier: Apache-2.0
"""The shape of a rule, and what every rule is given. The rules themselves stand beside this file, one subject each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.core.case.approval import Member
from tocsin.core.case.events import Event
from tocsin.core.case.model import Case
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Actor, Refused

Decision = tuple[Event, ...] | Refused


@dataclass(frozen=True)
class Context:
    """Who asks, when, under which policy (the one the case is pinned to), and who else is in the project: without
    `people` nobody can be a second person."""

    actor: Actor
    now: datetime
    policy: Policy
    people: tuple[Member, ...] = ()


def _no_move(command: Any, context: Context) -> Move | None:
    return None


def _needs_case(command: Any, context: Context) -> Decision:
    return Refused(code="no-case", because="There is no such case.", rule="journal starts with report.received")


@dataclass(frozen=True)
class Rule:
    """How one command is decided.

    `move` says what the command is in the policy's words (None for results and ticks, which no clause narrows),
    `decide` reads the protocol, `opens` answers when there is no case yet, `after_close` lets a closed case listen.
    """

    decide: Callable[[Case, Any, Context], Decision]
    move: Callable[[Any, Context], Move | None] = _no_move
    opens: Callable[[Any, Context], Decision] = _needs_case
    after_close: bool = False


def moved(name: MoveName, *fields: str) -> Callable[[Any, Context], Move]:
    """Build the `move` of a rule: copy the named fields of the command, which clauses may look at."""

    def build(command: Any, context: Context) -> Move:
        return Move(name=name, actor=context.actor, **{field: getattr(command, field) for field in fields})

    return build


def need(wanting: str, because: str, *missing: str, rule: str = "") -> Refused:
    """Refuse because something is missing, naming it."""
    return Refused(code=wanting, because=because, missing=missing, rule=rule)
