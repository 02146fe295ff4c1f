# SPDX-License-Identifier: Apache-2.0
"""Cases that become one, two, or another project's. Each journal is written through the one door for change.

A merger and a split write two journals, one after the other: first the one that keeps everything, then the one that
points there. Repeating the same command completes one that was cut short, and does nothing to one that was not.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.case import joining
from tocsin.core.case import party_commands as pc
from tocsin.core.case.decide import relate
from tocsin.core.case.model import REPORTER, VENDOR, Case
from tocsin.core.case.parties import Party
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, CaseRef, ProjectId, Refused
from tocsin.services import archive_state, cases, leaves, looks, sealing
from tocsin.services.app import Desk
from tocsin.services.ports.store import Change, Conflict

GONE: Final = relate.GONE
ATTEMPTS: Final = 20


def merge(desk: Desk, ref: CaseRef, other: CaseRef, actor: Actor, reason: str) -> Case | Refused:
    """Make `other` part of `ref`: its report, credits, people and rooms come along, the earlier embargo end holds.

    Both are cases of the actor's project. Refuses where either journal refuses; then nothing is half merged, but a
    merger that was cut short between its two halves is completed by asking again.
    """
    both = _known(desk, ref, actor, "case.merge"), _known(desk, other, actor, "case.merge")
    if isinstance(both[0], Refused) or isinstance(both[1], Refused):
        return cases.NOT_FOUND
    kept, gone = both[0].case, both[1].case
    if kept.project != gone.project:
        return cases.NOT_FOUND
    context = rules.Context(actor=actor, now=desk.now(), policy=both[1].policy)
    possible = rules.decide(gone, pc.MergeInto(into=ref, reason=reason), context)
    if isinstance(possible, Refused):
        return possible
    taken = pc.Absorb(
        case=gone.ref,
        received_at=gone.received_at,
        report=gone.report,
        embargo=gone.embargo,
        pxa=gone.state[3:],
        reason=reason,
        room=gone.room,
        zone=gone.reporter_zone,
        parties=tuple(each for each in gone.parties if not each.went_to),
        others=gone.absorbed,
    )
    whole = cases.handle(desk, ref, taken, actor)
    if isinstance(whole, Refused):
        return whole
    pointed = cases.handle(desk, other, pc.MergeInto(into=ref, reason=reason), actor)
    return pointed if isinstance(pointed, Refused) else whole


def split(
    desk: Desk, ref: CaseRef, actor: Actor, reason: str, *, title: str, parties: tuple[str, ...] = ()
) -> Case | Refused:
    """Take a matter of its own out of a case, into a new one with its own title; the embargo carries over.

    The reporter stays where they were and is written to from both; the parties named go with the new case.
    """
    found = _known(desk, ref, actor, "case.split")
    if isinstance(found, Refused):
        return found
    into = pc.SplitOff(into="?", parties=parties, reason=reason)
    context = rules.Context(actor=actor, now=desk.now(), policy=found.policy)
    possible = rules.decide(found.case, into, context)
    if isinstance(possible, Refused):
        return possible
    made = _continued(desk, found, actor, reason, title or found.case.title, parties)
    if isinstance(made, Refused):
        return made
    pointed = cases.handle(desk, ref, msgspec.structs.replace(into, into=made.ref), actor)
    return pointed if isinstance(pointed, Refused) else made


def reopen(desk: Desk, ref: CaseRef, actor: Actor, reason: str) -> Case | Refused:
    """Take a case up again: in its own journal while that is possible, else in a new case that continues the closed
    one with everybody in it, because closed is final (RM)."""
    found = _known(desk, ref, actor, "case.reopen")
    if isinstance(found, Refused):
        return found
    if found.case.closed_at is None:
        return cases.handle(desk, ref, cmd.Reconsider(reason=reason), actor)
    here = tuple(each.id for each in found.case.parties if each.here and not each.came_from)
    return split(desk, ref, actor, reason, title=found.case.title, parties=here)


def transfer(desk: Desk, ref: CaseRef, actor: Actor, to: ProjectId, reason: str) -> Case | Refused:
    """Hand a case that nobody has accepted yet over to another project of the installation, under its policy. An
    archived one takes none: nobody would look at it there."""
    info = desk.projects.get(to)
    if info is None:
        return Refused(code="not-found", because="There is no such project here.", rule="input", missing=("project",))
    if ended := archive_state.takes_none(desk.machine.facts, to):
        return ended
    return cases.handle(desk, ref, pc.Transfer(to=to, policy=info.policy, reason=reason), actor)


def _known(desk: Desk, ref: CaseRef, actor: Actor, purpose: str) -> cases.Opened | Refused:
    head = desk.journal.head(ref)
    mine = desk.people.actor(actor.id, head.project) if head else None
    if mine is None or not access.may_read(mine):
        return cases.NOT_FOUND
    opened = cases.open_case(desk, ref, mine, purpose)
    if opened is None:
        return cases.NOT_FOUND
    looks.record(desk, mine, opened, purpose)
    return opened


def _continued(
    desk: Desk, found: cases.Opened, actor: Actor, reason: str, title: str, parties: tuple[str, ...]
) -> Case | Refused:
    """Open the new case: the same report under its own title, then what it continues."""
    was, policy, now = found.case, found.policy, desk.now()
    with_them: tuple[Party, ...] = tuple(each for each in was.parties if each.id in parties)
    begin = pc.Continue(
        of=was.ref,
        embargo=joining.split(was.embargo, (VENDOR, REPORTER, *parties)),
        pxa=was.state[3:],
        reason=reason,
        room=was.room,
        parties=with_them,
    )
    for _ in range(ATTEMPTS):
        submit = cmd.SubmitReport(
            case=desk.mint.case_ref(policy.project.prefix, now),
            project=was.project,
            policy=was.policy,
            report=msgspec.structs.replace(was.report, title=title),
        )
        context = rules.Context(actor=actor, now=now, policy=policy)
        opened = rules.decide(None, submit, rules.Context(actor=SYSTEM_ACTOR, now=now, policy=policy))
        if isinstance(opened, Refused):
            return opened
        case, first = rules.record(None, opened, context)
        follows = rules.decide(case, begin, context)
        if isinstance(follows, Refused):
            return follows
        case, second = rules.record(case, follows, context)
        places = sealing.Places(desk.sealer.instance)
        key, wrapped = desk.sealer.new_case_key(case.ref)
        written = leaves.write(places, key, case.ref, (*first, *second))
        try:
            desk.journal.commit(
                Change(
                    case=case.ref,
                    project=case.project,
                    expected=0,
                    entries=written.lines,
                    leaves=written.leaves,
                    row=cases.inbox_row(desk, places, policy, case),
                    wrapped_key=wrapped,
                    effects=cases.effects(desk, places, key, case, second),
                )
            )
        except Conflict:
            continue
        return case
    return Refused(code="conflict", because="No case reference was free. Try again.", rule="optimistic concurrency")
