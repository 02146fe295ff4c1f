# SPDX-License-Identifier: Apache-2.0
"""The adherence record: at the end of a case, every promise of its policy, kept or missed, with times (S2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.core.policy.clause import State
from tocsin.core.policy.clauses import bound
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


class Adherence(Value):
    """How one promise was kept. `rows` are the requirements its clause carries out (S1 ... S78)."""

    promise: str
    state: State
    started_at: datetime
    due_at: datetime
    kept_at: datetime | None
    cite: str
    rows: tuple[str, ...]

    @property
    def missed(self) -> bool:
        """Whether the promise was broken: kept late, or not at all."""
        return self.state in (State.LATE, State.OVERDUE)


def adherence(policy: Policy, facts: Facts, now: datetime) -> tuple[Adherence, ...]:
    """List every promise that applied to a case, in the order of the walk of a report."""
    return tuple(
        Adherence(
            promise=promise.name,
            state=promise.state(now),
            started_at=promise.started_at,
            due_at=promise.due_at,
            kept_at=promise.kept_at,
            cite=promise.cite,
            rows=clause.rows,
        )
        for clause, terms in bound(policy)
        for promise in clause.due(terms, facts)
    )
