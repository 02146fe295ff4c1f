# SPDX-License-Identifier: Apache-2.0
"""Priority: which impacts come first is the policy's word, computed from vector and weakness (S65, S66, S67)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Section, Sentence, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Assess, Policy, Priority

ESCALATING: Final = frozenset(
    f"CWE-{number}"
    for number in (250, 266, 267, 268, 269, 270, 271, 272, 273, 274, 282, 284, 285, 286, 639, 648, 732, 862, 863)
)
"""Weaknesses of privilege and authorisation (CWE-269 "Improper Privilege Management" and its kin)."""

_NAMES: Final = {
    "confidentiality": "data confidentiality",
    "privilege": "elevation of privilege",
    "integrity": "integrity",
    "availability": "availability",
}
_AVAILABILITY: Final = (
    "Availability, in particular in areas relating to DoS and resource exhaustion, is also a serious security concern."
)
HIGHEST, SERIOUS, OTHER = 0, 1, 2
"""Classes, the most urgent first; what has not been scored counts as the most urgent until somebody looks."""


class Terms(clause.Terms, kw_only=True):
    """The impacts of each class."""

    highest: frozenset[str]
    serious: frozenset[str]


def read(policy: Policy) -> Terms | None:
    """Read `assess.priority` and `assess.urgent`."""
    assess = policy.assess
    if not assess or not (assess.priority or assess.urgent):
        return None
    stated = assess.priority
    return Terms(
        sentences=tuple(_say(policy, assess, stated)),
        highest=frozenset(stated.highest if stated else ()),
        serious=frozenset(stated.serious if stated else ()),
    )


def _say(policy: Policy, assess: Assess, stated: Priority | None) -> Iterator[Sentence]:
    our = voice(policy)
    if stated and stated.highest:
        names = [_NAMES[impact] for impact in stated.highest]
        joined = f"{', '.join(names[:-1])}, or {names[-1]}" if len(names) > 1 else names[0]
        text = f"We consider vulnerabilities leading to the compromise of {joined} to be our highest priority concerns."
        yield says(policy, "assess.priority.highest", text, (Section.PRIORITIES, 0, 0))
    if stated and stated.serious:
        names = [_NAMES[impact] for impact in stated.serious]
        text = f"{', '.join(names).capitalize()} is also a serious security concern."
        text = _AVAILABILITY if stated.serious == ("availability",) else text
        yield says(policy, "assess.priority.serious", text, (Section.PRIORITIES, 0, 10))
    if assess.urgent:
        text = (
            f"{our.team} {our.does('take', 'takes')} all vulnerabilities, potential vulnerabilities, and suspected "
            "vulnerabilities seriously and will investigate them in an urgent and expeditious manner."
        )
        yield says(policy, "assess.urgent", text, (Section.PRIORITIES, 0, 20))


def impacts(vector: str, cwe: tuple[str, ...]) -> frozenset[str]:
    """Name the impacts that a CVSS vector and a weakness stand for."""
    metrics = dict(part.split(":", 1) for part in vector.split("/") if ":" in part)
    harmed = {
        "confidentiality": ("C", "VC", "SC"),
        "integrity": ("I", "VI", "SI"),
        "availability": ("A", "VA", "SA"),
    }
    found = {name for name, keys in harmed.items() if any(metrics.get(key, "N") != "N" for key in keys)}
    return frozenset(found | ({"privilege"} if ESCALATING & set(cwe) else set()))


def rank(terms: Terms, facts: Facts) -> int:
    """Return the class of a case: `HIGHEST`, `SERIOUS` or `OTHER`."""
    if not facts.vector and not facts.cwe:
        return HIGHEST
    named = impacts(facts.vector, facts.cwe)
    if named & terms.highest:
        return HIGHEST
    return SERIOUS if named & terms.serious else OTHER


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Caution]:
    """Say so when a matter of the highest class is waved away without a score."""
    if move.name is MoveName.REJECT and facts.vector and rank(terms, facts) == HIGHEST:
        because = "The score on record puts this case in the policy's highest class."
        yield Caution(code="highest-priority", because=because, rule="assess.priority.highest", cite=terms.cite)


CLAUSE: Final = Clause(name="priority", rows=("S65", "S66", "S67"), read=read, guard=guard)
