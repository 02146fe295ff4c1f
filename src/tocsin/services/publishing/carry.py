# SPDX-License-Identifier: Apache-2.0
"""One step of one target of an ordered publication: intend, look, write, read back; each written down as it happens.

Cut short anywhere, the next try begins where the journal says: what was intended is looked for by its natural key
before it is written again, so nothing is done twice; nothing is done before its instant, because `core.disclosure`
clears nothing before it. What a target does or does not do ends here, and never in a queue, a desk or an intake.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core import disclosure, publication
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import target_commands as cmd
from tocsin.core.case.commands import Command
from tocsin.core.notices import TargetDue
from tocsin.core.publication import SITE, Progress, Run, Step
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef, Refused
from tocsin.services import cases
from tocsin.services import publication as documents
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.store import Unavailable
from tocsin.services.ports.targets import Found, Matter, Rejected, Target, Trouble
from tocsin.services.publishing.own import own

FIRST_TRY: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(minutes=10)
"""The longest wait between two tries: what comes back is noticed within a quarter of an hour, lease included."""

CROWDED: Final = timedelta(seconds=2)
"""How long whoever was kept out by others' writing to the same case waits: no target was asked for anything yet."""

WRITES: Final = 5
"""Times that a result is written down while others write: what was done outside is not asked for again for that."""

PATIENCE: Final = timedelta(minutes=2)
"""How much of its lease an effect must have left before it writes anywhere."""

_ADVISORY: Final = msgspec.json.Decoder(Advisory)
_log = logging.getLogger("tocsin.publishing")


class Later(msgspec.Struct, frozen=True):
    """The effect is to come back at `at`; `code` says why, without content."""

    at: datetime
    code: str


