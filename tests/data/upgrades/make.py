# SPDX-License-Identifier: Apache-2.0
"""Makes the filled installation of one version that later ones are upgraded from, with the code of that version:
`PYTHONPATH=src:. python tests/data/upgrades/make.py` writes `VERSION.tar.gz`. `0007.tar.gz` is older than any version
and named by the last migration of its tables.

Run once before a release (docs/how-to/release.md); what it wrote is never made again. Both policies, an owner, reports
with files, words of reporters, advisories that are published, a case that was rejected, and a log that remembers them.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import tocsin

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def main() -> None:
    """Make it. Raises SystemExit where it was made before: what was released does not change."""
    out = HERE / f"{tocsin.__version__}.tar.gz"
    if out.exists():
        raise SystemExit(f"{out.name} is kept already; a new version first gets its number, in src/tocsin/__init__.py")
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "instance"
        environment = {**os.environ, "TOCSIN_CONFIG": str(home / "tocsin.toml")}

        def run(*words: str) -> str:
            command = [sys.executable, "-m", *words]
            return subprocess.run(
                command, check=True, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
            ).stdout

        policies = [str(ROOT / "examples" / "policies" / f"{name}.toml") for name in ("community", "warehousepg")]
        run("tocsin.boot.main", "init", "--dir", str(home), "--admin", "Dana <dana@example.org>",
            *(f"--policy={each}" for each in policies))  # fmt: skip
        run("benchmarks.instance", "5")
        run("tests.campaign.many", "2")
        run("benchmarks.instance", "0")  # lets the worker come to rest
        with sqlite3.connect(home / "data" / "tocsin.db") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with tarfile.open(out, "w:gz", compresslevel=9) as packed:
            for path in sorted(home.rglob("*")):
                kept = path.is_file() and "site" not in path.relative_to(home).parts and not path.is_socket()
                if kept and path.suffix not in (".db-wal", ".db-shm"):
                    packed.add(path, arcname=path.relative_to(home).as_posix(), recursive=False, filter=_anybody)


def _anybody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's name and no time: only what the files hold."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


if __name__ == "__main__":
    main()
