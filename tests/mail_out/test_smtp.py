# SPDX-License-Identifier: Apache-2.0
"""Handing mail to a server: how far it came when something goes wrong, and that it never leaves without TLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mail_out.scripted import HANG_UP, SILENCE, Scripted, scripted
from tocsin.adapters.notifiers.mailbox import MailFolder
from tocsin.adapters.notifiers.smtp import Refusal, SmtpSender
from tocsin.core.mail_out.server import Place, place
from tocsin.services.ports.mail_out import Delivered, Fate, Outgoing

BODY = b"Subject: x\r\n\r\n.a line with a dot\r\n..\r\n.\r\nend\r\n"
MAIL = Outgoing(sender="security@example.org", to="finder@example.net", body=BODY)


def sender(server: Scripted, **given: object) -> SmtpSender:
    return SmtpSender(Place(host="127.0.0.1", port=server.port, implicit=False), "tocsin.example.org",
                      seconds=1.0, **given)  # type: ignore[arg-type]  # fmt: skip


def send(server: Scripted, *mails: Outgoing) -> list[Fate]:
    with sender(server).session() as session:
        return [session.send(each).fate for each in mails]


def test_a_mail_arrives_byte_for_byte_dots_and_all() -> None:
    with scripted() as server:
        assert send(server, MAIL) == [Fate.SENT]
        assert server.taken == [BODY]
        assert server.recipients == ["finder@example.net"]


def test_many_mails_take_one_connection() -> None:
    with scripted() as server:
        assert send(server, *[MAIL] * 20) == [Fate.SENT] * 20
        assert server.connections == 1


@pytest.mark.parametrize(
    ("step", "answer", "fate"),
    [
        ("rcpt", "550 no such user", Fate.NEVER),
        ("rcpt", "450 try again later", Fate.LATER),
        ("mail", "550 who are you", Fate.LATER),
        ("data", "554 no", Fate.NEVER),
        ("data", "451 later", Fate.LATER),
        ("dot", "554 the content is not wanted", Fate.NEVER),
        ("dot", "452 the disk is full", Fate.LATER),
        ("mail", HANG_UP, Fate.LATER),
        ("rcpt", HANG_UP, Fate.LATER),
        ("data", HANG_UP, Fate.LATER),
        ("rcpt", SILENCE, Fate.LATER),
        ("dot", HANG_UP, Fate.UNKNOWN),
        ("dot", SILENCE, Fate.UNKNOWN),
    ],
)
def test_it_is_known_how_far_a_mail_came_and_the_next_one_goes_on(step: str, answer: str, fate: Fate) -> None:
    with scripted(**{step: [answer]}) as server:
        assert send(server, MAIL)[0] is fate
    if answer == SILENCE:
        return
    with scripted(**{step: [answer]}) as server:
        assert send(server, MAIL, MAIL) == [fate, Fate.SENT]


def test_a_server_that_cannot_be_reached_is_left_alone_for_a_while() -> None:
    now = [0.0]
    with scripted(connect=["554 no"]) as server:
        out = sender(server, clock=lambda: now[0])
        for _ in range(3):
            with pytest.raises(Refusal), out.session():
                pass
        assert server.connections == 1
        now[0] = 61.0
        with out.session() as session:
            assert session.send(MAIL) == Delivered(fate=Fate.SENT, code=250)


def test_a_server_that_says_it_closes_is_not_asked_for_anything_more_before_a_minute_is_over() -> None:
    now = [0.0]
    with scripted(rcpt=["421 going down"]) as server:
        out = sender(server, clock=lambda: now[0])
        with out.session() as session:
            assert [session.send(MAIL) for _ in range(3)] == [Delivered(fate=Fate.LATER, code=421)] * 3
        with pytest.raises(Refusal, match="puts everything off"), out.session():
            pass
        assert server.connections == 1
        now[0] = 61.0
        with out.session() as session:
            assert session.send(MAIL).fate is Fate.SENT


def test_a_server_that_takes_some_is_not_left_alone() -> None:
    with scripted(rcpt=["450 mailbox full"]) as server:
        out = sender(server)
        with out.session() as session:
            assert [session.send(MAIL).fate for _ in range(2)] == [Fate.LATER, Fate.SENT]
        with out.session() as session:
            assert session.send(MAIL).fate is Fate.SENT


def test_mail_does_not_leave_this_machine_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as server:
        out = sender(server)
        with out.session() as session:
            assert session.send(MAIL).fate is Fate.SENT, "the control: on this machine, in clear"
        monkeypatch.setattr("tocsin.core.mail_out.server._HERE", frozenset())
        with pytest.raises(Refusal, match="no TLS"), sender(server).session():
            pass
        server.extensions = ("STARTTLS",)
        with pytest.raises(Refusal), sender(server).session():
            pass
        assert len(server.taken) == 1


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://u:secret@mail.example.org",
            "smtps://user@mail.example.org", "smtp://mail.example.org/x"],
)  # fmt: skip
def test_a_server_that_is_written_wrongly_is_refused_in_words(url: str) -> None:
    with pytest.raises(ValueError, match=r"mail\.smtp") as caught:
        place(url)
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown() -> None:
    found = place("smtps://user%40example.org@mail.example.org", "hunter22")
    assert (found.user, found.port, found.implicit) == ("user@example.org", 465, True)
    assert "hunter22" not in repr(found)


def test_a_folder_keeps_every_mail_as_it_would_have_gone_out(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path / "mailbox")
    with folder.session() as session:
        assert [session.send(each).fate for each in (MAIL, MAIL)] == [Fate.SENT] * 2
    assert [(each.number, each.to, each.body) for each in folder.all()] == [
        (1, MAIL.to, BODY),
        (2, MAIL.to, BODY),
    ]
