# SPDX-License-Identifier: Apache-2.0
"""A letter becomes the bytes that are handed over: what it may say to this recipient is decided here, when it is sent.

Content leaves encrypted to a key that a person verified, and that is good at this moment. In clear it goes only to
somebody who wrote to us by mail themselves, in clear. Everybody else is told that there is something to read.
The egress guard looks at every word before anything is sealed or sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from tocsin.core import access, notices
from tocsin.core.case import events as ev
from tocsin.core.case import standing
from tocsin.core.case.model import Case
from tocsin.core.case.party_events import MessageResent
from tocsin.core.case.writers import writer
from tocsin.core.intake import Attachment
from tocsin.core.intake import Letter as LetterIn
from tocsin.core.mail import addresses
from tocsin.core.mail.addresses import FROM_REPORTER
from tocsin.core.mail_out import autocrypt, compose, ids, keys, words
from tocsin.core.mail_out.keys import KnownKey
from tocsin.core.mail_out.model import Automatic, File, Mail, Mailbox
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, ProjectId, Refused, Value
from tocsin.services import cases, outgoing, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.ports.mail_out import Outgoing
from tocsin.services.post import keyring, letters, members
from tocsin.services.post.letters import Answer, Fixed, Happened, Queued
from tocsin.services.post.sender import mailbox
from tocsin.services.queries import inbox

MOST_FILES: Final = 10 * 1024 * 1024
"""Bytes of attachments that go along with an encrypted answer; larger ones wait in the room."""

GONE: Final = Refused(code="gone", because="The case is not readable any more.", rule="post")
NOT_THEIRS: Final = Refused(code="not-theirs", because="This is not for them any more.", rule="post")
NO_SENDER: Final = Refused(code="no-sender", because="The project has no mailbox to write from.", rule="post")


class Draft(Value):
    """A mail that is written, and whom it is encrypted to; without a key it goes out in clear."""

    mail: Mail
    key: KnownKey | None = None
    signed: bool = False
    bounces_to: str = ""


def written(desk: Desk, project: ProjectId, letter_id: str, queued: Queued) -> Outgoing | Refused:
    """The exact bytes of a letter as they would leave now; a refusal's code is kept with the letter."""
    draft = drafted(desk, project, letter_id, queued)
    return draft if isinstance(draft, Refused) else sealed(desk, project, draft)


def sealed(desk: Desk, project: ProjectId, draft: Draft) -> Outgoing | Refused:
    """Look through a draft, then sign and seal it; refuses what holds a secret and keys that must not be used."""
    mail = draft.mail
    shown = replace(mail, extra=(), files=())
    if guarded := outgoing.held(desk, shown, "This mail"):
        return guarded
    body: bytes | Refused
    if draft.key is not None:
        sign_as = project if desk.post.teams.certificate(project) else ""
        armour = desk.post.teams.seal(compose.payload(mail), [draft.key.body], sign_as)
        body = armour if isinstance(armour, Refused) else compose.encrypted(mail, armour)
    elif draft.signed:
        signature = desk.post.teams.sign(project, compose.signable(mail))
        body = signature if isinstance(signature, Refused) else compose.signed(mail, signature)
    else:
        body = compose.clear(mail)
    return body if isinstance(body, Refused) else Outgoing(sender=draft.bounces_to, to=mail.to.address, body=body)


def drafted(desk: Desk, project: ProjectId, letter_id: str, queued: Queued) -> Draft | Refused:
    """What a letter says to its recipient now, and whether it may be said in clear."""
    sender = mailbox(desk, project)
    if sender is None:
        return NO_SENDER
    empty = Mail(
        id=ids.message_id(letter_id, desk.post.host),
        date=desk.now(),
        sender=sender,
        to=queued.to,
        subject="",
        text="",
    )
    match queued.letter:
        case Happened() as letter:
            return _happened(desk, project, empty, letter)
        case Answer() as letter:
            return _answer(desk, project, empty, letter)
        case Fixed() as letter:
            return _fixed(desk, project, empty, letter)


