# SPDX-License-Identifier: Apache-2.0
"""A mail becomes a case, its answers join it, and what no rule can place waits for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.mail import post
from tocsin.core.case import events as ev
from tocsin.core.mail import verbs
from tocsin.core.mail.addresses import FROM_REPORTER, REPORTER, Thread
from tocsin.core.vocabulary import ActorKind, Audience
from tocsin.services import own, sealing
from tocsin.services.mail import threads
from tocsin.services.mail.held import State
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    made = house()
    assert made.desk.mail
    made.desk = replace(made.desk, mail=replace(made.desk.mail, trusted=post.TRUSTED))
    return made


def address(home: House, ref: str, to: Thread = FROM_REPORTER) -> str:
    opened = post.look(home, ref)
    places = sealing.Places(home.desk.sealer.instance)
    return threads.reply_address(opened.key, places, post.BOX, ref, to)


def only(home: House) -> str:
    (ref,) = post.refs(home)
    return ref


def test_a_mail_becomes_a_case_with_its_bytes_its_sender_and_what_is_proven(home):
    raw = post.mail("Hello,\n\n## Steps to reproduce\nRun it.\n\n## Effects\nIt stops.\n\nVersion: 7.3.1")
    post.deliver(home, raw)
    case = post.look(home, only(home)).case
    assert case.title == "Crash in the executor"
    assert case.report.reproduce == "Hello,\n\nRun it."
    assert case.report.effects == "It stops."
    assert case.report.version == "7.3.1"
    assert case.report.identity.name == "Ann Lee"
    assert case.report.identity.contact == "ann@example.net"
    assert case.report.channel == "mail"
    letter = case.report.letter
    assert letter
    assert (letter.proof, letter.proven, letter.answerable) == ("nobody has checked who sent it", False, True)
    assert letter.raw
    assert b"".join(home.desk.blobs.open(letter.raw.blob, letter.raw.key)) == raw


def test_the_same_mail_twice_is_one_case_also_when_the_worker_dies_in_between(home):
    raw = post.mail()
    assert post.arrive(home, raw)
    assert not post.arrive(home, raw)
    (arrival,) = home.desk.outside.arrivals.waiting(9)
    from tocsin.services.mail import taking

    taking.arrived(home.desk, arrival)  # and died before it said so
    post.work(home)
    assert len(post.refs(home)) == 1


@pytest.mark.parametrize(
    "headers",
    [("In-Reply-To: <m1@example.net>",), ("References: <x@y.z> <m1@example.net>",), ("References: broken",), ()],
    ids=["in reply to", "references", "broken references", "none"],
)
def test_an_answer_of_the_reporter_joins_the_case(home, headers):
    post.deliver(home, post.mail())
    answer = post.mail(
        "More.\n\nOn Monday Ann wrote:\n> old",
        subject="Re: Crash in the executor",
        headers=headers,
        message_id="m2@example.net",
    )
    post.deliver(home, answer)
    opened = post.look(home, only(home))
    assert opened.case.messages == 2
    assert opened.case.writers[0].message_ids == ("m1@example.net", "m2@example.net")


def test_a_signed_address_is_believed_whoever_writes_from_wherever(home):
    post.deliver(home, post.mail())
    ref = only(home)
    to = address(home, ref)
    post.deliver(
        home,
        post.mail("From my other address.", sender="ann@elsewhere.example", subject="Hi", message_id="m3@e", to=to),
        to=to.upper(),
    )
    case = post.look(home, ref).case
    assert case.messages == 2
    assert case.writers[0].proven
    assert case.writers[0].address == "ann@elsewhere.example"


def test_a_forged_address_is_a_report_of_its_own(home):
    post.deliver(home, post.mail())
    ref = only(home)
    to = address(home, ref)
    forged = to.replace(to.partition(".")[2][:3], "aaa", 1)
    post.deliver(
        home, post.mail("Other.", sender="eve@evil.example", subject="Hi", message_id="m3@e", to=forged), to=forged
    )
    assert len(post.refs(home)) == 2
    assert post.look(home, ref).case.messages == 1


@pytest.mark.parametrize("subject", ["[{ref}] More", "Re: [{ref}] x"])
def test_a_subject_is_believed_of_a_known_writer_only(home, subject):
    post.deliver(home, post.mail())
    ref = only(home)
    post.deliver(
        home, post.mail("I know.", sender="eve@evil.example", subject=subject.format(ref=ref), message_id="m4@e")
    )
    (waits,) = post.quarantine(home)
    assert waits.case == ref
    assert waits.state is State.WAITS
    assert "has not written there" in waits.because[0]
    post.deliver(home, post.mail("More.", subject=subject.format(ref=ref), message_id="m5@e"))
    assert post.look(home, ref).case.messages == 2


def test_somebody_else_in_the_thread_is_told_to_the_team_and_is_nobodys_words(home):
    post.deliver(home, post.mail())
    answer = post.mail(
        "I saw it too.", sender="Bob <bob@example.org>", headers=("References: <m1@example.net>",), message_id="m6@e"
    )
    post.deliver(home, answer)
    opened = post.look(home, only(home))
    assert opened.case.reporter_waits_since == opened.case.received_at
    last = post.entries(home, opened.case.ref)[-1].event
    assert isinstance(last, ev.MessageSent)
    assert last.audience is Audience.TEAM
    assert "Bob <bob@example.org>, who is no party" in last.text


def test_a_member_speaks_from_mail_only_when_the_domain_stands_behind_it(home):
    post.deliver(home, post.mail())
    ref = only(home)
    said = ("In-Reply-To: <m1@example.net>",)
    post.deliver(home, post.mail("/assign", sender="Dana <dana@example.org>", headers=said, message_id="m7@e"))
    assert not post.look(home, ref).case.lead
    (waits,) = post.quarantine(home)
    assert "member of the team" in waits.because[0]
    proven = (post.proof("example.org"), *said)
    post.deliver(home, post.mail("/assign", sender="Dana <dana@example.org>", headers=proven, message_id="m8@e"))
    assert post.look(home, ref).case.lead == home.dana


def test_the_proof_of_another_host_or_another_domain_is_none(home):
    post.deliver(home, post.mail())
    ref = only(home)
    for number, header in enumerate(
        [
            post.proof("evil.example"),
            post.proof("example.org").replace(post.TRUSTED, "mx.evil.example"),
            post.proof("example.org", "fail"),
            f"Authentication-Results: {post.TRUSTED} ({post.TRUSTED}; dmarc=pass header.from=example.org); spf=pass",
        ]
    ):
        said = (header, "In-Reply-To: <m1@example.net>")
        post.deliver(home, post.mail("/assign", sender="dana@example.org", headers=said, message_id=f"x{number}@e"))
    assert not post.look(home, ref).case.lead
    assert len(post.quarantine(home)) == 4


def test_a_members_words_without_a_verb_stay_with_the_team_and_an_answering_address_answers(home):
    post.deliver(home, post.mail())
    ref = only(home)
    proven = (post.proof("example.org"), "In-Reply-To: <m1@example.net>")
    post.deliver(home, post.mail("Looks real.", sender="dana@example.org", headers=proven, message_id="m9@e"))
    case = post.look(home, ref).case
    assert case.first_feedback_at is None
    to = address(home, ref, Thread(room=REPORTER, holder=home.dana))
    answer = post.mail("Thank you.", sender="dana@example.org", headers=proven[:1], message_id="m10@e", to=to)
    post.deliver(home, answer, to=to)
    case = post.look(home, ref).case
    assert case.first_feedback_at is not None
    assert case.reporter_waits_since is None
    assert case.messages == 3


def test_a_member_puts_a_case_aside_from_mail_and_for_themselves_alone(home):
    post.deliver(home, post.mail())
    ref = only(home)
    proven = (post.proof("example.org"), "In-Reply-To: <m1@example.net>")
    said = "/snooze 3d\nI am away.\n\n> It crashes when the table is empty."
    post.deliver(home, post.mail(said, sender="dana@example.org", headers=proven, message_id="m9@e"))
    aside = own.snoozed(home.desk, home.dana)
    assert aside[ref].until == home.clock() + timedelta(days=3)
    assert aside[ref].seq == post.look(home, ref).case.seq, "the note that came with it does not wake it"
    assert "I am away." in str(post.entries(home, ref)[-1].event)
    assert not own.snoozed(home.desk, home.li)
    for number, wrong in enumerate(("/snooze", "/snooze for ever", "/snooze 99d", "/snooze 0")):
        post.deliver(home, post.mail(wrong, sender="dana@example.org", headers=proven, message_id=f"w{number}@e"))
    assert len(post.quarantine(home)) == 4
    assert "wants a time" in post.quarantine(home)[0].because[0]
    assert own.snoozed(home.desk, home.dana) == aside


@pytest.mark.parametrize(
    ("said", "found"),
    [("3d", (3, "")), ("2 W", (14, "")), ("5", (5, "")), ("1 day\nbye", (1, "bye")), ("5w", None), ("3 months", None)],
)
def test_how_long_is_said_in_days_or_weeks(said, found):
    assert verbs.days(said) == found


def test_an_unknown_verb_and_a_refused_one_are_held_with_the_reason(home):
    post.deliver(home, post.mail())
    proven = (post.proof("example.org"), "In-Reply-To: <m1@example.net>")
    post.deliver(home, post.mail("/close it", sender="dana@example.org", headers=proven, message_id="m11@e"))
    post.deliver(home, post.mail("/need-info", sender="dana@example.org", headers=proven, message_id="m12@e"))
    because = " ".join(each.because[0] for each in post.quarantine(home))
    assert "“/close” is nothing that can be done from mail" in because
    assert "Write the question" in because


FORWARD = """Please look.

