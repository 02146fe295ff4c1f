# SPDX-License-Identifier: Apache-2.0
"""The end of a distributor, at once and everywhere: by one press of the team's, or by one at its own wish.

First its rooms are shut, so that no phrase opens anything; then the journal of each case says that it takes part no
more, and no package, message or mail follows and no say in the embargo is left. What it was given stays in the ledger.
Who stops in the middle leaves a distributor that is due: the worker ends the rest.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.case import standing
from tocsin.core.case.model import Case
from tocsin.core.case.party_commands import LetGo
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, CaseRef, MoveName, Refused
from tocsin.services import book, cases
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.distribution import telling
from tocsin.services.distribution.members import Distributor, Link, State, distributors
from tocsin.services.distribution.telling import Share
from tocsin.services.ports.records import Arrival
from tocsin.services.ports.store import NEVER

OWN_WISH: Final = "at their own wish"
DECIDED: Final = "the team decided so"
"""What is said where nobody says more."""


def remove(desk: Desk, kept: Kept[Distributor], because: str, by: str = "", via: str = "") -> tuple[CaseRef, ...]:
    """End it; returns the cases in which a part of it ended. `by` is the person who decided, empty for its own wish,
    `via` the token that they used."""
    value = msgspec.structs.replace(
        kept.value, state=State.REMOVED, removed_because=because, removed_by=by, removed_via=via
    )
    return end(desk, distributors(desk).change(kept, value, desk.now()))


def left(desk: Desk, arrival: Arrival) -> None:
    """Remove a distributor at its own wish."""
    who = msgspec.json.decode(book.read(desk, arrival), type=Link)
    kept = distributors(desk).get(arrival.project, who.id)
    if kept is not None and kept.value.state is not State.REMOVED:
        remove(desk, kept, OWN_WISH)


def finish(desk: Desk) -> int:
    """End what a removal that was cut off left standing; returns how many parts."""
    due = distributors(desk).due(desk.now(), 200)
    return sum(len(end(desk, kept)) for kept in due if kept.value.state is State.REMOVED)


def end(desk: Desk, kept: Kept[Distributor]) -> tuple[CaseRef, ...]:
    """Shut every room of a removed distributor and end its part in every case; repeating it ends nothing twice."""
    mine = [
        each
        for each in telling.shares(desk).all(kept.project)
        if each.value.distributor == kept.id and each.value.ended_at is None
    ]
    for each in mine:
        desk.rooms.forget(each.value.party)
    ended, whole = [], True
    for each in mine:
        done = _end(desk, kept.value, each)
        whole = whole and not isinstance(done, Refused)
        ended += [] if isinstance(done, Refused) else done
    if whole:
        distributors(desk).change(kept, kept.value, NEVER)
    return tuple(ended)


def _end(desk: Desk, who: Distributor, kept: Kept[Share]) -> list[CaseRef] | Refused:
    """End one part, wherever mergers and splits have brought it; refused where a case cannot take it now."""
    share, ended, waiting, seen = kept.value, [], [kept.value.case], set[CaseRef]()
    while waiting:
        ref = waiting.pop()
        opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "distributor removed") if ref not in seen else None
        seen.add(ref)
        if opened is None:  # looked at already, or shredded
            continue
        waiting += _onward(opened.case)
        party = standing.party(opened.case, share.party)
        if party is None or not party.here or opened.case.merged_into:  # a merged case speaks to nobody
            continue
        because = f"No distributor any more: {who.removed_because}"
        done = cases.handle(desk, ref, LetGo(party=party.id, reason=because), _actor(desk, who, kept, ref))
        if isinstance(done, Refused):
            return done
        ended.append(ref)
    telling.shares(desk).change(kept, msgspec.structs.replace(share, ended_at=desk.now()), NEVER)
    return ended


def _onward(case: Case) -> tuple[CaseRef, ...]:
    """The cases that took parties of this one over."""
    return tuple(filter(None, (case.merged_into, *case.split_into)))


def _actor(desk: Desk, who: Distributor, kept: Kept[Share], ref: CaseRef) -> Actor:
    """Who ends it in the journal: the person who decided; the party itself, where it left and the case is its own; the
    installation for a person who may not any more."""
    if not who.removed_by:
        own = ref == kept.value.case
        return Actor(kind=ActorKind.PARTY, id=kept.value.party, name=kept.value.name) if own else SYSTEM_ACTOR
    person = desk.people.actor(who.removed_by, kept.project)
    if person is None or not access.may_move(person, MoveName.PARTY):
        return SYSTEM_ACTOR
    return msgspec.structs.replace(person, via=who.removed_via)
