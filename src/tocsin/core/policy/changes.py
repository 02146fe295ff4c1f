# SPDX-License-Identifier: Apache-2.0
"""What another policy would change: the terms that differ, and the deadlines of a case that would move (S1).

A case stays with the policy under which it was received until somebody decides otherwise, and sees this first.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tocsin.core.clock import show
from tocsin.core.policy.clauses import promises
from tocsin.core.policy.tables import flat, tables
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


class Changed(Value):
    """A term that differs; None on one side means that the policy does not state it."""

    path: str
    before: Any
    after: Any


class Moved(Value):
    """A deadline that would move; None on one side means that it is not promised there."""

    name: str
    before: datetime | None
    after: datetime | None

    def __str__(self) -> str:
        """`first-feedback: Wed 2 Dec 2026 16:00 UTC -> Thu 3 Dec 2026 16:00 UTC`."""
        sides = [show(at) if at else "not promised" for at in (self.before, self.after)]
        return f"{self.name}: {sides[0]} -> {sides[1]}"


def terms_changed(old: Policy, new: Policy) -> tuple[Changed, ...]:
    """List the terms in which two policies differ, by path."""
    before, after = flat(tables(old)), flat(tables(new))
    paths = sorted(before.keys() | after.keys())
    return tuple(
        Changed(path=path, before=before.get(path), after=after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )


def deadlines_moved(old: Policy, new: Policy, facts: Facts) -> tuple[Moved, ...]:
    """List the open deadlines of a case that another policy would move, add or drop."""
    before = {promise.name: promise.due_at for promise in promises(old, facts) if not promise.kept_at}
    after = {promise.name: promise.due_at for promise in promises(new, facts) if not promise.kept_at}
    names = dict.fromkeys((*before, *after))
    return tuple(
        Moved(name=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )
