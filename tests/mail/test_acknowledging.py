# SPDX-License-Identifier: Apache-2.0
"""The one mail that the machine writes by itself, and that it stays one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests.mail import post
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    made = house()
    assert made.desk.mail
    made.desk = replace(made.desk, mail=replace(made.desk.mail, trusted=post.TRUSTED))
    return made


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_report_by_mail_is_acknowledged_once_with_a_fixed_text(home):
    out = post.sending(home)
    post.deliver(home, post.mail(subject="SECRETSUBJECT", sender="SECRETNAME <ann@example.net>", text="SECRETTEXT"))
    post.send(home)
    post.send(home)
    (sent,) = out.mails
    assert b"SECRET" not in sent.body
    assert (sent.to, sent.sender) == ("ann@example.net", "")
    mail = read(sent.body)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<m1@example.net>"
    assert mail["Reply-To"].startswith("security+whpg-2026-")
    assert "shows that" in mail.get_content()


def test_whoever_answers_it_has_shown_that_the_address_is_theirs(home):
    out = post.sending(home)
    post.deliver(home, post.mail())
    post.send(home)
    to = str(read(out.mails[0].body)["Reply-To"])
    post.deliver(home, post.mail("", subject="Re: x", to=to, message_id="m2@example.net"), to=to)
    (ref,) = post.refs(home)
    writer = post.look(home, ref).case.writers[0]
    assert (writer.address, writer.proven) == ("ann@example.net", True)


def test_whose_domain_stands_behind_the_mail_is_told_the_case(home):
    out = post.sending(home)
    for number in range(2):
        raw = post.mail(headers=(post.proof("example.net"),), message_id=f"q{number}@e", subject=f"S{number}")
        post.deliver(home, raw)
    post.send(home)
    assert [ref in mail.body.decode() for ref, mail in zip(post.refs(home), out.mails, strict=True)] == [True, True]


@pytest.mark.parametrize("many", [60, pytest.param(1000, marks=pytest.mark.deep)])
def test_a_thousand_reports_in_somebodys_name_cause_one_mail_a_day(home, many):
    out = post.sending(home)
    for number in range(many):
        post.arrive(home, post.mail(f"Report {number}", message_id=f"n{number}@e", subject=f"S {number}"))
    while home.desk.outside.arrivals.waiting(1):
        post.work(home)
    post.send(home)
    assert len(post.refs(home)) == many
    assert len(out.mails) == 1
    home.clock.advance(timedelta(hours=23))
    post.deliver(home, post.mail("One more", message_id="o@e", subject="Another"))
    post.send(home)
    assert len(out.mails) == 1
    home.clock.advance(timedelta(hours=2))
    post.deliver(home, post.mail("And another", message_id="p@e", subject="Yet another"))
    post.send(home)
    assert len(out.mails) == 2


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-generated",),
        ("List-Id: <l.example.org>",),
        ("Precedence: bulk",),
        ("X-Auto-Response-Suppress: All",),
    ],
)
def test_machines_lists_and_whoever_asks_for_silence_are_never_answered(home, headers):
    out = post.sending(home)
    post.deliver(home, post.mail(headers=headers))
    post.deliver(home, post.mail(sender="noreply@example.net", message_id="a@e"))
    post.deliver(home, post.mail(sender="MAILER-DAEMON@example.net", message_id="b@e"), sender="")
    post.deliver(home, post.mail(sender=post.BOX, message_id="c@e"))
    post.send(home)
    assert out.mails == []


@pytest.mark.parametrize("strip", [False, True], ids=["as sent", "with its headers lost on the way"])
def test_two_installations_that_write_to_each_other_stop(strip):
    """What one sends, the other gets, and the other way round; for an hour."""
    homes = [house(name="security.example.org"), house(name="security.example.net")]
    outs = [post.sending(each) for each in homes]
    first = post.mail(sender="security@warehousepg.example", headers=())
    post.deliver(homes[0], first, sender="security@warehousepg.example")
    count = 0
    for turn in range(20):
        here, there = turn % 2, 1 - turn % 2
        post.send(homes[here])
        fresh, outs[here].mails = outs[here].mails, []
        count += len(fresh)
        for each in fresh:
            body = each.body
            if strip:
                kept = [line for line in body.split(b"\r\n") if not line.lower().startswith((b"auto-", b"x-"))]
                body = b"\r\n".join(kept)
            body = body.replace(b"security@warehousepg.org", b"security@warehousepg.example")
            post.deliver(homes[there], body, sender="" if not strip else "security@warehousepg.example")
        for each in homes:
            each.clock.advance(timedelta(minutes=3))
    assert count <= 2
