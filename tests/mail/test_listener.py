# SPDX-License-Identifier: Apache-2.0
"""The door that mail servers hand mail over at: what cannot be kept now is kept by them, and nobody is turned away for
how their address is written. (Through real servers: `test_servers`.)"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from tests.mail import post, servers
from tocsin.adapters.channels.mail.listener import Handler, listen
from tocsin.boot.mail import Door
from tocsin.core.mail.message import Envelope
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services import book
from tocsin.services.mail.arriving import Left
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


@contextmanager
def listening(door: Door, protocol: str = "lmtp") -> Iterator[int]:
    port = servers.free_port()
    server = listen(f"127.0.0.1:{port}", Handler(door.whose, door.keep, protocol), "security.example.org")
    try:
        yield port
    finally:
        server.stop()


def hand_over(port: int, sender: bytes, raw: bytes = b"", greet: bytes = b"LHLO me") -> list[bytes]:
    """Hand a mail over; returns the last line of each answer."""
    commands = (greet, b"MAIL FROM:" + sender, b"RCPT TO:<%b>" % post.BOX.encode(), b"DATA")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line, line.makefile("rb") as answers:
        answers.readline()
        found = []
        for command in (*commands, (raw or post.mail()) + b"."):
            line.sendall(command + b"\r\n")
            while (answer := answers.readline())[3:4] == b"-":
                pass
            found.append(answer.strip())
    return found


def kept(home: House) -> Envelope:
    (arrival,) = home.desk.outside.arrivals.waiting(9)
    return msgspec.json.decode(book.read(home.desk, arrival), type=Left).envelope


class Broken(Door):
    """A door with a mistake in it."""

    at = "keep"

    def whose(self, address: str) -> ProjectId | None:
        if self.at == "whose":
            raise RuntimeError("a secret of ours")
        return super().whose(address)

    def keep(self, project: ProjectId, raw: bytes, envelope: Envelope) -> bool | Refused:
        raise RuntimeError("a secret of ours")


@pytest.mark.parametrize(("at", "answered"), [("keep", 4), ("whose", 2)])
def test_a_mistake_of_ours_delays_a_mail_and_says_nothing_of_itself(home: House, at: str, answered: int) -> None:
    door = Broken(home.front, ())
    door.at = at
    with listening(door) as port:
        said = hand_over(port, b"<ann@example.net>")
    assert said[answered] == b"451 4.3.0 Try again later"
    assert b"secret" not in b"".join(said)
    assert not home.desk.outside.arrivals.waiting(9)


def test_who_sends_a_mail_without_waiting_for_a_yes_has_no_word_of_it_in_the_log(
    home: House, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        listening(Door(home.front, ())) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as line,
        line.makefile("rb") as answers,
    ):
        line.sendall(b"LHLO me\r\nDATA\r\nSubject: SECRETSUBJECT\r\n\r\nSECRETWORD crashes.\r\n.\r\nQUIT\r\n")
        assert b"503" in answers.read()
    assert "SECRET" not in caplog.text


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_a_mail_that_wants_no_answer_is_known_by_its_envelope(home: House, protocol: str) -> None:
    with listening(Door(home.front, ()), protocol) as port:
        hand_over(port, b"<>", greet=b"LHLO me" if protocol == "lmtp" else b"EHLO me")
    assert kept(home).sender == ""
    post.work(home)
    assert not home.desk.outside.records.due("letter", home.clock(), 9), "it is not acknowledged"


@pytest.mark.parametrize(
    ("said", "sender"),
    [
        ("<jörg@exämple.org> SMTPUTF8".encode(), "jörg@exämple.org"),
        ("<用户@例え.jp> SMTPUTF8 BODY=8BITMIME".encode(), "用户@例え.jp"),
        (b"<ann\xff@example.net>", "ann\ufffd@example.net"),
        (b"<ann..lee@example.net>", "ann..lee@example.net"),
    ],
)
def test_nobody_is_turned_away_for_the_letters_of_their_address(home: House, said: bytes, sender: str) -> None:
    with listening(Door(home.front, ())) as port:
        assert hand_over(port, said)[-1].startswith(b"250")
    assert kept(home).sender == sender
    post.work(home)
    assert len(post.refs(home)) == 1
