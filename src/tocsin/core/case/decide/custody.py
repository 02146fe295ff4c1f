# SPDX-License-Identifier: Apache-2.0
"""Who gets at a case besides its team, and how it ends for everybody: break-glass and shredding, by two people only.

Break-glass lets an administrator, who sees no case, read one for a while; an owner or maintainer of its project, or
another administrator, agrees. A case is shredded when nothing in it runs any more: no embargo, and no clock but that of
its own erasure, unless the policy's retention says that its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case import custody
from tocsin.core.case.approval import CaseShredded, GlassBroken
from tocsin.core.case.deadlines import due
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import MoveName, Refused

SHORTEST: Final = 5
LONGEST: Final = 480
"""Minutes that break-glass lasts: `services.ports.keys.GLASS_LONGEST` is the key holder's own limit."""

REASON: Final = 20
"""Characters of a reason: those who find it in the history later have nothing else."""

ERASURE: Final = "erase-"
"""What the names of promises of erasure begin with (`core.policy.clauses.retention`)."""


def _break_glass(case: Case, command: cmd.BreakGlass, context: Context) -> Decision:
    """Refuse too short a reason, too long a time, and what somebody reads anyway."""
    if refused := _reason(command.reason):
        return refused
    if not SHORTEST <= command.minutes <= LONGEST:
        because = f"Break-glass lasts from {SHORTEST} minutes to {LONGEST // 60} hours."
        return Refused(code="glass-time", because=because, rule="break-glass")
    if command.person == context.actor.id and access.may_read(context.actor):
        return Refused(code="glass-needless", because="You read this case anyway.", rule="break-glass")
    until = context.now + timedelta(minutes=command.minutes)
    return (GlassBroken(person=command.person, name=command.name, reason=command.reason, until=until),)


def _shred(case: Case, command: cmd.Shred, context: Context) -> Decision:
    """Refuse a case in which something runs, one that is not as the person saw it, and too short a reason."""
    if refused := _reason(command.reason) or _runs(case, context):
        return refused
    if command.digest != custody.digest(case):
        because = "The case is not any more as it was when this was asked for. Look at it and ask again."
        return Refused(code="approval-stale", because=because, rule="two people")
    return (CaseShredded(digest=command.digest, reason=command.reason),)


def gone(case: Case) -> Refused | None:
    """Refuse everything in a case whose key is about to be destroyed."""
    if case.shredded_at is None:
        return None
    return Refused(code="case-shredded", because="Two people agreed to shred this case.", rule="shred is final")


def _runs(case: Case, context: Context) -> Refused | None:
    """What keeps a case from being shredded: it is open, an embargo holds, or a clock of its policy runs."""
    if case.closed_at is None:
        because = "The case is open: embargo and clocks run in it. Close it first."
        return Refused(code="shred-open", because=because, rule="retention", missing=("the case closed",))
    if case.embargo.in_force:
        because = "An embargo is in force. It ends before the case can be shredded."
        return Refused(code="shred-embargo", because=because, rule="retention", missing=("the embargo ended",))
    waiting = due(context.policy, case)
    erasure = next((each for each in waiting if each.name.startswith(ERASURE)), None)
    running = [each for each in waiting if not each.name.startswith(ERASURE)]
    if running and not (erasure and context.now >= erasure.due_at):
        first = running[0]
        because = f"A clock still runs: {first.title.lower()} is due {first.due_at:%Y-%m-%d %H:%M} UTC."
        missing = tuple(each.title.lower() for each in running)
        return Refused(code="shred-clock", because=because, rule=first.rule, cite=first.cite, missing=missing)
    return None


def _reason(text: str) -> Refused | None:
    if len(text.strip()) >= REASON:
        return None
    because = f"Say why in at least {REASON} characters: whoever finds this later has nothing else."
    return Refused(code="reason-short", because=because, rule="two people", missing=("reason",))


RULES: Final[Mapping[type, Rule]] = {
    cmd.BreakGlass: Rule(_break_glass, moved(MoveName.BREAK_GLASS), after_close=True),
    cmd.Shred: Rule(_shred, moved(MoveName.SHRED), after_close=True),
}
