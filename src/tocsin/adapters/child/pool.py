# SPDX-License-Identifier: Apache-2.0
"""Asks a nursery for a child for each input: as bounded as `run.parse`, without the price of starting Python.

One nursery a parser and process, started at the first input, started again when it has ended. Safe between threads:
each input has a socket pair of its own.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import threading
from typing import Final, Generic, TypeVar

import msgspec

from tocsin.adapters.child.run import environment, why
from tocsin.services.ports.child import Failed

T = TypeVar("T", bound=msgspec.Struct)

SECONDS: Final = 12.0
"""By the clock, and a little more than the child gives itself."""

CHUNK: Final = 1 << 18


class Pool(Generic[T]):
    """Takes inputs of one kind apart. `largest` bounds the answer in bytes."""

    def __init__(self, name: str, kind: type[T], largest: int) -> None:
        self._name, self._kind, self._largest = name, kind, largest
        self._lock = threading.Lock()
        self._nursery: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    def __call__(self, content: bytes) -> T | Failed:
        """Parse in a child; whatever goes wrong there is a `Failed` that says how, in words without content."""
        try:
            with self._talk() as talk:
                talk.settimeout(SECONDS)
                talk.sendall(content)
                talk.shutdown(socket.SHUT_WR)
                answer = self._answer(talk)
        except TimeoutError:
            return Failed(because="it took too long")
        except (ConnectionError, BrokenPipeError):
            return Failed(because=why(-9))
        except OSError:
            return Failed(because="no process could be started")
        if not answer or answer[0]:
            return Failed(because=why(answer[0] if answer else -9))
        try:
            return msgspec.msgpack.decode(memoryview(answer)[1:], type=self._kind)
        except msgspec.DecodeError:
            return Failed(because="its answer made no sense")

    def close(self) -> None:
        """End the nursery."""
        with self._lock:
            self._end()

    def _answer(self, talk: socket.socket) -> bytes:
        answer = bytearray()
        while len(answer) <= self._largest and (piece := talk.recv(CHUNK)):
            answer += piece
        return bytes(answer) if len(answer) <= self._largest else b""

    def _talk(self) -> socket.socket:
        """A socket whose other end a new child reads; raises OSError where none can be had."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            for again in (True, False):
                try:
                    socket.send_fds(self._started(), [b"1"], [theirs.fileno()])
                    break
                except OSError:
                    self._end()
                    if not again:
                        ours.close()
                        raise
        return ours

    def _started(self) -> socket.socket:
        if self._door is None:
            ours, theirs = socket.socketpair()
            with theirs:
                command = [sys.executable, "-P", "-m", "tocsin.adapters.child.nursery", self._name]
                quiet = subprocess.DEVNULL
                self._nursery = subprocess.Popen(
                    command, stdin=theirs.fileno(), stdout=quiet, stderr=quiet, env=environment(), cwd="/"
                )
            self._door = ours
            atexit.register(self.close)
        return self._door

    def _end(self) -> None:
        if self._door is not None:
            self._door.close()  # it ends when nobody can ask any more
            self._door = None
        if self._nursery is not None:
            try:
                self._nursery.wait(5)
            except subprocess.TimeoutExpired:
                self._nursery.kill()
                self._nursery.wait()
            self._nursery = None
