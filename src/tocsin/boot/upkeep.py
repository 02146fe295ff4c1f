# SPDX-License-Identifier: Apache-2.0
"""What the worker of an installation does now and then: alarms every minute, backup and restore drill every night."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from tocsin.boot import backup
from tocsin.boot.config import Config
from tocsin.delivery.worker.loop import Chore
from tocsin.services import alarms

MINUTE: Final = 60.0


def chores(config: Config) -> Sequence[Chore]:
    """What there is to do on this installation."""
    found = [Chore("taking up alarms", MINUTE, alarms.take_up)]
    if config.backup.nightly:
        found.append(Chore("the nightly backup", 5 * MINUTE, partial(backup.nightly, config)))
    return found
