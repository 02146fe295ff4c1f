# SPDX-License-Identifier: Apache-2.0
"""Many processes over one PostgreSQL: under load, while one is killed every second, nothing is published early or
twice, and nothing that was acknowledged is lost; nor when the database restarts, stands by, or has no connection left.

`CAMPAIGN_PUBLICATIONS` says how many publications, else 1,000 with --deep and a sample of 3 without.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tests.campaign.fleet import Fleet, Reporters, asked, fleet, report, until
from tests.postgres import Database
from tests.postgres import running as own_server
from tests.support import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

HURRIED = "[keys]\ncases_per_hour = 100000\ncases_per_day = 100000\n"
"""Two people do in an hour what a team does in years, and the key holder would shut them out."""
PAUSE = 0.2
"""Of a reporter in the whole campaign, which is not about the most that intake takes."""


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
    count = int(os.environ.get("CAMPAIGN_PUBLICATIONS", "1000" if deep else "3"))
    with fleet(tmp_path, postgres, more=HURRIED) as running:
        with Reporters(running, 100_000 if deep else 15, PAUSE if deep else 0) as people, running.killing(1.0):
            ordered = team(running, count)
            killed = 12 + count // 4  # one a second if the machine starts them as quickly
            until(lambda: sum(each.killed for each in running.members) >= killed, "so many are killed", 3600)
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


def test_under_load_a_database_that_dies_again_and_again_loses_nothing_that_was_acknowledged(
    tmp_path: Path, deep: bool
) -> None:
    """Fail-over as far as one machine can play it: PostgreSQL is stopped at once, with reports under way in two fronts
    and two workers at work, is away for a moment, recovers from its log, and everybody connects anew."""
    with own_server() as server, fleet(tmp_path, postgres := server.create(), workers=2) as running:
        with Reporters(running, 100_000) as people:
            for _ in range(12 if deep else 1):
                before = len(people.acknowledged)
                until(lambda before=before: len(people.acknowledged) > before + 4, "reports are taken")
                server.stop()
                refused = people.refused
                until(lambda refused=refused: people.refused > refused + 1, "the fronts say not now")
                server.begin()
        until(lambda: all(report(url)[1] for url in running.fronts), "every front takes reports again")
        until(lambda: not asked(postgres, "SELECT 1 FROM tocsin_case WHERE by_drop"), f"goes on\n{running.logs()}")
        kept = {ref for (ref,) in asked(postgres, "SELECT ref FROM tocsin_case")}
        assert set(people.acknowledged) <= kept
        assert people.answers <= {200, 503}, "an honest page, or a receipt"
        assert "0 findings" in (said := running.run("tocsin.boot.main", "verify")), said


def test_a_server_whose_connections_are_all_taken_is_answered_for_and_forgotten(tmp_path: Path) -> None:
    """Somebody else's programs hold every connection there is, also those that PostgreSQL keeps for its owner."""
    with own_server() as server, fleet(tmp_path, postgres := server.create(), fronts=1, workers=1) as running:
        (front,) = running.fronts
        assert report(front)[0] == 200
        count = "SELECT count(*) FROM tocsin_case"
        with ExitStack() as crowd:
            held = crowd.enter_context(psycopg.connect(postgres.dsn, autocommit=True))
            (before,) = held.execute(count).fetchall()
            until(lambda: taken(crowd, held, postgres), "every connection is taken")
            assert report(front) == (503, "")
            assert held.execute(count).fetchone() == before
        until(lambda: report(front)[0] == 200, "goes on")
        until(lambda: not asked(postgres, "SELECT 1 FROM tocsin_case WHERE by_drop"), f"goes on\n{running.logs()}")


def taken(crowd: ExitStack, held: psycopg.Connection, database: Database) -> bool:
    """Throw the installation out and take every connection; whether none of its own is left."""
    ours = "FROM pg_stat_activity WHERE usename LIKE %s"
    held.execute(f"SELECT pg_terminate_backend(pid) {ours}", [f"{database.name}_%"])
    with suppress(psycopg.OperationalError):
        while True:
            crowd.enter_context(psycopg.connect(database.dsn))
    return held.execute(f"SELECT count(*) {ours}", [f"{database.name}_%"]).fetchone() == (0,)


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
