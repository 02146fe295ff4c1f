# SPDX-License-Identifier: Apache-2.0
"""What may be said about the targets of a publication: results as they come, and people who skip, resume, mark, disarm.

A result counts only for the run that stands now and only forwards; a late one, or one told twice, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tocsin.core.case import target_commands as cmd
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved
from tocsin.core.case.events import CveSet
from tocsin.core.case.model import Case
from tocsin.core.policy.facts import MoveName
from tocsin.core.publication import Progress, Run, Stage, State, Step, step
from tocsin.core.publication import events as ev
from tocsin.core.vocabulary import ActorKind, Refused

CVE: Final = "cve"
"""The kind of target at which reading back also means that the id is published."""

_RULE: Final = "S58"
_NEEDED: Final = frozenset({Stage.SITE, Stage.FEEDS})
"""Stages that cannot be left out: what the others point to lies there."""


def _found(case: Case, command: Any) -> Progress | None:
    """The target of a result, where the result is of the run that stands and the target has not settled."""
    if case.run is None or case.run.plan != command.plan:
        return None
    found = case.run.get(command.target)
    return found if found and not found.over else None


def _intend(case: Case, command: cmd.IntendTarget, context: Context) -> Decision:
    """Say so before anything is written. Refused before the instant, and while another effect holds the target."""
    if case.run is None or _found(case, command) is None:
        return Refused(code="target-settled", because="There is nothing to do at this target.", rule=_RULE)
    match step(case.run, command.target, command.claim, context.now):
        case Step.INTEND:
            return (ev.TargetIntended(target=command.target, claim=command.claim),)
        case Step.ACT:
            return ()
        case Step.EARLY:
            because = f"It goes out {case.run.at:%a %Y-%m-%d %H:%M} UTC, not before."
            return Refused(code="too-early", because=because, rule=_RULE)
        case _:
            because = "Another effect holds this target, or an earlier stage has not settled."
            return Refused(code="target-held", because=because, rule=_RULE)


def _finish(case: Case, command: cmd.FinishTarget, context: Context) -> Decision:
    found = _found(case, command)
    if found is None or found.state is not State.INTENDED:
        return ()
    return (ev.TargetDone(target=command.target, where=command.where, found=command.found),)


def _read(case: Case, command: cmd.ReadTarget, context: Context) -> Decision:
    found = _found(case, command)
    if found is None or found.state is not State.DONE:
        return ()
    read = ev.TargetRead(target=command.target, where=command.where)
    if found.target.kind != CVE or case.cve_state != "reserved":
        return (read,)
    named = CveSet(
        cve_id=case.cve_id, state="published", assigner=case.cve_assigner, assigner_name=case.cve_assigner_name
    )
    return (read, named)


def _trouble(case: Case, command: cmd.TroubleTarget, context: Context) -> Decision:
    found = _found(case, command)
    back = command.untouched and found is not None and found.state is State.INTENDED
    if found is None or (found.trouble == command.reason and not back):
        return ()
    told = ev.TargetTroubled(target=command.target, reason=command.reason, person=command.person, untouched=back)
    return (told,)


def _refuse(case: Case, command: cmd.RefuseTarget, context: Context) -> Decision:
    if _found(case, command) is None:
        return ()
    return (ev.TargetRefused(target=command.target, reason=command.reason),)


# -------------------------------------------------------------------------------------------------------------- people


def _named(case: Case, name: str) -> tuple[Run, Progress] | Refused:
    found = case.run.get(name) if case.run else None
    if case.run is None or found is None:
        known = ", ".join(each.target.name for each in case.run.targets) if case.run else "none: nothing is ordered"
        because = f"The plan has no target “{name}”. There is {known}."
        return Refused(code="no-such-target", because=because, rule=_RULE)
    return case.run, found


def _skip(case: Case, command: cmd.SkipTarget, context: Context) -> Decision:
    """Let the others go on; refused without a reason, for the own site, and for what is there already."""
    named = _named(case, command.target)
    if isinstance(named, Refused):
        return named
    _, found = named
    if found.target.stage in _NEEDED:
        because = "Everything else points to the project's own page, so it cannot be left out."
        return Refused(code="target-needed", because=because, rule=_RULE)
    if not command.reason.strip():
        because = "Say why it is left out; whoever reads the history will ask."
        return Refused(code="no-reason", because=because, rule=_RULE, missing=("a reason",))
    if found.state in (State.READABLE, State.SKIPPED) or (command.later and found.passing):
        return ()
    return (ev.TargetSkipped(target=command.target, reason=command.reason, later=command.later),)


def _resume(case: Case, command: cmd.ResumeTarget, context: Context) -> Decision:
    named = _named(case, command.target)
    if isinstance(named, Refused):
        return named
    _, found = named
    if found.state not in (State.REFUSED, State.SKIPPED):
        return ()
    return (ev.TargetResumed(target=command.target, reason=command.reason),)


def _mark(case: Case, command: cmd.MarkTarget, context: Context) -> Decision:
    """Take a person's word for what no machine serves."""
    named = _named(case, command.target)
    if isinstance(named, Refused):
        return named
    run, found = named
    if not found.target.by_hand:
        because = "Tocsin serves this target and reads it back itself."
        return Refused(code="target-served", because=because, rule=_RULE)
    if context.now < run.at or case.published_at is None or case.ordered_digest:
        because = "Announce it once the advisory is out, then say so here."
        return Refused(code="too-early", because=because, rule=_RULE)
    if found.state is State.READABLE and found.where == command.where:
        return ()
    return (ev.TargetRead(target=command.target, where=command.where),)


def _disarm(case: Case, command: cmd.Disarm, context: Context) -> Decision:
    """Take an order back while nothing of it has begun; after that there is only forwards."""
    if case.run is None or not case.ordered_digest:
        because = "Nothing is ordered that could be taken back."
        return Refused(code="not-ordered", because=because, rule=_RULE)
    if case.run.begun:
        because = "Publication has begun: it can be completed or corrected, not taken back."
        return Refused(code="publication-begun", because=because, rule=_RULE)
    if not command.reason.strip():
        return Refused(code="no-reason", because="Say why it is taken back.", rule=_RULE, missing=("a reason",))
    return (ev.PublicationDisarmed(reason=command.reason),)


def _result(decide: Callable[[Case, Any, Context], Decision]) -> Rule:
    """A result: only the installation itself has any to tell."""

    def told(case: Case, command: Any, context: Context) -> Decision:
        if context.actor.kind is not ActorKind.SYSTEM:
            return Refused(code="not-permitted", because="Only the installation itself tells results.", rule="access")
        return decide(case, command, context)

    return Rule(told, after_close=True)


RULES: Final[Mapping[type, Rule]] = {
    cmd.IntendTarget: _result(_intend),
    cmd.FinishTarget: _result(_finish),
    cmd.ReadTarget: _result(_read),
    cmd.TroubleTarget: _result(_trouble),
    cmd.RefuseTarget: _result(_refuse),
    cmd.SkipTarget: Rule(_skip, moved(MoveName.TARGETS), after_close=True),
    cmd.ResumeTarget: Rule(_resume, moved(MoveName.TARGETS), after_close=True),
    cmd.MarkTarget: Rule(_mark, moved(MoveName.TARGETS), after_close=True),
    cmd.Disarm: Rule(_disarm, moved(MoveName.TARGETS), after_close=True),
}