def pause(tries: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after a try that failed: one minute, then twice as long, up to ten; longer where asked."""
    wait: timedelta = min(FIRST_TRY * (1 << min(max(tries, 1) - 1, 10)), LONGEST)
    return max(wait, asked) if asked else wait


def carry(desk: Desk, deed: TargetDue, claim: str, tries: int, until: datetime) -> Later | None:
    """Take the next step at a target for the effect `claim`, leased until `until`. None: this effect is over."""
    opened = cases.open_case(desk, deed.case, SYSTEM_ACTOR, "publish")
    run = opened.case.run if opened else None
    if opened is None or run is None or run.plan != deed.plan:
        return None
    now = desk.now()
    step = publication.step(run, deed.target, claim, now)
    match step:
        case Step.NOTHING:
            return None
        case Step.READ if not deed.reading:  # it is there; another effect reads it back
            return None
        case Step.EARLY:
            return Later(run.at, "early")
        case _ if until - now < PATIENCE:
            return Later(now, "lease")
        case Step.INTEND:
            intent = cmd.IntendTarget(plan=deed.plan, target=deed.target, claim=claim)
            result = cases.handle(desk, deed.case, intent, SYSTEM_ACTOR)
            if isinstance(result, Refused):
                return Later(now + CROWDED, result.code) if result.code == "conflict" else None
        case _:
            pass
    return _tried(desk, deed, opened, step, tries)


def _tried(desk: Desk, deed: TargetDue, opened: Opened, step: Step, tries: int) -> Later | None:
    """Work on the target and write down what came of it."""
    if deed.target == SITE.name:
        result = documents.perform(desk, deed.case)
        return Later(desk.now() + FIRST_TRY, result.code) if isinstance(result, Refused) else None
    try:
        outcome: Command | Trouble = _work(desk, deed, opened, step)
    except Trouble as trouble:
        outcome = trouble
    except Rejected as no:
        outcome = cmd.RefuseTarget(plan=deed.plan, target=deed.target, reason=no.because)
    except Unavailable:
        raise
    except Exception as error:  # a fault of whoever serves the target ends nobody else's work
        _log.error("%s of %s failed: %s", deed.target, deed.case, type(error).__name__)
        outcome = Trouble(f"it answers what cannot be understood ({type(error).__name__})")
    if not isinstance(outcome, Trouble):
        return _told(desk, deed.case, outcome)
    blind = step is not Step.READ and _blind(desk, opened, deed)
    reason = cmd.TroubleTarget(
        plan=deed.plan, target=deed.target, reason=outcome.because, person=outcome.person, untouched=blind
    )
    _told(desk, deed.case, reason)
    return Later(desk.now() + pause(tries, outcome.after), "trouble")


def _told(desk: Desk, ref: CaseRef, result: Command) -> Later | None:
    """Write a result down. One that others' writing kept out is not lost: what it says is found again."""
    done = cases.handle(desk, ref, result, SYSTEM_ACTOR)
    for _ in range(WRITES - 1):
        if not isinstance(done, Refused) or done.code != "conflict":
            break
        done = cases.handle(desk, ref, result, SYSTEM_ACTOR)
    return Later(desk.now() + FIRST_TRY, done.code) if isinstance(done, Refused) else None


def _work(desk: Desk, deed: TargetDue, opened: Opened, step: Step) -> Command:
    run, planned = _standing(opened, deed.target)
    target = _server(desk, opened, planned)
    if target is None:
        raise Trouble("nothing is set up that serves it")
    matter = _matter(desk, opened, run, planned)
    payload = target.preview(matter)
    if run.armed and planned.target.sha256 not in ("", hashlib.sha256(payload.body).hexdigest()):
        raise Rejected("it would be given other bytes than those that were approved")
    if step is Step.READ:
        return _read(deed, target.read_back(matter, payload))
    if target.blind and step is Step.ACT:
        raise Rejected("it may have been sent already when the last try was cut short; look there, and say so here")
    found = None if target.blind else target.find(matter, payload)
    here = found is not None and found.same
    if found is None or not here:
        found = target.act(_cleared(desk, opened, matter), matter, payload)
    return cmd.FinishTarget(plan=deed.plan, target=deed.target, where=found.where, found=here)


def _read(deed: TargetDue, found: Found | None) -> Command:
    if found is None:
        raise Trouble("it cannot be read there yet")
    if not found.same:
        raise Rejected(f"it reads otherwise there than what was published: {found.difference or found.where}")
    return cmd.ReadTarget(plan=deed.plan, target=deed.target, where=found.where)


def _standing(opened: Opened, name: str) -> tuple[Run, Progress]:
    run = opened.case.run
    progress = run.get(name) if run else None
    if run is None or progress is None:
        raise Rejected("the plan no longer has it")
    return run, progress


def _server(desk: Desk, opened: Opened, progress: Progress) -> Target | None:
    every = (*own(desk, opened.case), *desk.targets)
    return next((each for each in every if each.kind == progress.target.kind), None)


def _blind(desk: Desk, opened: Opened, deed: TargetDue) -> bool:
    run = opened.case.run
    progress = run.get(deed.target) if run else None
    server = _server(desk, opened, progress) if progress else None
    return server is not None and server.blind


def _matter(desk: Desk, opened: Opened, run: Run, progress: Progress) -> Matter:
    """What was published, from the shelf: a draft that somebody goes on editing changes nothing any more.

    Only what comes before the own site is made from the case itself.
    """
    case, to = opened.case, progress.target.to
    if case.ordered_digest:
        shown = documents.preview(desk, opened, run.at)
        advisory, made = shown.advisory, shown.documents
    else:
        made = tuple(desk.shelf.documents(case.advisory_id))
        record = next((each.body for each in made if each.format == documents.RECORD), b"")
        try:
            advisory = _ADVISORY.decode(record)
        except msgspec.MsgspecError as error:
            raise Trouble("the shelf does not have the advisory's record") from error
    return Matter(
        project=case.project,
        policy=opened.policy,
        advisory=advisory,
        documents=tuple(each for each in made if each.format != documents.RECORD),
        revision=case.revision + (1 if case.ordered_digest else 0),
        to=to,
    )


def _cleared(desk: Desk, opened: Opened, matter: Matter) -> disclosure.Cleared:
    cleared = disclosure.clear(opened.case, matter.advisory, desk.now())
    if isinstance(cleared, Refused):
        raise Rejected(cleared.because)
    return cleared
