# SPDX-License-Identifier: Apache-2.0
"""The fix: which lines are affected and who saw it, that a fix is ready, and that somebody else confirmed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.model import Case, Reproduction
from tocsin.core.case.record_commands import RecordReproduction, SetMilestone
from tocsin.core.case.record_events import MilestoneSet, ReproductionRecorded
from tocsin.core.case.reproducing import follow, line_of
from tocsin.core.case.rules import fix_may_be_ready
from tocsin.core.policy.clauses.supported_versions import lines_for_new_case
from tocsin.core.policy.facts import LineFact, MoveName
from tocsin.core.versions import scheme
from tocsin.core.vocabulary import Affectedness, Refused, utc

_LONGEST: Final = 80
_MOST: Final = 50
_MOST_TRIED: Final = 200


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


def _reproduced(case: Case, command: RecordReproduction, context: Context) -> Decision:
    """Note who saw the fault where; the lines follow (S29)."""
    version = command.version.strip()
    if not version or len(version) > _LONGEST:
        return need("version-missing", "Say on which version you tried it.", "version", rule="S29")
    if command.reproduced and command.unaffected:
        because = "A version on which the fault was seen belongs to an affected line."
        return Refused(code="seen-and-unaffected", because=because, rule="S29")
    if len(case.reproductions) >= _MOST_TRIED:
        return Refused(code="reproductions-full", because=f"A case holds {_MOST_TRIED} of them at most.", rule="S29")
    said = ReproductionRecorded(
        version=version, reproduced=command.reproduced,
        configuration=command.configuration.strip(), note=command.note.strip(),
    )  # fmt: skip
    record = Reproduction(
        version=version, reproduced=command.reproduced, configuration=said.configuration, note=said.note,
        at=context.now, by=context.actor.id, by_name=context.actor.name,
    )  # fmt: skip
    if any(replace(each, at=context.now) == record for each in case.reproductions):
        return ()
    standing = case.lines or lines_for_new_case(context.policy.versions, context.now.date())
    order = scheme(context.policy.versions.scheme if context.policy.versions else "generic")
    lines = follow(standing, order, (*case.reproductions, record))
    if command.unaffected:
        lines = _unaffected(lines, line_of(order, [line.line for line in lines], version), record)
    return (said,) if lines == case.lines else (said, ev.LinesSet(lines=lines))


def _unaffected(lines: Sequence[LineFact], name: str, record: Reproduction) -> tuple[LineFact, ...]:
    """The person's conclusion, with their name on it."""
    why = record.note or f"not reproduced on {record.version}"
    return tuple(
        replace(line, state=Affectedness.NOT_AFFECTED, reason=line.reason or f"{why} ({record.by_name or record.by})")
        if line.line == name
        else line
        for line in lines
    )


def _plan(case: Case, command: SetMilestone, context: Context) -> Decision:
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
    RecordReproduction: Rule(_reproduced, moved(MoveName.SET_LINES), after_close=True),
    SetMilestone: Rule(_plan, moved(MoveName.SET_FIX)),
    cmd.SetFix: Rule(_fix, moved(MoveName.SET_FIX), after_close=True),
    cmd.ConfirmFix: Rule(_confirm, moved(MoveName.CONFIRM_FIX)),
}
