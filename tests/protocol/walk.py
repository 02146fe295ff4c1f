# SPDX-License-Identifier: Apache-2.0
"""A seeded random walk over the whole protocol: many participants, every command, time that passes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.core.case.protocol import play
from tocsin.core.case.shared import Ask, Part, Reply, SharedCase
from tocsin.core.case.verbs import VERBS

NAMES = [part.value for part in Part] + ["finder", "vendor", "vendor", "vendor-2"]
LENGTH = 100
"""Steps of one case before the next begins."""


def ask(chance: random.Random, case: SharedCase) -> Ask:
    """Any command by anybody, with arguments that make sense as often as not."""
    now = case.now + timedelta(hours=chance.choice((0, 0, 0, 1, 30, 200)))

    def soon(*days: int) -> datetime:
        return now + timedelta(days=chance.choice(days))

    proposals = [each.id for each in case.embargo.proposals] + ["nothing"]
    return Ask(
        actor=chance.choice(NAMES),
        verb=chance.choice(VERB_NAMES),
        participant=chance.choice(NAMES),
        to=tuple(chance.sample(NAMES, chance.randrange(3))),
        proposal=chance.choice(proposals) if chance.random() < 0.2 else "",
        ends_at=soon(-1, 3, 9, 30, 60) if chance.random() < 0.7 else None,
        respond_by=soon(0, 1, 2, 5) if chance.random() < 0.4 else None,
        accepted=tuple(chance.sample(proposals, chance.randrange(len(proposals)))),
        reason=chance.choice(("", "the fix is ready")),
        at=now,
    )


RARE = frozenset(
    {
        "public",
        "exploit",
        "attacks",
        "CP",
        "CX",
        "CA",
        "close",
        "RC",
        "end",
        "ET",
        "rm.c",
        "em.t",
        "cs.P",
        "cs.X",
        "cs.A",
    }
)
VERB_NAMES = [verb for verb in VERBS for _ in range(1 if verb in RARE else 3)]
"""Verbs by weight: what ends a story comes seldom, so that walks get far."""


def walk(seed: int, steps: int) -> Iterator[tuple[SharedCase, Ask, Reply]]:
    """Yield every step as (case before, command, reply)."""
    chance = random.Random(seed)
    case = SharedCase()
    for number in range(steps):
        if number % LENGTH == 0:
            case = SharedCase()
        command = ask(chance, case)
        reply = play(case, command)
        yield case, command, reply
        case = getattr(reply, "case", case)
