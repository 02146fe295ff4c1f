# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.mail`: listens for mail as a process of its own. Like the front it holds what seals and
nothing that opens: what it has taken in, it cannot read again."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

from tocsin.adapters.vault import KeyFileRefused
from tocsin.boot import lifeline, setup
from tocsin.boot.config import Config, ConfigError, Role
from tocsin.core.mail.message import Envelope
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.app import Front
from tocsin.services.mail import arriving

FRESH: Final = 60.0
"""Seconds for which the projects' mailboxes are believed to be as they were."""


class Door:
    """What the listener asks of the installation."""

    def __init__(self, front: Front, more: tuple[tuple[str, ProjectId], ...]) -> None:
        self._front, self._more = front, more
        self._boxes: dict[str, ProjectId] = {}
        self._until = 0.0

    def whose(self, address: str) -> ProjectId | None:
        """The project whose mailbox an address is."""
        if time.monotonic() >= self._until:
            self._boxes = arriving.mailboxes(self._front, self._more)
            self._until = time.monotonic() + FRESH
        return arriving.project_of(self._boxes, address)

    def keep(self, project: ProjectId, raw: bytes, envelope: Envelope) -> bool | Refused:
        """Keep a mail durably."""
        return arriving.receive(self._front, project, arriving.pieces(raw), envelope)


def main() -> int:
    """Listen until told to stop; returns the exit code."""
    lifeline.tie()
    try:
        config = setup.start(Role.MAIL)
        from tocsin.adapters.db import scope
        from tocsin.boot import wiring_front  # the tables' modules may only be imported once Django is set up

        scope.start(scope.INTAKE)
        stop = listening(config, wiring_front.front(config))
    except (ConfigError, KeyFileRefused, OSError) as error:
        sys.stderr.write(f"tocsin: {error}\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        stop()
    return 0


def listening(config: Config, front: Front) -> Callable[[], object]:
    """Listen where the settings say; returns what ends it. Raises OSError."""
    from tocsin.adapters.channels.mail.listener import Handler, listen

    told = config.inbound
    door = Door(front, tuple(told.addresses.items()))
    server = listen(told.listen, Handler(door.whose, door.keep, told.protocol), config.server.hosts[0])
    return server.stop


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
