# SPDX-License-Identifier: Apache-2.0
"""What the worker of an installation does now and then: alarms every minute, backup and restore drill every night, what
look-alikes are found by at its start and every five minutes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from tocsin.boot import backup
from tocsin.boot.config import Config
from tocsin.delivery.worker.loop import Chore
from tocsin.services import alarms, branches, lookalikes

MINUTE: Final = 60.0


def chores(config: Config) -> Sequence[Chore]:
    """What there is to do on this installation."""
    found = [
        Chore("taking in look-alikes", 5 * MINUTE, partial(lookalikes.catch_up, rest=_rest), at_once=True),
        Chore("taking up alarms", MINUTE, alarms.take_up),
        Chore("looking at repositories", MINUTE, branches.watch),
    ]
    if config.backup.nightly:
        found.append(Chore("the nightly backup", 5 * MINUTE, partial(backup.nightly, config)))
    return found


def _rest() -> None:
    """Let whoever waits for an answer have the processor."""
    time.sleep(0.05)
