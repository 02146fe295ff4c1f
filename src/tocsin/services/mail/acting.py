# SPDX-License-Identifier: Apache-2.0
"""What a member of the team does from mail (UX 2.9). A mail is never proof of identity: who acts has an account with
that very address, and either the address's domain stands behind the mail, or a signature by a key that is known for the
account. What they may do is then decided where it is for every door.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final, TypeGuard

from tocsin.core.case import commands as cmd
from tocsin.core.mail import quotes, verbs
from tocsin.core.mail.addresses import REPORTER, TEAM, Thread
from tocsin.core.mail.verbs import Name
from tocsin.core.vocabulary import Actor, Audience, CaseRef, Refused
from tocsin.services import cases, numbering, own
from tocsin.services.mail import posting, signing, threads
from tocsin.services.mail.reading import Item
from tocsin.services.ports.openpgp import Signed
from tocsin.services.ports.world import PersonInfo

Said = verbs.Verb | verbs.Unknown | None

SAID_BEFORE: Final = Refused(
    code="said-before",
    because="The very same signed words were carried out before, and nothing in them tells whether somebody else sent "
    "them again. Write them anew, with a word more, or do it at the desk.",
    rule="mail verbs",
)

THANKS = "Thank you for the report. We have accepted it and are working on it."


def member(item: Item) -> PersonInfo | None:
    """The member of the project whose address a mail says it is from; nothing is proven by that."""
    return signing.member(item.desk, item.project, item.read.message)


def proven(item: Item, person: PersonInfo, thread: Thread | None) -> bool:
    """Whether it is certain enough that the address's owner wrote it to act on it.

    A signature says nothing about where a mail was sent, so that it could be sent again to another case: it counts
    only with an address that was signed for this very member.
    """
    if item.read.suspicious:
        return False
    own, signature = thread is not None and thread.holder == person.id, item.read.signature
    return item.read.proof.proven or (own and signature.state is Signed.GOOD and not signature.partly)


def act(item: Item, ref: CaseRef, person: PersonInfo, thread: Thread | None) -> Refused | None:
    """Carry out what a proven member's mail says; words without a verb are a note, or an answer where they were sent to
    an address that is for answering. Refuses like every other door, and an unknown verb."""
    desk = item.desk
    sent_before = threads.known(desk, item.project, item.read.message.message_id)
    if sent_before or threads.was_carried_out(desk, item.project, _name(item)):
        return None
    sealed = _sealed_words(item)
    if sealed and threads.was_carried_out(desk, item.project, sealed):
        return SAID_BEFORE
    actor = desk.people.actor(person.id, item.project)
    if actor is None:
        return cases.NOT_FOUND
    verb = verbs.read(quotes.words(item.read.message.text))
    refused = _snooze(item, ref, actor, verb) if _snoozes(verb) else _move(item, ref, actor, verb, thread)
    if refused:
        return refused
    for name in filter(None, (sealed, _name(item))):
        threads.carried_out(desk, item.project, name)
    threads.remember(desk, item.project, ref, item.read.message.message_id)
    return None


def _name(item: Item) -> str:
    """What a mail that acts is remembered by: the words that were signed, by whom and when. Whoever sends them again
    can change none of it, whereas the armour of a signature can be written in many ways."""
    signature, message = item.read.signature, item.read.message
    if signature.made_at is None:
        return item.arrival
    body = message.signed.content if message.signed else message.text.encode()
    return hashlib.sha256(f"{signature.by} {signature.made_at.isoformat()} ".encode() + body).hexdigest()


def _sealed_words(item: Item) -> str:
    """What a mail is remembered by that was signed inside of its encryption, where no day of the signature is known and
    nothing but the signature proves it: whoever sends it again in another envelope cannot change its words. Empty for
    any other mail."""
    read = item.read
    if not read.opened or read.signature.made_at is not None or read.proof.proven:
        return ""
    said = hashlib.sha256(f"{read.signature.by} {read.message.text}".encode())
    for file in read.message.files:
        said.update(hashlib.sha256(file.content).digest())
    return said.hexdigest()


def _move(item: Item, ref: CaseRef, actor: Actor, verb: Said, thread: Thread | None) -> Refused | None:
    command = _command(item, ref, actor, verb, thread)
    done = command if isinstance(command, Refused) else cases.handle(item.desk, ref, command, actor)
    return done if isinstance(done, Refused) else None


def _snoozes(verb: Said) -> TypeGuard[verbs.Verb]:
    return isinstance(verb, verbs.Verb) and verb.name is Name.SNOOZE


def _snooze(item: Item, ref: CaseRef, actor: Actor, verb: verbs.Verb) -> Refused | None:
    """Put the case out of its member's own sight. Nothing of that is the case's business; words below are a note."""
    found = verbs.days(verb.text)
    if found is None:
        because = f"“/snooze” wants a time of at most {verbs.LONGEST} days, such as 3d or 2w."
        return Refused(code="no-time", because=because, rule="mail verbs")
    count, words = found
    if words.strip() and isinstance(done := cases.handle(item.desk, ref, _say(item, words, None), actor), Refused):
        return done
    opened = cases.open_case(item.desk, ref, actor, "case.snooze")
    if opened is None:
        return cases.NOT_FOUND
    until = item.desk.now() + timedelta(days=count)
    kept = own.snooze(item.desk, actor.id, ref, until, opened.case.seq)
    return None if kept else Refused(code="too-many", because="Too many cases are put aside.", rule="mail verbs")


def _command(item: Item, ref: CaseRef, actor: Actor, verb: Said, thread: Thread | None) -> cmd.Command | Refused:
    words = quotes.words(item.read.message.text)
    if isinstance(verb, verbs.Unknown):
        because = f"“{verb.word}” is nothing that can be done from mail. There are {verbs.ALL}."
        return Refused(code="unknown-verb", because=because, rule="mail verbs")
    if verb is None:
        return _say(item, words, thread)
    match verb.name:
        case Name.NOTE | Name.SNOOZE:  # the latter is no command, and done by `_snooze`
            return _say(item, verb.text, None)
        case Name.REPLY:
            return _say(item, verb.text, thread if thread and thread.room != TEAM else Thread(room=REPORTER, holder=""))
        case Name.NEED_INFO:
            return cmd.NeedInfo(question=verb.text)
        case Name.ASSIGN:
            roles = tuple(sorted(role.value for role in actor.roles))
            return cmd.Assign(lead=actor.id, lead_name=actor.name, lead_roles=roles)
        case Name.ACCEPT:
            opened = cases.open_case(item.desk, ref, actor, "accept")
            answer = cmd.Answer(text=verb.text or THANKS)
            return numbering.numbered(item.desk, opened, actor, answer) if opened else cases.NOT_FOUND


def _say(item: Item, words: str, thread: Thread | None) -> cmd.Say:
    """Words to the room that the address was for; to the team where it was for none."""
    room = thread.room if thread else TEAM
    audience = {TEAM: Audience.TEAM, REPORTER: Audience.REPORTER}.get(room, Audience.PARTY)
    party = room if audience is Audience.PARTY else ""
    return cmd.Say(audience=audience, party=party, text=words, attachments=posting.files_of(item))
