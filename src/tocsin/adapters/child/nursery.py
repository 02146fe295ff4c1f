# SPDX-License-Identifier: Apache-2.0
"""Where children come from when there are many: a process with nothing in it that has imported one parser and forks
for each input. `python -m tocsin.adapters.child.nursery PARSER`, asked over the socket that is its standard input.

The asker sends one end of a socket pair; only the forked child reads from it, behind the closed door, and ends after
one answer. So no input meets another one's process, and none waits for an interpreter to start. The nursery itself
reads no byte of any input. An answer begins with one byte: 0 before a msgpack value, or the exit code of `child.main`.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
from typing import Final

import msgspec

from tocsin.adapters.child import LIMITS, Parser, parser
from tocsin.adapters.child.main import MAX_INPUT, close_the_door

WALL_SECONDS: Final = 10
CHUNK: Final = 1 << 20


def main() -> int:
    """Fork for every socket that comes in, until the asker has gone."""
    name = sys.argv[1]
    parse, door = parser(name), socket.socket(fileno=0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that have ended leave nothing behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        said, ends, _, _ = socket.recv_fds(door, 1, 1)
        if not said:
            return 0
        for end in ends:
            if os.fork() == 0:
                _child(name, parse, door, end)
            os.close(end)


def _child(name: str, parse: Parser, door: socket.socket, end: int) -> None:
    """Parse one input and end this process, whatever happens."""
    code = 1
    try:
        door.close()
        gc.disable()  # it lives for one input
        signal.alarm(WALL_SECONDS)
        talk = socket.socket(fileno=end)
        close_the_door(*LIMITS.get(name, ()))
        answer = _answer(parse, _all(talk))
        talk.sendall(answer)
        talk.shutdown(socket.SHUT_RDWR)
        code = 0
    finally:
        os._exit(code)


def _answer(parse: Parser, content: bytes) -> bytes:
    try:
        return b"\0" + msgspec.msgpack.encode(parse(content))
    except MemoryError:
        return b"\x03"
    except (ValueError, EOFError, OSError, RuntimeError, LookupError):
        return b"\x02"


def _all(talk: socket.socket) -> bytes:
    pieces, size = [], 0
    while size <= MAX_INPUT and (piece := talk.recv(CHUNK)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def spent() -> tuple[float, int]:
    """CPU seconds and KiB of memory that the children have cost, for measuring."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss


if __name__ == "__main__":
    raise SystemExit(main())
