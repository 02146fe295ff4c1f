# SPDX-License-Identifier: Apache-2.0
"""An installation that many processes serve over one PostgreSQL, under its roles: two fronts, three workers and a key
holder, any of which can be killed and is started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psycopg

from tests.postgres import Database
from tests.support import ROOT

PATIENCE = 180.0
PROJECT = "warehousepg"
TURNED = "a turn is over"


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Member:
    """One process of the fleet."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    address: str = ""
    killed: int = 0
    started: float = 0.0
    told: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.told = len(self.log.read_text(errors="replace")) if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def works(self) -> bool:
        """Whether it has begun to work: a front answers, a worker has written that it took a turn."""
        if not self.address:
            return TURNED in self.log.read_text(errors="replace")[self.told :]
        try:
            return httpx2.get(f"http://{self.address}/healthz", timeout=1).status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        """End it where it stands, with whatever it started, and start another."""
        self._end()
        self.killed += 1
        self.start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self._end()

    def _end(self) -> None:
        assert self.process
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Fleet:
    """The installation and its processes."""

    home: Path
    environment: dict[str, str]
    fronts: list[str]
    members: list[Member] = field(default_factory=list)

    def run(self, *words: str) -> str:
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def logs(self) -> str:
        return "\n".join(f"== {each.name}\n{each.log.read_text(errors='replace')[-1500:]}" for each in self.members)

    def ready(self) -> None:
        for url in self.fronts:
            until(lambda url=url: httpx2.get(f"{url}/healthz", timeout=5).status_code == 200, f"{url} answers")

    @contextmanager
    def killing(self, every: float) -> Iterator[None]:
        """Kill one web process or worker every so many seconds, always the one that has lived longest, but none that is
        only starting: on a busy machine nothing would ever be done."""
        over = threading.Event()

        def kill() -> None:
            while not over.wait(every):
                working = [each for each in self.members[1:] if each.works()]
                if working:
                    min(working, key=lambda each: each.started).kill()

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def until(condition, what: str, seconds: float = PATIENCE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            seen = condition()
        except (httpx2.TransportError, OSError):
            seen = None
        if seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


@contextmanager
def fleet(home: Path, database: Database, fronts: int = 2, workers: int = 3, more: str = "") -> Iterator[Fleet]:
    """Make the installation and start it."""
    url = f"postgresql://{database.user}@/{database.name}?host={database.host}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "DJANGO_"))}
    base = {**clean, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TOCSIN_DATABASE_URL": url}
    places = [f"127.0.0.1:{free()}" for _ in range(fronts)]
    made = Fleet(home, base, [f"http://{each}" for each in places])
    made.run(
        "tocsin.boot.main", "init", "--dir", str(home), "--url", made.fronts[0],
        "--desk-url", f"http://127.0.0.1:{free()}", "--policy", str(ROOT / "examples/policies/warehousepg.toml"),
    )  # fmt: skip
    made.environment = {**base, "TOCSIN_CONFIG": str(home / "tocsin.toml"), "TOCSIN_WORKER": "apart"}
    lines = made.run("tocsin.boot.main", "db", "roles", "--prefix", database.name, "--out", str(home / "roles"))
    with (home / "tocsin.toml").open("a") as config:
        config.write(f"worker_seconds = 0.1\n\n[database]\n{lines}\n[backup]\nnightly = false\n{more}")
    text = (home / "tocsin.toml").read_text()
    moved = "worker_seconds = 0.1\n"  # what belongs to no table stands before all tables
    (home / "tocsin.toml").write_text(moved + text.replace(moved, ""))
    serve = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    members = [("keys", ["--only", "keys"], {})]
    members += [(f"front{n}", ["--only", "front"], {"TOCSIN_LISTEN": place}) for n, place in enumerate(places)]
    for name, words, told in members:
        made.members.append(Member(name, [*serve, *words], made.environment | told, home / f"{name}.log"))
    from tocsin.boot.serve import Listener, Role

    for member, place in zip(made.members[1:], places, strict=True):
        member.command = Listener(Role.FRONT, place)._command()  # without a supervisor, which would outlive a kill
        member.environment = member.environment | {"TOCSIN_ROLE": "front"}
        member.address = place
    worker = [sys.executable, "-m", "tests.campaign.hasty"]
    for number in range(workers):
        made.members.append(Member(f"worker{number}", worker, made.environment, home / f"worker{number}.log"))
    try:
        made.members[0].start()
        until((home / "keys" / "holder.socket").exists, "the key holder listens")
        for each in made.members[1:]:
            each.start()
        made.ready()
        yield made
    finally:
        for each in reversed(made.members):
            each.stop()


FIELDS = {"title": "Over HTTP", "reproduce": "Call it and look.", "version": "7.3.1", "kind": "found", "do": "send"}
CASE = re.compile(r"WHPG-\d{4}-[a-z0-9]{5}")


def report(url: str, timeout: float = 30) -> tuple[int, str]:
    """Hand a report with a file in over HTTP; returns the answer's status (0 for none) and the case of the receipt, if
    there is one."""
    same = {"Sec-Fetch-Site": "same-origin"}
    try:
        answer = httpx2.post(
            f"{url}/p/{PROJECT}/report", headers=same, data=FIELDS, files={"files": ("a.txt", b"seen\n" * 200)},
            timeout=timeout,
        )  # fmt: skip
    except httpx2.TransportError:
        return 0, ""
    found = CASE.search(answer.text) if answer.status_code == 200 else None
    return answer.status_code, found[0] if found else ""


class Reporters:
    """People who report one thing after the other at every front, `pause` seconds after each, and remember what was
    acknowledged."""

    def __init__(self, fleet: Fleet, each: int, pause: float = 0.0) -> None:
        self.acknowledged: list[str] = []
        self.pause = pause
        self.refused = 0
        self.answers: set[int] = set()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._report, args=(url, each)) for url in fleet.fronts]

    def _report(self, url: str, most: int) -> None:
        for _ in range(most):
            if self._over.is_set():
                return
            status, case = report(url)
            self.answers.add(status)
            if case:
                self.acknowledged.append(case)
                self._over.wait(self.pause)
            else:
                self.refused += 1
                self._over.wait(0.3)

    def __enter__(self) -> Reporters:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join()


def asked(database: Database, statement: str) -> list[tuple[object, ...]]:
    """What the database answers to its owner."""
    with psycopg.connect(database.dsn) as connection:
        return connection.execute(statement).fetchall()
