# SPDX-License-Identifier: Apache-2.0
"""Severity: several parties may score, the project's score counts, and scoring never blocks (S42, S43, S44)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Section, Sentence, Shape, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.groups import speaks_for
from tocsin.core.policy.model import Group
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import ActorKind, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Verdict
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy, Severity

_ADVISORY: Final = (
    "https://docs.github.com/en/code-security/repository-security-advisories/publishing-a-repository-security-advisory"
)


class Terms(clause.Terms, kw_only=True):
    """Whether the project scores with CVSS, in which versions, and who decides."""

    scored: bool
    accepted: tuple[str, ...]
    decided_by: Group | None


def read(policy: Policy) -> Terms | None:
    """Read `severity`."""
    stated = policy.severity
    if not stated:
        return None
    versions = (stated.authoritative, *stated.also) if stated.authoritative else stated.also
    return Terms(
        sentences=tuple(_say(policy, stated)),
        scored=stated.scheme == "cvss",
        accepted=tuple(dict.fromkeys(versions)),
        decided_by=stated.decided_by,
    )


def _say(policy: Policy, stated: Severity) -> Iterator[Sentence]:
    our = voice(policy)
    if stated.scheme == "words":
        text = "We rate severity in words and do not set CVSS vectors."
        yield says(policy, "severity.scheme", text, (Section.RESPONSE, 50, 0), Shape.STEP)
        return
    if stated.decided_by:
        text = (
            f"{our.team} {our.does('make', 'makes')} the final call on the calculated CVSS; it is better to move "
            "quickly than making the CVSS perfect."
        )
        yield says(policy, "severity.decided_by", text, (Section.RESPONSE, 50, 10), Shape.STEP)
    if stated.authoritative:
        calculator = f"https://www.first.org/cvss/calculator/{stated.authoritative}"
        using = f"using the [CVSS Calculator]({calculator})"
        made = f"{our.team} will also create a [CVSS](https://www.first.org/cvss/specification-document) {using}."
        if stated.recorded_in:
            made = f"{our.team} will also create a [Security Advisory]({_ADVISORY}) {using}, if it is not created yet."
        yield says(policy, "severity.authoritative", made, (Section.RESPONSE, 50, 0), Shape.STEP)


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Verdict]:
    """Keep the authoritative score with those who decide; warn, never refuse, about everything else."""
    if move.name is MoveName.SCORE:
        outsider = terms.decided_by and not speaks_for(move.actor, terms.decided_by)
        if outsider and move.authoritative and move.actor.kind is ActorKind.PERSON:
            because = f"The final score is set by the {terms.decided_by}; yours can be recorded beside it."
            yield Refused(code="score-not-yours", because=because, rule="severity.decided_by", cite=terms.cite)
        version = _version(move.vector)
        if version and terms.accepted and version not in terms.accepted:
            because = f"The policy scores in CVSS {' and '.join(terms.accepted)}, not {version}."
            yield Caution(code="score-version", because=because, rule="severity.authoritative", cite=terms.cite)
    if move.name is MoveName.PUBLISH and terms.scored and not facts.vector:
        because = "No score is set. It can follow later as a new version of the advisory."
        yield Caution(code="no-score", because=because, rule="severity.blocks_publish", cite=terms.cite)


def _version(vector: str) -> str:
    prefix = vector.partition("/")[0]
    return prefix.removeprefix("CVSS:") if prefix.startswith("CVSS:") else ""


CLAUSE: Final = Clause(name="severity", rows=("S42", "S43", "S44"), read=read, guard=guard)
