# SPDX-License-Identifier: Apache-2.0
"""Mails for tests, and a house that gets them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tocsin.core.case.events import Entry
from tocsin.core.mail.message import Envelope
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef
from tocsin.services import arrivals, cases, sealing, worker
from tocsin.services.cases import Opened
from tocsin.services.mail import arriving, held
from tocsin.services.mail.held import Held
from tocsin.services.ports.mail_out import Delivered, Fate, Outgoing
from tocsin.services.post import sending as post_out
from tocsin.testing.house import House

PROJECT = "warehousepg"
BOX = "security@warehousepg.org"
TRUSTED = "mx.example.org"


def mail(
    text: str = "It crashes when the table is empty.",
    *,
    sender: str = "Ann Lee <ann@example.net>",
    subject: str = "Crash in the executor",
    headers: tuple[str, ...] = (),
    message_id: str = "m1@example.net",
    to: str = BOX,
) -> bytes:
    """One plain mail."""
    lines = [*headers, f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{message_id}>", "", text]
    return "\r\n".join("\n".join(lines).split("\n")).encode() + b"\r\n"


def proof(domain: str, result: str = "pass") -> str:
    """What the project's own mail server found out."""
    return f"Authentication-Results: {TRUSTED}; dmarc={result} (p=REJECT) header.from={domain}"


def arrive(
    home: House, raw: bytes, *, to: str = BOX, sender: str | None = "ann@example.net", via: str = "lmtp"
) -> bool:
    """A mail is handed over and kept; the worker has not seen it."""
    kept = arriving.receive(home.front, PROJECT, [raw], Envelope(recipients=(to,), sender=sender, via=via))
    assert isinstance(kept, bool)
    return kept


def work(home: House) -> None:
    """The worker takes up what is there, and what that left."""
    stuck: set[str] = set()
    arrivals.take_up(home.desk, stuck)
    worker.take_drops(home.desk, stuck)
    assert not stuck


def deliver(
    home: House, raw: bytes, *, to: str = BOX, sender: str | None = "ann@example.net", via: str = "lmtp"
) -> None:
    """A mail arrives and is dealt with."""
    arrive(home, raw, to=to, sender=sender, via=via)
    work(home)


def refs(home: House) -> list[CaseRef]:
    """All cases, in the order of their opening."""
    heads = home.desk.journal.cases(limit=10_000)
    opened = [(look(home, head.case).case.received_at, head.case) for head in heads]
    return [ref for _, ref in sorted(opened)]


def look(home: House, ref: CaseRef) -> Opened:
    """A case, opened."""
    found = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert found
    return found


def entries(home: House, ref: CaseRef) -> list[Entry]:
    """A case's journal."""
    places = sealing.Places(home.desk.sealer.instance)
    return sealing.open_entries(places, look(home, ref).key, ref, home.desk.journal.entries(ref))


def quarantine(home: House) -> list[Held]:
    """What is held."""
    return [kept.value for kept in held.book(home.desk).all(PROJECT)]


class Sent:
    """A way out that keeps what goes through it."""

    def __init__(self) -> None:
        self.mails: list[Outgoing] = []

    @contextmanager
    def session(self) -> Iterator[Sent]:
        yield self

    def send(self, mail: Outgoing) -> Delivered:
        self.mails.append(mail)
        return Delivered(fate=Fate.SENT, code=250)


def send(home: House) -> None:
    """The worker sends what waits."""
    post_out.drain(home.desk)


def sending(home: House) -> Sent:
    """Let a house send mail."""
    out = Sent()
    home.desk = replace(home.desk, post=replace(home.desk.post, sends=out, host="security.example.org"))
    return out
