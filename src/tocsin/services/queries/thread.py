# SPDX-License-Identifier: Apache-2.0
"""Messages and files of a case as shown. A file is named by where it can be fetched; its key stays in here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

import msgspec

from tocsin.core import notices
from tocsin.core.case import events as ev
from tocsin.core.case import party_events as pe
from tocsin.core.case.model import Case
from tocsin.core.intake import Attachment, Letter
from tocsin.core.vocabulary import Actor, ActorKind, Audience
from tocsin.services.queries import history, words


class FileView(msgspec.Struct, frozen=True):
    """An attachment as shown: where it can be fetched, never how it is opened."""

    blob: str
    name: str
    size: str
    sha256: str


class MessageView(msgspec.Struct, frozen=True):
    """One message of a thread. `by` names a person or `Reporter`; `audience` is who reads it."""

    seq: int
    at: str
    by: str
    mine: bool
    ago: str
    audience: str
    text: str
    plan: str = ""
    workarounds: str = ""
    automatic: bool = False
    files: tuple[FileView, ...] = ()
    party: str = ""
    theirs: bool = False
    """Whether the other side of the thread said it."""

    mail: str = ""
    """By mail from whom, as it says, and what is proven about that; empty for words that came another way."""

    sent_on: int = 0
    """Line of the message that these words were sent on from."""


def files(found: tuple[Attachment, ...]) -> tuple[FileView, ...]:
    """Show attachments."""
    return tuple(FileView(blob=a.blob, name=a.name, size=words.size(a.size), sha256=a.sha256) for a in found)


def message(entry: ev.Entry, actor: Actor, now: datetime) -> MessageView | None:
    """Show a journal line as a message, also a move that said something in words; None for one that is none."""
    shown = partial(
        MessageView,
        seq=entry.seq,
        at=words.instant(entry.at),
        by=history.who(entry.actor),
        mine=entry.actor.id == actor.id,
        ago=words.ago(entry.at, now),
    )
    match entry.event:
        case ev.MessageSent() as sent:
            return shown(
                audience=sent.audience,
                text=sent.text,
                plan=sent.plan,
                workarounds=sent.workarounds,
                automatic=sent.automatic,
                files=files(sent.attachments),
                party=sent.party,
            )
        case pe.MessageResent() as again:
            return shown(
                audience=again.audience,
                text=again.text,
                files=files(again.attachments),
                party=again.party,
                sent_on=again.of,
            )
        case ev.MessageReceived() as received:
            return shown(
                by=history.who(entry.actor) if received.party else "Reporter",
                mine=False,
                audience=Audience.PARTY if received.party else Audience.REPORTER,
                text=received.text,
                files=files(attachments(received)),
                mail=by_mail(received.letter),
                party=received.party,
                theirs=True,
            )
        case _:
            text, audience = _beside(entry)
            theirs = entry.actor.kind is ActorKind.REPORTER
            return shown(audience=audience, text=text, theirs=theirs) if text else None


def by_party(messages: Iterable[MessageView]) -> dict[str, tuple[MessageView, ...]]:
    """Part the messages by the party that they were said to or by; a party without any has no entry."""
    found: dict[str, list[MessageView]] = {}
    for each in messages:
        if each.party:
            found.setdefault(each.party, []).append(each)
    return {party: tuple(said) for party, said in found.items()}


def _beside(entry: ev.Entry) -> tuple[str, Audience]:
    """What a move said in words beside what it did, and who reads it."""
    match entry.event:
        case ev.FixConfirmed(note=note) if note.strip() and entry.actor.kind is not ActorKind.REPORTER:
            return f"The fix works: {note}", Audience.TEAM
        case ev.StateObserved(note=note) if note.strip() and entry.actor.kind is ActorKind.PERSON:
            return f"{_sentence(entry.event)}: {note}", Audience.TEAM
        case ev.ScoreSet(reason=reason) if reason.strip():
            return f"{_sentence(entry.event)}: {reason}", Audience.TEAM
        case _:
            return notices.words_between(entry), Audience.REPORTER


def _sentence(event: ev.Event) -> str:
    said = history.said(event)
    return said[:1].upper() + said[1:]


def attachments(event: ev.Event) -> tuple[Attachment, ...]:
    """List the files that came with an event."""
    match event:
        case ev.ReportReceived(report=report):
            return (*report.attachments, *original(report.letter))
        case ev.MessageReceived(attachments=found, letter=letter):
            return (*found, *original(letter))
        case ev.MessageSent(attachments=found) | pe.MessageResent(attachments=found):
            return found
        case _:
            return ()


def original(letter: Letter | None) -> tuple[Attachment, ...]:
    """The mail itself, as it came."""
    return (letter.raw,) if letter and letter.raw else ()


def by_mail(letter: Letter | None) -> str:
    """Whom a mail says it is from, and what is proven about that."""
    if letter is None:
        return ""
    return f"by mail from {letter.sender or 'somebody'}: {letter.proof}"


def owes(case: Case) -> str:
    """Who owes the next words between the team and the reporter, and since when."""
    if case.reporter_waits_since:
        return f"The reporter waits for us since {words.instant(case.reporter_waits_since)}."
    if case.reporter_owes_since:
        return f"We wait for the reporter since {words.instant(case.reporter_owes_since)}."
    return "The last words are ours: we wait for the reporter, who owes nothing."
