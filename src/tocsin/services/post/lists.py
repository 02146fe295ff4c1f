# SPDX-License-Identifier: Apache-2.0
"""Announcements for mailing lists: the exact mail by the list's rules, shown first, signed when it is sent.

The unsigned bytes are a function of advisory, list and instant, so that what a person approved is what leaves; the
signature, which bears its own time, is added to them when the mail goes out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.core.advisory import Advisory
from tocsin.core.mail_out import announce, compose, ids
from tocsin.core.mail_out.announce import Announcement
from tocsin.core.mail_out.lists import NAMES, ListRules, rules, rules_of
from tocsin.core.mail_out.model import File, is_address, safe_name
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services import outgoing
from tocsin.services.app import Desk
from tocsin.services.ports.mail_out import Delivered, Outgoing
from tocsin.services.post import letters, list_keys
from tocsin.services.post.sender import mailbox
from tocsin.services.post.writing import NO_SENDER

NO_WAY_OUT: Final = Refused(code="no-mail", because="No mail server is set up: set mail.smtp.", rule="settings")


def drafted(
    desk: Desk,
    project: ProjectId,
    advisory: Advisory,
    to: str,
    at: datetime,
    ends_at: datetime | None = None,
    files: tuple[File, ...] = (),
) -> Announcement | Refused:
    """The mail for the list `to` (an address, or the name of a list with rules), dated `at`; refuses what the list does
    not take and what holds a secret. `ends_at` is when the embargo ends, for lists that are told before."""
    asked, address = _list(to)
    sender = mailbox(desk, project)
    if sender is None:
        return NO_SENDER
    if not is_address(address):
        return Refused(code="no-address", because=f"{to} is neither a list that is known nor an address.", rule="post")
    if refused := announce.problems(advisory, asked, desk.now(), ends_at, files=bool(files)):
        return refused
    number = max(len(advisory.revisions), 1)
    name = ids.message_id(letters.letter_id(desk, advisory.id, number, address), desk.post.host)
    made = announce.announcement(advisory, asked, address, sender, name, at, ends_at)
    safe = tuple(replace(each, name=safe_name(each.name)) for each in files)
    held = outgoing.held(desk, made.mail, "This mail")
    return held or replace(made, mail=replace(made.mail, files=safe))


def unsigned(made: Announcement) -> bytes:
    """The exact bytes but for the signature; for a list that is encrypted to, the bytes that are."""
    return compose.payload(made.mail) if made.rules.encrypt else compose.clear(made.mail)


def signed(desk: Desk, project: ProjectId, made: Announcement) -> Outgoing | Refused:
    """The mail as it leaves: signed as its list wants it, where the project has a key, and encrypted to the list's.
    Refuses a list that is encrypted to and whose key nobody gave."""
    mail = made.mail
    if made.rules.encrypt:
        return _encrypted(desk, project, made)
    if made.rules.signature != "none" and desk.post.teams.certificate(project) is not None:
        if made.clear_signed:
            text = desk.post.teams.sign(project, mail.text.encode(), clear=True)
            if isinstance(text, Refused):
                return text
            body = compose.clear(replace(mail, text=text))
        else:
            signature = desk.post.teams.sign(project, compose.signable(mail))
            if isinstance(signature, Refused):
                return signature
            body = compose.signed(mail, signature)
    else:
        body = compose.clear(mail)
    return Outgoing(sender=mail.sender.address, to=mail.to.address, body=body)


def _encrypted(desk: Desk, project: ProjectId, made: Announcement) -> Outgoing | Refused:
    key = list_keys.usable(desk, project, made.rules.name)
    if isinstance(key, Refused):
        return key
    sign_as = project if desk.post.teams.certificate(project) is not None else ""
    armour = desk.post.teams.seal(unsigned(made), [key.body], sign_as)
    if isinstance(armour, Refused):
        return armour
    mail = made.mail
    return Outgoing(sender=mail.sender.address, to=mail.to.address, body=compose.encrypted(mail, armour))


def send(desk: Desk, project: ProjectId, made: Announcement) -> Delivered | Refused:
    """Hand the mail over now; raises OSError where the server cannot be reached: then nothing left."""
    if desk.post.sends is None:
        return NO_WAY_OUT
    mail = signed(desk, project, made)
    if isinstance(mail, Refused):
        return mail
    with desk.post.sends.session() as session:
        return session.send(mail)


def _list(to: str) -> tuple[ListRules, str]:
    if to in NAMES:
        return rules(to), rules(to).address
    return rules_of(to), to
