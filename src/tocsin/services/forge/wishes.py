# SPDX-License-Identifier: Apache-2.0
"""What somebody at the desk wants done on the forge: written down at once, carried out by the worker, told of.

No page waits for a forge. A case has one wish at a time; what the person may do is asked again when it is carried out,
and how it ended stands on the case's page until the next one. While the forge is away a wish is tried again, at most
once a minute, for a day. What each deed does is `pushing`, `inbound` and `public`; each may be repeated.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.vocabulary import Actor, CaseRef, MoveName, Refused
from tocsin.services import cases, incident
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.forge import inbound, public, pushing
from tocsin.services.forge.links import forge
from tocsin.services.ports.store import NEVER, Conflict
from tocsin.services.ports.targets import Rejected, Trouble

DEEDS: Final = {
    "push": MoveName.DRAFT_ADVISORY,
    "cve": MoveName.DRAFT_ADVISORY,
    "keep-ours": MoveName.DRAFT_ADVISORY,
    "keep-theirs": MoveName.DRAFT_ADVISORY,
    "link": MoveName.DRAFT_ADVISORY,
    "open-issue": MoveName.REJECT,
}
"""Every deed by name, with what it takes permission for."""

BATCH: Final = 20
AGAIN: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=1)
CLAIM: Final = timedelta(minutes=5)
"""How long carrying one out may take before another worker may try."""


class Wish(msgspec.Struct, frozen=True):
    """A wish, who has it, and how it went. `words` belong to the deed: an advisory's id, an issue's title."""

    case: CaseRef
    deed: str
    by: str
    at: datetime
    words: str = ""
    done_at: datetime | None = None
    refused: str = ""
    trouble: str = ""

    @property
    def waits(self) -> bool:
        """Whether it is still to be carried out."""
        return self.done_at is None


def wishes(desk: Desk) -> Book[Wish]:
    """The last wish of each case."""
    return Book(desk, "forge-wish", Wish)


def of_case(desk: Desk, ref: CaseRef) -> Wish | None:
    """The last wish about a case; the caller has opened the case."""
    head = desk.journal.head(ref)
    kept = wishes(desk).get(head.project, _id(desk, ref)) if head else None
    return kept.value if kept else None


def ask(desk: Desk, opened: cases.Opened, actor: Actor, deed: str, words: str = "") -> Refused | None:
    """Write a wish down, in the place of one that waits; durable when this returns. Refused for whoever may not do it
    and where there is no forge."""
    case = opened.case
    if refused := access.guard(actor, DEEDS[deed]):
        return refused
    if deed == "open-issue" and case.public_agreed_at is None:
        return public.NOT_AGREED
    if forge(desk, case.project) is None:
        return pushing.NO_FORGE
    wish = Wish(case=case.ref, deed=deed, by=actor.id, at=desk.now(), words=words)
    kept = wishes(desk).get(case.project, _id(desk, case.ref))
    if kept is None:
        wishes(desk).add(case.project, _id(desk, case.ref), wish, desk.now())
    else:
        wishes(desk).change(kept, wish, desk.now())
    return None


def carry_out(desk: Desk) -> int:
    """Carry out every wish that is due; returns how many ended, well or not. In a panic all of them wait."""
    if incident.halted(desk):
        return 0
    return sum(_turn(desk, kept) for kept in wishes(desk).due(desk.now(), BATCH))


def _turn(desk: Desk, kept: Kept[Wish]) -> bool:
    try:
        # Whoever writes this line carries it out; another worker, or a newer wish, finds another version.
        kept = wishes(desk).change(kept, kept.value, desk.now() + CLAIM)
    except Conflict:
        return False
    value, next_at = _ended(desk, kept)
    try:
        wishes(desk).change(kept, value, next_at)
    except Conflict:
        return False
    return not value.waits


def _ended(desk: Desk, kept: Kept[Wish]) -> tuple[Wish, datetime]:
    wish, now = kept.value, desk.now()
    actor = desk.people.actor(wish.by, kept.project)
    try:
        done = _do(desk, wish, actor) if actor is not None else cases.NOT_FOUND
    except Trouble as trouble:
        if now - wish.at < LONGEST:
            wait = max(AGAIN, trouble.after) if trouble.after else AGAIN
            return msgspec.structs.replace(wish, trouble=trouble.because), now + wait
        because = f"The forge could not be reached for a day: {trouble.because}."
        return msgspec.structs.replace(wish, done_at=now, refused=because, trouble=""), NEVER
    except Conflict:  # a look at the forge, or somebody at the desk, wrote to the same link: again, from how it stands
        return wish, now + AGAIN
    except Rejected as rejected:
        return msgspec.structs.replace(wish, done_at=now, refused=rejected.because, trouble=""), NEVER
    refused = done.because if isinstance(done, Refused) else ""
    return msgspec.structs.replace(wish, done_at=now, refused=refused, trouble=""), NEVER


def _do(desk: Desk, wish: Wish, actor: Actor) -> object | Refused:
    match wish.deed:
        case "push":
            return pushing.push(desk, wish.case, actor)
        case "cve":
            return pushing.request_cve(desk, wish.case, actor)
        case "keep-ours":
            return pushing.resolve(desk, wish.case, actor, "ours")
        case "keep-theirs":
            return pushing.resolve(desk, wish.case, actor, "theirs")
        case "link":
            return _link(desk, wish, actor)
        case _:
            return public.publish(desk, wish.case, actor, title=wish.words)


def _link(desk: Desk, wish: Wish, actor: Actor) -> object | Refused:
    head = desk.journal.head(wish.case)
    asked = forge(desk, head.project) if head else None
    if head is None or asked is None or not pushing.may(desk, wish.case, actor):
        return pushing.NO_FORGE
    there = asked.advisory(wish.words)
    return inbound.adopt(desk, head.project, wish.case, there) if there is not None else pushing.NO_LINK


def _id(desk: Desk, ref: CaseRef) -> str:
    return desk.tokens.mark("forge-wish", ref).hex()[:40]
