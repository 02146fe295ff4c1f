# SPDX-License-Identifier: Apache-2.0
"""The child: `python -m tocsin.adapters.child.main PARSER`, input on standard input, one msgpack value on standard
output. Exit codes: 2 for input that is not of its kind, 3 for too much memory.

The door is closed with setrlimit(2) after the imports and before the first byte is read: no file descriptor can be
opened any more, which leaves no file, no socket and no database to reach; no process can be started; no file can grow;
memory and CPU are bounded. Hard limits, so nothing in here can open it again.
"""

from __future__ import annotations

import resource
import sys
from typing import Final

import msgspec

from tocsin.adapters.child import LIMITS, parser

MEMORY: Final = 512 * 1024 * 1024
CPU_SECONDS: Final = 5
MAX_INPUT: Final = 64 * 1024 * 1024


def close_the_door(cpu_seconds: int = CPU_SECONDS, memory: int = MEMORY) -> None:
    """Give up everything but three open descriptors, some memory and some time."""
    for limit, value in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def main() -> int:
    """Parse standard input; returns the exit code."""
    parse = parser(sys.argv[1])
    close_the_door(*LIMITS.get(sys.argv[1], ()))
    try:
        answer = msgspec.msgpack.encode(parse(sys.stdin.buffer.read(MAX_INPUT)))
    except MemoryError:
        return 3
    except (ValueError, EOFError, OSError, RuntimeError, LookupError):
        return 2
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
