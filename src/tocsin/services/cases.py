# SPDX-License-Identifier: Apache-2.0
"""The one door for change. Web, mail, forge, API, CLI and the clock all end in `handle` (or `open_case`, for the first
entry); nothing else writes a journal.

A door brings a command and an actor. This loads and opens the case, asks `core.case.decide`, and commits events,
projection, reporter's copies and effects as one change. Two people at once: one wins, the other is told what changed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core import access, notices
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.case import events as ev
from tocsin.core.case import phase as phases
from tocsin.core.case.approval import GlassBroken, Member
from tocsin.core.case.deadlines import next_wake, waiting
from tocsin.core.case.decide import approve
from tocsin.core.case.evolve import replay
from tocsin.core.case.measures import measure
from tocsin.core.case.model import Case
from tocsin.core.case.negotiation import Fate
from tocsin.core.case.priority import key as priority_key
from tocsin.core.intake import completeness
from tocsin.core.policy.clause import Reaction
from tocsin.core.policy.clauses import Promise, promises
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, ActorKind, CaseRef, Refused, Role
from tocsin.services import leaves, likes, listeners, outgoing, sealing, unsent
from tocsin.services.app import Desk, Front, Holder
from tocsin.services.hooks.endpoints import wanted
from tocsin.services.ports.keys import KeysRefused
from tocsin.services.ports.store import (
    NEVER,
    Change,
    Conflict,
    Drop,
    Effect,
    Head,
    InboxRow,
    Room,
    RoomCopy,
    SealedEntry,
    Unavailable,
)
from tocsin.services.ports.vault import CaseKey, Limited

_log = logging.getLogger("tocsin.cases")

SNAPSHOT_EVERY: Final = 50
"""Journal lines between snapshots; opening a case replays at most this many."""

ATTEMPTS: Final = 4
"""How often a change is tried again when somebody else's reached the journal first."""

NOT_FOUND: Final = Refused(code="not-found", because="There is no such case.", rule="access")
NO_PROJECT: Final = Refused(code="not-found", because="There is no such project.", rule="access")

_QUIET: Final = (ev.MessageSent, ev.MessageReceived, ev.PromiseWarned)
"""Events that do not contradict what somebody is looking at."""


class Opened(msgspec.Struct, frozen=True):
    """A case opened for one actor and purpose, with the key to write to it."""

    head: Head
    case: Case
    key: CaseKey
    policy: Policy


def open_case(desk: Desk, ref: CaseRef, actor: Actor, purpose: str) -> Opened | None:
    """Open a case: newest snapshot and what came after. None when there is none; raises Tampered for a broken one."""
    head = desk.journal.head(ref)
    if head is None or not head.wrapped_key:  # shredded: nobody opens it any more
        return None
    key = desk.vault.case_key(ref, head.wrapped_key, actor.id, purpose)
    places = sealing.Places(desk.sealer.instance)
    case = _snapshot(desk, places, key, ref)
    lines = desk.journal.entries(ref, after=case.seq if case else 0)
    case = replay(sealing.open_entries(places, key, ref, lines), case)
    if case is None:
        raise ValueError(f"{ref} has an empty journal")
    return Opened(head=head, case=case, key=key, policy=desk.projects.policy(case.project, case.policy))


def _snapshot(desk: Desk, places: sealing.Places, key: CaseKey, ref: CaseRef) -> Case | None:
    sealed = desk.journal.snapshot(ref)
    if sealed is None:
        return None
    try:
        return sealing.open_snapshot(places, key, ref, sealed)
    except msgspec.ValidationError:
        # Another version wrote it. The journal is the case; the snapshot is only a short cut to it.
        return None


