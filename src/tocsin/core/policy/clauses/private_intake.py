# SPDX-License-Identifier: Apache-2.0
"""Private intake: vulnerabilities, suspected ones too, are reported privately and never in a public tracker
(S6, S7, S8, S13, S32-S34).

That a report stays private is the work of the whole house; this clause says the promise and keeps one move from
breaking it: nothing about a case is published while it is only a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Gate, Section, Sentence, Shape, Terms, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Intake, Policy
    from tocsin.core.policy.voice import Voice


def read(policy: Policy) -> Terms | None:
    """Read `intake.private_only` and `intake.when`."""
    intake = policy.intake
    if not intake or not (intake.private_only or intake.when):
        return None
    return Terms(sentences=tuple(_say(policy, intake, voice(policy))))


def _say(policy: Policy, intake: Intake, our: Voice) -> Iterator[Sentence]:
    rule = "intake.private_only"
    if intake.private_only:
        yield says(
            policy,
            rule,
            f"Security is of the highest importance and all security vulnerabilities or suspected security "
            f"vulnerabilities should be reported to {our.called} privately, to minimize attacks against current "
            f"users{our.of_it} before they are fixed.",
            (Section.REPORTING, 0, 0),
        )
        important = "**IMPORTANT: Do not file public issues on GitHub for security vulnerabilities!**"
        yield says(policy, rule, important, (Section.REPORTING, 20, 0))
    on_other = f"on another project that is used by {our.called}"
    when = {
        "potential": f"When you think {our.called} has a potential security vulnerability.",
        "suspected-impact": (
            f"When you suspect a potential vulnerability but you are unsure that it impacts {our.called}."
        ),
        "dependency": f"When you know of or suspect a potential vulnerability {on_other}.",
    }
    for order, name in enumerate(intake.when):
        yield says(policy, "intake.when", when[name], (Section.WHEN, 0, order), Shape.ITEM)


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """Nothing is published about a report that nobody has accepted, unless it is public already."""
    accepted = facts.accepted_at is not None or facts.public
    yield Gate(
        name="accepted",
        move=MoveName.PUBLISH,
        satisfied=accepted,
        reason="the report is accepted" if accepted else "accept the report; until then it is private",
        rule=terms.rule,
        cite=terms.cite,
    )


CLAUSE: Final = Clause(
    name="private_intake", rows=("S6", "S7", "S8", "S13", "S32", "S33", "S34"), read=read, gates=gates
)
