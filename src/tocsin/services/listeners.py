# SPDX-License-Identifier: Apache-2.0
"""Whose rooms a case speaks to, and what each of them is given of what just happened.

A case's own reporter, parties with rooms of their own, and, after a merger or a split, rooms that were opened under
another case. What a copy may hold is `core.notices`; sealing and storing it is `cases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from tocsin.core import notices
from tocsin.core.case import events as ev
from tocsin.core.case import standing
from tocsin.core.case.evolve_parties import origin
from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Actor, ActorKind
from tocsin.services.app import Holder
from tocsin.services.ports.store import Room

PARTY_ROOM: Final = "pty"
"""A party's room has the party's id, which begins so; every other room is a reporter's."""


class Listener(NamedTuple):
    """A room and whose it is in this case: a party's id, or nothing for the reporter."""

    room: Room
    party: str


def listeners(holder: Holder, case: Case) -> tuple[Listener, ...]:
    """Return the rooms that a case speaks to; none once it is part of another case, which does so in its place."""
    whose = {each.room: each.id for each in case.parties if each.room and not each.went_to}
    if case.room:
        whose[case.room] = ""
    if not whose or case.merged_into:
        return ()
    rooms = (room for ref in (case.ref, *origin(case)) for room in holder.rooms.of_case(ref))
    return tuple(Listener(room, whose[room.id]) for room in rooms if room.id in whose)


def copies(case: Case, policy: Policy, entries: tuple[ev.Entry, ...], listener: Listener) -> Iterator[notices.Copy]:
    """Yield what one room is given: messages for it, then where the case stands."""
    if not listener.party:
        yield from notices.message_copies(entries, heard=False)
        # The room of a case that this one was split off shows where that case stands.
        if listener.room.case == case.ref:
            yield notices.status_copy(case, policy, case.updated_at)
        return
    party = standing.party(case, listener.party)
    if party is not None:
        yield from notices.party_copies(case, party, entries)
        yield notices.party_status(case, policy, party, case.updated_at)


def actor(room: str) -> Actor:
    """Return who speaks from a room."""
    return Actor(kind=ActorKind.PARTY if room.startswith(PARTY_ROOM) else ActorKind.REPORTER, id=room)


def named(case: Case, who: Actor) -> Actor:
    """Give a party the name that the team knows it by, so that the journal can be read."""
    found = standing.party(case, who.id) if who.kind is ActorKind.PARTY else None
    return Actor(kind=who.kind, id=who.id, name=found.name) if found else who
