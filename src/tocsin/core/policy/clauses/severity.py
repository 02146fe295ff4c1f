# SPDX-License-Identifier: Apache-2.0
"""Severity: several parties may score, the project's score counts, and scoring never blocks (S42, S43, S44)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Caution, Clause, Section, Sentence, Timed, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.groups import speaks_for
from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import ActorKind, Refused, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


class Terms(Value):
    """Which CVSS version counts, who decides, and how long scoring may take before a provisional score will do."""

    authoritative: str
    accepted: tuple[str, ...]
    decided_by: Group | None
    timebox: Timed | None
    sentence: Sentence


def read(policy: Policy) -> Terms | None:
    """Read `severity`."""
    terms = policy.severity
    if not terms or terms.scheme != "cvss":
        return None
    rule = "severity.decided_by"
    text = (
        f"{policy.project.team} make the final call on the calculated CVSS; it is better to move quickly than making "
        "the CVSS perfect."
    )
    timebox = None
    if terms.timebox:
        because = "the investigation was recorded"
        timebox = timed(policy, "score", "Score", "severity.timebox", because, terms.timebox)
    return Terms(
        authoritative=terms.authoritative,
        accepted=tuple(dict.fromkeys((terms.authoritative, *terms.also))) if terms.authoritative else terms.also,
        decided_by=terms.decided_by,
        timebox=timebox,
        sentence=Sentence(
            section=Section.RESPONSE, order=52, text=text, shape="step", rule=rule, source=policy.source(rule)
        ),
    )


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused | Caution]:
    """Keep the authoritative score with those who decide; warn, never refuse, about everything else."""
    rule, cite = terms.sentence.rule, terms.sentence.source.cite
    if move.name is MoveName.SCORE:
        outsider = terms.decided_by and not speaks_for(move.actor, terms.decided_by)
        if outsider and move.authoritative and move.actor.kind is ActorKind.PERSON:
            because = f"The final score is set by the {terms.decided_by}; yours can be recorded beside it."
            yield Refused(code="score-not-yours", because=because, rule=rule, cite=cite)
        version = _version(move.vector)
        if version and terms.accepted and version not in terms.accepted:
            because = f"The policy scores in CVSS {' and '.join(terms.accepted)}, not {version}."
            yield Caution(code="score-version", because=because, rule="severity.authoritative", cite=cite)
    if move.name is MoveName.PUBLISH and not facts.vector:
        because = "No score is set. It can follow later as a new version of the advisory."
        yield Caution(code="no-score", because=because, rule="severity.blocks_publish", cite=cite)


def _version(vector: str) -> str:
    prefix = vector.partition("/")[0]
    return prefix.removeprefix("CVSS:") if prefix.startswith("CVSS:") else ""


CLAUSE: Final = Clause(
    name="severity", rows=("S42", "S43", "S44"), read=read, say=lambda terms: (terms.sentence,), guard=guard
)
