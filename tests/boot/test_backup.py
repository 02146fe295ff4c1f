# SPDX-License-Identifier: Apache-2.0
"""The machine's own commands on a real installation: kit, backup, rotation, restore elsewhere, drill, refusals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backup")]


class Done(NamedTuple):
    code: int
    out: str
    err: str


def tocsin(home: Path, *words: str, given: str = "") -> Done:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "TOCSIN_CONFIG": str(home / "tocsin.toml")}
    command = [sys.executable, "-m", *(words if words[0].startswith("benchmarks") else ("tocsin.boot.main", *words))]
    done = subprocess.run(command, input=given, capture_output=True, text=True, env=environment, cwd=ROOT)
    return Done(done.returncode, done.stdout, done.stderr)


def good(done: Done) -> str:
    assert done.code == 0, done.err
    return done.out


class Place(NamedTuple):
    home: Path
    shares: Path

    @property
    def newest(self) -> Path:
        return max((self.home / "data" / "backups").glob("2*"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An installation with twelve cases, a recovery kit, and a backup."""
    home = tmp_path_factory.mktemp("one") / "instance"
    shares = home.parent / "shares"
    policy = "examples/policies/warehousepg.toml"
    good(tocsin(home, "init", "--dir", str(home), "--policy", policy, "--admin", "Dana <dana@example.org>"))
    good(tocsin(home, "benchmarks.instance", "12"))
    good(tocsin(home, "recovery", "make", "--out", str(shares)))
    assert "restore drill: good" in good(tocsin(home, "backup"))
    return Place(home, shares)


def shares(place: Place, *numbers: int) -> list[str]:
    return [word for number in numbers for word in ("--share", str(place.shares / f"share-{number}.txt"))]


def test_a_kit_is_verified_with_two_shares_typed_or_from_files(place: Place) -> None:
    assert "verified" in good(tocsin(place.home, "recovery", "verify", *shares(place, 1, 3)))
    typed = "\n\n".join((place.shares / f"share-{number}.txt").read_text().strip() for number in (2, 3)) + "\n\n"
    assert "verified" in good(tocsin(place.home, "recovery", "verify", given=typed))
    refused = tocsin(place.home, "recovery", "verify", *shares(place, 1, 1))
    assert (refused.code, "two different shares" in refused.err) == (1, True)
    wrong = place.home / "notes.txt"
    wrong.write_bytes(b"\xff no share")
    refused = tocsin(place.home, "recovery", "verify", *shares(place, 1), "--share", str(wrong))
    assert (refused.code, f"{wrong}: the share was mistyped" in refused.err) == (1, True), refused.err


def test_a_stolen_backup_says_nothing_and_holds_no_key(place: Place) -> None:
    raw = b"".join(path.read_bytes() for path in place.newest.iterdir())
    for mark in (b"Problem number", b"dana@example.org", b"warehousepg", b"SQLite format", b"WHPG-"):
        assert mark not in raw, mark
    for key in (*(place.home / "keys").glob("*.*key"), place.home / "data" / "intake.json"):
        assert key.read_bytes() not in raw


def test_after_a_rotation_the_paper_is_still_good_and_another_machine_takes_over(place: Place, tmp_path: Path) -> None:
    assert "12 case keys wrapped anew, 12 list rows sealed anew" in good(tocsin(place.home, "keys", "rotate"))
    assert "0 findings" in good(tocsin(place.home, "verify"))
    good(tocsin(place.home, "backup"))
    carried = tmp_path / "carried"
    shutil.copytree(place.newest, carried)
    there = tmp_path / "there"
    good(tocsin(there, "restore", str(carried), "--dir", str(there), *shares(place, 2, 3)))
    assert "12 cases, 12 journal lines, 0 findings" in good(tocsin(there, "verify"))
    assert "Problem number" in good(tocsin(there, "inbox"))
    assert tocsin(there, "restore", str(carried), "--dir", str(there), *shares(place, 2, 3)).code == 1
    assert (there / "keys").stat().st_mode & 0o777 == 0o700


def test_a_backup_that_was_altered_fails_the_drill_and_does_not_restore(place: Place, tmp_path: Path) -> None:
    for name in ("data.tocsin", "keys.tocsin"):
        home = tmp_path / name / "2026-03-03T120000Z"
        shutil.copytree(place.newest, home)
        raw = bytearray((home / name).read_bytes())
        raw[len(raw) // 2] ^= 1
        (home / name).write_bytes(raw)
        there = tmp_path / f"there-{name}"
        refused = tocsin(there, "restore", str(home), "--dir", str(there), *shares(place, 1, 2))
        assert (refused.code, f"{home} is damaged" in refused.err) == (1, True), refused.err
        assert not (there / "tocsin.toml").exists()


def test_without_wrapped_keys_an_old_backup_opens_nothing(place: Place, tmp_path: Path) -> None:
    home = tmp_path / "2026-03-03T120000Z"
    shutil.copytree(place.newest, home)
    (home / "keys.tocsin").unlink()
    refused = tocsin(tmp_path, "restore", str(home), "--dir", str(tmp_path / "there"), *shares(place, 1, 2))
    assert (refused.code, "kept for 30 days" in refused.err) == (1, True), refused.err


def test_only_the_keys_come_back_where_the_data_is_still_there(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "keys"
    good(tocsin(place.home, "recovery", "restore", "--keys", str(target), *shares(place, 1, 2)))
    for path in (place.home / "keys").glob("*.*k*"):
        if path.is_file():
            assert (target / path.name).read_bytes() == path.read_bytes()


def test_the_ledger_lists_what_was_released_to_whom(place: Place) -> None:
    lines = good(tocsin(place.home, "keys", "ledger")).splitlines()
    assert any("drill" in line and "system" in line for line in lines)
