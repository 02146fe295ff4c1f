# SPDX-License-Identifier: Apache-2.0
"""A throw-away PostgreSQL for contract suites: one cluster a run, one empty database a test.

The cluster listens on a unix socket in its own temporary directory and nowhere else. The server refuses to run as
root, so a run as root (a container, usually) drops to the `postgres` account the distribution's package makes. It never
syncs to disk: tests of durability start their own. Without the binaries, tests that ask for it skip and say so.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

SUPERUSER = "tocsin"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """Where one database is: `host` is the directory of the socket."""

    host: str
    name: str
    user: str = SUPERUSER

    @property
    def dsn(self) -> str:
        return f"host={self.host} user={self.user} dbname={self.name}"


def binaries() -> Path:
    """The directory of `initdb` and `pg_ctl`, the newest where several are installed; skips where none is."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if not versions:
        pytest.skip("needs PostgreSQL's server (Debian: apt-get install postgresql)")
    return max(versions, key=lambda path: int(path.parent.name))


@dataclass(frozen=True)
class Cluster:
    """A running server: makes databases, and stops."""

    directory: Path
    bin: Path
    account: pwd.struct_passwd | None

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the account the server belongs to."""
        drop = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if self.account else {}
        command = [str(self.bin / program), *arguments]
        # A log file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with (self.directory / "programs.log").open("ab") as log:
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, **drop)
        assert done.returncode == 0, (self.directory / "programs.log").read_text(errors="replace")

    def start(self) -> None:
        data = str(self.directory / "data")
        self.run("initdb", "-D", data, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.begin()

    def begin(self) -> None:
        """Start what was made, and perhaps stopped, before."""
        data = str(self.directory / "data")
        where = f"-c listen_addresses='' -c unix_socket_directories='{self.directory}'"
        self.run("pg_ctl", "-D", data, "-w", "-l", str(self.directory / "server.log"), "-o", f"{where} {FAST}", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.directory / "data"), "-w", "-m", "immediate", "stop")

    def _administer(self, statement: str) -> None:
        with psycopg.connect(Database(str(self.directory), "postgres").dsn, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template1") -> Database:
        """Make an empty database, or a copy of one that nobody is connected to."""
        name = f"test_{next(_numbers)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return Database(str(self.directory), name)

    def drop(self, database: Database) -> None:
        """Remove a database and whoever is still connected to it."""
        self._administer(f"DROP DATABASE {database.name} WITH (FORCE)")


@contextmanager
def running() -> Iterator[Cluster]:
    """A server of one's own, for what others would notice: that it stops, or stands by."""
    where = binaries()
    account = None
    directory = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(directory, account.pw_uid, account.pw_gid)
    cluster = Cluster(directory, where, account)
    try:
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One server for the run; tests want `postgres` instead."""
    with running() as cluster:
        yield cluster


@pytest.fixture
def postgres(postgres_cluster: Cluster) -> Iterator[Database]:
    """An empty database of one's own. Mark the test `postgres`, so that all of them share one server."""
    database = postgres_cluster.create()
    yield database
    postgres_cluster.drop(database)
