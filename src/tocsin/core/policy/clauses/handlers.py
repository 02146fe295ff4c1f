# SPDX-License-Identifier: Apache-2.0
"""Handlers: only people with the promised permissions are given a case (S19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Section, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.groups import holds
from tocsin.core.policy.model import Group
from tocsin.core.policy.voice import listed, voice
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy
    from tocsin.core.vocabulary import Role

_PERMISSION: Final = {Group.COMMITTER: "committer", Group.RELEASE_MANAGER: "release"}


class Terms(clause.Terms, kw_only=True):
    """Every group a handler must belong to."""

    groups: tuple[Group, ...]


def read(policy: Policy) -> Terms | None:
    """Read `intake.handled_by`."""
    groups = policy.intake.handled_by if policy.intake else ()
    if not groups:
        return None
    our = voice(policy)
    permissions = [_PERMISSION[group] for group in groups if group in _PERMISSION]
    who = f"{our.inside} who {our.does('have', 'has')} {listed(permissions)} permissions" if permissions else our.inside
    text = f"The report will be fielded by {who}."
    return Terms(
        sentences=(says(policy, "intake.handled_by", text, (Section.REPORTING, 40, 0)),),
        groups=groups,
    )


def guard(terms: Terms, _facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse to hand a case to somebody who lacks a promised permission."""
    if move.name is not MoveName.ASSIGN or move.to_nobody:
        return
    if lacking := _lacking(terms, move.assignee_roles):
        yield Refused(
            code="handler-lacks-permission",
            because=f"Reports are handled by people who are {listed(group.value for group in terms.groups)}.",
            rule=terms.rule,
            cite=terms.cite,
            missing=tuple(f"the role {name}" for name in lacking),
        )


def lacking(policy: Policy, roles: frozenset[Role]) -> tuple[str, ...]:
    """The promised permissions that somebody with `roles` lacks: roles change after a case was given to somebody."""
    terms = read(policy)
    return _lacking(terms, roles) if terms else ()


def _lacking(terms: Terms, roles: frozenset[Role]) -> tuple[str, ...]:
    return tuple(group.value for group in terms.groups if not holds(roles, group))


CLAUSE: Final = Clause(name="handlers", rows=("S19",), read=read, guard=guard)
