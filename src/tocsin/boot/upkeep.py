# SPDX-License-Identifier: Apache-2.0
"""What the worker of an installation does now and then: alarms every minute, backup and restore drill every night."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tocsin.boot.config import Config
from tocsin.delivery.worker.loop import Chore
from tocsin.services import alarms

MINUTE: Final = 60.0


def chores(config: Config) -> Sequence[Chore]:
    """What there is to do on this installation."""
    return (Chore("taking up alarms", MINUTE, alarms.take_up),)
