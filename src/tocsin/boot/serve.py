# SPDX-License-Identifier: Apache-2.0
"""`tocsin serve`: two listeners in processes of their own, supervised, stopped together.

*front* (report form, advisories) holds only what seals; *desk* (cases, worker) holds the vault. This process holds
nothing at all: it imports no framework, opens no database and reads no key.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from tocsin.boot.config import Config, Role

GRACE: Final = 10.0
"""Seconds that a listener has to finish its requests."""

QUICK: Final = 5.0
"""A listener that ends sooner than this many seconds after its start has failed to start."""

THREADS: Final = {Role.FRONT: 256, Role.DESK: 32}
"""A request that is slow to arrive holds a thread; threads are made when needed and end when idle. With sixteen, forty
half-sent uploads stopped the front; with these, a hundred and fifty did not slow it."""


@dataclass
class Listener:
    """One listening process and what is known of it."""

    role: Role
    address: str
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process."""
        host, port = self.address.rsplit(":", 1)
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port,
            "--workers", "1", "--blocking-threads", str(THREADS[self.role]), "--http", "1", "--no-ws",
            "--backpressure", "512", "--http1-header-read-timeout", "15000", "--workers-kill-timeout", "10",
            "--log-level", "error", "tocsin.boot.wsgi:application",
        ]  # fmt: skip
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, env={**environment, "TOCSIN_ROLE": self.role.value})

    def failed(self) -> bool:
        """Whether the process ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """End the process, politely first."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def prepare() -> None:
    """Bring the database up to this version, in a process that ends before anything listens.

    Raises SystemExit with that process's code when it fails; it has said why.
    """
    done = subprocess.run([sys.executable, "-m", "tocsin.boot.migrate"], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


class Stop(Exception):
    """Somebody asked the server to stop."""


def _asked(number: int, frame: FrameType | None) -> None:
    raise Stop


def serve(config: Config, environment: Mapping[str, str] = os.environ) -> int:
    """Run both listeners until asked to stop; returns the exit code. A listener that dies is started again, one that
    cannot start ends the server."""
    listeners = [Listener(Role.FRONT, config.server.listen), Listener(Role.DESK, config.server.desk_listen)]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _asked)
    try:
        for listener in listeners:
            listener.start(environment)
        return _watch(listeners, environment)
    except Stop:
        return 0
    finally:
        for listener in listeners:
            listener.stop()


def _watch(listeners: list[Listener], environment: Mapping[str, str]) -> int:
    while True:
        time.sleep(0.2)
        for listener in listeners:
            if not listener.failed():
                continue
            if time.monotonic() - listener.started < QUICK:
                _say(f"the {listener.role.value} listener cannot start on {listener.address}")
                return 1
            _say(f"the {listener.role.value} listener ended; starting it again")
            listener.start(environment)


def _say(words: str) -> None:
    sys.stderr.write(f"tocsin: {words}\n")
