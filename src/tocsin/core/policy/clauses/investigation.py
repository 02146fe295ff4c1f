# SPDX-License-Identifier: Apache-2.0
"""Investigation: effects and criticality are on record before a report is accepted (S35)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Gate, Section, Sentence
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


class Terms(Value):
    """The parts an investigation must have recorded."""

    parts: tuple[str, ...]
    sentence: Sentence


def read(policy: Policy) -> Terms | None:
    """Read `assess.investigation`."""
    parts = policy.assess.investigation if policy.assess else ()
    if not parts:
        return None
    rule = "assess.investigation"
    words = {"effects": "effects", "criticality": "criticality", "versions": "affected versions", "cwe": "weakness"}
    named = [words[part] for part in parts]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    text = f"{policy.project.team} will investigate the vulnerability and determine its {listed}."
    sentence = Sentence(
        section=Section.RESPONSE, order=10, text=text, shape="step", rule=rule, source=policy.source(rule)
    )
    return Terms(parts=parts, sentence=sentence)


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate before acceptance; it names what is missing."""
    missing = missing_parts(terms.parts, facts)
    yield Gate(
        name="investigation",
        move=MoveName.ACCEPT,
        satisfied=not missing,
        reason=f"record {', '.join(missing)}" if missing else "the investigation is on record",
        rule=terms.sentence.rule,
        cite=terms.sentence.source.cite,
    )


def missing_parts(parts: tuple[str, ...], facts: Facts) -> list[str]:
    """List the parts of an investigation that nobody has recorded."""
    recorded = {
        "effects": bool(facts.effect),
        "criticality": bool(facts.criticality),
        "versions": bool(facts.affected_versions),
        "cwe": bool(facts.cwe),
    }
    return [part for part in parts if not recorded[part]]


CLAUSE: Final = Clause(name="investigation", rows=("S35",), read=read, say=lambda terms: (terms.sentence,), gates=gates)