def handle(
    desk: Desk,
    ref: CaseRef,
    command: cmd.Command,
    actor: Actor,
    *,
    seen: int | None = None,
    drop: str = "",
    drop_of: CaseRef = "",
) -> Case | Refused:
    """Carry out a command on an existing case.

    `seen` is the journal length the actor was looking at: a change by somebody else since then refuses with
    `conflict`, naming what changed, unless it was only talk. `drop` names the drop that carried the command,
    `drop_of` the case it was left for where that is another one. Raises `ports.store.Unavailable` when nothing can be
    written, and `Tampered` for a broken case.
    """
    if guarded := outgoing.held_move(desk, command, actor) or _stranger(actor):
        return guarded
    for _ in range(ATTEMPTS):
        # An administrator's own name stands in the key holder's ledger for looks alone, and this is none.
        opener = actor if _reads(actor) else SYSTEM_ACTOR
        try:
            opened = open_case(desk, ref, opener, cmd.name(command))
        except Limited as limited:
            return Refused(code="limited", because=str(limited), rule="key holder")
        if opened is None or not (_reads(actor) or _about_glass(opened.case, command)):
            return NOT_FOUND
        actor = listeners.named(opened.case, actor)
        if seen is not None and (changed := _changed_since(desk, opened, seen, actor)):
            return changed
        context = context_of(desk, opened, actor, command)
        decision = rules.decide(opened.case, command, context)
        if not isinstance(decision, Refused):
            decision = _lost(desk, command, actor) or decision
        if isinstance(decision, Refused):
            return decision
        if not decision and not drop:
            return opened.case
        case, entries = rules.record(opened.case, decision, context) if decision else (opened.case, ())
        try:
            reacted = rules.set_going(opened.case, command, context) if entries else ()
            desk.journal.commit(change(desk, opened, case, entries, drop=drop, drop_of=drop_of, reactions=reacted))
        except Conflict:
            continue
        _grant(desk, case, entries)
        return case
    return Refused(
        code="conflict",
        because="Others are writing to this case right now. Look at it again and repeat what is still needed.",
        rule="optimistic concurrency",
    )


def _lost(desk: Desk, command: cmd.Command, actor: Actor) -> Refused | None:
    """Claim the files of what a person of the project is about to say, so that nobody removes them from now on; or say
    which are gone. What came another way is claimed where it came in, or was never marked."""
    if not isinstance(command, cmd.Say) or not command.attachments or actor.kind is not ActorKind.PERSON:
        return None
    gone = unsent.claim(desk.outside.front, command.attachments)
    if not gone:
        return None
    because = "A file waited for two days to be sent and was removed. Choose it again."
    return Refused(code="no-such-file", because=because, rule="files", missing=tuple(each.name for each in gone))


def context_of(desk: Desk, opened: Opened, actor: Actor, command: cmd.Command) -> rules.Context:
    """What a command is decided in; who else is in the project is only looked up where it matters."""
    people: tuple[Member, ...] = ()
    if approve.concerns(command):
        held = dict(desk.people.members(opened.case.project))
        for each in desk.people.administrators():
            held[each] = held.get(each, frozenset()) | {Role.ADMINISTRATOR}
        people = tuple(Member(id=each.id, name=each.name, roles=roles) for each, roles in held.items())
    return rules.Context(actor=actor, now=desk.now(), policy=opened.policy, people=people)


def ask(desk: Desk, ref: CaseRef, command: cmd.Command, actor: Actor, refused: Refused) -> Refused:
    """Put a refused command down as a wish for a second person, where that is what it lacks; returns what to tell."""
    if refused.code != approve.NEEDED:
        return refused
    put = handle(desk, ref, cmd.AskApproval(wish=cmd.encode(command)), actor)
    return put if isinstance(put, Refused) else refused


def answer_drop(desk: Desk, drop: Drop, actor: Actor, refused: Refused) -> None:
    """Say in the room of `actor` why a drop could not be carried out; the case itself stays as it was. Where the case
    was shredded meanwhile, what was dropped goes the same way."""
    opened = open_case(desk, drop.case, actor, "drop.refused")
    if opened is None:
        desk.drops.forget(drop.id)
        return
    places = sealing.Places(desk.sealer.instance)
    told = notices.CopyRefusal(at=desk.now(), because=refused.because)
    rooms = [room for room in desk.rooms.of_case(drop.case) if room.id == actor.id]
    copies = tuple(seal_copy(desk, places, room, (told,), told.at) for room in rooms)
    written = change(desk, opened, opened.case, (), drop=drop.id)
    desk.journal.commit(msgspec.structs.replace(written, copies=copies))


