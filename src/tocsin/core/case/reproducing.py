# SPDX-License-Identifier: Apache-2.0
"""What people saw when they tried the reproducer on a version, and what follows for the case's lines (S29).

Who saw the fault on a version has shown that its line is affected, whatever was believed before, unless that version is
older than where the fault is said to begin or not older than the fix: then a person looks at both. Who did not see it
has shown nothing about the line: it says so beside the others' words, and only a person draws a conclusion from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tocsin.core.case.model import Reproduction
from tocsin.core.policy.facts import LineEvidence, LineFact
from tocsin.core.versions import Scheme
from tocsin.core.vocabulary import Affectedness

RULE = "reproduction"
"""Name of the evidence that a line holds from such a record."""


def line_of(order: Scheme, names: Iterable[str], version: str) -> str:
    """The line that a version belongs to: the narrowest whose span holds it; "" where none does or it is no version."""
    held = []
    for name in names:
        try:
            at, (start, end) = order.key(version), order.span(name)
            if start and order.key(start) <= at and (not end or at < order.key(end)):
                held.append((order.key(start), name))
        except ValueError:
            continue
    return max(held)[1] if held else ""


def follow(lines: Sequence[LineFact], order: Scheme, records: Sequence[Reproduction]) -> tuple[LineFact, ...]:
    """The lines with what was seen on them: the newest word of each person on each version, in the order of the words.

    A line on which the fault was seen is affected, or under review where that contradicts its range.
    """
    latest = {(each.version, each.by): each for each in records}
    by_line: dict[str, list[Reproduction]] = {}
    for each in latest.values():
        by_line.setdefault(line_of(order, [line.line for line in lines], each.version), []).append(each)
    return tuple(_followed(line, order, by_line.get(line.line, ())) for line in lines)


def _followed(line: LineFact, order: Scheme, records: Sequence[Reproduction]) -> LineFact:
    others = tuple(each for each in line.evidence if each.rule != RULE)
    said = tuple(LineEvidence(rule=RULE, says=words(each), strong=each.reproduced) for each in records)
    state = line.state
    seen = [each.version for each in records if each.reproduced]
    if seen and state in (Affectedness.NOT_AFFECTED, Affectedness.REVIEW):
        state = Affectedness.AFFECTED
    if any(not _within(line, order, version) for version in seen):
        state = Affectedness.REVIEW
    return replace(line, state=state, evidence=(*others, *said))


def _within(line: LineFact, order: Scheme, version: str) -> bool:
    """Whether a version lies in what the line says is affected, as far as it says so."""
    at = order.key(version)
    return (
        not (line.introduced and at < order.key(line.introduced))
        and not (line.fixed_in and order.key(line.fixed_in) <= at)
        and not (line.last_affected and order.key(line.last_affected) < at)
    )


def words(record: Reproduction) -> str:
    """One record as people read it, beside the other reasons for a line's state."""
    configured = f" with {record.configuration}" if record.configuration else ""
    seen = "reproduced" if record.reproduced else "not reproduced"
    return f"{seen} on {record.version}{configured} by {record.by_name or record.by}"
