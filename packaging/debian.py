# SPDX-License-Identifier: Apache-2.0
"""Makes a Debian package of a wheel: `packaging/debian.py dist/tocsin-*.whl [--out dist] [--python /usr/bin/python3]`.

It holds what `requirements/postgres.txt` locks by hash, in an environment of its own below /opt/tocsin, for the Python
of the Debian that it is built on; the units of `packaging/systemd`; the command `tocsin-admin`; users and directories,
which systemd makes. It starts nothing: an installation is made first (docs/how-to/systemd.md), and what that keeps is
never removed with the package. Sources: deb(5), deb-control(5), dpkg's DPKG_ROOT, sysusers.d(5), tmpfiles.d(5).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = "opt/tocsin"
LOCAL = {"direct_url.json", "uv_cache.json"}
"""What an installer notes of the machine that it ran on."""

USERS = """g tocsin -
u tocsin -:tocsin "Tocsin" /var/lib/tocsin
u tocsin-keys -:tocsin "Tocsin key holder" /var/lib/tocsin-keys
"""
DIRECTORIES = """d /etc/tocsin 0755 root root
d /var/lib/tocsin 0750 tocsin tocsin
d /var/lib/tocsin-keys 0700 tocsin-keys tocsin
"""
SCRIPTS = {
    "postinst": """#!/bin/sh
set -e
systemd-sysusers --root="$DPKG_ROOT/" tocsin.conf
systemd-tmpfiles --root="$DPKG_ROOT/" --create tocsin.conf
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart tocsin-keys.service tocsin.service 'tocsin@*.service'
fi
""",
    "prerm": """#!/bin/sh
set -e
if [ "$1" = remove ] && [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl disable --now tocsin.service tocsin-keys.service 'tocsin@*.service'
fi
""",
}


def run(*words: str | Path, **more: str) -> str:
    """What a program says. Raises SystemExit with what it said where it fails."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, capture_output=True, text=True, env={**outside, **more}, check=False)
    if done.returncode:
        raise SystemExit(f"{words[0]}: {done.stderr[-2000:]}")
    return done.stdout.strip()


def told(wheel: Path) -> tuple[str, str, int]:
    """A wheel's version as Debian orders it, its summary, and the instant that it was built for."""
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (each for each in packed.namelist() if each.endswith(".dist-info/METADATA"))
        about, latest = message_from_bytes(packed.read(name)), max(each.date_time for each in packed.infolist())
    return about["Version"].replace(".dev", "~dev"), about["Summary"], int(datetime(*latest, tzinfo=UTC).timestamp())


def environment(stage: Path, wheel: Path, python: Path) -> None:
    """Make the environment below `stage`, as it will stand below /: no path, script or note of this machine in it."""
    home = stage / PLACE
    run(python, "-m", "venv", "--without-pip", home)
    install = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--link-mode=copy", "--no-deps", "--python")
    inside = home / "bin" / "python"
    run(*install, inside, "--require-hashes", "--requirement", ROOT / "requirements" / "postgres.txt")
    run(*install, inside, wheel)
    for script in (home / "bin").iterdir():
        if not script.name.startswith("python"):
            script.unlink()
    command = home / "bin" / "tocsin"
    command.write_text(f"#!/{PLACE}/bin/python\nimport sys\n\nfrom tocsin.boot.main import main\n\nsys.exit(main())\n")
    command.chmod(0o755)
    lines = (home / "pyvenv.cfg").read_text().splitlines(keepends=True)
    (home / "pyvenv.cfg").write_text("".join(each for each in lines if not each.startswith(("command", "executable"))))
    for note in [each for each in home.rglob("*.dist-info/*") if each.name in LOCAL]:
        note.unlink()
    (home / ".lock").unlink(missing_ok=True)
    # Never looked at again: the directory is not writable for who runs it, and dpkg would not know of new files.
    run(
        inside, "-m", "compileall", "-q", "-j0", "--invalidation-mode", "unchecked-hash", "-s", stage, "-p", "/",
        home / "lib", PYTHONHASHSEED="0",
    )  # fmt: skip


def system(stage: Path) -> None:
    """What stands beside the environment: the command's name, units, users, directories, licence."""
    library = stage / "usr" / "lib"
    for folder, text in (("sysusers.d", USERS), ("tmpfiles.d", DIRECTORIES)):
        (library / folder).mkdir(parents=True)
        (library / folder / "tocsin.conf").write_text(text)
    shutil.copytree(ROOT / "packaging" / "systemd", library / "systemd" / "system")
    for place in ("bin", "sbin"):
        (stage / "usr" / place).mkdir()
    shutil.copy(ROOT / "packaging" / "admin.sh", stage / "usr" / "sbin" / "tocsin-admin")
    (stage / "usr" / "sbin" / "tocsin-admin").chmod(0o755)
    (stage / "usr" / "bin" / "tocsin").symlink_to(f"/{PLACE}/bin/tocsin")
    (stage / "usr" / "share" / "doc" / "tocsin").mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", stage / "usr" / "share" / "doc" / "tocsin" / "copyright")


def control(stage: Path, version: str, summary: str, python: Path) -> str:
    """Write what dpkg is to know; returns the architecture."""
    minor = int(run(python, "-c", "import sys; print(sys.version_info.minor)"))
    architecture = run("dpkg", "--print-architecture")
    size = sum(each.lstat().st_size for each in stage.rglob("*")) // 1024
    (stage / "DEBIAN").mkdir()
    (stage / "DEBIAN" / "control").write_text(
        f"Package: tocsin\nVersion: {version}\nArchitecture: {architecture}\nSection: admin\nPriority: optional\n"
        f"Maintainer: Tocsin <packages@tocsin.example>\nInstalled-Size: {size}\n"
        f"Depends: python3 (>= 3.{minor}~), python3 (<< 3.{minor + 1}~), libc6 (>= 2.28), systemd\n"
        f"Recommends: bubblewrap, git\nSuggests: postgresql\nDescription: {summary}\n"
    )
    for name, text in SCRIPTS.items():
        (stage / "DEBIAN" / name).write_text(text)
        (stage / "DEBIAN" / name).chmod(0o755)
    return architecture


def package(wheel: Path, out: Path, python: Path) -> Path:
    """Make the package; returns where it is."""
    os.umask(0o022)
    version, summary, epoch = told(wheel)
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch) / "stage"
        environment(stage, wheel.resolve(), python)
        system(stage)
        made = out / f"tocsin_{version}_{control(stage, version, summary, python)}.deb"
        for each in (stage, *stage.rglob("*")):
            os.utime(each, (epoch, epoch), follow_symlinks=False)
        out.mkdir(parents=True, exist_ok=True)
        run("dpkg-deb", "--root-owner-group", "-Zzstd", "--build", stage, made, SOURCE_DATE_EPOCH=str(epoch))
    return made


if __name__ == "__main__":
    words = argparse.ArgumentParser(description="Make a Debian package of a wheel.")
    words.add_argument("wheel", type=Path)
    words.add_argument("--out", type=Path, default=ROOT / "dist")
    words.add_argument("--python", type=Path, default=Path("/usr/bin/python3"))
    given = words.parse_args()
    sys.stdout.write(f"{package(given.wheel, given.out, given.python)}\n")
