# SPDX-License-Identifier: Apache-2.0
"""A mail server that does what a script says: refuses, hangs, or ends at any point, also after the final dot."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HANG_UP = "hang up"
SILENCE = "silence"


@dataclass
class Scripted:
    """`script` answers a step (`mail`, `rcpt`, `data`, `dot`, `ehlo`, `connect`) other than with yes, each answer once;
    `taken` is every text whose final dot was seen, `said` what was told afterwards."""

    script: dict[str, list[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    acknowledged: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    extensions: tuple[str, ...] = ()
    _done: threading.Event = field(default_factory=threading.Event)

    def answer(self, step: str, usual: str) -> str:
        """What is answered to a step."""
        return self.script[step].pop(0) if self.script.get(step) else usual

    def serve(self, listening: socket.socket) -> None:
        """Take connections until the test is over."""
        while not self._done.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError, EndOfTalk):
                self._talk(connection)

    def _tell(self, connection: socket.socket, words: str) -> None:
        if words == HANG_UP:
            raise EndOfTalk
        if words == SILENCE:
            self._done.wait(20)
            raise EndOfTalk
        connection.sendall(words.encode() + b"\r\n")

    def _talk(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        self._tell(connection, self.answer("connect", "220 scripted"))
        while line := stream.readline():
            verb = line[:4].strip().upper().decode()
            if verb == "EHLO":
                told = "".join(f"250-{each}\r\n" for each in self.extensions)
                self._tell(connection, self.answer("ehlo", f"{told}250 hello"))
            elif verb == "MAIL":
                self._tell(connection, self.answer("mail", "250 ok"))
            elif verb == "RCPT":
                self.recipients.append(line.decode().partition(":")[2].strip(" <>\r\n"))
                self._tell(connection, self.answer("rcpt", "250 ok"))
            elif verb == "DATA":
                self._data(connection, stream)
            elif verb == "QUIT":
                self._tell(connection, "221 bye")
                return
            else:
                self._tell(connection, "250 ok")

    def _data(self, connection: socket.socket, stream: object) -> None:
        told = self.answer("data", "354 go on")
        self._tell(connection, told)
        if not told.startswith("354"):
            return
        body = bytearray()
        while (line := stream.readline()) not in (b".\r\n", b""):  # type: ignore[attr-defined]
            body += line[1:] if line.startswith(b".") else line
        self.taken.append(bytes(body))
        told = self.answer("dot", "250 taken")
        self._tell(connection, told)
        if told.startswith("250"):
            self.acknowledged.append(bytes(body))


class EndOfTalk(Exception):
    """The connection ends here."""


@contextmanager
def scripted(**script: list[str]) -> Iterator[Scripted]:
    """A server on loopback for the time of a test."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Scripted(script=script, port=listening.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server._done.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
