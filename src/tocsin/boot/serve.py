# SPDX-License-Identifier: Apache-2.0
"""`tocsin serve`: the key holder and two listeners in processes of their own, supervised, stopped together, also when
this process is killed (`boot.lifeline`).

*keys* holds the private keys and answers on a socket of the file system; *front* (report form, advisories) holds only
what seals and has no business with the key holder, and so does *mail*, where a mail server hands mail over; *desk*
(cases, worker) asks it for each case. This process holds nothing at all: it imports no framework, opens no database and
reads no key.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from tocsin.boot import lifeline
from tocsin.boot.config import APART, WORKER, Config, Role, load

GRACE: Final = 10.0
"""Seconds that a listener has to finish its requests."""

QUICK: Final = 5.0
"""A listener that ends sooner than this many seconds after its start has failed to start."""

_NAMES: Final = {
    Role.FRONT: "front listener",
    Role.DESK: "desk listener",
    Role.WORKER: "worker",
    Role.MAIL: "mail listener",
    Role.KEYS: "key holder",
}

THREADS: Final = {Role.FRONT: 256, Role.DESK: 32}
"""A request that is slow to arrive holds a thread; threads are made when needed and end when idle. How many of them
bodies may hold is `boot.crowd`'s."""


_MODULES: Final = {
    Role.KEYS: "tocsin.boot.holder",
    Role.WORKER: "tocsin.boot.worker",
    Role.MAIL: "tocsin.boot.mail",
}

_KEY_VARIABLES: Final = frozenset({"TOCSIN_KEYS", "TOCSIN_KEY_SOCKET", "CREDENTIALS_DIRECTORY"})


@dataclass
class Listener:
    """One process that serves, and what is known of it."""

    role: Role
    address: str
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process."""
        self.started = time.monotonic()
        kept = environment if self.role not in (Role.FRONT, Role.MAIL) else _without_keys(environment)
        told = lifeline.told({**kept, "TOCSIN_ROLE": self.role.value})
        self.process = subprocess.Popen(self._command(), env=told)

    def _command(self) -> list[str]:
        if self.role in _MODULES:
            return [sys.executable, "-m", _MODULES[self.role]]
        host, port = self.address.rsplit(":", 1)
        return [
            sys.executable, "-m", "tocsin.boot.listener", "--interface", "wsgi", "--host", host, "--port", port,
            "--workers", "1", "--blocking-threads", str(THREADS[self.role]), "--http", "1", "--no-ws",
            "--backpressure", "512", "--http1-header-read-timeout", "15000", "--workers-kill-timeout", "10",
            "--log-level", "error", "tocsin.boot.wsgi:application",
        ]  # fmt: skip

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


def _without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """What the front is told of the machine: nothing that leads to a key."""
    return {name: value for name, value in environment.items() if name not in _KEY_VARIABLES}


def prepare(only: Sequence[Role] = ()) -> None:
    """Bring the database up to this version, in a process that ends before anything listens; where only some processes
    are started, look whether it is, as the first of them may.

    Raises SystemExit with that process's code when it fails; it has said why.
    """
    looks = [role for role in only if role is not Role.KEYS]
    if only and not looks:
        return
    words, told = (["--look"], {"TOCSIN_ROLE": looks[0].value}) if only else ([], {})
    command = [sys.executable, "-m", "tocsin.boot.migrate", *words]
    done = subprocess.run(command, check=False, env={**os.environ, **told})
    if done.returncode:
        raise SystemExit(done.returncode)


def take_over(only: Sequence[Role] = ()) -> NoReturn:
    """Become the supervisor. This process, which has read the whole command line tool, is replaced by one that has
    read this module alone: what waits for months should be small."""
    sys.stdout.flush()
    words = [sys.executable, "-m", "tocsin.boot.serve", *(role.value for role in only)]
    os.execv(sys.executable, words)  # noqa: S606 - our own program


class Stop(Exception):
    """Somebody asked the server to stop."""


class _Wish:
    """Whether somebody asked. The first wish raises; later ones, which come while processes are being ended, only stand
    here, and so does one that Python dropped because it came while something was taken down."""

    asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        first, self.asked = not self.asked, True
        if first:
            raise Stop


def serve(config: Config, environment: Mapping[str, str] = os.environ, only: Sequence[Role] = ()) -> int:
    """Run key holder and listeners until asked to stop; returns the exit code. One that dies is started again, one
    that cannot start ends the server. A key holder of another user that listens already is used and left alone.

    `only` names the processes to run instead, on one of several machines or under one of several units: a worker is
    then a process of its own, and a desk runs none.
    """
    wish = _Wish()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, wish)
    places = {
        Role.FRONT: config.server.listen,
        Role.DESK: config.server.desk_listen,
        Role.WORKER: "",
        Role.MAIL: config.inbound.listen,
        Role.KEYS: str(config.holder_socket),
    }
    keys = Listener(Role.KEYS, places[Role.KEYS])
    usual = (Role.FRONT, Role.DESK, *((Role.MAIL,) if config.inbound.listen else ()))
    listeners = [Listener(role, places[role]) for role in only or usual if role is not Role.KEYS]
    held_elsewhere = bool(config.keys.socket and config.holder_socket.is_socket())
    processes = [keys, *listeners] if (Role.KEYS in only if only else not held_elsewhere) else listeners
    if only:
        environment = {**environment, WORKER: APART}
    try:
        if processes[0] is keys and not _hold(keys, environment, wish):
            return 1
        for listener in listeners:
            listener.start(environment)
        return _watch(processes, environment, wish)
    except Stop:
        return 0
    finally:
        for process in reversed(processes):
            process.stop()


def _hold(keys: Listener, environment: Mapping[str, str], wish: _Wish) -> bool:
    """Start the key holder and wait until it listens: it may be asking for a passphrase. False where it ended."""
    before = _made(keys.address)  # a crash leaves one behind
    keys.start(environment)
    while _made(keys.address) in (before, None):
        if keys.failed():
            return False  # it has said why
        if wish.asked:
            raise Stop
        time.sleep(0.05)
    return True


def _made(socket: str) -> tuple[int, int] | None:
    """Which socket stands at a path; None for nothing."""
    try:
        info = Path(socket).stat()
    except OSError:
        return None
    return info.st_ctime_ns, info.st_ino


def _watch(listeners: list[Listener], environment: Mapping[str, str], wish: _Wish) -> int:
    while not wish.asked:
        time.sleep(0.2)
        for listener in listeners:
            if not listener.failed():
                continue
            name = _NAMES[listener.role]
            if time.monotonic() - listener.started < QUICK:
                _say(f"the {name} cannot start on {listener.address}")
                return 1
            _say(f"the {name} ended; starting it again")
            listener.start(environment)
    return 0


def _say(words: str) -> None:
    sys.stderr.write(f"tocsin: {words}\n")


if __name__ == "__main__":
    sys.exit(serve(load(), only=[Role(each) for each in sys.argv[1:]]))