def _fixed(desk: Desk, project: ProjectId, empty: Mail, letter: Fixed) -> Draft | Refused:
    if letter.stamp and letter.stamp != desk.people.stamp(letter.person):
        return NOT_THEIRS
    key = members.usable_key(desk, project, letter.person) if letter.person else None
    mail = replace(
        empty,
        subject=letter.subject,
        text=f"{letter.text}\n\n{letter.inner}" if key and letter.inner else letter.text,
        automatic=letter.automatic,
        references=letter.references,
        reply_to=letter.reply_to,
        extra=letter.headers,
        flowed=letter.flowed,
    )
    # An answer of the machine must never bounce back to it (RFC 3834, 3.3).
    bounces = "" if letter.automatic is Automatic.REPLIED else empty.sender.address
    signed = letter.signed and desk.post.teams.certificate(project) is not None
    return Draft(mail=mail, key=key, signed=signed, bounces_to=bounces)


def _happened(desk: Desk, project: ProjectId, empty: Mail, letter: Happened) -> Draft | Refused:
    row = desk.inbox.row(letter.case)
    if row is None:
        return GONE
    actor = desk.people.actor(letter.person, row.project)
    if actor is None or not access.may_read(actor):
        return NOT_THEIRS
    key = members.usable_key(desk, project, letter.person)
    text = words.notice(letter.case, letter.what, desk.site.desk_url)
    mail = replace(
        empty,
        subject=words.subject(letter.case, letter.what),
        text=text,
        automatic=Automatic.GENERATED,
        references=(ids.root(letter.case, desk.post.host),),
    )
    if key is not None:
        title = inbox.open_summary(desk, row).title
        link = f"{desk.site.desk_url}/c/{letter.case}"
        mail = replace(
            mail,
            inner_subject=f"[{letter.case}] {title}",
            text=f"{words.banner('you')}\n\n{words.happened(letter.what)}: {title}\n\n{link}",
        )
    return Draft(mail=mail, key=key, bounces_to=empty.sender.address)


def _answer(desk: Desk, project: ProjectId, empty: Mail, letter: Answer) -> Draft | Refused:
    opened = cases.open_case(desk, letter.case, SYSTEM_ACTOR, "mail.write")
    if opened is None:
        return GONE
    entries = entries_of(desk, opened)
    said = _said(opened.case, letter, entries)
    if said is None:
        return Refused(code="not-theirs", because="These words are not for this recipient any more.", rule="S64")
    key = keys.best(keyring.ring(desk, project, letter.case, letter.who), desk.now())
    thread = addresses.party(letter.who) if letter.who else FROM_REPORTER
    secret = opened.key.salt(sealing.Places(desk.sealer.instance).reply(letter.case))
    mail = replace(
        empty,
        subject=words.answer_subject(letter.case),
        reply_to=addresses.make(secret, empty.sender.address, letter.case, thread),
        references=references(desk, letter, entries),
        automatic=Automatic.GENERATED if said.automatic else Automatic.NO,
        extra=offered(desk, project, empty.sender),
    )
    mail = _with_words(desk, opened, mail, said, letter, key)
    return Draft(mail=mail, key=key, bounces_to=mail.reply_to)


def _with_words(
    desk: Desk, opened: Opened, mail: Mail, said: notices.CopyMessage, letter: Answer, key: KnownKey | None
) -> Mail:  # fmt: skip
    """The words themselves, for a reporter with where the case stands below them, or where they can be read."""
    case = opened.case
    found = writer(case, letter.who)
    in_clear = found is not None and found.address == mail.to.address and not found.opened
    if key is None and not in_clear:
        room = _room(desk, case)
        return replace(mail, text=words.answer_waits(case.ref, room), automatic=Automatic.GENERATED)
    who = "reporter, team" if not letter.who else "you, team"
    told = "\n\n".join(part for part in (said.text, said.plan, said.workarounds) if part.strip())
    place = _place(case, letter.who)
    status = None if letter.who else notices.status_copy(case, opened.policy, desk.now())
    steps = words.standing(status.steps, place) if status else ""
    clock = words.on_clock(told, place)
    text = "\n\n".join(part for part in (words.banner(who), told, steps, clock) if part)
    files = tuple(_files(desk, said.attachments)) if key else ()
    left = len(said.attachments) - len(files)
    if left:
        text += f"\n\n({left} attached: read them with your return phrase, {_room(desk, case)})"
    subject = f"[{case.ref}] {case.title}" if key else ""
    return replace(mail, text=text, files=files, inner_subject=subject)


