# SPDX-License-Identifier: Apache-2.0
"""The fix: which lines are affected, that a fix is ready, and that somebody else confirmed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.model import Case
from tocsin.core.case.record_events import MilestoneSet
from tocsin.core.case.rules import fix_may_be_ready
from tocsin.core.policy.facts import LineFact, MoveName
from tocsin.core.vocabulary import Affectedness, Refused, utc

_LONGEST: Final = 80
_MOST: Final = 50


def _lines(case: Case, command: cmd.SetLines, context: Context) -> Decision:
    names = [line.line for line in command.lines]
    if "" in names or len(names) != len(set(names)):
        return Refused(code="lines-ambiguous", because="Each line needs a name, once.", rule="lines", missing=("line",))
    unfixed = tuple(line.line for line in command.lines if line.state is Affectedness.FIXED and not line.fixed_in)
    if unfixed:
        return need("fixed-in-missing", "A fixed line names the release that holds the fix.", *unfixed, rule="lines")
    signed = tuple(line if not line.waiver or line.waived_by else _sign(line, context) for line in command.lines)
    asked = command.asked if command.asked != case.asked else None
    return () if signed == case.lines and asked is None else (ev.LinesSet(lines=signed, asked=asked),)


def _sign(line: LineFact, context: Context) -> LineFact:
    """A waiver carries the person who approved it (S57): the one who typed it, unless another is named."""
    return replace(line, waived_by=context.actor.id)


def _plan(case: Case, command: cmd.SetMilestone, context: Context) -> Decision:
    """Plan, move or drop a step of the fix, once there is one to make; the same plan again changes nothing (S38)."""
    if not case.accepted_at:
        return need("not-accepted", "A fix is planned once the report is accepted.", "accept", rule="S38")
    name = " ".join(command.name.split())
    if not name or len(name) > _LONGEST:
        because = f"A milestone is named in one to {_LONGEST} characters."
        return Refused(code="milestone-name", because=because, rule="S38")
    if command.at is not None and command.at.tzinfo is None:
        return Refused(code="no-zone", because="A date needs its hour and zone, such as 16:00Z.", rule="S38")
    known = next((each for each in case.milestones if each.name == name), None)
    at = utc(command.at) if command.at else None
    if known is None and at is None:
        because = f"No milestone is called “{name}”, so there is none to drop."
        return Refused(code="unknown-milestone", because=because, rule="S38")
    if known is None and len(case.milestones) >= _MOST:
        return Refused(code="milestones-full", because=f"A case has at most {_MOST} milestones.", rule="S38")
    if known is not None and known.at == at:
        return ()
    return (MilestoneSet(name=name, at=at, note=command.note),)


def _fix(case: Case, command: cmd.SetFix, context: Context) -> Decision:
    if refused := fix_may_be_ready(case.rm):
        return refused
    return (ev.FixSet(author=command.author, reference=command.reference),)


def _confirm(case: Case, command: cmd.ConfirmFix, context: Context) -> Decision:
    if not case.fix_ready_at:
        return need("no-fix", "There is no fix to confirm yet.", "fix", rule="S54")
    if context.actor.id in case.fix_confirmed_by:
        return ()
    return (ev.FixConfirmed(by=context.actor.id, note=command.note),)


RULES: Final[Mapping[type, Rule]] = {
    cmd.SetLines: Rule(_lines, moved(MoveName.SET_LINES), after_close=True),
    cmd.SetMilestone: Rule(_plan, moved(MoveName.SET_FIX)),
    cmd.SetFix: Rule(_fix, moved(MoveName.SET_FIX), after_close=True),
    cmd.ConfirmFix: Rule(_confirm, moved(MoveName.CONFIRM_FIX)),
}
