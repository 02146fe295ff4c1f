# SPDX-License-Identifier: Apache-2.0
"""Backports: every supported release line is fixed, or skipped with a reason somebody approved (S56, S57).

`all-supported` leaves a line open only when it is proven not affected. `as-necessary` lets a line be waived with a
reason and an approver. Once the public knows, waiting for the last line protects nobody: the gate then only says which
lines stay open, and the advisory tells their users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Gate, Section, Shape, says
from tocsin.core.policy.facts import LineFact, MoveName
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Affectedness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy

_SAID: Final = {
    "all-supported": "{team} will backport a patch release into all earlier supported releases.",
    "as-necessary": "{team} will backport a patch release into earlier supported releases as necessary.",
    "none": "Fixes are not backported.",
}


class Terms(clause.Terms, kw_only=True):
    """`promise` is `all-supported`, `as-necessary` or `none`."""

    promise: str
    source_cite: str


def read(policy: Policy) -> Terms | None:
    """Read `fix.backport`. Where `fix.release` is stated too, its sentence says both."""
    promise = policy.fix.backport if policy.fix else ""
    if not promise or not policy.fix:
        return None
    text = _SAID[promise].format(team=voice(policy).team)
    sentence = says(policy, "fix.backport", text, (Section.RESPONSE, 80, 10), Shape.STEP)
    return Terms(sentences=() if policy.fix.release else (sentence,), promise=promise, source_cite=sentence.source.cite)


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
        rule="fix.backport",
        cite=terms.source_cite,
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


CLAUSE: Final = Clause(name="backports", rows=("S56", "S57"), read=read, gates=gates)
