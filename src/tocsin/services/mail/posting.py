# SPDX-License-Identifier: Apache-2.0
"""Puts a mail where it belongs: opens a case with it, or adds it to a thread. Each is safe to repeat: a mail that was
being posted when the machine stopped is posted once."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec

from tocsin.core import notices
from tocsin.core.case.commands import Hear, Say
from tocsin.core.intake import MAX_FILES, MAX_TEXT_BYTES, MAX_TITLE, Attachment, Identity, Letter, Report
from tocsin.core.mail import kinds, quotes
from tocsin.core.mail.forwarded import Original
from tocsin.core.mail.message import Mailbox
from tocsin.core.mail.prefill import prefill
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, CaseRef, Refused
from tocsin.services import cases, intake, listeners, sealing
from tocsin.services.app import Desk
from tocsin.services.intake import Receipt
from tocsin.services.mail import signing, threads
from tocsin.services.mail.arriving import mailboxes
from tocsin.services.mail.reading import Item, Read
from tocsin.services.ports.store import Conflict, Drop, Room
from tocsin.services.room import Left as LeftInRoom

CHANNEL: Final = "mail"
SOURCE: Final = "mail"
"""What quotas count mail under: it has no address of a machine, so only the project's and the installation's hold."""

NO_SUBJECT: Final = "(a mail without a subject)"
NO_WORDS: Final = "(The mail has no words of its own.)"
MAX_NAME: Final = 200
MORE: Final = "\n\n(There is more: the mail is attached whole, as original.eml.)"
LONGEST: Final = MAX_TEXT_BYTES // 2
"""Bytes of a mail's words that become the text of a report."""

UNREAD: Final = "A mail that could not be taken apart"
ANSWERED: Final = "answered at the address that we wrote to"
LOCKED: Final = "An encrypted mail that was not opened"


class Forward(NamedTuple):
    """What somebody passed on: who wrote it, and who passed it on, "" for somebody unproven."""

    original: Original
    by: str = ""


def report(item: Item, forward: Forward | None = None) -> Receipt | Refused:
    """Open a case with a mail, or with the one that it passes on."""
    desk, message = item.desk, item.read.message
    nonce = item.room.front.tokens.mark("mail room", item.arrival)
    receipt = intake.receive(item.room.front, item.project, compose(item, forward), nonce, SOURCE)
    if isinstance(receipt, Refused):
        return receipt
    for message_id in (message.message_id, forward.original.message_id if forward else ""):
        threads.remember(desk, item.project, receipt.case, message_id)
    writer, subject = _writer(item, forward)
    if writer:
        threads.remember_topic(desk, item.project, receipt.case, writer.address, subject)
    return receipt


def compose(item: Item, forward: Forward | None) -> Report:
    """The report that a mail makes: its subject and words under the policy's headings, its files, itself as a file."""
    read, (writer, subject) = item.read, _writer(item, forward)
    info = item.desk.projects.get(item.project)
    policy = item.desk.projects.policy(item.project, info.policy) if info else None
    text = _within(forward.original.text if forward else read.message.text)
    told = prefill(
        text, tuple((field.id, field.label) for field in policy.intake.field) if policy and policy.intake else ()
    )
    words = told.reproduce or text.strip() or NO_WORDS
    if read.unread or read.locked:
        subject = subject or (UNREAD if read.unread else LOCKED)
        words = _kept_whole(read)
    if forward and forward.original.note.strip():
        words = f"{words}\n\nPassed on with the words:\n{_within(forward.original.note.strip())}"
    who = " ".join((told.identity.strip() or (writer.name if writer else "")).split())
    title = (subject or told.title or NO_SUBJECT)[:MAX_TITLE]
    shorter = {subject: title, told.title: title, told.identity: who[:MAX_NAME]}
    return Report(
        title=title,
        reproduce="\n\n".join((words, *(each for each, shown in shorter.items() if _more(each, shown, words)))),
        version=told.version.strip() or "unknown",
        effects=told.effects,
        attack_surface=told.attack_surface,
        dependencies=told.dependencies,
        disclosure_plans=told.disclosure_plans,
        identity=Identity(name=who[:MAX_NAME], contact=writer.address if writer else ""),
        attachments=files_of(item),
        channel=CHANNEL,
        letter=letter(item, forward),
    )


