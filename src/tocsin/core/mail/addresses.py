# SPDX-License-Identifier: Apache-2.0
"""Signed reply addresses: `security+whpg-2026-k7x4m.qx3…@example.org` says which thread an answer belongs to, and who
was given it. They are the first thing that a mail is matched by (UX 2.9).

The tag is an HMAC under a secret that is made from the case's own key and stored nowhere (`CaseKey.salt`), so nobody
can make one from another, and shredding the case ends them all. Whoever holds an address can write into its thread as
the one it was given to, where that is a reporter or another party; for a member of the team it proves nothing more than
where the words belong, because a mail is never proof of identity.

Sources: RFC 5233 (detail after `+`), RFC 5321 section 4.5.3.1.1 (a local part has at most 64 octets), RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterable
from typing import Final

from tocsin.core.vocabulary import GHSA_ALPHABET, CaseRef, Value

REPORTER: Final = "reporter"
"""Room and holder of the addresses that a case's own reporter is given."""

TEAM: Final = "team"
"""Room of the team's own talk, which never leaves (S64)."""

TAG_BYTES: Final = 10
"""80 bits, sixteen letters: guessing one by mail is hopeless, and the local part stays within 64 octets."""

_DOMAIN: Final = b"tocsin/reply-address/1"
_LOCAL: Final = re.compile(
    rf"[^+@\s]{{1,40}}\+([a-z][a-z0-9]{{1,9}})-(\d{{4}})-([{GHSA_ALPHABET}]{{5}})\.([a-z2-7]{{16}})", re.ASCII
)


class Thread(Value):
    """One thread of a case for one who writes in it: `room` is `REPORTER`, `TEAM` or a party's id, `holder` who the
    address is given to: `REPORTER`, a party's id or a person's."""

    room: str
    holder: str


FROM_REPORTER: Final = Thread(room=REPORTER, holder=REPORTER)
"""The thread as its reporter answers in it."""


class Signed(Value):
    """What a reply address says: its case, and the tag that has to be checked before anything is believed."""

    case: CaseRef
    tag: str


def make(secret: bytes, mailbox: str, case: CaseRef, thread: Thread) -> str:
    """Return the address at which `thread.holder` answers in `thread.room` of a case.

    `secret` is the case's own (`services.sealing.Places.reply`), `mailbox` the project's address, `security@host`. A
    local part that would become longer than 64 octets raises ValueError: settings are checked for it before.
    """
    local, _, host = mailbox.partition("@")
    tagged = f"{local}+{case.lower()}.{_tag(secret, case, thread)}"
    if not host or len(tagged.encode()) > 64:
        raise ValueError(f"{mailbox} is no mailbox that reply addresses can be made of")
    return f"{tagged}@{host}"


def party(party_id: str) -> Thread:
    """The thread as a party answers in it."""
    return Thread(room=party_id, holder=party_id)


def read(address: str) -> Signed | None:
    """Return what a reply address says, or None for any other address. Nothing of it is checked yet.

    Mail systems may change the case of letters on the way, so it does not count.
    """
    found = _LOCAL.fullmatch(address.lower().partition("@")[0])
    if found is None:
        return None
    prefix, year, letters, tag = found.groups()
    return Signed(case=f"{prefix.upper()}-{year}-{letters}", tag=tag)


def check(secret: bytes, signed: Signed, threads: Iterable[Thread]) -> Thread | None:
    """Return the thread among those of the case that the address was made for; None for a forged one."""
    found = None
    for thread in threads:
        if hmac.compare_digest(_tag(secret, signed.case, thread), signed.tag):
            found = thread
    return found


def _tag(secret: bytes, case: CaseRef, thread: Thread) -> str:
    parts = [part.encode() for part in (case, thread.room, thread.holder)]
    told = _DOMAIN + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    digest = hmac.new(secret, told, hashlib.sha256).digest()
    return b32encode(digest[:TAG_BYTES]).decode("ascii").lower()
