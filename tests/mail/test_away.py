# SPDX-License-Identifier: Apache-2.0
"""A mailbox whose server is away or talks nonsense: it is left alone for a while, people are told, nothing is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.mail import post
from tocsin.adapters.channels.mail import polling
from tocsin.adapters.channels.mail.polling import Imap
from tocsin.core.mail.message import Envelope
from tocsin.services import health
from tocsin.services.mail import fetching
from tocsin.services.ports.mail import Fetched
from tocsin.testing.house import House, house

HELLO = b"* OK ready\r\n"
ABLE = b"* CAPABILITY IMAP4rev1\r\n%s OK done\r\n"
SPOKEN = {
    "says goodbye": (b"* BYE we are full\r\n",),
    "speaks something else": (b"220 mail.example.net ESMTP\r\n",),
    "speaks no language at all": (b"\xff\xfe\0<html>\r\n" * 9,),
    "hangs up": (b"",),
    "hangs up after the greeting": (HELLO,),
    "takes nobody in": (HELLO, ABLE, b"%s NO not now\r\n"),
    "takes no command for one": (HELLO, ABLE, b"%s BAD what?\r\n"),
    "hangs up after the password": (HELLO, ABLE, b"%s OK in\r\n"),
    "has no such folder": (HELLO, ABLE, b"%s OK in\r\n", b"%s NO none\r\n"),
    "has no state of its folder": (HELLO, ABLE, b"%s OK in\r\n", b"* 1 EXISTS\r\n%s OK\r\n", b"%s OK nothing\r\n"),
    "says nothing": (),
}


@contextmanager
def server(*lines: bytes) -> Iterator[int]:
    """Somebody who greets, answers each command with the next line, and hangs up. With none, says nothing."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def talk() -> None:
            line, _ = door.accept()
            with line, line.makefile("rb") as asked:
                if not lines:
                    over.wait()
                for number, each in enumerate(lines):
                    tag = asked.readline().partition(b" ")[0] if number else b""
                    line.sendall(each.replace(b"%s", tag))

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        over.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("how", SPOKEN)
def test_whatever_a_server_says_it_is_away_and_nothing_breaks(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "SECONDS", 5.0 if SPOKEN[how] else 0.3)
    home = house()
    with server(*SPOKEN[how]) as port:
        look = Imap("127.0.0.1", port, "security", "secret", secure=False)
        assert fetching.fetch(home.desk, post.PROJECT, look) == 0
    assert post.PROJECT in fetching.away(home.desk.machine.facts.all())


def test_a_server_that_is_not_there_is_away() -> None:
    home = house()
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert fetching.fetch(home.desk, post.PROJECT, Imap("127.0.0.1", port, "security", "secret", secure=False)) == 0
    (told,) = fetching.away(home.desk.machine.facts.all()).values()
    assert told.because == "ConnectionRefusedError"


class Box:
    """A mailbox with one mail, which may be away."""

    def __init__(self) -> None:
        self.away, self.asked = True, 0

    def __call__(self, after: str = "") -> Iterator[Fetched]:
        self.asked += 1
        if self.away:
            raise TimeoutError
        yield Fetched(name="a/INBOX/1/1", raw=post.mail(), envelope=Envelope(via="imap"))


def look(home: House, box: Box, times: int, each: timedelta) -> int:
    """Look so many times; returns how often the mailbox was really asked."""
    before = box.asked
    for _ in range(times):
        fetching.fetch(home.desk, post.PROJECT, box)
        home.clock.advance(each)
    return box.asked - before


def test_who_is_away_is_asked_less_and_less_often_and_at_once_every_time_after_the_return() -> None:
    home, box = house(), Box()
    half, quarter = timedelta(seconds=30), 30
    assert look(home, box, quarter, half) == 4, "at 0, 1, 3 and 7 minutes"
    box.away = False
    home.clock.advance(fetching.MOST)
    assert look(home, box, 4, half) == 4
    assert fetching.away(home.desk.machine.facts.all()) == {}
    post.work(home)
    assert len(post.refs(home)) == 1


def test_the_desk_is_told_of_a_mailbox_that_stays_away_and_no_more_after_its_return() -> None:
    home, box = house(), Box()

    def told() -> list[str]:
        return [each for each in health.banners(home.desk, home.dana) if "mailbox" in each]

    look(home, box, 1, timedelta(minutes=5))
    assert told() == [], "five minutes are no news"
    look(home, box, 1, timedelta(minutes=10))
    assert told() == [
        "A mailbox cannot be looked into since 2026-03-03 09:00 UTC: mail sent there waits. The reason is in the log."
    ]
    assert post.PROJECT not in told()[0]
    box.away = False
    look(home, box, 1, timedelta())
    assert told() == []


def test_of_a_mail_that_is_too_large_for_a_mailbox_the_beginning_becomes_a_report_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = house()
    monkeypatch.setattr(fetching, "MAX_BYTES", 400)
    whole = post.mail("It crashes. " * 90, subject="A large one")

    def box(after: str = "") -> Iterator[Fetched]:
        yield Fetched(name="a/INBOX/1/1", raw=whole[:401], envelope=Envelope(via="imap"), place="1/1")

    assert fetching.fetch(home.desk, post.PROJECT, box) == 1
    assert fetching.fetch(home.desk, post.PROJECT, box) == 0
    post.work(home)
    (ref,) = post.refs(home)
    report = post.look(home, ref).case.report
    assert report.title == "A large one"
    assert report.identity.contact == "ann@example.net"
    assert report.reproduce.startswith("(This mail has more than 30 MiB.")
    assert "It crashes." in report.reproduce
    assert report.letter
    assert report.letter.raw
    assert report.letter.raw.size == 400


def test_the_next_look_begins_where_the_last_one_ended() -> None:
    home, asked = house(), list[str]()

    def box(after: str = "") -> Iterator[Fetched]:
        asked.append(after)
        number = len(asked)
        raw = post.mail(message_id=f"{number}@e")
        yield Fetched(name=f"a/INBOX/1/{number}", raw=raw, envelope=Envelope(via="imap"), place=f"1/{number}")
        if number == 2:
            raise TimeoutError

    for _ in range(4):
        fetching.fetch(home.desk, post.PROJECT, box)
        home.clock.advance(fetching.MOST)
    assert asked == ["", "1/1", "1/2", "1/3"], "also where it broke off"
