# SPDX-License-Identifier: Apache-2.0
"""What a person does with mail that no rule could place: looks at it, makes a report of it, adds it to a case, or
discards it with a reason. Asked by whoever reads cases of the project; done by whoever triages them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.case.commands import Say
from tocsin.core.mail.forwarded import original
from tocsin.core.vocabulary import Actor, Audience, CaseRef, MoveName, ProjectId, Refused
from tocsin.services import cases
from tocsin.services.api_tokens import Caller
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.mail import acknowledging, held, posting, reminding
from tocsin.services.mail.held import Held, State
from tocsin.services.mail.posting import Forward
from tocsin.services.mail.reading import Item, NotNow, item
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.services.queries import words

NOT_FOUND: Final = Refused(code="not-found", because="There is no such mail.", rule="access")
GONE: Final = Refused(code="conflict", because="Somebody else has dealt with this mail already.", rule="quarantine")
LEAST_REASON: Final = 10
SHOWN: Final = 20_000
"""Characters of a held mail that are shown; the rest is in the original."""


class HeldView(msgspec.Struct, frozen=True):
    """One held mail, in words."""

    id: str
    project: ProjectId
    received_at: datetime
    at: str
    ago: str
    sender: str
    subject: str
    because: tuple[str, ...]
    proof: str
    state: str
    case: CaseRef = ""
    original: str = ""
    by: str = ""
    reason: str = ""
    went_to: CaseRef = ""
    waits: bool = False
    may_place: bool = False


class Opened(msgspec.Struct, frozen=True):
    """A held mail with what it says and carries: (name, bytes) of each file."""

    view: HeldView
    text: str
    files: tuple[tuple[str, int], ...] = ()
    cut: bool = False


def listing(desk: Desk, who: Caller, *, waiting: bool = True) -> tuple[HeldView, ...]:
    """Mail that is held for the projects somebody reads: what waits for a person, or all the rest; newest last."""
    found: list[tuple[datetime, HeldView]] = []
    for project in filter(who.reaches, desk.people.projects(who.person)):
        actor = desk.people.actor(who.person, project)
        if actor is None:
            continue
        wanted = (each for each in held.book(desk).all(project) if (each.value.state is State.WAITS) is waiting)
        found += [(kept.value.at, _view(desk, kept, actor)) for kept in wanted]
    return tuple(view for _, view in sorted(found, key=lambda each: (each[0], each[1].id)))


def look(desk: Desk, who: Caller, name: str) -> Opened | Refused:
    """A held mail, taken apart again; `not-found` for whoever does not read cases of its project."""
    found = _find(desk, who, name)
    if isinstance(found, Refused):
        return found
    kept, actor = found
    each = _item(desk, kept)
    text = each.read.unread or each.read.locked or each.read.message.text
    files = tuple((file.name, len(file.content)) for file in each.read.message.files)
    return Opened(view=_view(desk, kept, actor), text=text[:SHOWN], files=files, cut=len(text) > SHOWN)


def report(desk: Desk, who: Caller, name: str, *, passed_on: bool = False) -> CaseRef | Refused:
    """Open a case with a held mail; with `passed_on` its reporter is who wrote the mail that it passes on."""
    found = _taken(desk, who, name)
    if isinstance(found, Refused):
        return found
    kept, actor = found
    each = _item(desk, kept)
    inside = original(each.read.message) if passed_on else None
    if passed_on and inside is None:
        return Refused(code="nothing-inside", because="This mail passes no other mail on.", rule="forwarded mail")
    forward = Forward(inside, each.sender.address if each.sender else actor.name) if inside else None
    done = posting.report(each, forward)
    if isinstance(done, Refused):
        return done
    if forward is None and not each.read.suspicious:
        acknowledging.acknowledge(desk, done.case)
    return _settled(desk, kept, held.done(kept.value, actor.name, done.case), done.case)


def add(desk: Desk, who: Caller, name: str, ref: CaseRef, *, theirs: bool = False) -> CaseRef | Refused:
    """Add a held mail to a case of its project: as a note of the team's or, with `theirs`, as the reporter's words."""
    found = _taken(desk, who, name)
    if isinstance(found, Refused):
        return found
    kept, actor = found
    opened = cases.open_case(desk, ref, actor, "mail.add")
    if opened is None or opened.case.project != kept.project:
        return cases.NOT_FOUND
    each = _item(desk, kept)
    if theirs:
        posting.heard(each, ref, "")
    else:
        sender = each.sender or "somebody"
        text = f"By mail from {sender} ({kept.value.proof}):\n\n{each.read.message.text or posting.NO_WORDS}"
        said = Say(audience=Audience.TEAM, text=text, attachments=posting.files_of(each))
        done = cases.handle(desk, ref, said, actor)
        if isinstance(done, Refused):
            return done
    return _settled(desk, kept, held.done(kept.value, actor.name, ref), ref)


def discard(desk: Desk, who: Caller, name: str, reason: str) -> CaseRef | Refused:
    """Discard a held mail with a reason; it stays for thirty days, to be looked at and taken back."""
    found = _taken(desk, who, name)
    if isinstance(found, Refused):
        return found
    kept, actor = found
    if len(reason.strip()) < LEAST_REASON:
        because = f"Say in a few words why ({LEAST_REASON} letters at least): it is all that is left of it later."
        return Refused(code="reason-missing", because=because, rule="quarantine", missing=("a reason",))
    value = msgspec.structs.replace(kept.value, state=State.DISCARDED, by=actor.name, reason=reason.strip()[:1000])
    return _settled(desk, kept, value, "")


def _settled(desk: Desk, kept: Kept[Held], value: Held, ref: CaseRef) -> CaseRef | Refused:
    try:
        held.settle(desk, kept, value)
    except Conflict:
        return GONE
    reminding.count(desk, kept.project)
    return ref


def _find(desk: Desk, who: Caller, name: str) -> tuple[Kept[Held], Actor] | Refused:
    for project in filter(who.reaches, desk.people.projects(who.person)):
        kept, actor = held.book(desk).get(project, name), desk.people.actor(who.person, project)
        if kept is not None and actor is not None and access.may_read(actor):
            return kept, msgspec.structs.replace(actor, via=who.via)
    return NOT_FOUND


def _taken(desk: Desk, who: Caller, name: str) -> tuple[Kept[Held], Actor] | Refused:
    """A held mail for somebody who may place it, while nobody has."""
    found = _find(desk, who, name)
    if isinstance(found, Refused):
        return found
    kept, actor = found
    if refused := access.guard(actor, MoveName.INVESTIGATE):
        return refused
    return GONE if kept.value.state is State.DONE else found


def _item(desk: Desk, kept: Kept[Held]) -> Item:
    if desk.mail is None:
        raise LookupError("this installation takes no mail")
    try:
        return item(desk, desk.mail, kept.project, kept.id, kept.value.left)
    except NotNow as error:
        raise Unavailable(str(error)) from error


def _view(desk: Desk, kept: Kept[Held], actor: Actor) -> HeldView:
    value = kept.value
    return HeldView(
        id=kept.id,
        project=kept.project,
        received_at=value.at,
        at=words.instant(value.at),
        ago=words.ago(value.at, desk.now()),
        sender=str(value.sender) if value.sender else "somebody who cannot be told",
        subject=value.subject or posting.NO_SUBJECT,
        because=value.because,
        proof=value.proof,
        state=value.state.value,
        case=value.case,
        original=str(value.original) if value.original else "",
        by=value.by,
        reason=value.reason,
        went_to=value.went_to,
        waits=value.state is State.WAITS,
        may_place=value.state is not State.DONE and access.may_move(actor, MoveName.INVESTIGATE),
    )
