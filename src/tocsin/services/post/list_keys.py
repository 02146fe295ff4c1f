# SPDX-License-Identifier: Apache-2.0
"""The keys of mailing lists that are encrypted to, such as linux-distros. A person gives one with the fingerprint that
they read on the list's own page; nothing is sent to such a list without it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from tocsin.core.mail_out import keys
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.mail_out.lists import NAMES, rules
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.app import Desk
from tocsin.services.book import Book
from tocsin.services.ports.store import Conflict
from tocsin.services.post import keyring

KIND: Final = "list-key"

OTHER: Final = Refused(
    code="other-key",
    because="The file does not hold exactly one key with this fingerprint. Read it on the list's own page.",
    rule="keys",
)


def give(desk: Desk, project: ProjectId, name: str, body: bytes, fingerprint: str, by: str) -> KnownKey | Refused:
    """Take the key of the list `name`, in place of the one before; refuses another than the one with `fingerprint`, and
    one that cannot be encrypted to now."""
    encrypting = tuple(each for each in NAMES if rules(each).encrypt)
    if name not in encrypting:
        because = f"{name} is not encrypted to; these lists are: {', '.join(encrypting)}."
        return Refused(code="no-such-list", because=because, rule="post")
    read = keyring.certificates(desk, body)
    if isinstance(read, Refused):
        return read
    wanted = "".join(fingerprint.split()).upper()
    if len(read) != 1 or read[0].fingerprint != wanted:
        return OTHER
    now = desk.now()
    key = replace(keyring.known_key(read[0], Source.UPLOAD, now), verified_by=by, verified_at=now)
    if not keys.usable(key, now):
        because = "Nothing can be encrypted to this key now: it is expired, revoked, or only signs."
        return Refused(code="key-unusable", because=because, rule="RFC 9580")
    kept = _book(desk).get(project, name)
    if kept is None:
        _book(desk).add(project, name, key)
    else:
        _book(desk).change(kept, key)
    return key


def usable(desk: Desk, project: ProjectId, name: str) -> KnownKey | Refused:
    """The key of a list, where it may be encrypted to now."""
    kept = _book(desk).get(project, name)
    if kept is not None and keys.usable(kept.value, desk.now()):
        return kept.value
    what = "has ended" if kept else "is not known"
    because = f"The key of {name} {what}; give it with “tocsin mail key of-list {project} {name} FILE --fingerprint …”."
    return Refused(code="no-list-key", because=because, rule=rules(name).source)


def known(desk: Desk, project: ProjectId) -> tuple[tuple[str, KnownKey], ...]:
    """Every list whose key a project was given, by its name, with the key."""
    return tuple((kept.id, kept.value) for kept in _book(desk).all(project))


def warned(desk: Desk, project: ProjectId, name: str, fingerprint: str, days: int) -> None:
    """Note that the owners were told that a list's key ends in so many days; nothing where it has changed since."""
    kept = _book(desk).get(project, name)
    if kept is not None and kept.value.fingerprint == fingerprint:
        with suppress(Conflict):
            _book(desk).change(kept, replace(kept.value, warned=days))


def _book(desk: Desk) -> Book[KnownKey]:
    return Book(desk, KIND, KnownKey)
