# SPDX-License-Identifier: Apache-2.0
"""Runs git with nothing of a repository, a user or a machine able to say what is executed.

No system or user configuration, no hooks, no file-system monitor, no filters or textconv (nothing is checked out, every
difference is asked for without them), no replaced objects, no lazy fetching; no protocol at all unless a fetch names
the ones it may use. Output and time are bounded. A repository's own configuration is overruled by `-c`, which wins.

Source: git, `git-config` (protected configuration, `safe.directory`), `git(1)` environment variables.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tocsin.services.ports.git import GitFailed

LONGEST: Final = 600.0
"""Seconds after which a git that only reads is ended."""
LARGEST: Final = 2 << 30
"""Bytes of output after which git is ended."""

_SETTINGS: Final = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.attributesFile=/dev/null", "core.askPass=",
    "core.alternateRefsCommand=", "core.pager=cat", "core.quotePath=true", "log.showSignature=false", "diff.external=",
    "diff.renames=false", "submodule.recurse=false", "fetch.recurseSubmodules=false", "fetch.fsckObjects=true",
    "transfer.fsckObjects=true", "credential.helper=", "gc.auto=0", "maintenance.auto=false", "safe.directory=*",
    "http.followRedirects=false", "advice.detachedHead=false", "commit.gpgSign=false", "merge.renames=true",
    "merge.conflictStyle=merge", "uploadpack.packObjectsHook=",
)  # fmt: skip
_ENVIRONMENT: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ADVICE": "0",
    "GIT_PAGER": "cat",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes",
    "HOME": os.devnull,
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


class Bounds(msgspec.Struct, frozen=True):
    """How long a git may take, and how large a file it and all it starts may write (0: as the system has it)."""

    seconds: float = LONGEST
    largest_file: int = 0


USUAL: Final = Bounds()


def git(
    directory: Path,
    *arguments: str,
    given: bytes = b"",
    protocols: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    shown: Path | None = None,
    bounds: Bounds = USUAL,
    accept: Sequence[int] = (0,),
) -> bytes:
    """Run git in a directory and return what it printed.

    `protocols` are those that may be used, none by default; `shown` is the directory that a complaint names. Raises
    GitFailed for another exit status than those in `accept`, for too much output and for too much time.
    """
    allowed = ["protocol.allow=never", *(f"protocol.{each}.allow=always" for each in protocols)]
    settings = [part for each in (*_SETTINGS, *allowed) for part in ("-c", each)]
    command = ["git", "--no-pager", *settings, "-C", str(directory), *arguments]
    told_as = ["git", "-C", str(shown or directory), *arguments]
    surroundings = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath), **(environment or {})}
    with tempfile.TemporaryFile() as fed, tempfile.TemporaryFile() as told:
        fed.write(given)
        fed.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=fed, stdout=subprocess.PIPE, stderr=told, env=surroundings, start_new_session=True
            )
        except FileNotFoundError:
            raise GitFailed("git is not installed") from None
        if bounds.largest_file and hasattr(resource, "prlimit"):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (bounds.largest_file, bounds.largest_file))
        late = threading.Event()
        timer = threading.Timer(bounds.seconds, _end, (process, late))
        timer.daemon = True
        timer.start()
        try:
            output, whole = _read(process)
        finally:
            timer.cancel()
        told.seek(0)
        words = told.read(65536).decode(errors="replace").strip()
    if late.is_set():
        raise GitFailed(f"git took longer than {bounds.seconds:g} seconds and was ended", told_as)
    if not whole:
        raise GitFailed(f"git printed more than {LARGEST >> 20} MB and was ended", told_as)
    if process.returncode not in accept:
        raise GitFailed(last(words) or f"git ended with {process.returncode}", told_as)
    return output


def last(words: str) -> str:
    """The line of git's complaint that says most: the first `fatal` or `error`, without that word."""
    lines = [line for line in words.splitlines() if line.strip()]
    telling = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
    return telling.removeprefix("fatal:").removeprefix("error:").strip()


def _read(process: subprocess.Popen[bytes]) -> tuple[bytes, bool]:
    parts, size = [], 0
    with process:
        while process.stdout and (part := os.read(process.stdout.fileno(), 1 << 20)):
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                _end(process)
                return b"", False
    return b"".join(parts), True


def _end(process: subprocess.Popen[bytes], late: threading.Event | None = None) -> None:
    if late is not None:
        late.set()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
