# SPDX-License-Identifier: Apache-2.0
"""Mail through real servers on the loopback: Postfix hands it over, Dovecot has it fetched, swaks writes it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.mail import post, servers
from tocsin.adapters.channels.mail.listener import Handler, listen
from tocsin.adapters.channels.mail.polling import Imap
from tocsin.boot.mail import Door
from tocsin.core.mail.message import Envelope
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.mail import fetching
from tocsin.services.ports.store import Unavailable
from tocsin.testing.house import House, house

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mail servers")]


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def ours() -> Iterator[Path]:
    with servers.own_directory() as base:
        yield base


class Shaky(Door):
    """A door whose store does not answer for a while."""

    down = False

    def keep(self, project: ProjectId, raw: bytes, envelope: Envelope) -> bool | Refused:
        if self.down:
            raise Unavailable("the disk is full")
        return super().keep(project, raw, envelope)


@pytest.fixture
def door(home) -> Shaky:
    return Shaky(home.front, ())


@pytest.fixture
def lmtp(door) -> Iterator[int]:
    yield from _listening(door, "lmtp")


@pytest.fixture
def smtp(door) -> Iterator[int]:
    yield from _listening(door, "smtp")


def _listening(door: Shaky, protocol: str) -> Iterator[int]:
    port = servers.free_port()
    server = listen(f"127.0.0.1:{port}", Handler(door.whose, door.keep, protocol), "security.example.org")
    try:
        yield port
    finally:
        server.stop()


def waiting(home: House) -> int:
    return len(home.desk.outside.arrivals.waiting(999))


def arrived(home: House, number: int) -> None:
    end = time.monotonic() + servers.PATIENCE
    while waiting(home) < number and time.monotonic() < end:
        time.sleep(0.05)
    assert waiting(home) == number


def test_what_postfix_was_told_is_kept_was_kept_and_a_full_disk_only_delays_it(home, door, lmtp, ours):
    servers.needs("postfix", "swaks")
    with servers.postfix(ours / "postfix", "warehousepg.org", lmtp) as port:
        swaks(port, "--header", "Subject: through Postfix", "--body", "It crashes.")
        arrived(home, 1)
        door.down = True
        swaks(port, "--header", "Subject: later", "--body", "Try again.")
        end = time.monotonic() + servers.PATIENCE
        while not (held := servers.queued(ours / "postfix")) and time.monotonic() < end:
            time.sleep(0.05)
        assert held, "Postfix keeps what could not be taken"
        door.down = False
        end = time.monotonic() + servers.PATIENCE
        while waiting(home) < 2 and time.monotonic() < end:  # a mail that is at hand is not flushed: ask again
            subprocess.run(["/usr/sbin/postqueue", "-c", str(ours / "postfix" / "conf"), "-f"], check=True)
            time.sleep(0.2)
        assert waiting(home) == 2
    post.work(home)
    titles = [post.look(home, ref).case.title for ref in post.refs(home)]
    assert sorted(titles) == ["later", "through Postfix"]


def swaks(port: int, *more: str, to: str = post.BOX) -> str:
    told = ["swaks", "--server", f"127.0.0.1:{port}", "--from", "ann@example.net", "--to", to, *more]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_swaks_is_answered_as_the_protocols_say(home, smtp):
    servers.needs("swaks")
    swaks(smtp, "--header", "Subject: by SMTP", "--body", "It crashes.")
    told = ["swaks", "--server", f"127.0.0.1:{smtp}", "--from", "a@example.net", "--to", "nobody@warehousepg.org"]
    refused = subprocess.run(told, capture_output=True, text=True, check=False)
    assert "550 5.1.1" in refused.stdout
    assert waiting(home) == 1


def test_lmtp_answers_for_each_recipient(home, lmtp):
    commands = (
        "LHLO me",
        "MAIL FROM:<a@b.example>",
        f"RCPT TO:<{post.BOX}>",
        "RCPT TO:<security+x@warehousepg.org>",
        "DATA",
    )
    with socket.create_connection(("127.0.0.1", lmtp), timeout=10) as line, line.makefile("rb") as answers:
        answers.readline()
        for command in commands:
            assert said(line, answers, command)[:1] in b"23"
        line.sendall(post.mail() + b".\r\n")
        assert [answers.readline()[:3] for _ in range(2)] == [b"250", b"250"]
        assert said(line, answers, "QUIT").startswith(b"221")
    assert waiting(home) == 1


def said(line: socket.socket, answers: BinaryIO, command: str) -> bytes:
    """Say something and hear the last line of the answer."""
    line.sendall(f"{command}\r\n".encode())
    while (answer := answers.readline())[3:4] == b"-":
        pass
    return answer


SMUGGLED = (
    "From: ann@example.net\r\nSubject: first\r\n\r\nwords{end}"
    "MAIL FROM:<dana@example.org>\r\nRCPT TO:<security@warehousepg.org>\r\nDATA\r\n"
    "From: dana@example.org\r\nSubject: smuggled\r\n\r\n/accept\r\n.\r\n"
)


@pytest.mark.parametrize("end", ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\n\n.\r\n", "\r\n\0.\r\n"])
def test_no_mail_is_smuggled_in_another(home, smtp, end):
    talk(smtp, SMUGGLED.format(end=end))
    assert waiting(home) == 1
    post.work(home)
    cases = [post.look(home, ref).case.title for ref in post.refs(home)]
    assert "smuggled" not in cases
    if "\0" not in end:
        (held,) = post.quarantine(home)
        assert "two mails may be hidden in one" in held.because[0]


def talk(port: int, data: str) -> None:
    """Send bytes as they are, as no library would."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, line.makefile("rb") as answers:
        answers.readline()
        for command in ("EHLO me", "MAIL FROM:<ann@example.net>", "RCPT TO:<security@warehousepg.org>", "DATA"):
            assert said(line, answers, command)[:1] in b"23"
        line.sendall(data.encode())
        assert answers.readline().startswith(b"250")
        line.sendall(b"QUIT\r\n")
        answers.read()