def _place(case: Case, who: str) -> str:
    """The clock that a recipient said is theirs."""
    one = standing.party(case, who) if who else None
    return one.zone if one else "" if who else case.reporter_zone


def _room(desk: Desk, case: Case) -> str:
    return f"{desk.site.public_url}/p/{case.project}/return"


def _said(case: Case, letter: Answer, entries: tuple[ev.Entry, ...]) -> notices.CopyMessage | None:
    """The words of the journal line as their reader's room shows them; None where it shows none."""
    found = tuple(each for each in entries if each.seq == letter.seq)
    if not letter.who:
        copies = notices.message_copies(found, heard=False)
    else:
        one = standing.party(case, letter.who)
        copies = notices.party_copies(case, one, found) if one else ()
    return next((each for each in copies if each.by == "team"), None)


def entries_of(desk: Desk, opened: Opened) -> tuple[ev.Entry, ...]:
    """Every journal line of a case."""
    places = sealing.Places(desk.sealer.instance)
    lines = desk.journal.entries(opened.case.ref)
    return tuple(sealing.open_entries(places, opened.key, opened.case.ref, lines))


def references(desk: Desk, letter: Answer, entries: tuple[ev.Entry, ...]) -> tuple[str, ...]:
    """Message-IDs of the thread up to this letter, theirs and ours; it begins with the message that began it."""
    found = [each for entry in entries if entry.seq < letter.seq for each in _ids(desk, letter, entry)]
    return tuple(found) or (ids.root(letter.case, desk.post.host),)


def _ids(desk: Desk, letter: Answer, entry: ev.Entry) -> Iterator[str]:
    match entry.event:
        case ev.ReportReceived(report=report) if report.letter and not letter.who:
            heard = report.letter.message_id
        case ev.MessageReceived(party=who, letter=LetterIn() as received) if who == letter.who:
            heard = received.message_id
        case ev.MessageSent() | MessageResent() if entry.seq < letter.seq and _theirs(entry.event, letter.who):
            yield message_id(desk, replace(letter, seq=entry.seq))
            return
        case _:
            return
    if heard:
        yield heard


def _theirs(event: ev.MessageSent | MessageResent, who: str) -> bool:
    if not who:
        return event.audience is Audience.REPORTER
    return event.audience is Audience.DISTRIBUTORS or (event.audience is Audience.PARTY and event.party == who)


def answer_id(desk: Desk, letter: Answer) -> str:
    """The id of an answer: the case, the journal line, and whom it is for."""
    return letters.letter_id(desk, letter.case, letter.seq, letter.who or keyring.REPORTER)


def message_id(desk: Desk, letter: Answer) -> str:
    """The Message-ID that an answer has, however often it is sent."""
    return ids.message_id(answer_id(desk, letter), desk.post.host)


def offered(desk: Desk, project: ProjectId, sender: Mailbox) -> tuple[tuple[str, str], ...]:
    """The header that offers the team's key to the programs of correspondents (Autocrypt)."""
    key = desk.post.teams.certificate(project)
    return ((autocrypt.HEADER, autocrypt.write(sender.address, key.body)),) if key else ()


def _files(desk: Desk, attachments: tuple[Attachment, ...]) -> Iterator[File]:
    left = MOST_FILES
    for each in attachments:
        if each.size > left:
            continue
        try:
            body = b"".join(desk.blobs.open(each.blob, each.key))
        except BlobMissing:
            continue
        left -= each.size
        yield File(name=each.name, body=body)
