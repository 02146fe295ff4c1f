# SPDX-License-Identifier: Apache-2.0
"""Backports: every supported release line is fixed, or skipped with a reason somebody approved (S56, S57).

`all-supported` leaves a line open only when it is proven not affected. `as-necessary` lets a line be waived with a
reason and an approver. Once the public knows, waiting for the last line protects nobody: the gate then only says which
lines stay open, and the advisory tells their users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Gate, Section, Sentence
from tocsin.core.policy.facts import LineFact, MoveName
from tocsin.core.vocabulary import Affectedness, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy

_SAID: Final = {
    "all-supported": "backport a patch release into all earlier supported releases",
    "as-necessary": "backport a patch release into earlier supported releases as necessary",
    "none": "make no backports",
}


class Terms(Value):
    """`promise` is `all-supported` or `as-necessary`."""

    promise: str
    sentence: Sentence


def read(policy: Policy) -> Terms | None:
    """Read `fix.backport`."""
    promise = policy.fix.backport if policy.fix else ""
    if not promise:
        return None
    rule = "fix.backport"
    sentence = Sentence(
        section=Section.RESPONSE, order=72, text=_SAID[promise], shape="step", rule=rule, source=policy.source(rule)
    )
    return Terms(promise=promise, sentence=sentence)


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate before publication; it names the open lines and what would settle each."""
    if terms.promise == "none":
        return
    supported = [line for line in facts.lines if line.supported and line.state is not Affectedness.UNSUPPORTED]
    open_lines = [f"{line.line}: {todo}" for line in supported if (todo := _todo(terms.promise, line))]
    if not supported:
        open_lines = ["state which release lines are affected"]
    reason = "; ".join(open_lines) or "every supported line is settled"
    if open_lines and facts.public:
        reason = f"already public, so publication does not wait for {reason}"
    yield Gate(
        name="backports",
        move=MoveName.PUBLISH,
        satisfied=not open_lines or facts.public,
        reason=reason,
        rule=terms.sentence.rule,
        cite=terms.sentence.source.cite,
    )


def _todo(promise: str, line: LineFact) -> str:
    """Say what settles a line; empty when it is settled."""
    if line.state is Affectedness.NOT_AFFECTED:
        return ""
    if line.state is Affectedness.FIXED:
        return "" if line.fixed_in else "name the release that has the fix"
    if promise == "all-supported":
        return "fix it, or show that it is not affected"
    if line.waiver and line.waived_by:
        return ""
    return "the waiver needs an approver" if line.waiver else "fix it, or waive it with reason and approver"


CLAUSE: Final = Clause(
    name="backports", rows=("S56", "S57"), read=read, say=lambda terms: (terms.sentence,), gates=gates
)
