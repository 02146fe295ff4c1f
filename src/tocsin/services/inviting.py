# SPDX-License-Identifier: Apache-2.0
"""Asking a party in: it gets a room of its own and a return phrase, which is shown once and never stored.

The person who invites hands the phrase over by a way they trust. Behind it stands the question whether the party
consents to the embargo, and nothing of the matter until it has (`em.9`). Who has the phrase speaks for the party; the
journal tells apart what came from the room and what the team wrote down.
"""

from __future__ import annotations

import msgspec

from tocsin.core import notices
from tocsin.core.case import decide as rules
from tocsin.core.case import standing
from tocsin.core.case.model import Case
from tocsin.core.case.party_commands import Invite
from tocsin.core.vocabulary import Actor, CaseRef, Refused
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.listeners import PARTY_ROOM
from tocsin.services.ports.store import Conflict, Room


class Invited(msgspec.Struct, frozen=True):
    """What came of an invitation. `phrase` opens the party's room; it is empty for a party that had one before."""

    case: Case
    party: str
    phrase: str = ""


def invite(desk: Desk, opened: cases.Opened, actor: Actor, wish: Invite) -> Invited | Refused:
    """Invite a party; `wish.party` names one that is asked again, and is empty for a new one."""
    if wish.party:
        again = cases.handle(desk, opened.case.ref, wish, actor)
        return again if isinstance(again, Refused) else Invited(case=again, party=wish.party)
    for _ in range(cases.ATTEMPTS):
        phrase = desk.receipts.issue(desk.mint.nonce())
        party = desk.mint.id(PARTY_ROOM)
        command = msgspec.structs.replace(wish, party=party, room=party)
        context = cases.context_of(desk, opened, actor, command)
        decision = rules.decide(opened.case, command, context)
        if isinstance(decision, Refused):
            return decision
        case, entries = rules.record(opened.case, decision, context)
        room = Room(
            id=party,
            case=case.ref,
            locator=desk.receipts.locator(phrase),
            public_key=desk.receipts.key(phrase).public,
            created_at=context.now,
        )
        places = sealing.Places(desk.sealer.instance)
        written = cases.change(desk, opened, case, entries)
        copies = (*written.copies, cases.seal_copy(desk, places, room, (_status(case, party, opened),), context.now))
        try:
            desk.journal.commit(msgspec.structs.replace(written, room=room, copies=copies))
        except Conflict:
            fresh = cases.open_case(desk, opened.case.ref, actor, "invite")
            if fresh is None:
                return cases.NOT_FOUND
            opened = fresh
            continue
        return Invited(case=case, party=party, phrase=phrase.reveal())
    return Refused(code="conflict", because="Others are writing to this case right now.", rule="optimistic concurrency")


def _status(case: Case, party: CaseRef, opened: cases.Opened) -> notices.CopyStatus:
    found = standing.party(case, party)
    if found is None:
        raise LookupError(party)
    return notices.party_status(case, opened.policy, found, case.updated_at)
