# SPDX-License-Identifier: Apache-2.0
"""What processes count and remember together, on both databases: one count, whoever adds; one that is first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.databases import at_once
from tests.support import ROOT
from tocsin.adapters.db import passing
from tocsin.adapters.db.counts import DbCounts
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.passing import Passing
from tocsin.core.vocabulary import ReportKind
from tocsin.services.ports.counts import Counts
from tocsin.services.quotas import OwnCounts, Quota, Quotas

HOUR = datetime(2026, 3, 3, 9, tzinfo=UTC)
MANY = 24


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def counts(request: pytest.FixtureRequest) -> Counts:
    return OwnCounts() if request.param == "memory" else DbCounts(request.getfixturevalue(request.param))


@pytest.fixture
def cache(database: Database) -> Passing:
    return Passing("", {}, database)


def test_each_name_has_its_count_of_the_hour(counts: Counts) -> None:
    assert list(counts.add(("installation", "project/a"), HOUR)) == [1, 1]
    assert list(counts.add(("installation", "project/b"), HOUR)) == [2, 1]
    assert list(counts.add(("installation",), HOUR, by=-1)) == [1]
    assert list(counts.add(("installation", "project/a"), HOUR + timedelta(hours=1))) == [1, 1]


def test_no_two_are_given_one_number(database: Database) -> None:
    counts = DbCounts(database)
    given = at_once(database, MANY, lambda _: counts.add(("installation", "project/a"), HOUR)[0])
    assert sorted(given) == list(range(1, MANY + 1))


def test_old_counts_are_forgotten(database: Database) -> None:
    counts = DbCounts(database)
    counts.add(("project/a",), HOUR - timedelta(hours=2))
    counts.add(("project/b",), HOUR)
    assert counts.forget(HOUR - timedelta(hours=1)) == 1
    assert list(counts.add(("project/b",), HOUR)) == [2]


def test_the_quota_of_many_fronts_is_one(database: Database) -> None:
    fronts = [Quotas(DbCounts(database), lambda purpose, text: text.encode(), Quota(source=5)) for _ in range(4)]

    def held(each: list[Quotas]) -> int:
        return sum(front.hold("a", "93.184.216.34", ReportKind.FOUND, HOUR) for front in each)

    assert held(fronts * 5) == 15
    alone = [Quotas(OwnCounts(), lambda purpose, text: text.encode(), Quota(source=5)) for _ in range(4)]
    assert held(alone * 5) == 0, "the control: each counting for itself holds none"


def test_what_is_kept_is_there_until_its_time_is_over(cache: Passing) -> None:
    cache.set("attempts", [1.5, 2.5], 60)
    assert cache.get("attempts") == [1.5, 2.5]
    assert cache.get("others", []) == []
    cache.set("attempts", "gone", -1)
    assert cache.get("attempts") is None
    assert not cache.touch("attempts", 60)
    cache.set("attempts", True, None)
    assert cache.touch("attempts", 60)
    assert cache.delete("attempts")
    assert not cache.delete("attempts")


def test_of_many_that_use_a_code_at_once_one_is_first(cache: Passing, database: Database) -> None:
    assert sum(at_once(database, MANY, lambda _: cache.add("a code", "y", 60))) == 1
    cache.set("a code", "y", -1)
    assert cache.add("a code", "y", 60), "and again once it is over"


def test_no_key_is_kept_and_what_is_over_is_removed(cache: Passing, database: Database) -> None:
    cache.set("allauth:rl:login:ip:93.184.216.34", [1.5], 60)
    cache.set("over", "y", -60)
    ((key, value),) = database.rows("SELECT key, value FROM tocsin_passing WHERE value = '[1.5]'", ())
    assert len(bytes(key)) == 16
    assert b"93.184" not in bytes(key)
    assert json.loads(value) == [1.5]
    assert passing.forget(datetime.now(UTC), database) == 1
    cache.clear()
    assert not database.rows("SELECT key FROM tocsin_passing", ())


TRY = """
import json, os, sys
import django
django.setup()
from django.core.cache import cache
from tocsin.adapters.db.counts import DbCounts
from datetime import UTC, datetime
counts = [DbCounts().add(("installation",), datetime(2026, 3, 3, 9, tzinfo=UTC))[0] for _ in range(10)]
print(json.dumps([counts, [cache.add(f"code {n}", "y", 60) for n in range(10)]]))
"""


@pytest.mark.slow
def test_two_processes_of_an_installation_count_and_remember_together(tmp_path: Path) -> None:
    """The product's own settings of a desk, over one file, in two processes that run at the same time."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    made = [sys.executable, "-m", "tocsin.boot.main", "init", "--dir", str(tmp_path)]
    subprocess.run(made, env=environment, cwd=ROOT, check=True, capture_output=True)
    environment |= {"TOCSIN_CONFIG": f"{tmp_path}/tocsin.toml", "TOCSIN_ROLE": "desk"}
    environment["DJANGO_SETTINGS_MODULE"] = "tocsin.boot.settings"
    running = [
        subprocess.Popen([sys.executable, "-c", TRY], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    told = [json.loads(each.communicate()[0]) for each in running]
    assert sorted(told[0][0] + told[1][0]) == list(range(1, 21))
    assert sum(told[0][1]) + sum(told[1][1]) == 10