def letter(item: Item, forward: Forward | None = None) -> Letter:
    """What a case keeps of the mail itself. Who is forwarded was asked by nobody, so nothing is proven about them."""
    read, left, (writer, subject) = item.read, item.left, _writer(item, forward)
    message, boxes = read.message, frozenset(mailboxes(item.room.front, item.room.more))
    return Letter(
        sender=writer.address if writer else "",
        name=writer.name if writer else "",
        subject=subject[:MAX_TITLE],
        message_id=forward.original.message_id if forward else message.message_id,
        thread=message.references[:10],
        proof=f"forwarded by {forward.by or 'somebody unproven'}" if forward else read.proven,
        proven=read.proof.proven and not forward,
        forwarded_by=forward.by if forward else "",
        opened=read.opened,
        answerable=not forward and not read.unread and kinds.answerable(message, left.envelope, boxes),
        arrival=item.arrival,
        raw=Attachment(
            blob=left.blob,
            key=left.key,
            name="original.eml",
            size=left.size,
            sha256=left.sha256,
            media_type="message/rfc822",
        ),
    )


def heard(item: Item, ref: CaseRef, who: str, *, by_address: bool = False) -> None:
    """Add a mail to a case as the words of its reporter (`who` empty) or of a party.

    It goes the way of words that are left on the return page, as a drop: taken up once, and shown in the room. With
    `by_address` it came to an address that only they were given: that it is theirs is proven by that.
    """
    desk, read, kept = item.desk, item.read, letter(item)
    if by_address and not kept.proven:
        found = signing.words(read.signature, opened=read.opened)
        kept = msgspec.structs.replace(kept, proven=True, proof="; ".join(filter(None, (ANSWERED, found))))
    text = _kept_whole(read) if read.unread or read.locked else quotes.words(read.message.text)
    files = files_of(item)
    said = Hear(text=text.strip() or NO_WORDS, attachments=files, letter=kept)
    room = _room(desk, ref, who)
    name = f"drp_{hashlib.sha256(item.arrival.encode()).hexdigest()[:32]}"
    places, now = sealing.Places(desk.sealer.instance), desk.now()
    body = msgspec.json.encode(LeftInRoom(room=who or (room.id if room else "reporter"), command=said))
    drop = Drop(id=name, case=ref, at=now, body=desk.sealer.seal_drop(body, places.drop(name, ref)))
    own = notices.CopyMessage(at=now, by="you", text=said.text, attachments=files)
    with suppress(Conflict):  # it was left before
        desk.drops.leave(drop, cases.seal_copy(desk, places, room, (own,), now) if room else None)
    threads.remember(desk, item.project, ref, read.message.message_id)


def noted(item: Item, ref: CaseRef, words: str, *, files: bool = True) -> None:
    """Tell the team of a case about a mail that is nobody's words there: never leaves the desk, stops no clock."""
    if threads.was_carried_out(item.desk, item.project, item.arrival):
        return
    kept = files_of(item) if files else ()
    said = Say(audience=Audience.TEAM, text=words, automatic=True, attachments=kept)
    cases.handle(item.desk, ref, said, SYSTEM_ACTOR)
    threads.carried_out(item.desk, item.project, item.arrival)
    threads.remember(item.desk, item.project, ref, item.read.message.message_id)


def _more(said: str, shown: str, words: str) -> bool:
    """Whether what stood under a heading says more than the short field that it fills, and than the other words do."""
    return len(" ".join(said.split())) > len(shown) and said.strip() not in words


def _within(text: str) -> str:
    """Words that a report has room for, beside all else that it says: a mail may have more, and is attached whole."""
    kept = text.encode("utf-8", "replace")
    return text if len(kept) <= LONGEST else kept[:LONGEST].decode("utf-8", "ignore") + MORE


def _writer(item: Item, forward: Forward | None) -> tuple[Mailbox | None, str]:
    """Who wrote what the report is made of, and its subject."""
    if forward:
        return forward.original.sender, forward.original.subject.strip()
    return item.sender, item.read.message.subject.strip()


def _room(desk: Desk, ref: CaseRef, who: str) -> Room | None:
    rooms = desk.rooms.of_case(ref)
    if who:
        return next((each for each in rooms if each.id == who), None)
    return next((each for each in rooms if not each.id.startswith(listeners.PARTY_ROOM)), None)


def _kept_whole(read: Read) -> str:
    because = read.unread or f"encrypted; not opened: {read.locked}"
    return f"This mail was kept whole and not read by a machine: {because}. It is attached as original.eml."


def files_of(item: Item) -> tuple[Attachment, ...]:
    """Seal a mail's files one by one; what is beyond the number of a report stays in the mail itself."""
    found = []
    for each in () if item.read.locked else item.read.message.files[:MAX_FILES]:
        with item.desk.blobs.create() as writer:
            writer.write(each.content)
            kept = writer.finish()
        found.append(
            Attachment(
                blob=kept.id,
                key=kept.key,
                name=each.name,
                size=kept.size,
                sha256=kept.sha256,
                media_type=each.media_type,
            )
        )
    return tuple(found)


__all__ = ["Forward", "compose", "files_of", "heard", "letter", "noted", "report"]
