# SPDX-License-Identifier: Apache-2.0
"""GnuPG's home holds secret keys while a message is opened. Of a process that was killed meanwhile it goes with the
next message; of one that is at work it stays."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from tocsin.adapters.openpgp.gnupg import YOUNG, clear


def home(base: Path, name: str, age: float) -> Path:
    made = base / name
    made.mkdir()
    (made / "secring").write_bytes(b"secret")
    at = time.time() - age
    os.utime(made, (at, at))
    return made


def test_the_home_of_a_killed_process_goes_and_one_in_use_stays(tmp_path: Path) -> None:
    old = YOUNG + 5
    dead, used, young = (home(tmp_path, f"tocsin-gpg-{n}", age) for n, age in (("d", old), ("u", old), ("y", 0)))
    others = home(tmp_path, "tocsin-else", old)
    (tmp_path / "tocsin-gpg-link").symlink_to(others)
    os.utime(tmp_path / "tocsin-gpg-link", (0, 0), follow_symlinks=False)
    lock = os.open(used, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        assert clear(tmp_path) == 1
    finally:
        os.close(lock)
    assert (dead.exists(), used.exists(), young.exists(), others.exists()) == (False, True, True, True)
