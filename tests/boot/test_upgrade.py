# SPDX-License-Identifier: Apache-2.0
"""From every version that ever was, filled, to this one: every journal replays, and what stops it half-way does not
matter. `tests/data/upgrades/make.py` made the installations, each with the code of its version."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import django
import pytest

from tocsin import __version__

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from django.db import migrations, models  # noqa: E402 - Django is set up above

from tests.support import DATA, ROOT, unpack  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backup")]

KEPT = DATA / "upgrades"
VERSIONS = sorted(KEPT.glob("*.tar.gz"))
RELEASED = "0008_custody"
"""The last migration of the first release; those after it leave room for code that has not seen them."""


def tocsin(home: Path, *words: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(home / "tocsin.toml")}
    command = [sys.executable, "-m", "tocsin.boot.main", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(params=VERSIONS, ids=lambda path: path.name.removesuffix(".tar.gz"))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An installation as a version before left it."""
    unpack(request.param, tmp_path)
    for path in (tmp_path / "data", tmp_path / "keys"):
        path.chmod(0o700)
    text = (tmp_path / "tocsin.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("data = ", "keys = "))]
    places = f'data = "{tmp_path / "data"}"\nkeys = "{tmp_path / "keys"}"'
    (tmp_path / "tocsin.toml").write_text("\n".join(lines).replace("[storage]", f"[storage]\n{places}"))
    return tmp_path


def not_kept(versions: Iterable[str], kept: Path) -> list[str]:
    """Versions that are released, or about to be, and of which no installation is kept."""
    final = {version for each in versions if "dev" not in (version := each.removeprefix("v"))}
    return sorted(version for version in final if not (kept / f"{version}.tar.gz").exists())


def test_of_every_version_an_installation_is_kept() -> None:
    """`python tests/data/upgrades/make.py` makes this version's (docs/how-to/release.md)."""
    tagged = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert not_kept([__version__, *tagged], KEPT) == []


def test_control_a_version_without_one_is_found(tmp_path: Path) -> None:
    (tmp_path / "0.1.0.tar.gz").touch()
    assert not_kept(["v0.1.0", "0.2.0.dev0"], tmp_path) == []
    assert not_kept(["v0.1.0", "0.2.0", "v0.1.1"], tmp_path) == ["0.1.1", "0.2.0"]


def rows(home: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "data" / "tocsin.db")) as database:
        return database.execute(question).fetchall()


def test_an_upgrade_backs_up_and_loses_nothing(old: Path) -> None:
    before = rows(old, "SELECT case_id, seq, at, body FROM tocsin_journal ORDER BY case_id, seq")
    assert before
    todo = [line for line in tocsin(old, "upgrade", "--look") if line.startswith("to do")]
    told = tocsin(old, "upgrade")
    assert any(line.startswith("backup ") for line in told) == bool(todo)
    assert rows(old, "SELECT case_id, seq, at, body FROM tocsin_journal ORDER BY case_id, seq") == before
    assert tocsin(old, "upgrade")[-1].startswith("nothing to do")
    tocsin(old, "verify")
    assert len(tocsin(old, "inbox", "--as", "dana@example.org")) > 3


def test_an_upgrade_that_is_killed_goes_on_when_it_is_run_again(old: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(old / "tocsin.toml")}
    command = [sys.executable, "-m", "tocsin.boot.main", "upgrade", "--no-backup"]
    applied = 0
    for _ in range(3):
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            ((seen,),) = rows(old, "SELECT count(*) FROM django_migrations")
            if seen != applied:  # something was done since the last time
                applied = int(str(seen))
                process.send_signal(signal.SIGKILL)
            time.sleep(0.01)
    tocsin(old, "upgrade", "--no-backup")
    tocsin(old, "verify")


def test_a_server_that_migrated_by_itself_does_what_an_upgrade_does(old: Path) -> None:
    (old / "tocsin.toml").write_text(elsewhere((old / "tocsin.toml").read_text()))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_CONFIG": str(old / "tocsin.toml")}
    command = [sys.executable, "-m", "tocsin.boot.main", "serve"]
    looked_through = "SELECT value FROM tocsin_fact WHERE name = 'inbox-rows'"
    before = rows(old, looked_through)
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while (noted := rows(old, looked_through)) == before and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        process.terminate()
        process.wait(30)
    assert noted != before, "the worker looked the inbox rows through"
    assert tocsin(old, "verify")[-1].endswith("0 findings")
    assert tocsin(old, "upgrade") == ["nothing to do: the tables are of this version"]


def elsewhere(text: str) -> str:
    """A configuration whose listeners are on ports that are free now."""
    for port in ("8080", "8081"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            text = text.replace(f":{port}", f":{probe.getsockname()[1]}")
    return text


def test_a_newer_database_is_left_alone(old: Path) -> None:
    tocsin(old, "upgrade", "--no-backup")
    with closing(sqlite3.connect(old / "data" / "tocsin.db")) as database, database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('tocsin', '9999_x', '2027-01-01')")
    with pytest.raises(AssertionError, match="newer version"):
        tocsin(old, "upgrade")


BESIDE = (
    migrations.CreateModel, migrations.AddIndex, migrations.AddConstraint, migrations.RunSQL, migrations.RunPython,
    migrations.SeparateDatabaseAndState,
)  # fmt: skip
"""What a version that does not know of it can live beside."""


def in_the_way(operation: migrations.operations.base.Operation) -> str:
    """Why the version before could not work beside this; empty when it can."""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        filled = field.null or field.has_db_default() or isinstance(field, models.ManyToManyField)
        return "" if filled else "the version before would insert rows without it: null=True or db_default"
    return "" if isinstance(operation, BESIDE) else "only adds are possible while the version before runs"


def test_migrations_leave_room_for_the_version_before() -> None:
    from importlib import import_module

    names = sorted(path.stem for path in (ROOT / "src/tocsin/adapters/db/migrations").glob("0*.py"))
    found = {
        f"{name}: {operation}": why
        for name in names
        if name > RELEASED
        for operation in import_module(f"tocsin.adapters.db.migrations.{name}").Migration.operations
        if (why := in_the_way(operation))
    }
    assert found == {}


def test_a_migration_in_the_way_would_be_found() -> None:
    added = migrations.AddField("caserow", "x", models.IntegerField(default=3))
    assert "db_default" in in_the_way(added)
    assert in_the_way(migrations.RemoveField("caserow", "lead"))
    assert not in_the_way(migrations.AddField("caserow", "x", models.IntegerField(db_default=3)))