def test_a_mailbox_is_looked_into_and_each_mail_is_kept_once_also_when_the_machine_stops_before_it_is_marked(
    home, ours
):
    servers.needs("dovecot")
    with servers.dovecot(ours / "dovecot", "security", "secret") as (port, box):
        for number in range(3):
            put(box, number, post.mail(f"Number {number}", message_id=f"i{number}@e", subject=f"Number {number}"))
        mailbox = Imap("127.0.0.1", port, "security", "secret", secure=False)
        first = next(iter_ := mailbox())  # kept by nobody, and the machine stops
        iter_.close()
        assert b"Number 0" in first.raw
        assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 3
        assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 0
        put(box, 9, post.mail("Number 9", message_id="i9@e", subject="Number 9"))
        assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 1
    post.work(home)
    assert len(post.refs(home)) == 4
    assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 0, "nobody answers: the next look asks again"


def test_what_a_person_read_in_the_mailbox_before_the_machine_looked_is_kept_all_the_same(home, ours):
    servers.needs("dovecot")
    with servers.dovecot(ours / "dovecot", "security", "secret") as (port, box):
        mailbox = Imap("127.0.0.1", port, "security", "secret", secure=False)
        put(box, 1, post.mail("Number 1", message_id="i1@e", subject="Number 1"), seen=True)
        put(box, 2, post.mail("Number 2", message_id="i2@e", subject="Number 2"))
        assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 1, "what was read before the first look is history"
        put(box, 3, post.mail("Number 3", message_id="i3@e", subject="Number 3"), seen=True)
        assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 1
        assert fetching.fetch(home.desk, post.PROJECT, mailbox) == 0
    post.work(home)
    assert sorted(post.look(home, ref).case.title for ref in post.refs(home)) == ["Number 2", "Number 3"]


def put(box: Path, number: int, raw: bytes, seen: bool = False) -> None:
    path = box / "cur" / f"{number}.test:2,S" if seen else box / "new" / f"{number}.test"
    path.write_bytes(raw)
    path.chmod(0o644)


def test_a_password_that_is_wrong_loses_nothing(home, ours):
    servers.needs("dovecot")
    with servers.dovecot(ours / "dovecot", "security", "secret") as (port, _):
        wrong: Any = Imap("127.0.0.1", port, "security", "wrong", secure=False)
        assert fetching.fetch(home.desk, post.PROJECT, wrong) == 0
        assert "wrong" not in repr(wrong)
