# SPDX-License-Identifier: Apache-2.0
"""The OpenPGP key that somebody left in their room. Whoever holds the return phrase speaks for them, so that this key
needs no other comparing: from then on mail to them is encrypted to it, and what they sign is checked with it.

The worker reads it, in a child; what came of it, with the fingerprint, is said in the room.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tocsin.core.case import commands as cmd
from tocsin.core.case import standing
from tocsin.core.case.model import Case
from tocsin.core.mail_out import keys
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, Audience, CaseRef, Refused
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.ports.store import Drop
from tocsin.services.post import answers, keyring
from tocsin.services.room import GiveKey

BY_PHRASE: Final = "the holder of the return phrase"
"""Who vouches for a key that was left in a room."""

HOPS: Final = 8
TAKEN: Final = (
    "Your OpenPGP key was taken: {fingerprint}. From now on mail to you about this case is encrypted to it. "
    "If that is not the fingerprint of your key, leave the right one here."
)
NO_ADDRESS: Final = Refused(
    code="no-address",
    because="The team knows no mail address of yours, so that there is nothing to encrypt. All that is said to you is "
    "read here.",
    rule="keys",
)
OTHER_ADDRESS: Final = Refused(
    code="other-address",
    because="This is not exactly one key that names the address at which the team writes to you. Export the one of "
    "that address alone.",
    rule="keys",
)
UNUSABLE: Final = Refused(
    code="key-unusable",
    because="Nothing can be encrypted to this key now: it is expired, revoked, or only signs.",
    rule="RFC 9580",
)
NOT_YET: Final = Refused(code="not-yet", because="Nothing is written to you before you consented.", rule="S64")


def take(desk: Desk, drop: Drop, actor: Actor, given: GiveKey) -> Refused | None:
    """Keep a key that was left, and say so in the room; refuses one that cannot be used, for the room to be told.
    Safe to repeat."""
    found = _case(desk, drop.case, actor.id if actor.kind is ActorKind.PARTY else "")
    if found is None:
        return cases.NOT_FOUND
    case, who = found
    key = _kept(desk, case, who, given)
    if isinstance(key, Refused):
        return key
    elsewhere = "" if drop.case == case.ref else drop.case
    done = cases.handle(desk, case.ref, _told(who, key), SYSTEM_ACTOR, drop=drop.id, drop_of=elsewhere)
    return done if isinstance(done, Refused) else None


def _case(desk: Desk, ref: CaseRef, who: str) -> tuple[Case, str] | None:
    """The case, or the one that it is part of by now, and who they are there: who reported a merged case is one of the
    other's parties, under the name of their own."""
    for _ in range(HOPS):
        opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "mail.key")
        if opened is None or not opened.case.merged_into:
            return (opened.case, who) if opened else None
        ref, who = opened.case.merged_into, who or ref
    return None


def _kept(desk: Desk, case: Case, who: str, given: GiveKey) -> KnownKey | Refused:
    """The key as it is kept now, in place of the one that was left before."""
    address = _address(case, who)
    if isinstance(address, Refused):
        return address
    read = keyring.certificates(desk, given.body)
    if isinstance(read, Refused):
        return read
    fitting = [each for each in read if address in each.addresses]
    if len(read) != 1 or not fitting:
        return OTHER_ADDRESS
    now = desk.now()
    key = replace(keyring.known_key(fitting[0], Source.UPLOAD, now), verified_by=BY_PHRASE, verified_at=now)
    if not keys.usable(key, now):
        return UNUSABLE
    keyring.given(desk, case.project, case.ref, who, key)
    return key


def _address(case: Case, who: str) -> str | Refused:
    """Where they are written to."""
    if not who:
        box = answers.reporter(case)
        return box.address.lower() if box else NO_ADDRESS
    party = standing.party(case, who)
    if party is None or not standing.may_see(case, party):
        return NOT_YET
    box = answers.of_party(case, party)
    return box.address.lower() if box else NO_ADDRESS


def _told(who: str, key: KnownKey) -> cmd.Say:
    text = TAKEN.format(fingerprint=keys.spaced(key.fingerprint))
    return cmd.Say(audience=Audience.PARTY if who else Audience.REPORTER, party=who, text=text, automatic=True)
