# SPDX-License-Identifier: Apache-2.0
"""What may happen: command in, events or a refusal out. A refusal changes nothing.

The order is always the same: who may (`core.access`), what the protocol makes possible (`core.case.tables`), what the
policy narrows (`core.policy.clauses`), and whether a second person stands behind it (`approve`). The rules stand in one
file a subject; `RULES` joins them in plain sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case.approval import Act
from tocsin.core.case.decide import (
    approve,
    custody,
    cve,
    embargo,
    fix,
    moments,
    parties,
    publish,
    relate,
    talk,
    targets,
    triage,
)
from tocsin.core.case.decide.rule import Context, Decision, Rule
from tocsin.core.case.decide.talk import may_take
from tocsin.core.case.events import Entry, Event
from tocsin.core.case.evolve import evolve
from tocsin.core.case.model import Case
from tocsin.core.policy.clause import Caution, Reaction
from tocsin.core.policy.clauses import guard, reactions, warnings
from tocsin.core.policy.facts import Move
from tocsin.core.vocabulary import ActorKind, Refused


def _waits(case: Case, command: cmd.Command, context: Context) -> Decision:
    raise TypeError("a wish for approval is decided by `decide`")


RULES: Final[Mapping[type, Rule]] = {
    **talk.RULES,
    **triage.RULES,
    **fix.RULES,
    **embargo.RULES,
    **publish.RULES,
    **cve.RULES,
    **targets.RULES,
    **moments.RULES,
    **custody.RULES,
    cmd.AskApproval: Rule(_waits),
    cmd.Approve: Rule(_waits),
    **parties.RULES,
    **relate.RULES,
}


def decide(case: Case | None, command: cmd.Command, context: Context) -> Decision:
    """Turn a command into events, or say why not.

    Returns an empty tuple when the wish already holds (accepting twice makes one draft: S41).
    """
    if case is not None and isinstance(command, cmd.AskApproval):
        return approve.ask(case, command, context, _settle)
    if case is not None and isinstance(command, cmd.Approve):
        return approve.approve(case, command, context, _settle)
    return _settle(case, command, context, "")


def _settle(case: Case | None, command: cmd.Command, context: Context, approved: str) -> Decision:
    """Decide a command that `approved` stands behind as well; "" for nobody but who sends it."""
    rule = RULES[type(command)]
    move = rule.move(command, context)
    if move is not None and (refused := access.guard(context.actor, move.name)):
        return refused
    if case is None:
        return rule.opens(command, context)
    if refused := relate.gone(case, context.actor) or custody.gone(case):
        return refused
    if case.closed_at and not rule.after_close:
        return Refused(
            code="case-closed",
            because="The case is closed. Reopen it first, or open a new one.",
            rule="rm: C is final",
        )
    decision = rule.decide(case, command, context)
    if isinstance(decision, Refused) or not decision or move is None:
        return decision
    if context.actor.kind is not ActorKind.PERSON:
        return guard(context.policy, case, move, context.now) or decision
    return _with_second(case, command, context, replace(move, approved_by=(approved,) if approved else ())) or decision


def _with_second(case: Case, command: cmd.Command, context: Context, move: Move) -> Refused | None:
    """Ask the policy, and for a second person where the command takes one."""
    refused = guard(context.policy, case, move, context.now)
    wanted = approve.subject(case, command)
    if wanted is None:
        return refused
    if wanted.act is Act.ABOVE_MAXIMUM:
        above = refused is not None and refused.code == "embargo-over-maximum" and bool(refused.missing)
        return replace(approve.refuse(wanted, context), cite=refused.cite) if refused and above else refused
    return refused or (None if move.approved_by else approve.refuse(wanted, context))


def _carried_out(case: Case, command: cmd.Command) -> cmd.Command:
    """The command that an approval carries out; every other is itself."""
    found = approve.wish_of(case, command) if isinstance(command, cmd.Approve) else None
    return found[1] if found else command


def cautions(case: Case, command: cmd.Command, context: Context) -> tuple[Caution, ...]:
    """List what the person should know before they make this move; nothing of it stops the move."""
    command = _carried_out(case, command)
    move = RULES[type(command)].move(command, context)
    told = warnings(context.policy, case, move, context.now) if move else ()
    return (*told, *parties.cautions(case, command))


def set_going(case: Case, command: cmd.Command, context: Context) -> tuple[Reaction, ...]:
    """List what a move that was made sets going by the policy; `case` is the one before it, or the one it opened."""
    command = _carried_out(case, command)
    move = RULES[type(command)].move(command, context)
    return reactions(context.policy, case, move) if move else ()


def record(case: Case | None, events: tuple[Event, ...], context: Context) -> tuple[Case, tuple[Entry, ...]]:
    """Number the events, stamp them and fold them onto the case."""
    seq = case.seq if case else 0
    entries = tuple(
        Entry(seq=seq + offset, at=context.now, actor=context.actor, event=event)
        for offset, event in enumerate(events, start=1)
    )
    for entry in entries:
        case = evolve(case, entry)
    if case is None:
        raise ValueError("nothing to record")
    return case, entries


__all__ = ["Context", "Decision", "cautions", "decide", "may_take", "record", "set_going"]
