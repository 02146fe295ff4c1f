# SPDX-License-Identifier: Apache-2.0
"""What happens without anybody asking: drops are taken up, the clock looks at cases, effects are carried out.

Each step takes a bounded batch and is safe to repeat; a failure puts its effect back with a growing delay and never
stops the others. `run_once` is one turn; whoever holds a thread or a process calls it in a loop.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from tocsin.core import notices
from tocsin.core.case import commands as cmd
from tocsin.core.case.deeds import CveDue
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import CLOCK_ACTOR, SYSTEM_ACTOR, Actor, ActorKind, CaseRef, Refused
from tocsin.services import (
    alarms,
    arrivals,
    badge,
    canary,
    cases,
    cve,
    incident,
    listeners,
    logbook,
    lookalikes,
    notifying,
    publication,
    publishing,
    relating,
    room,
    sealing,
    shredding,
)
from tocsin.services.app import Desk
from tocsin.services.hooks import deliveries
from tocsin.services.ports.store import Conflict, Drop, Effect, InboxRow, Unavailable
from tocsin.services.ports.vault import Tampered
from tocsin.services.post import answers, given, sending
from tocsin.services.publishing import Later
from tocsin.services.queries import inbox
from tocsin.services.room import DROP, GiveKey, Left
from tocsin.services.stuck import put_off

BATCH: Final = 50
OUTSIDE: Final = frozenset(str(each.__struct_config__.tag) for each in (notices.TargetDue, CveDue))
"""The kinds of effect that wait for others."""

LEASE: Final = timedelta(minutes=5)
FIRST_RETRY: Final = timedelta(seconds=10)
LONGEST_RETRY: Final = timedelta(hours=1)
REST: Final = timedelta(hours=1)
HOPS: Final = 8
"""Cases through which words are followed to the one that they were merged into."""

GATHERED: Final = 500
"""Leaves of the log that a busy worker lets gather before it stops to sign for them."""

_log = logging.getLogger("tocsin.worker")


class Turn(msgspec.Struct, frozen=True):
    """What one turn did."""

    drops: int
    ticks: int
    resealed: int
    effects: int
    failed: int
    logged: int = 0

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.drops or self.ticks or self.resealed or self.effects or self.failed or self.logged)

    @property
    def full(self) -> bool:
        """Whether a batch was full, so that more is waiting."""
        return max(self.drops, self.ticks, self.resealed, self.effects + self.failed) >= BATCH


def run_once(desk: Desk, stuck: set[str] | None = None) -> Turn:
    """Take one turn. `stuck` collects what could not be taken up, so that it is kept and holds nobody up."""
    stuck = set() if stuck is None else stuck
    drops = take_drops(desk, stuck) + arrivals.take_up(desk, stuck)
    ticks = tick(desk, stuck)
    resealed = reseal(desk, stuck)
    effects, failed = (sum(each) for each in zip(drain(desk), _post(desk), strict=True))
    turn = Turn(drops=drops, ticks=ticks, resealed=resealed, effects=effects, failed=failed)
    alarms.tell(desk)
    if desk.measures.round("canary and badge", desk.now()):
        canary.keep(desk)
        badge.keep(desk)
    publication.keep_site(desk)
    logged = logbook.grow(desk, at_least=1 if turn.idle else GATHERED)
    return msgspec.structs.replace(turn, logged=logged)


def _post(desk: Desk) -> tuple[int, int]:
    """Send letters. What goes wrong there ends no turn: alarms are told and the log grows behind it."""
    try:
        return sending.drain(desk)
    except Unavailable:
        raise
    except Exception as error:
        _log.error("letters cannot be sent: %s", type(error).__name__)
        return 0, 0


def take_drops(desk: Desk, stuck: set[str]) -> int:
    """Carry what reporters left into their cases, oldest first; a refusal is told in their room.

    A drop that cannot be taken up stays where it is, for a person to look at, and the others go on.
    """
    taken = 0
    for drop in desk.drops.waiting(BATCH + len(stuck)):
        if drop.id in stuck:
            continue
        try:
            taken += take(desk, drop)
        except Unavailable:
            raise
        except Conflict:  # others wrote to a record beside the case: it waits for the next turn
            continue
        except Exception as error:
            _stuck(stuck, drop.id, f"a drop for {drop.case}", error)
    return taken


def take(desk: Desk, drop: Drop) -> bool:
    """Carry one drop into its case; False where others are writing to it just now: it waits for the next turn."""
    places = sealing.Places(desk.sealer.instance)
    left = DROP.decode(desk.vault.open_drop(drop.body, places.drop(drop.id, drop.case)))
    command = left.command if isinstance(left, Left) else left
    actor = listeners.actor(left.room) if isinstance(left, Left) else _reporter(desk, drop)
    if isinstance(command, GiveKey):
        result: Case | Refused | None = given.take(desk, drop, actor, command)
    else:
        result = _carried(desk, drop, actor, command)
    if not isinstance(result, Refused):
        return True
    if result.code == "conflict":
        return False
    try:
        cases.answer_drop(desk, drop, actor, result)
    except Conflict:
        return False
    return True


def _carried(desk: Desk, drop: Drop, actor: Actor, command: room.CaseCommand) -> Case | Refused:
    """Hand a command to its case, or to the one that this is part of by now."""
    result = cases.handle(desk, drop.case, room.own(command, actor), actor, drop=drop.id)
    for _ in range(HOPS):
        if not isinstance(result, Refused) or result.code != relating.GONE:
            break
        (ref,) = result.missing
        # Who reported the merged case is one of the other's parties, under this case's name.
        speaks = actor if actor.kind is ActorKind.PARTY else Actor(kind=ActorKind.PARTY, id=drop.case)
        result = cases.handle(desk, ref, room.own(command, speaks), speaks, drop=drop.id, drop_of=drop.case)
    return result


def _stuck(stuck: set[str], what: str, words: str, error: Exception) -> None:
    put_off(stuck, what, error)
    _log.error("%s cannot be taken up and is kept: %s", words, type(error).__name__)


def _reporter(desk: Desk, drop: Drop) -> Actor:
    """Who left a drop that does not say which room it is from: all such are the reporter's."""
    rooms = [each.id for each in desk.rooms.of_case(drop.case) if not each.id.startswith(listeners.PARTY_ROOM)]
    return Actor(kind=ActorKind.REPORTER, id=rooms[0] if rooms else "reporter")