---------- Forwarded message ---------
From: Ann Lee <ann@example.net>
Date: Mon, 2 Mar 2026
Subject: Crash in the executor
To: Dana <dana@example.org>

It crashes when the table is empty.
"""

ATTACHED = (
    'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nPlease look.\r\n--b\r\n'
    "Content-Type: message/rfc822\r\n\r\nFrom: Ann Lee <ann@example.net>\r\nSubject: Crash in the executor\r\n"
    "Message-ID: <inner@example.net>\r\n\r\nIt crashes when the table is empty.\r\n--b--\r\n"
)


def test_a_mail_that_a_member_passes_on_whole_is_its_senders_report(home):
    head = f"{post.proof('example.org')}\r\nFrom: Dana <dana@example.org>\r\nTo: {post.BOX}\r\nSubject: Fwd: x\r\n"
    post.deliver(home, (head + ATTACHED).encode())
    case = post.look(home, only(home)).case
    assert case.report.identity.contact == "ann@example.net"
    assert case.title == "Crash in the executor"
    letter = case.report.letter
    assert letter
    assert (letter.forwarded_by, letter.proven, letter.answerable) == ("Dana", False, False)
    answer = post.mail("More.", headers=("In-Reply-To: <inner@example.net>",), message_id="m2@example.net")
    post.deliver(home, answer)
    assert post.look(home, only(home)).case.messages == 2


def test_one_that_is_read_from_the_text_waits_for_a_person_who_sees_whose_it_seems(home):
    post.deliver(
        home, post.mail(FORWARD, sender="dana@example.org", subject="Fwd: x", headers=(post.proof("example.org"),))
    )
    assert not post.refs(home)
    (waits,) = post.quarantine(home)
    assert waits.original
    assert waits.original.address == "ann@example.net"


@pytest.mark.parametrize(
    ("raw", "because", "state"),
    [
        (post.mail(headers=("From: second@example.net",)), "more than one sender", State.WAITS),
        (post.mail(sender="a@example.net, b@example.net"), "more than one sender", State.WAITS),
        (post.mail().replace(b"\r\n\r\n", b"\r\n\r\nx\n.\r\nMAIL FROM:<a@b>\r\n"), "SMTP smuggling", State.WAITS),
        (post.mail().replace(b"empty.", b"empty.\r.\r"), "SMTP smuggling", State.WAITS),
        (post.mail(headers=("List-Id: <users.example.org>",)), "mailing list", State.WAITS),
        (post.mail(headers=("Auto-Submitted: auto-generated",)), "a machine wrote it", State.WAITS),
        (post.mail(headers=("Auto-Submitted: auto-replied",)), "automatic answer", State.ASIDE),
        (post.mail(headers=("Precedence: bulk", ), subject="Out of office"), "somebody is away", State.ASIDE),
        (post.mail(headers=("Received: by x",) * 60), "goes in circles", State.WAITS),
        (post.mail(headers=(post.proof("example.net", "fail"),)), "did not send it", State.WAITS),
        (post.mail(sender="Mail <MAILER-DAEMON@example.net>", headers=("Return-Path: <>",)), "failure", State.ASIDE),
    ],
    ids=[
        "two From", "two addresses", "bare LF", "bare CR", "list", "machine", "answer", "away", "circle", "forged",
        "bounce",
    ],
)  # fmt: skip
def test_what_is_suspicious_or_a_machines_waits_with_the_reason_and_is_no_case(home, raw, because, state):
    post.deliver(home, raw)
    assert not post.refs(home)
    (held,) = post.quarantine(home)
    assert because in " ".join(held.because)
    assert held.state is state


def test_what_cannot_be_taken_apart_is_a_report_that_says_so_and_keeps_it_whole(home):
    raw = post.mail("--b\n" * 1001)
    post.deliver(home, raw)
    case = post.look(home, only(home)).case
    assert "goes beyond what is read by a machine: 1,00" in case.report.reproduce
    assert case.report.letter
    assert case.report.letter.raw
    assert not case.report.letter.answerable


def test_encrypted_mail_without_a_key_is_a_sealed_report(home):
    post.deliver(home, post.mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"))
    case = post.look(home, only(home)).case
    assert "encrypted; not opened" in case.report.reproduce
    assert "abc" not in case.report.reproduce


def test_a_word_of_a_reporter_is_theirs_in_the_journal(home):
    post.deliver(home, post.mail())
    post.deliver(home, post.mail("More.", headers=("In-Reply-To: <m1@example.net>",), message_id="m2@e"))
    ref = only(home)
    kinds = [entry.actor.kind for entry in post.entries(home, ref)]
    assert kinds == [ActorKind.REPORTER, ActorKind.REPORTER]
