# SPDX-License-Identifier: Apache-2.0
"""Closing: the process has an end, and it is reached only when nothing is left open (S2, S78)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Gate
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.spans import met
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

_RULE: Final = "closing.requires"


class Terms(clause.Terms, kw_only=True):
    """What must hold."""

    requires: tuple[str, ...]
    source_cite: str


def read(policy: Policy) -> Terms | None:
    """Read `closing`."""
    if not policy.closing:
        return None
    return Terms(requires=policy.closing.requires, source_cite=policy.source(_RULE).cite)


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate a requirement that the facts can show."""
    told = bool(facts.conversation_at or facts.first_feedback_at or met(facts, "parties-informed"))
    decided = bool(facts.decided_at)
    holds = {
        "outcome": (decided, "the outcome is decided", "decide the report first"),
        "parties-informed": (told, "the reporter was told", "tell the reporter how it ended"),
        "embargo-ended": (not facts.embargo_until or bool(facts.published_at), "no embargo runs", "end the embargo"),
        "cve-settled": (
            facts.cve_state != "reserved",
            "no CVE id is left reserved",
            "publish or reject the CVE id (CNA 4.5.3.5)",
        ),
    }
    for name in terms.requires:
        if name in holds:
            satisfied, yes, todo = holds[name]
            yield Gate(
                name=name,
                move=MoveName.CLOSE,
                satisfied=satisfied,
                reason=yes if satisfied else todo,
                rule=_RULE,
                cite=terms.source_cite,
            )


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Ask for a look back when an accepted case closes; a line will do."""
    if move.name is not MoveName.CLOSE or "retrospective" not in terms.requires or not facts.accepted_at:
        return
    if not move.text.strip() and not met(facts, "retrospective"):
        because = "Before an accepted case closes, note what went well and what did not."
        missing = ("a retrospective note",)
        yield Refused(code="no-retrospective", because=because, rule=_RULE, cite=terms.source_cite, missing=missing)


CLAUSE: Final = Clause(name="closing", rows=("S2", "S78"), read=read, gates=gates, guard=guard)