def _reads(actor: Actor) -> bool:
    return actor.kind is not ActorKind.PERSON or access.may_read(actor)


def _stranger(actor: Actor) -> Refused | None:
    """Refuse whoever may ask nothing of any case of a project: nothing is opened for them."""
    return None if _reads(actor) or Role.ADMINISTRATOR in actor.roles else NOT_FOUND


def _about_glass(case: Case, command: cmd.Command) -> bool:
    """Whether a command is about break-glass: all that somebody who sees no case may ask or agree to."""
    wish: cmd.Command | None = command
    if isinstance(command, cmd.AskApproval):
        wish = cmd.decode(command.wish)
    elif isinstance(command, cmd.Approve):
        found = approve.wish_of(case, command)
        wish = found[1] if found else None
    return isinstance(wish, cmd.BreakGlass)


def _grant(desk: Desk, case: Case, entries: Sequence[ev.Entry]) -> None:
    """Tell the key holder of what two people agreed to; it releases nothing for break-glass before. Where it does not
    answer, nobody gets in, and they ask again."""
    for entry in entries:
        if isinstance(entry.event, GlassBroken):
            try:
                desk.machine.keys.grant(case.ref, entry.event.person, entry.actor.id, entry.event.until)
            except (KeysRefused, Unavailable) as error:
                _log.error("the key holder was not told of break-glass in %s: %s", case.ref, error)


def _changed_since(desk: Desk, opened: Opened, seen: int, actor: Actor) -> Refused | None:
    if seen >= opened.case.seq:
        return None
    places = sealing.Places(desk.sealer.instance)
    lines = desk.journal.entries(opened.case.ref, after=seen)
    entries = sealing.open_entries(places, opened.key, opened.case.ref, lines)
    foreign = [e for e in entries if e.actor.id != actor.id and not isinstance(e.event, _QUIET)]
    if not foreign:
        return None
    changes = tuple(f"{e.actor.name or e.actor.id}: {ev.name(e.event)} at {e.at:%H:%M:%S} UTC" for e in foreign)
    return Refused(
        code="conflict",
        because=f"The case changed while you were looking at it: {changes[-1]}. Nothing of yours was written.",
        rule="optimistic concurrency",
        missing=changes,
    )


def change(
    holder: Holder,
    opened: Opened,
    case: Case,
    entries: tuple[ev.Entry, ...],
    *,
    drop: str = "",
    drop_of: CaseRef = "",
    reactions: tuple[Reaction, ...] = (),
) -> Change:
    """Put together everything one command writes."""
    places = sealing.Places(holder.sealer.instance)
    moved_on = case.policy != opened.case.policy
    policy = holder.projects.policy(case.project, case.policy) if moved_on else opened.policy
    written = leaves.write(places, opened.key, case.ref, entries)
    return Change(
        case=case.ref,
        project=case.project,
        expected=opened.case.seq,
        entries=written.lines,
        leaves=written.leaves,
        row=inbox_row(holder, places, policy, case),
        snapshot=_due_snapshot(places, opened, case),
        copies=tuple(
            seal_copy(holder, places, each.room, told, case.updated_at)
            for each in listeners.listeners(holder, case)
            if (told := tuple(listeners.copies(case, policy, entries, each)))
        ),
        effects=effects(holder, places, opened.key, case, entries, reactions),
        drop=drop,
        drop_of=drop_of,
        moved_from=opened.case.project if case.project != opened.case.project else "",
    )


def _due_snapshot(places: sealing.Places, opened: Opened, case: Case) -> SealedEntry | None:
    crossed = case.seq // SNAPSHOT_EVERY > opened.case.seq // SNAPSHOT_EVERY
    return sealing.seal_snapshot(places, opened.key, case) if crossed else None


