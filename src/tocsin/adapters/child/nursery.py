# SPDX-License-Identifier: Apache-2.0
"""Where children come from when there are many: a process with nothing in it that has imported one parser and forks
for its inputs. `python -m tocsin.adapters.child.nursery PARSER`, asked over the socket that is its standard input.

The asker sends one end of a socket pair; only the forked child reads from it, behind the closed door. A child takes one
input after another over it, each announced by its length, until the asker has had enough or an input was no ordinary
one: then it ends, and with it whatever that input did to it. So none waits for an interpreter to start, and the
nursery itself reads no byte of any input. An answer is its length and one byte: 0 before a msgpack value, or the exit
code of `child.main`.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress
from types import FrameType
from typing import Final

import msgspec

from tocsin.adapters.child import LIMITS, Parser, parser
from tocsin.adapters.child.main import CPU_SECONDS, MAX_INPUT, MEMORY, close_the_door

WALL_SECONDS: Final = 10
SIZE: Final = struct.Struct(">Q")
_ENCODER: Final = msgspec.msgpack.Encoder()
MOST_INPUTS: Final = 50
"""Inputs that one child takes at most."""


def main() -> int:
    """Fork for every socket that comes in, until the asker has gone."""
    name = sys.argv[1]
    parse, door = parser(name), socket.socket(fileno=0)
    signal.signal(signal.SIGCHLD, _reap)
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
    """Take inputs and end this process, whatever happens."""
    code = 1
    try:
        door.close()
        gc.disable()  # it does not live long
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        seconds, memory = LIMITS.get(name, (CPU_SECONDS, MEMORY))
        with socket.socket(fileno=end) as talk:
            close_the_door(seconds * MOST_INPUTS, memory)
            while told := _exactly(talk, SIZE.size):
                _allow(seconds)
                answer = _answer(parse, _exactly(talk, min(SIZE.unpack(told)[0], MAX_INPUT)))
                signal.alarm(0)
                talk.sendall(answer)
                if answer[SIZE.size]:
                    break
        code = 0
    finally:
        os._exit(code)


def _allow(seconds: int) -> None:
    """Give the next input so many seconds of CPU from now, and `WALL_SECONDS` by the clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(until, hard), hard))
    signal.alarm(WALL_SECONDS)


def _answer(parse: Parser, content: bytes) -> bytearray:
    """The whole answer, its length in front, so that it is written at once."""
    answer = bytearray(SIZE.size + 1)
    try:
        _ENCODER.encode_into(parse(content), answer, SIZE.size + 1)
    except MemoryError:
        answer[SIZE.size :] = b"\x03"
    except (ValueError, EOFError, OSError, RuntimeError, LookupError):
        answer[SIZE.size :] = b"\x02"
    SIZE.pack_into(answer, 0, len(answer) - SIZE.size)
    return answer


def _exactly(talk: socket.socket, size: int) -> bytes:
    """So many bytes, or none where the asker has gone."""
    found = talk.recv(size, socket.MSG_WAITALL)
    while 0 < len(found) < size:
        more = talk.recv(size - len(found), socket.MSG_WAITALL)
        found = found + more if more else b""
    return found


def _reap(number: int, frame: FrameType | None) -> None:
    """Let children that have ended go; what they cost is then counted as this process's (times(2))."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    raise SystemExit(main())
