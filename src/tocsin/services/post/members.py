# SPDX-License-Identifier: Apache-2.0
"""What members of the team want of their mail: when, how much, and the key that it is encrypted to.

One sealed record for each person in each project, written to all of the person's projects at once. A person's own key
counts as verified: they put it there themselves, signed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.core.mail_out import keys, words
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.mail_out.quiet import Wishes
from tocsin.core.vocabulary import ProjectId, Refused, Value
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.ports.store import Conflict
from tocsin.services.post import keyring, letters

KIND: Final = "mail-member"

_log: Final = logging.getLogger("tocsin.post")


class Member(Value):
    """One person's wishes and key; `digest_of` is the last digest that was made."""

    wishes: Wishes = Wishes()
    key: KnownKey | None = None
    digest_of: datetime | None = None


def member(desk: Desk, project: ProjectId, person: str) -> Member:
    """What a person wants; the defaults where they never said."""
    kept = _book(desk).get(project, person)
    return kept.value if kept else Member()


def of(desk: Desk, person: str) -> Member:
    """What a person wants, as it stands in their first project; it is the same in all."""
    project = next(iter(desk.people.projects(person)), None)
    return member(desk, project, person) if project else Member()


def usable_key(desk: Desk, project: ProjectId, person: str) -> KnownKey | None:
    """The person's key, where it may be encrypted to now."""
    key = member(desk, project, person).key
    return key if key is not None and keys.usable(key, desk.now()) else None


def wish(desk: Desk, person: str, wishes: Wishes) -> Refused | None:
    """Write down when a person wants to be written to; refuses what makes no sense."""
    if found := wishes.problems():
        return Refused(code="wishes", because=f"{found[0]}.", rule="mail", missing=found)
    _everywhere(desk, person, lambda old: replace(old, wishes=wishes))
    return None


def upload(desk: Desk, person: str, body: bytes) -> KnownKey | Refused:
    """Take a person's own key, in place of the one before. Raises nothing; refuses what cannot be encrypted to."""
    read = keyring.certificates(desk, body)
    if isinstance(read, Refused):
        return read
    info = desk.people.person(person)
    fitting = [each for each in read if info and info.email.lower() in each.addresses]
    if len(fitting) != 1:
        because = "The file does not hold exactly one key for the address that you sign in with."
        return Refused(code="other-address", because=because, rule="keys")
    now = desk.now()
    key = replace(keyring.known_key(fitting[0], Source.UPLOAD, now), verified_by=person, verified_at=now)
    if not keys.usable(key, now):
        return Refused(code="key-unusable", because="Nothing can be encrypted to this key now: it is expired, revoked, "
                       "or only signs.", rule="RFC 9580")  # fmt: skip
    _everywhere(desk, person, lambda old: replace(old, key=key))
    return key


def forget_key(desk: Desk, person: str) -> bool:
    """Remove a person's own key: mail to them says only that something happened. False where there was none.

    They are told by mail, because whoever sits at their open session could have done it; letters that wait are put
    together when they are sent, and are not encrypted to the old key any more.
    """
    info, held = desk.people.person(person), of(desk, person).key
    if info is None or held is None:
        return False
    _everywhere(desk, person, lambda old: replace(old, key=None))
    _log.info("the OpenPGP key of %s was removed", person)
    project = next(iter(desk.people.projects(person)))
    letter = letters.Fixed(
        subject=words.KEY_REMOVED,
        text=words.key_removed(keys.spaced(held.fingerprint), desk.site.desk_url),
        person=person,
    )
    about = f"key-removed-{desk.now():%Y%m%d%H%M%S}"
    letters.fixed(desk, project, about, [Mailbox(address=info.email, name=info.name)], letter)
    return True


def digest_made(desk: Desk, person: str, of: datetime) -> None:
    """Note that a person's daily mail of an instant was made."""
    _everywhere(desk, person, lambda old: replace(old, digest_of=of))


def warned(desk: Desk, person: str, fingerprint: str, days: int) -> None:
    """Note that a person was told that their key ends in so many days."""

    def note(old: Member) -> Member:
        mine = old.key is not None and old.key.fingerprint == fingerprint
        return replace(old, key=replace(old.key, warned=days)) if mine and old.key else old

    _everywhere(desk, person, note)


def keep(desk: Desk, project: ProjectId, person: str, value: Member) -> bool:
    """Write one record; False where somebody else did meanwhile."""
    kept = _book(desk).get(project, person)
    with suppress(Conflict):
        if kept is None:
            _book(desk).add(project, person, value)
        else:
            _book(desk).change(kept, value)
        return True
    return False


def _everywhere(desk: Desk, person: str, change: Callable[[Member], Member]) -> None:
    for project in desk.people.projects(person):
        while not keep(desk, project, person, change(member(desk, project, person))):
            pass


def _book(desk: Desk) -> Book[Member]:
    return Book(desk, KIND, Member)
