# SPDX-License-Identifier: Apache-2.0
"""The walk of `test_routes` over PostgreSQL, as each listener's own role reaches it and with row-level security in
force: the same people get the same answers as over memory. Of the desk one address in four, all with `--deep`; of the
front every one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.access.test_routes import leaks, table, unguarded, walk
from tests.postgres import Cluster, Database
from tests.support import DATA, ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def installation(home: Path, place: Database) -> None:
    """An empty one on this database, with its roles."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "DJANGO_"))}
    url = f"postgresql://{place.user}@/{place.name}?host={place.host}"
    environment = {**clean, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_DATABASE_URL": url}

    def tocsin(*words: str) -> str:
        command = [sys.executable, "-m", "tocsin.boot.main", *words]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    both = [f"--policy={ROOT / 'examples' / 'policies' / f'{name}.toml'}" for name in ("community", "warehousepg")]
    addresses = ("--url", "http://localhost:8080", "--desk-url", "http://localhost:8081")
    tocsin("init", "--dir", str(home), *addresses, *both)
    environment["TOCSIN_CONFIG"] = str(home / "tocsin.toml")
    lines = tocsin("db", "roles", "--prefix", place.name, "--out", str(home / "roles"))
    with (home / "tocsin.toml").open("a") as config:
        config.write(f"\n[database]\n{lines}")


@pytest.fixture(scope="module")
def desk(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, deep: bool) -> Any:
    place = postgres_cluster.create()
    home = tmp_path_factory.mktemp("desk")
    installation(home, place)
    yield walk("desk", home, share=1 if deep else 4)
    postgres_cluster.drop(place)


def comparable(line: str) -> str:
    """A line without whoever's account ended, on the account pages: over memory the end is not known to the accounts'
    own table, here it is, and they are like nobody."""
    return line.replace(" ended", "") if line.startswith("/account/") else line


def test_everybody_gets_what_the_golden_says(desk: dict[str, Any]) -> None:
    assert desk["unknown"] == []
    seen = set(map(comparable, table(desk).splitlines()))
    assert len(seen) > 100
    expected = set(map(comparable, (DATA / "access-desk.txt").read_text().splitlines()))
    assert sorted(seen - expected) == []


def test_nobody_learns_more_and_no_answer_is_a_fault(desk: dict[str, Any]) -> None:
    assert leaks(desk) == []
    assert [(e["route"], e["method"], e["as"]) for e in desk["asked"] if e["real"]["status"] >= 500] == []
    answers = [e["real"] | {"at": (e["route"], e["method"], e["as"])} for e in desk["asked"]]
    assert {(str(each["at"]), lack) for each in answers for lack in unguarded(each, private=True)} == set()


@pytest.fixture(scope="module")
def front(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = postgres_cluster.create()
    home = tmp_path_factory.mktemp("front")
    installation(home, place)
    yield walk("front", home), place
    postgres_cluster.drop(place)


def test_the_front_answers_as_over_memory_with_rights_to_add_and_to_read_no_case(
    front: tuple[dict[str, Any], Database],
) -> None:
    told, place = front
    assert told["unknown"] == []
    assert table(told) == (DATA / "access-front.txt").read_text()
    answers = [e["real"] | {"at": (e["route"], e["method"])} for e in told["asked"]]
    assert {(str(each["at"]), lack) for each in answers for lack in unguarded(each, private=False)} == set()
    with psycopg.connect(place.dsn) as owner:
        assert owner.execute("SELECT count(*) FROM tocsin_case").fetchone() == (1,), "it took the walk's report in"


def test_control_the_walk_went_through_the_role_that_reads_no_case(front: tuple[dict[str, Any], Database]) -> None:
    _, place = front
    role = f"host={place.host} user={place.name}_front dbname={place.name}"
    with psycopg.connect(role) as intake, pytest.raises(psycopg.errors.InsufficientPrivilege):
        intake.execute("SELECT count(*) FROM tocsin_case")
