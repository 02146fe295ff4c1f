# SPDX-License-Identifier: Apache-2.0
"""Runs a parser over hostile bytes in a child process, and gives back its value or why there is none.

The child starts fresh (no memory of this process, no open file of it, an empty environment) and closes its own door
before it reads a byte of input: `child.main` says how.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from tocsin.services.ports.child import Failed

SECONDS: Final = 10.0
"""By the clock; the child's own limit of CPU is lower."""

MAX_ANSWER: Final = 1024 * 1024

T = TypeVar("T", bound=msgspec.Struct)

_KEEPS: Final = {"MALLOC_MMAP_THRESHOLD_": str(8 << 20), "MALLOC_TRIM_THRESHOLD_": str(16 << 20)}
_SOURCE: Final = str(Path(__file__).resolve().parents[3])


def parse(
    name: str, content: bytes, kind: type[T], seconds: float = SECONDS, *, largest: int = MAX_ANSWER
) -> T | Failed:
    """Parse in a child; whatever goes wrong there is a `Failed` that says how, in words without content.

    An answer of more than `largest` bytes is a failure.
    """
    command = [sys.executable, "-P", "-m", "tocsin.adapters.child.main", name]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, env=environment(), timeout=seconds, cwd="/", check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Failed(because="it took too long")
    except OSError:
        return Failed(because="no process could be started", again=True)
    if done.returncode or len(done.stdout) > largest:
        return Failed(because=why(done.returncode))
    try:
        return msgspec.msgpack.decode(done.stdout, type=kind)
    except msgspec.DecodeError:
        return Failed(because="its answer made no sense")


def environment() -> dict[str, str]:
    """What a child is told of the machine: where this package lies, and to keep memory that it will need for the next
    input instead of giving it back after each (mallopt(3); another C library does not read it)."""
    return {"PYTHONPATH": _SOURCE, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", **_KEEPS}


def why(code: int) -> str:
    """What an exit code means, in words without content."""
    if code < 0:
        return f"it was ended by signal {-code}: too much memory or time"
    return {2: "it is not what it says it is", 3: "it needed too much memory"}.get(code, "it could not be taken apart")
