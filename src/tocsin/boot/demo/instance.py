# SPDX-License-Identifier: Apache-2.0
"""A throw-away instance: made in a temporary directory on loopback, served by the real server, removed afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from tocsin.boot.demo.outside import standing
from tocsin.boot.demo.place import Filled, Place

PATIENCE: Final = 60.0
"""Seconds that a listener has to answer its first request on a busy machine."""

HOST: Final = "127.0.0.1"

_TAIL: Final = 20


class Broken(Exception):
    """The demo could not be made or served; the message ends with what the server said last."""


@dataclass(frozen=True)
class Throwaway:
    """Where the instance is reached, what lies in it, and where it writes what it has to say."""

    home: Path
    place: Place
    filled: Filled

    @property
    def log(self) -> Path:
        """What the server's processes said."""
        return self.home / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this instance is started with."""
        return {**os.environ, "TOCSIN_CONFIG": str(self.home / "instance" / "tocsin.toml"), "TOCSIN_ROLE": "manage"}

    def tail(self) -> str:
        """The last lines of the log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-_TAIL:])


@contextmanager
def made(ports: tuple[int, int] | None = None, *, mail: bool = False) -> Iterator[Throwaway]:
    """Make and fill an instance, which takes mail over SMTP with `mail`; everything of it is gone when the block ends.
    Raises Broken."""
    with TemporaryDirectory(prefix="tocsin-demo-") as name, standing() as outside:
        first, second, third = (*_checked(*ports), *_free(1)) if ports else _free(3)
        smtp = f"{HOST}:{third}" if mail else ""
        public, desk = f"http://{HOST}:{first}", f"http://{HOST}:{second}"
        place = Place(home=name, public=public, desk=desk, outside=outside, smtp=smtp)
        command = [sys.executable, "-m", "tocsin.boot.demo.fill", msgspec.json.encode(place).decode()]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TOCSIN_")}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            raise Broken(f"the demo's desk could not be filled:\n{done.stderr.strip()}")
        yield Throwaway(Path(name), place, msgspec.json.decode(done.stdout, type=Filled))


def _checked(*ports: int) -> tuple[int, ...]:
    """Refuse a port on which somebody else listens: their answers would be taken for ours."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise Broken(f"port {port} cannot be used: {error.strerror}") from None
    return ports


def _free(count: int) -> tuple[int, ...]:
    """Different ports that are free right now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return tuple(probe.getsockname()[1] for probe in probes)


@contextmanager
def served(instance: Throwaway) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the instance until the block ends; begins once its listeners answer. Raises Broken."""
    with instance.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tocsin.boot.demo.server"], env=instance.environment, stdout=log, stderr=log
        )
        try:
            for url in (f"{instance.place.public}/healthz", f"{instance.place.desk}/sign-in"):
                _wait(url, partial(_fetch, url), process, instance)
            if smtp := instance.place.smtp:
                _wait(smtp, partial(_greeted, smtp), process, instance)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _fetch(url: str) -> None:
    urllib.request.urlopen(url, timeout=PATIENCE).close()  # noqa: S310 - our own address on loopback


def _greeted(smtp: str) -> None:
    host, _, port = smtp.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as talk:
        talk.recv(1)


def _wait(where: str, ask: Callable[[], None], process: subprocess.Popen[bytes], instance: Throwaway) -> None:
    """Wait until an address answers; raises Broken for another answer, and for none."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            ask()
        except urllib.error.HTTPError as error:
            raise Broken(f"{where} answers {error.code}:\n{instance.tail()}") from error
        except OSError as error:
            if process.poll() is not None:
                raise Broken(f"the demo's server ended:\n{instance.tail()}") from error
            if time.monotonic() > deadline:
                raise Broken(f"{where} did not answer within {PATIENCE:.0f} s:\n{instance.tail()}") from error
            time.sleep(0.05)
        else:
            return
