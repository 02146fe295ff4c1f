# SPDX-License-Identifier: Apache-2.0
"""Investigation: effects and criticality are on record before a report is accepted (S35)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Gate, Section, Shape, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import listed, voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy

_WORDS: Final = {
    "effects": "effects",
    "criticality": "criticality",
    "versions": "affected versions",
    "cwe": "weakness",
}


class Terms(clause.Terms, kw_only=True):
    """The parts an investigation must have recorded."""

    parts: tuple[str, ...]


def read(policy: Policy) -> Terms | None:
    """Read `assess.investigation`."""
    parts = policy.assess.investigation if policy.assess else ()
    if not parts:
        return None
    named = listed(_WORDS[part] for part in parts)
    text = f"{voice(policy).team} will investigate the vulnerability and determine its {named}."
    sentence = says(policy, "assess.investigation", text, (Section.RESPONSE, 10, 0), Shape.STEP)
    return Terms(sentences=(sentence,), parts=parts)


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate before acceptance; it names what is missing."""
    recorded = {
        "effects": bool(facts.effect),
        "criticality": bool(facts.criticality),
        "versions": bool(facts.affected_versions),
        "cwe": bool(facts.cwe),
    }
    missing = [_WORDS[part] for part in terms.parts if not recorded[part]]
    yield Gate(
        name="investigation",
        move=MoveName.ACCEPT,
        satisfied=not missing,
        reason=f"record {listed(missing)}" if missing else "the investigation is on record",
        rule=terms.rule,
        cite=terms.cite,
    )


CLAUSE: Final = Clause(name="investigation", rows=("S35",), read=read, gates=gates)
