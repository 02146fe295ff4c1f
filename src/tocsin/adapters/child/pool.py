# SPDX-License-Identifier: Apache-2.0
"""Asks a nursery for children: as bounded as `run.parse`, without the price of starting Python for each input.

One nursery a parser and process, started at the first input, started again when it has ended. A child is kept for the
next ordinary inputs of the same asker; after a large one, a failed one, or `MOST_INPUTS`, the next gets a fresh child.
Safe between threads: each input is between one thread and one child.
"""

from __future__ import annotations

import atexit
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import msgspec

from tocsin.adapters.child.nursery import MOST_INPUTS, SIZE
from tocsin.adapters.child.run import environment, why
from tocsin.services.ports.child import Failed

T = TypeVar("T", bound=msgspec.Struct)

SECONDS: Final = 12.0
"""By the clock, and a little more than the child gives itself."""

ORDINARY: Final = 256 * 1024
"""Bytes of an input after which its child may take another."""


@dataclass
class Child:
    """One child, and how many inputs it has taken."""

    talk: socket.socket
    inputs: int = 0


class Pool(Generic[T]):
    """Takes inputs of one kind apart. `largest` bounds the answer in bytes."""

    def __init__(self, name: str, kind: type[T], largest: int) -> None:
        self._name, self._kind, self._largest = name, kind, largest
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self.nursery: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    def __call__(self, content: bytes) -> T | Failed:
        """Parse in a child; whatever goes wrong there is a `Failed` that says how, in words without content."""
        try:
            child = self._taken()
        except OSError:
            return Failed(because="no process could be started", again=True)
        try:
            child.talk.settimeout(SECONDS)
            self._send(child.talk, content)
            answer: bytes | bytearray = self._answer(child.talk)
        except TimeoutError:
            answer = b"\xff"
        except OSError:
            answer = b""
        child.inputs += 1
        if answer[:1] == b"\0" and len(content) <= ORDINARY and child.inputs < MOST_INPUTS:
            self._give_back(child)
        else:
            child.talk.close()
        return self._value(answer)

    def close(self) -> None:
        """End the nursery and its children."""
        with self._lock:
            self._end()

    def _value(self, answer: bytes | bytearray) -> T | Failed:
        if answer == b"\xff":
            return Failed(because="it took too long")
        if not answer or answer[0]:
            return Failed(because=why(answer[0] if answer else -9))
        try:
            return msgspec.msgpack.decode(memoryview(answer)[1:], type=self._kind)
        except msgspec.DecodeError:
            return Failed(because="its answer made no sense")

    def _answer(self, talk: socket.socket) -> bytes | bytearray:
        size = SIZE.unpack(self._exactly(talk, SIZE.size) or bytes(SIZE.size))[0]
        return self._exactly(talk, size) if size <= self._largest else b""

    @staticmethod
    def _send(talk: socket.socket, content: bytes) -> None:
        """The length and the content at once, so that the child wakes up once."""
        sent = talk.sendmsg([SIZE.pack(len(content)), content])
        if sent < SIZE.size + len(content):
            talk.sendall(memoryview(content)[sent - SIZE.size :])

    @staticmethod
    def _exactly(talk: socket.socket, size: int) -> bytes | bytearray:
        found = bytearray(size)
        rest = memoryview(found)
        while rest:
            count = talk.recv_into(rest)
            if not count:
                return b""
            rest = rest[count:]
        return found

    def _taken(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Child(self._talk())

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._idle.append(child)

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
                self.nursery = subprocess.Popen(
                    command, stdin=theirs.fileno(), stdout=quiet, stderr=quiet, env=environment(), cwd="/"
                )
            self._door = ours
            atexit.register(self.close)
        return self._door

    def end_children(self) -> None:
        """End the children that wait for another input."""
        with self._lock:
            while self._idle:
                self._idle.pop().talk.close()

    def _end(self) -> None:
        while self._idle:
            self._idle.pop().talk.close()
        if self._door is not None:
            self._door.close()  # it ends when nobody can ask any more
            self._door = None
        if self.nursery is not None:
            try:
                self.nursery.wait(5)
            except subprocess.TimeoutExpired:
                self.nursery.kill()
                self.nursery.wait()
            self.nursery = None
