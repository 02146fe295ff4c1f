# SPDX-License-Identifier: Apache-2.0
"""The registry of clauses, and the questions the rest of the house asks of all of them at once.

To add a promise: one file here, one line in `CLAUSES`, one folder of stories in `tests/data/clauses`. The order is the
order in which refusals and gates are shown, and follows the walk of a report.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.clause import SILENT, Alert, Caution, Clause, Gate, Promise, Reaction, Sentence, State, Timed
from tocsin.core.policy.clauses import (
    acknowledgement,
    already_public,
    assessment,
    backports,
    channels,
    closing,
    confirmation,
    conversation,
    cve,
    disclosure,
    distributors,
    draft_private,
    escalation,
    first_feedback,
    fix_time,
    handlers,
    internal_testing,
    investigation,
    kept_internal,
    limits,
    mitigation,
    next_release,
    not_security,
    plan,
    posture,
    priority,
    private_intake,
    publication,
    rejection,
    reply,
    retention,
    scope,
    severity,
    silence,
    supported_versions,
    updates,
)
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
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
    "gates",
    "guard",
    "priority_class", "promises", "proposals",
    "reactions",
    "required_before",
    "sentences",
    "timed_rules",
    "warnings",
]  # fmt: skip

CLAUSES: Final[tuple[Clause[Any], ...]] = (
    private_intake.CLAUSE,
    already_public.CLAUSE,
    channels.CLAUSE,
    handlers.CLAUSE,
    supported_versions.CLAUSE,
    acknowledgement.CLAUSE,
    first_feedback.CLAUSE,
    reply.CLAUSE,
    updates.CLAUSE,
    assessment.CLAUSE,
    fix_time.CLAUSE,
    escalation.CLAUSE,
    not_security.CLAUSE,
    investigation.CLAUSE,
    rejection.CLAUSE,
    silence.CLAUSE,
    scope.CLAUSE,
    posture.CLAUSE,
    priority.CLAUSE,
    conversation.CLAUSE,
    plan.CLAUSE,
    severity.CLAUSE,
    cve.CLAUSE,
    draft_private.CLAUSE,
    internal_testing.CLAUSE,
    confirmation.CLAUSE,
    disclosure.CLAUSE,
    next_release.CLAUSE,
    backports.CLAUSE,
    mitigation.CLAUSE,
    publication.CLAUSE,
    distributors.CLAUSE,
    kept_internal.CLAUSE,
    limits.CLAUSE,
    closing.CLAUSE,
    retention.CLAUSE,
)


@lru_cache(maxsize=128)
def bound(policy: Policy) -> tuple[tuple[Clause[Any], Any], ...]:
    """Return the clauses this policy speaks of, each with its terms. Read once per loaded policy."""
    read = ((clause, clause.read(policy)) for clause in CLAUSES)
    return tuple((clause, terms) for clause, terms in read if terms is not None)


@lru_cache(maxsize=512)
def answering(policy: Policy, question: str) -> tuple[tuple[Callable[..., Iterable[Any]], Any], ...]:
    """Return the answers to one question (`gates`, `guard`, ...) of the clauses that have one, each with its terms:
    most clauses answer few questions, and a command asks several."""
    asked = ((getattr(clause, question), terms) for clause, terms in bound(policy))
    return tuple((answer, terms) for answer, terms in asked if answer is not SILENT)


def promises(policy: Policy, facts: Facts) -> tuple[Promise, ...]:
    """List every promise of a case, kept and open, with its instants and its explanation."""
    return tuple(promise for due, terms in answering(policy, "due") for promise in due(terms, facts))


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
    return tuple(gate for gate in gates(policy, facts) if gate.move is move)


def gates(policy: Policy, facts: Facts) -> tuple[Gate, ...]:
    """List every gate that stands before a move of a case, whatever move it is; asked once where many moves are."""
    return tuple(gate for asked, terms in answering(policy, "gates") for gate in asked(terms, facts))


def reactions(policy: Policy, facts: Facts, move: Move) -> tuple[Reaction, ...]:
    """List what a move that was made should set going; `facts` are those before it."""
    return tuple(reaction for react, terms in answering(policy, "react") for reaction in react(terms, facts, move))


def proposals(policy: Policy, facts: Facts, now: datetime) -> tuple[Reaction, ...]:
    """List what time and facts suggest at `now`. A person decides; the same proposal comes again until they do."""
    return tuple(reaction for propose, terms in answering(policy, "propose") for reaction in propose(terms, facts, now))


def sentences(policy: Policy) -> tuple[Sentence, ...]:
    """List everything the clauses say of themselves, for the published document."""
    return tuple(sentence for _, terms in bound(policy) for sentence in terms.sentences)


def timed_rules(policy: Policy) -> tuple[Timed, ...]:
    """List every promise that has a number, whether or not a case has started its clock."""
    found = (clock for _, terms in bound(policy) for clock in terms.clocks)
    return tuple({clock.name: clock for clock in found}.values())


def priority_class(policy: Policy, facts: Facts) -> int:
    """Return the class of a case under the policy's order of impacts, 0 first (S65)."""
    terms = next((terms for clause, terms in bound(policy) if clause is priority.CLAUSE), None)
    return priority.rank(terms, facts) if terms else priority.HIGHEST


def _verdicts(policy: Policy, facts: Facts, move: Move, now: datetime) -> Iterator[Verdict]:
    for asked, terms in answering(policy, "guard"):
        yield from asked(terms, facts, move, now)
