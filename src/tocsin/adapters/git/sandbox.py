# SPDX-License-Identifier: Apache-2.0
"""Runs a project's build, tests and reproducers in bubblewrap: no network, no home, no secrets, limits on everything.

A command sees the system's programs read-only, a clean checkout it may write into, the reproducer read-only, an empty
`/tmp`, and nothing else: not the mirror, not the data directory, no environment, no other process. It ends with its
time, and all it started with it. Source: bwrap(1), prlimit(1).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from tocsin.adapters.git.scratch import scratch
from tocsin.services.ports.git import Ended, Repository

LOG: Final = 4 << 20
"""Bytes of a command's output that are kept."""
_SYSTEM: Final = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/passwd",
)
_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
_EMPTY: Final = "/tmp"  # noqa: S108 - inside the sandbox, where it is new and empty each time


class Limits(msgspec.Struct, frozen=True):
    """What one command may use."""

    seconds: int = 1800
    cpu_seconds: int = 1800
    memory_mb: int = 4096
    file_mb: int = 2048
    processes: int = 512


class Bubblewrap:
    """The sandbox. `missing` says why it cannot be used here."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def missing(self) -> str:
        """Why nothing can be run here; "" when it can."""
        return self._missing

    @cached_property
    def _missing(self) -> str:
        for program, package in (("bwrap", "bubblewrap"), ("prlimit", "util-linux")):
            if shutil.which(program) is None:
                return f"{program} is not installed (Debian: sudo apt-get install {package})"
        tried = subprocess.run([*_wrap(), "true"], capture_output=True, text=True, check=False, timeout=30)
        return "" if tried.returncode == 0 else f"this system forbids user namespaces: {tried.stderr.strip()[:200]}"

    @contextmanager
    def bench(self, repository: Repository, commit: str, reproducer: Sequence[str] = ()) -> Iterator[Checkout]:
        """A clean checkout of a commit, and the reproducer's files beside it."""
        with scratch() as made:
            work, given = made / "work", made / "reproducer"
            work.mkdir()
            given.mkdir()
            repository.check_out(commit, str(work))
            for each in reproducer:
                shutil.copy(each, given / Path(each).name)
            yield Checkout(work=work, reproducer=given, limits=self.limits)


class Checkout(msgspec.Struct, frozen=True):
    """One checkout in which commands run, one after another."""

    work: Path
    reproducer: Path
    limits: Limits

    def run(self, command: Sequence[str]) -> Ended:
        """Run one command; what it leaves in the checkout is there for the next."""
        limits = self.limits
        bounded = [
            "prlimit", f"--cpu={limits.cpu_seconds}", f"--as={limits.memory_mb << 20}", "--core=0",
            f"--fsize={limits.file_mb << 20}", f"--nproc={limits.processes}", "--", *command,
        ]  # fmt: skip
        places = (
            "--bind",
            str(self.work),
            "/work",
            "--ro-bind",
            str(self.reproducer),
            "/reproducer",
            "--chdir",
            "/work",
        )
        started = time.monotonic()
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                [*_wrap(*places), *bounded], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env={},
                start_new_session=True,
            )  # fmt: skip
            late = False
            try:
                status = process.wait(limits.seconds)
            except subprocess.TimeoutExpired:
                late = True
                process.kill()  # the wrapper takes everything inside with it (--die-with-parent, its own process space)
                status = process.wait()
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - LOG))
            printed = log.read()
        return Ended(status=status, seconds=round(time.monotonic() - started, 2), log=printed, late=late)


def _wrap(*places: str) -> list[str]:
    system = [part for path in _SYSTEM if Path(path).exists() for part in ("--ro-bind", path, path)]
    return [
        str(shutil.which("bwrap")), "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
        "--cap-drop", "ALL", *system, "--proc", "/proc", "--dev", "/dev", "--tmpfs", _EMPTY, "--setenv", "PATH", _PATH,
        "--setenv", "HOME", _EMPTY, "--setenv", "LC_ALL", "C.UTF-8", "--hostname", "sandbox", *places, "--",
    ]  # fmt: skip
