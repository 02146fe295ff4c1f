# SPDX-License-Identifier: Apache-2.0
"""Wrapped keys leave the backups after thirty days, so that what was shredded is gone from them too; the rest stays."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tocsin.boot import backup
from tocsin.boot.config import Backup, Config
from tocsin.services.rotation import KEPT

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def made(home: Path, age: timedelta) -> Path:
    place = home / (NOW - age).strftime("%Y-%m-%dT%H%M%SZ")
    place.mkdir()
    for name in (backup.DATA, backup.KEYS):
        (place / name).write_bytes(b"sealed")
    return place


def test_wrapped_keys_are_kept_for_thirty_days_and_no_longer(tmp_path: Path) -> None:
    config = Config(backup=Backup(directory=str(tmp_path), keep=9))
    young, old = made(tmp_path, KEPT - timedelta(hours=1)), made(tmp_path, KEPT + timedelta(hours=1))
    assert backup.prune(config, NOW) == 1
    assert (young / backup.KEYS).exists()  # negative control: until then a shredded case could come back
    assert not (old / backup.KEYS).exists()
    assert (old / backup.DATA).exists()


def test_what_a_killed_backup_left_of_wrapped_keys_goes_within_a_day(tmp_path: Path) -> None:
    left, at_work = tmp_path / ".making-abc", tmp_path / ".drill-def"
    for place in (left, at_work):
        place.mkdir()
        (place / "keys").write_bytes(b"wrapped")
    long_ago = time.time() - 2 * backup.LEFT.total_seconds()
    os.utime(left, (long_ago, long_ago))
    assert backup.clear(tmp_path) == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == [".drill-def"]


def test_a_backup_that_a_wrong_clock_dated_into_next_year_holds_up_none() -> None:
    assert backup._long_ago(NOW + timedelta(days=365), NOW)
    assert backup._long_ago(NOW - timedelta(days=1), NOW)
    assert not backup._long_ago(NOW - timedelta(hours=23), NOW)
    assert not backup._long_ago(NOW + timedelta(minutes=1), NOW), "two machines differ a little"
