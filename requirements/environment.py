# SPDX-License-Identifier: Apache-2.0
"""Brings a virtual environment into line with one of the locks beside this file: `environment.py LOCK VENV`.

`./tocsin` and `./check` call it when the environment's stamp does not match the lock. It uses nothing but the standard
library, writes to stderr only (stdout belongs to the command that is about to run), and may be started twice at once
or stopped at any instant: one process works while the others wait, and the stamp is written last. Where packages come
from is pip's configuration on this machine; the lock says by hash which bytes are acceptable.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCKS = Path(__file__).resolve().parent
SOURCE = LOCKS.parent / "src"
STAMP = "tocsin.stamp"
INCLUDED = {"dev": ("dev", "postgres", "runtime"), "postgres": ("postgres", "runtime"), "runtime": ("runtime",)}
"""Each lock pins a superset of the next, at the same versions, so one that is met meets the smaller ones too."""

CONSOLE_SCRIPT = "import sys\n\nfrom tocsin.boot.main import main\n\nsys.exit(main())\n"


def say(text: str) -> None:
    """Tell the person at the terminal, on stderr."""
    print(f"tocsin: {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command; when it fails, show what it said and end the program."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        sys.exit(f"tocsin: failed with status {done.returncode}: {' '.join(map(str, command))}")


def stamp_line(lock: str) -> str:
    """Return what the stamp says of a lock: its POSIX `cksum`, which a shell can make too, and the checkout served."""
    content = (LOCKS / f"{lock}.txt").read_bytes()
    checksum = subprocess.run(["cksum"], input=content, capture_output=True, check=True).stdout.decode()
    return f"{lock} {checksum.strip()} {SOURCE}"


def is_met(lock: str, venv: Path) -> bool:
    """Tell whether the environment was completed from this very lock for this very checkout."""
    stamp = venv / STAMP
    return stamp.exists() and stamp_line(lock) in stamp.read_text().splitlines()


@contextmanager
def alone(venv: Path) -> Iterator[None]:
    """Hold the environment against other starts; the kernel releases the lock of a process that dies."""
    venv.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(venv.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another start to finish {venv}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def mend_python() -> None:
    """Make sure this Python can make environments; Debian and Ubuntu ship that part as a package of its own."""
    if importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if not apt:
        sys.exit(f"tocsin: {sys.executable} lacks the venv module; install your system's package for it")
    if os.geteuid() != 0:
        sys.exit(f"tocsin: this Python lacks the venv module; mend it with: sudo apt-get install {package}")
    say(f"installing {package}, which this Python needs to make environments")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(apt, "-qq", "update", env=quiet)
    run(apt, "-qq", "install", "--yes", "--no-install-recommends", package, env=quiet)


def has(python: Path, module: str) -> bool:
    """Tell whether this interpreter starts, is new enough, and has the module."""
    probe = f"import {module}, sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make(venv: Path) -> Path:
    """Make the environment where there is none that works, and return its interpreter."""
    python = venv / "bin" / "python"
    if has(python, "pip"):
        return python
    if has(python, "ensurepip"):  # made by a tool that brings its own installer
        run(python, "-m", "ensurepip")
        return python
    if venv.is_dir() and any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
        sys.exit(f"tocsin: {venv} is not a virtual environment and not empty; name another place in TOCSIN_VENV")
    mend_python()
    venv.mkdir(exist_ok=True)
    (venv / "pyvenv.cfg").touch()  # marks the place as ours to clear, should this be interrupted
    run(sys.executable, "-m", "venv", "--clear", venv)
    return python


def install(lock: str, venv: Path) -> None:
    """Install what the lock pins, put Tocsin itself on the path, and write the stamp last."""
    python = make(venv)
    stamp = venv / STAMP
    stamp.unlink(missing_ok=True)
    pip = ("-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")
    run(python, *pip, "install", "--require-hashes", "--no-deps", "--requirement", LOCKS / f"{lock}.txt")
    link_source(venv)
    fresh = stamp.with_suffix(".new")
    fresh.write_text("".join(f"{stamp_line(name)}\n" for name in INCLUDED[lock]))
    fresh.replace(stamp)


def link_source(venv: Path) -> None:
    """Put this checkout on the environment's path and `tocsin` among its commands: an install without a build."""
    for packages in venv.glob("lib/python3*/site-packages"):
        (packages / "tocsin.pth").write_text(f"{SOURCE}\n")
    script = venv / "bin" / "tocsin"
    script.write_text(f"#!{venv / 'bin' / 'python'}\n{CONSOLE_SCRIPT}")
    script.chmod(0o755)


def main(lock: str, place: str) -> None:
    """Bring the environment at `place` into line with `lock`."""
    venv = Path(place).absolute()
    with alone(venv):
        if is_met(lock, venv):
            return
        pins = sum("==" in line for line in (LOCKS / f"{lock}.txt").read_text().splitlines())
        say(f"setting up {venv} with {pins} packages locked by hash; this happens once and takes about a minute")
        began = time.monotonic()
        install(lock, venv)
        say(f"environment ready after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exit, not a death: `run` then stops its child
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
