# SPDX-License-Identifier: Apache-2.0
"""A throw-away instance: made in a temporary directory on loopback, served by the real server, removed afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2

from tocsin.boot import install
from tocsin.core.vocabulary import Role
from tocsin.services.app import Desk, Front

PATIENCE: Final = 30.0
PEOPLE: Final = (("Dana", "dana@demo.invalid"), ("Li", "li@demo.invalid"))


@dataclass
class Throwaway:
    """Where the instance is reached and what holds it."""

    home: Path
    public: str
    desk_url: str
    desk: Desk
    front: Front

    def links(self) -> tuple[str, str]:
        """Fresh one-time sign-in links for Dana and Li."""
        dana, li = (self._person(name) for name, _ in PEOPLE)
        return install.sign_in_link(self.desk, dana), install.sign_in_link(self.desk, li)

    def _person(self, name: str) -> str:
        members = (person for project in self.desk.projects.all() for person, _ in self.desk.people.members(project.id))
        return next(person.id for person in members if person.name == name)


@contextmanager
def made(ports: tuple[int, int] | None = None) -> Iterator[Throwaway]:
    """Make an instance with both source policies, Dana and Li; it is gone when the block ends."""
    with TemporaryDirectory(prefix="tocsin-demo-") as name:
        home = Path(name)
        public, desk_url = (f"http://127.0.0.1:{port}" for port in ports or (_free(), _free()))
        from tocsin.boot.main import open_desk

        policies = [home / f"{name}.toml" for name in _write_policies(home)]
        places = {"data": None, "keys": None, "url": public, "desk_url": desk_url}
        install.new(home / "instance", policies, "", open_desk, places)
        desk, front = open_desk(), open_desk.front()
        everything = frozenset(Role) - {Role.DISTRIBUTOR}
        for person, email in PEOPLE:
            install.add_person(desk, person, email, everything)
        yield Throwaway(home=home, public=public, desk_url=desk_url, desk=desk, front=front)


def _write_policies(home: Path) -> tuple[str, ...]:
    from tocsin.core.policy.seeds import NAMES, seed

    for name in NAMES:
        (home / f"{name}.toml").write_text(seed(name) or "", encoding="utf-8")
    return NAMES


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(instance: Throwaway) -> Iterator[None]:
    """Run `tocsin serve` for the instance and wait until both listeners answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tocsin.boot.main", "serve"],
        env={**os.environ, "TOCSIN_ROLE": "manage"},
        stdout=subprocess.DEVNULL,
    )
    try:
        for url in (f"{instance.public}/healthz", f"{instance.desk_url}/sign-in"):
            _wait(url, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx2.get(url, timeout=2)
        except httpx2.TransportError as error:
            if process.poll() is not None:
                raise RuntimeError("the demo's server ended; its words are above") from error
            if time.monotonic() > deadline:
                raise RuntimeError(f"{url} did not answer within {PATIENCE:.0f} s") from error
            time.sleep(0.1)
        else:
            return