def tick(desk: Desk, stuck: set[str]) -> int:
    """Let the clock look at the cases it has something to say about: O(due), whatever the number of cases."""
    due = [ref for ref in desk.inbox.to_wake(desk.now(), BATCH + len(stuck)) if ref not in stuck]
    for ref in due:
        try:
            told = cases.handle(desk, ref, cmd.Tick(), CLOCK_ACTOR)
            if not isinstance(told, Refused) or told.code != "conflict":  # others write: it is looked at again soon
                _let_rest(desk, ref)
        except Unavailable:
            raise
        except Exception as error:
            _stuck(stuck, ref, f"the case {ref}", error)
    return len(due)


def _let_rest(desk: Desk, ref: CaseRef) -> None:
    """Put a case that the clock had nothing to tell of off by an hour, or it would hold up those behind it."""
    row, now = desk.inbox.row(ref), desk.now()
    if row is not None and row.wake_at <= now:
        desk.inbox.put([msgspec.structs.replace(row, wake_at=now + REST)])


def reseal(desk: Desk, stuck: set[str]) -> int:
    """Seal rows that intake dropped under the list key, so that lists open them quickly."""
    dropped = [row for row in desk.inbox.by_drop(BATCH + len(stuck)) if row.case not in stuck]
    rows = []
    for row, summary in zip(dropped, inbox.open_dropped(desk, dropped), strict=True):
        if summary is None:
            _stuck(stuck, row.case, f"the inbox row of {row.case}", Tampered())
        else:
            rows.append(_resealed(desk, row, summary))
    if rows:
        desk.inbox.put(rows)
    return len(rows)


def _resealed(desk: Desk, row: InboxRow, summary: sealing.Summary) -> InboxRow:
    place = sealing.Places(desk.sealer.instance).row(row.case, row.seq)
    lookalikes.learn(desk, row, summary)
    body = msgspec.json.encode(summary)
    return msgspec.structs.replace(row, body=desk.vault.list_key(row.project).seal(body, place), by_drop=False)


def drain(desk: Desk) -> tuple[int, int]:
    """Carry out effects that are due; returns how many were done and how many have to be tried again.

    In a panic nothing goes out: effects wait where they are.
    """
    if incident.halted(desk):
        return 0, 0
    now = desk.now()
    done: list[str] = []
    failed = 0
    try:
        for effect in desk.outbox.lease(now, now + LEASE, BATCH):
            if desk.aside is not None and effect.kind in OUTSIDE:
                desk.aside(partial(_aside, desk, effect, now + LEASE))
                continue
            later = _unless_halted(desk, effect, now + LEASE)
            if later is None:
                done.append(effect.id)
            else:
                desk.outbox.again(effect, later.at, later.code)
                failed += 1
    finally:
        # Together, because each commit waits for the disk; a crash before it only repeats what is safe to repeat.
        if done:
            desk.outbox.done(done, desk.now())
    return len(done), failed


def _aside(desk: Desk, effect: Effect, until: datetime) -> None:
    """Carry out an effect that may hang on somebody else, beside the worker's turns."""
    try:
        later = _unless_halted(desk, effect, until)
        if later is None:
            desk.outbox.done([effect.id], desk.now())
        else:
            desk.outbox.again(effect, later.at, later.code)
    except Unavailable as error:
        _log.warning("the store is unavailable, the lease runs out: %s", error)


def _unless_halted(desk: Desk, effect: Effect, until: datetime) -> Later | None:
    """Carry out an effect, unless a panic began after it was leased."""
    if incident.halted(desk):
        return Later(desk.now() + FIRST_RETRY, "halted")
    return carry_out(desk, effect, until)


def carry_out(desk: Desk, effect: Effect, until: datetime) -> Later | None:
    """Carry out one effect that is leased `until`; says when it has to be tried again, if it has to.

    Whatever goes wrong in it is its own matter: the effects behind it are carried out.
    """
    code, head = "", desk.journal.head(effect.case)
    if head is None or not head.wrapped_key:  # shredded: nothing of it goes out any more
        return None
    try:
        key = desk.vault.case_key(effect.case, head.wrapped_key, SYSTEM_ACTOR.id, f"effect.{effect.kind}")
        deed = sealing.open_deed(sealing.Places(desk.sealer.instance), key, effect)
        match deed:
            case CveDue():
                return cve.carry(desk, deed, effect.tries)
            case notices.TargetDue():
                return publishing.carry(desk, deed, effect.id, effect.tries, until)
            case notices.Happened(project=project):
                deliveries.happened(desk, project, deed, effect.id)
            case notices.Said():
                answers.queue(desk, deed)
            case notices.Notice():
                code = notifying.tell(desk, deed, effect.id)
            case notices.ShredOrder():
                code = shredding.perform(desk, deed.case)
    except Unavailable:
        raise
    except Exception as error:
        _log.error("%s of %s failed: %s", effect.kind, effect.case, type(error).__name__)
        code = type(error).__name__
    delay = min(FIRST_RETRY * 2 ** min(effect.tries, 12), LONGEST_RETRY)
    return Later(desk.now() + delay, code) if code else None
