# SPDX-License-Identifier: Apache-2.0
"""Rejection: a report is turned down with a class and a detailed reason, and the reporter may appeal (S36)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Sentence
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


class Terms(Value):
    """What a rejection must hold."""

    needs_reason: bool
    min_chars: int
    appeal: bool
    sentence: Sentence
    length_cite: str


def read(policy: Policy) -> Terms | None:
    """Read `assess.reject`."""
    terms = policy.assess and policy.assess.reject
    if not terms:
        return None
    rule = "assess.reject.reason"
    text = (
        f"If the issue is not deemed to be a vulnerability, {_inside(policy.project.team)} will follow up with a "
        "detailed reason for rejection."
    )
    sentence = Sentence(
        section=Section.RESPONSE, order=20, text=text, shape="step", rule=rule, source=policy.source(rule)
    )
    return Terms(
        needs_reason=terms.reason == "required",
        min_chars=terms.min_chars,
        appeal=terms.appeal,
        sentence=sentence,
        length_cite=policy.source("assess.reject.min_chars").cite,
    )


def guard(terms: Terms, _facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse a rejection without class or with too short a reason, and an appeal where none is offered."""
    rule, cite = terms.sentence.rule, terms.sentence.source.cite
    if move.name is MoveName.APPEAL and not terms.appeal:
        yield Refused(code="no-appeal", because="This policy offers no appeal.", rule="assess.reject.appeal", cite=cite)
    if move.name is not MoveName.REJECT or not terms.needs_reason:
        return
    if move.rejection is None:
        because = "A rejection says of which kind it is."
        yield Refused(code="rejection-without-class", because=because, rule=rule, cite=cite, missing=("a class",))
    reason = " ".join(move.text.split())
    if not reason:
        because = "A rejection needs a detailed reason; it is sent to the reporter."
        yield Refused(code="rejection-without-reason", because=because, rule=rule, cite=cite, missing=("a reason",))
    elif len(reason) < terms.min_chars:
        yield Refused(
            code="reason-too-short",
            because=f"The reason has {len(reason)} characters; the policy asks for at least {terms.min_chars}.",
            rule="assess.reject.min_chars",
            cite=terms.length_cite or cite,
            missing=(f"{terms.min_chars - len(reason)} more characters of reason",),
        )


def _inside(team: str) -> str:
    return team[0].lower() + team[1:]


CLAUSE: Final = Clause(name="rejection", rows=("S36",), read=read, say=lambda terms: (terms.sentence,), guard=guard)
