# SPDX-License-Identifier: Apache-2.0
"""What comes in during a drill: reports with their outcomes and the work they cost, made up from a seed or read.

The proportions are those a project of middle size sees; they are stated here, in one place, and whoever doubts them
replays their own (`--replay`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from tocsin.core.vocabulary import Refused, ReportKind, Value, utc

START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday morning."""

DAY: Final = timedelta(days=1)

T = TypeVar("T")


class Outcome(StrEnum):
    """How a report ends."""

    VALID = "valid"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


class Manner(StrEnum):
    """How a reporter takes a proposed date."""

    ACCEPTS = "accepts"
    REJECTS = "rejects"
    SILENT = "silent"


class Matter(Value):
    """One report of a drill. Hours are hours of work; days are how long the reporter takes to answer anything.

    `unclear` means that the team has to ask before it can decide. `asks` are days after which the reporter writes
    again.
    """

    at: datetime
    kind: ReportKind = ReportKind.FOUND
    outcome: Outcome = Outcome.VALID
    unclear: bool = False
    vector: str = "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N"
    investigate_hours: float = 4.0
    fix_hours: float = 10.0
    answers_days: float = 1.0
    manner: Manner = Manner.ACCEPTS
    asks: tuple[float, ...] = ()


_VECTORS: Final = (
    ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 1),
    ("AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", 3),
    ("AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 3),
    ("AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N", 3),
)
_KINDS: Final = (
    (ReportKind.FOUND, 70),
    (ReportKind.SUSPECTED, 15),
    (ReportKind.DEPENDENCY, 10),
    (ReportKind.ALREADY_PUBLIC, 5),
)
_OUTCOMES: Final = ((Outcome.VALID, 55), (Outcome.REJECTED, 35), (Outcome.DUPLICATE, 10))
_MANNERS: Final = ((Manner.ACCEPTS, 75), (Manner.REJECTS, 15), (Manner.SILENT, 10))


def generate(seed: int, count: int, every: timedelta = 5 * DAY, start: datetime = START) -> tuple[Matter, ...]:
    """Make up `count` reports, one `every` so often on average, at any hour of any day. Same seed, same reports."""
    chance = random.Random(seed)  # noqa: S311 - a drill must repeat itself, and keeps no secret
    at, made = utc(start), []
    for _ in range(count):
        at += every * chance.expovariate(1.0)
        made.append(_one(chance, at.replace(second=0, microsecond=0)))
    return tuple(made)


def _one(chance: random.Random, at: datetime) -> Matter:
    return Matter(
        at=at,
        kind=_pick(chance, _KINDS),
        outcome=_pick(chance, _OUTCOMES),
        unclear=chance.random() < 0.2,
        vector=_pick(chance, _VECTORS),
        investigate_hours=round(chance.lognormvariate(1.2, 0.6), 1),
        fix_hours=round(chance.lognormvariate(2.2, 0.7), 1),
        answers_days=round(chance.expovariate(1.0), 2),
        manner=_pick(chance, _MANNERS),
        asks=tuple(sorted(round(chance.uniform(2, 40), 1) for _ in range(_pick(chance, ((0, 5), (1, 4), (2, 1)))))),
    )


def _pick(chance: random.Random, weighted: Sequence[tuple[T, int]]) -> T:
    return chance.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def read(lines: bytes) -> tuple[Matter, ...] | Refused:
    """Read reports to replay, one JSON object a line; they need `at`, and what they leave out is usual."""
    found: list[Matter] = []
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        try:
            matter = msgspec.json.decode(line, type=Matter)
            found.append(msgspec.structs.replace(matter, at=utc(matter.at)))
        except (msgspec.DecodeError, ValueError) as error:
            return Refused(code="replay-malformed", because=f"Line {number}: {error}.", rule="drill --replay")
    if not found:
        return Refused(code="replay-empty", because="There is nothing to replay.", rule="drill --replay")
    return tuple(sorted(found, key=lambda matter: matter.at))
