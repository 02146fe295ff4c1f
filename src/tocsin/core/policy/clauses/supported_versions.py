# SPDX-License-Identifier: Apache-2.0
"""Supported versions: which release lines can expect a fix, until when, and how much of one (S3, S4).

Being listed promises no fix by itself; it says which lines a case has to speak about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Section, Sentence, Shape, says
from tocsin.core.policy.facts import LineFact, MoveName
from tocsin.core.policy.model import ReleaseLine, Supported, SupportLevel
from tocsin.core.policy.voice import listed, voice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy, Versions

LEVELS: Final = {
    SupportLevel.FULL: "security fixes",
    SupportLevel.CRITICAL_ONLY: "critical fixes only",
    SupportLevel.END_OF_LIFE: "no fixes",
}
"""What the table of a document says for each level."""

_RULES: Final = {
    "latest": "Only the latest release is supported.",
    "latest-minors": "The latest {count} minor release lines are supported.",
    "latest-majors": "The latest {count} major release lines are supported.",
}


class Terms(clause.Terms, kw_only=True):
    """The lines the policy names; empty when a rule names them."""

    lines: tuple[ReleaseLine, ...]


def read(policy: Policy) -> Terms | None:
    """Read `versions`."""
    stated = policy.versions
    if not stated:
        return None
    lines = stated.line or tuple(
        ReleaseLine(name=name) for name in (stated.supported.branches if stated.supported else ())
    )
    return Terms(sentences=tuple(_say(policy, stated, lines)), lines=lines)


def _say(policy: Policy, stated: Versions, lines: tuple[ReleaseLine, ...]) -> Iterator[Sentence]:
    if stated.see:
        text = (
            f"For a list of support versions that {voice(policy).called} will potentially create security fixes for, "
            f"please refer to {stated.see}."
        )
        yield says(policy, "versions.see", text, (Section.SUPPORTED, 0, 0))
    rule = stated.supported.rule if stated.supported else "listed"
    if stated.supported and rule in _RULES:
        text = _RULES[rule].format(count=stated.supported.count or 1)
        yield says(policy, "versions.supported.rule", text, (Section.SUPPORTED, 10, 0))
    if lines:
        path = "versions.line.0.name" if stated.line else "versions.supported.branches"
        yield says(policy, path, table(lines), (Section.SUPPORTED, 20, 0), Shape.BLOCK)
    if stated.overlap:
        text = f"An older release line is supported for {stated.overlap} after the next major release."
        yield says(policy, "versions.overlap", text, (Section.SUPPORTED, 15, 0))
    if stated.cadence:
        text = f"Releases are planned every {stated.cadence}."
        yield says(policy, "versions.cadence", text, (Section.SUPPORTED, 30, 0))


def table(lines: tuple[ReleaseLine, ...]) -> str:
    """Write release lines as the table of a document."""
    rows = [(line.name, LEVELS[line.support], line.until.isoformat() if line.until else "") for line in lines]
    head = ("Version", "Support", "Until")
    wide = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    text = [" | ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)) for row in (head, *rows)]
    text.insert(1, " | ".join("-" * width for width in wide))
    return "\n".join(f"| {line} |" for line in text)


def lines_for_new_case(stated: Versions | None, on: date, released: tuple[str, ...] = ()) -> tuple[LineFact, ...]:
    """List the lines a case that arrives `on` a day has to speak about; a line past its last day is not among them.

    `released` are the known lines, newest first, for policies that name lines by a rule.
    """
    if not stated:
        return ()
    if stated.line:
        open_lines = [line for line in stated.line if line.support is not SupportLevel.END_OF_LIFE]
        return tuple(LineFact(line=line.name) for line in open_lines if not line.until or on <= line.until)
    return tuple(LineFact(line=name) for name in _by_rule(stated.supported, released))


def _by_rule(supported: Supported | None, released: tuple[str, ...]) -> tuple[str, ...]:
    if not supported:
        return ()
    if supported.rule == "listed":
        return supported.branches
    return released[: 1 if supported.rule == "latest" else supported.count or 1]


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Caution]:
    """Name the supported lines that nobody has said anything about."""
    if move.name is not MoveName.PUBLISH:
        return
    spoken = {line.line for line in facts.lines}
    silent = [line.name for line in terms.lines if line.support is not SupportLevel.END_OF_LIFE]
    silent = [name for name in silent if name not in spoken]
    if silent:
        because = f"Nothing is said about {listed(silent)}, which the policy supports."
        yield Caution(code="line-not-mentioned", because=because, rule="versions.supported", cite=terms.cite)


CLAUSE: Final = Clause(name="supported_versions", rows=("S3", "S4"), read=read, guard=guard)
