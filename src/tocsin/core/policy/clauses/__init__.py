# SPDX-License-Identifier: Apache-2.0
"""The registry of clauses, and the questions the rest of the house asks of all of them at once.

To add a promise: one file here, one line in `CLAUSES`, one folder of stories in `tests/data/clauses`. The order is the
order in which refusals and gates are shown, and follows the walk of a report.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.clause import Alert, Caution, Clause, Gate, Promise, Reaction, Sentence, State, Timed
from tocsin.core.policy.clauses import (
    backports,
    conversation,
    disclosure,
    draft_private,
    first_feedback,
    investigation,
    mitigation,
    rejection,
    severity,
)
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Verdict
    from tocsin.core.policy.facts import Facts, Move, MoveName
    from tocsin.core.policy.model import Policy

__all__ = [
    "CLAUSES",
    "Alert",
    "Caution",
    "Clause",
    "Gate",
    "Promise",
    "Reaction",
    "Sentence",
    "State",
    "Timed",
    "bound",
    "guard",
    "promises",
    "reactions",
    "required_before",
    "sentences",
    "timed_rules",
    "warnings",
]  # fmt: skip

CLAUSES: Final[tuple[Clause[Any], ...]] = (
    first_feedback.CLAUSE,
    investigation.CLAUSE,
    rejection.CLAUSE,
    conversation.CLAUSE,
    severity.CLAUSE,
    draft_private.CLAUSE,
    disclosure.CLAUSE,
    backports.CLAUSE,
    mitigation.CLAUSE,
)


@lru_cache(maxsize=128)
def bound(policy: Policy) -> tuple[tuple[Clause[Any], Any], ...]:
    """Return the clauses this policy speaks of, each with its terms. Read once per loaded policy."""
    read = ((clause, clause.read(policy)) for clause in CLAUSES)
    return tuple((clause, terms) for clause, terms in read if terms is not None)


def promises(policy: Policy, facts: Facts) -> tuple[Promise, ...]:
    """List every promise of a case, kept and open, with its instants and its explanation."""
    return tuple(promise for clause, terms in bound(policy) for promise in clause.due(terms, facts))


def guard(policy: Policy, facts: Facts, move: Move, now: datetime) -> Refused | None:
    """Return the first refusal of a move, or None. When gates are shut, `missing` lists what opens all of them."""
    shut = [gate for gate in required_before(policy, facts, move.name) if not gate.satisfied]
    if shut:
        return Refused(
            code=f"gate-{shut[0].name}",
            because=f"Before this: {shut[0].reason}.",
            rule=shut[0].rule,
            cite=shut[0].cite,
            missing=tuple(gate.reason for gate in shut),
        )
    return next((verdict for verdict in _verdicts(policy, facts, move, now) if isinstance(verdict, Refused)), None)


def warnings(policy: Policy, facts: Facts, move: Move, now: datetime) -> tuple[Caution, ...]:
    """List what the person who makes the move should know first; none of it stops the move."""
    return tuple(verdict for verdict in _verdicts(policy, facts, move, now) if isinstance(verdict, Caution))


def required_before(policy: Policy, facts: Facts, move: MoveName) -> tuple[Gate, ...]:
    """List the gates that stand before a move, open and shut."""
    return tuple(gate for clause, terms in bound(policy) for gate in clause.gates(terms, facts) if gate.move is move)


def reactions(policy: Policy, facts: Facts, move: Move) -> tuple[Reaction, ...]:
    """List what a move that was made should set going; `facts` are those before it."""
    return tuple(reaction for clause, terms in bound(policy) for reaction in clause.react(terms, facts, move))


def sentences(policy: Policy) -> tuple[Sentence, ...]:
    """List everything the clauses say of themselves, for the published document."""
    return tuple(sentence for clause, terms in bound(policy) for sentence in clause.say(terms))


def timed_rules(policy: Policy) -> tuple[Timed, ...]:
    """List every promise that has a number, whether or not a case has started its clock."""
    return tuple(rule for clause, terms in bound(policy) for rule in clause.timed(terms))


def _verdicts(policy: Policy, facts: Facts, move: Move, now: datetime) -> Iterator[Verdict]:
    for clause, terms in bound(policy):
        yield from clause.guard(terms, facts, move, now)