def summary(policy: Policy, case: Case, promised: tuple[Promise, ...], promise: str) -> sealing.Summary:
    """The sealed half of a case's inbox row: `promised` is all that is promised in it, `promise` what is due first."""
    score = case.score
    return sealing.Summary(
        title=case.title,
        rating=score.rating if score else "",
        score=score.score if score else 0.0,
        kind=case.kind.value,
        answered=completeness(case.report),
        lead_name=case.lead_name,
        promise=promise,
        anonymous=not case.report.identity.name,
        files=len(case.report.attachments),
        measures=measure(policy, case, promised),
        terms=likes.packed(case.report),
        dates=tuple(_dates(case)),
        priority=priority_key(policy, case),
        cve=case.cve_id,
        touched_at=case.touched_at,
        unanswered=case.reporter_waits_since,
    )


def _dates(case: Case) -> Iterator[tuple[str, datetime]]:
    """List the agreed and the wished dates of a case: when its embargo ends, and until when who is to answer."""
    if case.embargo_until and not case.published_at:
        yield "embargo", case.embargo_until
    for proposal in case.embargo.proposals:
        if proposal.fate is Fate.OPEN:
            yield "proposed", proposal.ends_at
            if proposal.respond_by:
                yield "answer", proposal.respond_by


def inbox_row(
    holder: Holder, places: sealing.Places, policy: Policy, case: Case, promised: tuple[Promise, ...] | None = None
) -> InboxRow:
    """Project a case onto its inbox row, sealed under the project's list key, or dropped where no such key is held.
    `promised` is all that is promised in it, where that is known already."""
    promised = promises(policy, case) if promised is None else promised
    due = waiting(promised)
    promise = due[0] if due else None
    body = msgspec.json.encode(summary(policy, case, promised, promise.name if promise else ""))
    place, phase = places.row(case.ref, case.seq), phases.phase(case)
    by_drop = isinstance(holder, Front)
    sealed = holder.sealer.seal_drop(body, place) if isinstance(holder, Front) else (
        holder.vault.list_key(case.project).seal(body, place)
    )  # fmt: skip
    return InboxRow(
        case=case.ref,
        project=case.project,
        seq=case.seq,
        phase=phase.value,
        open=phase in phases.OPEN or case.reporter_waits_since is not None,
        waits_for=phases.queue(case),
        lead=case.lead,
        opened_at=case.received_at,
        updated_at=case.updated_at,
        next_due=promise.due_at if promise else NEVER,
        wake_at=next_wake(policy, case, due) or NEVER,
        body=sealed,
        by_drop=by_drop,
    )


def seal_copy(
    holder: Holder, places: sealing.Places, room: Room, told: tuple[notices.Copy, ...], at: datetime
) -> RoomCopy:
    """Seal one line of the reporter's copy: all that they are told at once, because each sealing makes a key."""
    copy_id = holder.mint.id("cpy")
    body = holder.sealer.seal_to_reporter(room.public_key, notices.encode_copies(told), places.copy(copy_id, room.id))
    return RoomCopy(id=copy_id, room=room.id, at=at, body=body)


def effects(
    holder: Holder,
    places: sealing.Places,
    key: CaseKey,
    case: Case,
    entries: tuple[ev.Entry, ...],
    reactions: tuple[Reaction, ...] = (),
) -> tuple[Effect, ...]:
    """Write down what has to happen outside because of these entries, and what the policy sets going."""
    found: list[Effect] = []
    for deed in notices.deeds(case, entries, reactions, wanted(holder, case.project)):
        effect = holder.mint.id("eff")
        found.append(
            Effect(
                id=effect,
                case=case.ref,
                kind=str(deed.__struct_config__.tag),
                created_at=case.updated_at,
                due_at=max(case.updated_at, deed.at) if isinstance(deed, notices.TargetDue) else case.updated_at,
                body=key.seal(notices.encode(deed), places.effect(effect, case.ref)),
            )
        )
    return tuple(found)
