# SPDX-License-Identifier: Apache-2.0
"""What comes next in a publication: a function of how far each target is, and of nothing else.

Forwards only: a target that was intended is looked for before it is written again, one that is done is only read back,
and a later stage begins when every target of the stages before it has settled or is let pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec.structs import replace

from tocsin.core.publication import events as ev
from tocsin.core.publication.model import MUST_BE_READ, STAGES, Progress, Run, State


class Step(StrEnum):
    """What whoever holds an effect for a target does now."""

    NOTHING = "nothing"
    EARLY = "early"
    INTEND = "intend"
    ACT = "act"
    READ = "read"


def step(run: Run, name: str, claim: str, now: datetime) -> Step:
    """Say what comes next for a target, for the effect `claim`.

    `NOTHING` means that this effect is over: the target settled, waits for a person or for an earlier stage, or another
    effect holds it. A target that starts to be possible again gets a new effect.
    """
    found = run.get(name)
    if found is None or found.over:
        return Step.NOTHING
    if now < run.at:
        return Step.EARLY
    if found.state is State.DONE:
        return Step.READ
    if found.state is State.INTENDED:
        return Step.ACT if found.claim == claim else Step.NOTHING
    return Step.INTEND if _may_begin(run, found) else Step.NOTHING


def ready(run: Run) -> frozenset[str]:
    """Name the targets that may be worked on: those of the first stage that has not settled, and all begun before."""
    return frozenset(
        each.target.name
        for each in run.targets
        if not each.over and (each.state is not State.PLANNED or _may_begin(run, each))
    )


def opened(run: Run, event: ev.TargetEvent) -> tuple[str, ...]:
    """Name the targets that became possible by an event that `run` has taken in already, in the order of the plan."""
    only_passes = isinstance(event, ev.TargetSkipped) and event.later
    before = tuple(
        each
        if each.target.name != event.target
        else replace(each, passing=False)
        if only_passes
        else replace(each, state=each.was)
        for each in run.targets
    )
    new = ready(run) - ready(replace(run, targets=before)) - {event.target}
    return tuple(each.target.name for each in run.targets if each.target.name in new)


def _may_begin(run: Run, target: Progress) -> bool:
    """Whether every target of an earlier stage lets the later ones go on."""
    at = STAGES.index(target.target.stage)
    return all(_lets_go_on(each) for each in run.targets if STAGES.index(each.target.stage) < at)


def _lets_go_on(each: Progress) -> bool:
    if each.target.by_hand or each.passing or each.state in (State.READABLE, State.SKIPPED):
        return True
    return each.state is State.DONE and each.target.stage not in MUST_BE_READ


# ------------------------------------------------------------------------------------------------------------- folding


def apply(run: Run, event: ev.TargetEvent, at: datetime) -> Run:
    """Fold what happened to one target; a name that the plan does not have changes nothing."""
    targets = tuple(
        replace(_CHANGES[type(event)](each, event, at), was=each.state) if each.target.name == event.target else each
        for each in run.targets
    )
    return replace(run, targets=targets)


def _to(state: State) -> Callable[[Progress, Any, datetime], Progress]:
    """Enter a state; nothing is in the way any more."""

    def change(progress: Progress, event: Any, at: datetime) -> Progress:
        told = {name: getattr(event, name) for name in ("where", "found") if getattr(event, name, "")}
        return replace(progress, state=state, since=at, claim="", trouble="", trouble_since=None, **told)

    return change


def _intended(progress: Progress, event: ev.TargetIntended, at: datetime) -> Progress:
    return replace(progress, state=State.INTENDED, since=at, claim=event.claim)


def _troubled(progress: Progress, event: ev.TargetTroubled, at: datetime) -> Progress:
    troubled = replace(progress, trouble=event.reason, trouble_since=progress.trouble_since or at)
    return replace(troubled, state=State.PLANNED, claim="") if event.untouched else troubled


def _refused(progress: Progress, event: ev.TargetRefused, at: datetime) -> Progress:
    since = progress.trouble_since or at
    return replace(progress, state=State.REFUSED, since=at, claim="", trouble=event.reason, trouble_since=since)


def _skipped(progress: Progress, event: ev.TargetSkipped, at: datetime) -> Progress:
    if event.later:
        return replace(progress, passing=True)
    return replace(progress, state=State.SKIPPED, since=at, claim="", trouble=event.reason, trouble_since=None)


def _resumed(progress: Progress, event: ev.TargetResumed, at: datetime) -> Progress:
    """What was skipped let others go on, and holds them up no more."""
    passing = progress.passing or progress.state is State.SKIPPED
    return replace(progress, state=State.PLANNED, since=at, claim="", trouble="", trouble_since=None, passing=passing)


_CHANGES: Final[Mapping[type, Callable[[Progress, Any, datetime], Progress]]] = {
    ev.TargetIntended: _intended,
    ev.TargetDone: _to(State.DONE),
    ev.TargetRead: _to(State.READABLE),
    ev.TargetTroubled: _troubled,
    ev.TargetRefused: _refused,
    ev.TargetSkipped: _skipped,
    ev.TargetResumed: _resumed,
}
