# SPDX-License-Identifier: Apache-2.0
"""Rejection: a report is turned down with a class and a detailed reason, and the reporter may appeal (S36)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Section, Shape, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


class Terms(clause.Terms, kw_only=True):
    """What a rejection must hold."""

    needs_reason: bool
    min_chars: int
    appeal: bool
    length_cite: str


def read(policy: Policy) -> Terms | None:
    """Read `assess.reject`."""
    stated = policy.assess and policy.assess.reject
    if not stated:
        return None
    text = (
        f"If the issue is not deemed to be a vulnerability, {voice(policy).inside} will follow up with a detailed "
        "reason for rejection."
    )
    sentence = says(policy, "assess.reject.reason", text, (Section.RESPONSE, 20, 0), Shape.STEP)
    return Terms(
        sentences=(sentence,),
        needs_reason=stated.reason == "required",
        min_chars=stated.min_chars,
        appeal=stated.appeal,
        length_cite=policy.source("assess.reject.min_chars").cite,
    )


def guard(terms: Terms, _facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse a rejection without class or with too short a reason, and an appeal where none is offered."""
    if move.name is MoveName.APPEAL and not terms.appeal:
        because = "This policy offers no appeal."
        yield Refused(code="no-appeal", because=because, rule="assess.reject.appeal", cite=terms.cite)
    if move.name is not MoveName.REJECT or not terms.needs_reason:
        return
    if move.rejection is None:
        because = "A rejection says of which kind it is."
        yield Refused(
            code="rejection-without-class", because=because, rule=terms.rule, cite=terms.cite, missing=("a class",)
        )
    reason = " ".join(move.text.split())
    if not reason:
        because = "A rejection needs a detailed reason; it is sent to the reporter."
        yield Refused(
            code="rejection-without-reason", because=because, rule=terms.rule, cite=terms.cite, missing=("a reason",)
        )
    elif len(reason) < terms.min_chars:
        yield Refused(
            code="reason-too-short",
            because=f"The reason has {len(reason)} characters; the policy asks for at least {terms.min_chars}.",
            rule="assess.reject.min_chars",
            cite=terms.length_cite or terms.cite,
            missing=(f"{terms.min_chars - len(reason)} more characters of reason",),
        )


CLAUSE: Final = Clause(name="rejection", rows=("S36",), read=read, guard=guard)
