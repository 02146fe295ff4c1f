# SPDX-License-Identifier: Apache-2.0
"""Many processes over one PostgreSQL: under load, while one is killed every second, nothing is published early or
twice, and nothing that was acknowledged is lost; nor when the database restarts, stands by, or has no connection left.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tests.campaign.fleet import Fleet, fleet, report, until
from tests.postgres import Database
from tests.postgres import running as own_server
from tests.support import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def asked(database: Database, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.dsn) as connection:
        return connection.execute(statement).fetchall()


class Reporters:
    """People who report one thing after the other at every front, and remember what was acknowledged."""

    def __init__(self, fleet: Fleet, each: int) -> None:
        self.acknowledged: list[str] = []
        self.refused = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._report, args=(url, each)) for url in fleet.fronts]

    def _report(self, url: str, most: int) -> None:
        for _ in range(most):
            if self._over.is_set():
                return
            _, case = report(url)
            if case:
                self.acknowledged.append(case)
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


def team(fleet: Fleet, count: int) -> dict[str, datetime]:
    """Let the team order so many publications, in a process that nobody kills; the instant of each, by advisory."""
    command = [sys.executable, "-m", "tests.campaign.many", str(count)]
    done = subprocess.run(command, env=fleet.environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    told = (line.split() for line in done.stdout.splitlines())
    return {advisory: datetime.fromisoformat(at) for _, advisory, at in told}


def test_while_one_process_is_killed_every_second_nothing_is_early_double_or_lost(
    tmp_path: Path, postgres: Database, deep: bool
) -> None:
    count = 1_000 if deep else 3
    with fleet(tmp_path, postgres) as running:
        with Reporters(running, 100_000 if deep else 15) as people, running.killing(1.0):
            ordered = team(running, count)
            until(lambda: sum(each.killed for each in running.members) >= 12 + count, "so many are killed", 3600)
        until(
            lambda: asked(postgres, "SELECT count(*) FROM tocsin_publication")[0][0] >= count,
            f"all are published\n{running.logs()}",
            600 + 3 * count,
        )
        running.ready()
        until(
            lambda: not asked(postgres, "SELECT 1 FROM tocsin_outbox WHERE done_at IS NULL AND error <> ''"
                                        " OR done_at IS NULL AND due_at < now()"),
            f"the outbox is empty\n{running.logs()}",
            700,
        )  # fmt: skip
        told = asked(postgres, "SELECT advisory, count(*), min(at) FROM tocsin_publication GROUP BY advisory")
        assert {advisory: times for advisory, times, _ in told} == dict.fromkeys(ordered, 1)
        early = [advisory for advisory, _, at in told if at < ordered[str(advisory)]]
        assert not early
        kept = {ref for (ref,) in asked(postgres, "SELECT ref FROM tocsin_case")}
        assert people.acknowledged, "the control: there was load"
        assert set(people.acknowledged) <= kept
        assert len(set(people.acknowledged)) == len(people.acknowledged)
        assert "0 findings" in (said := running.run("tocsin.boot.main", "verify")), said


def test_while_the_database_restarts_intake_says_not_now_and_loses_nothing(
    tmp_path: Path,
) -> None:
    """A restart throws everybody out, as a fail-over does; the reports around it are kept or honestly refused."""
    with own_server() as server, fleet(tmp_path, postgres := server.create(), fronts=1, workers=1) as running:
        (front,) = running.fronts
        kept = [report(front)]
        server.stop()
        gone = report(front)
        assert gone == (503, ""), "an honest page, and no receipt"
        server.begin()
        until(lambda: report(front)[1], "reports are taken again")
        kept.append(report(front))
        assert all(status == 200 for status, _ in kept)
        there = {ref for (ref,) in asked(postgres, "SELECT ref FROM tocsin_case")}
        assert {case for _, case in kept} <= there
        until(
            lambda: not asked(postgres, "SELECT 1 FROM tocsin_case WHERE by_drop"),
            f"the worker goes on by itself\n{running.logs()}",
        )


def test_a_standby_and_a_server_without_connections_take_no_report_and_acknowledge_none(
    tmp_path: Path, postgres: Database
) -> None:
    with fleet(tmp_path, postgres, fronts=1, workers=0) as running:
        (front,) = running.fronts

        def administer(statement: str) -> None:
            with psycopg.connect(f"host={postgres.host} user={postgres.user} dbname=postgres", autocommit=True) as root:
                root.execute(statement)
                root.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [postgres.name]
                )

        assert report(front)[0] == 200
        count = "SELECT count(*) FROM tocsin_case"
        for spoil, mend in (
            (f"ALTER DATABASE {postgres.name} SET default_transaction_read_only = on",
             f"ALTER DATABASE {postgres.name} RESET default_transaction_read_only"),
            (f"ALTER ROLE {postgres.name}_front CONNECTION LIMIT 0",
             f"ALTER ROLE {postgres.name}_front CONNECTION LIMIT -1"),
        ):  # fmt: skip
            before = asked(postgres, count)
            administer(spoil)
            assert report(front) == (503, ""), spoil
            assert asked(postgres, count) == before
            administer(mend)
            until(lambda: report(front)[0] == 200, f"goes on after {spoil}")
