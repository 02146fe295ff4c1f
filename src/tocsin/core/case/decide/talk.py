# SPDX-License-Identifier: Apache-2.0
"""Opening a case and talking in it: reports, messages both ways, internal notes, questions, assignment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.core import access, intake
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.deadlines import warns
from tocsin.core.case.decide.embargo import lapse
from tocsin.core.case.decide.parties import told
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.model import Case
from tocsin.core.policy.clauses import guard, promises
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.vocabulary import ActorKind, Audience, Refused, Role


def _open(command: cmd.SubmitReport, context: Context) -> Decision:
    problems = intake.problems(command.report)
    if problems:
        return Refused(
            code="report-incomplete",
            because=problems[0].message,
            rule="intake",
            missing=tuple(f"{problem.field}: {problem.message}" for problem in problems),
        )
    return (
        ev.ReportReceived(
            case=command.case,
            project=command.project,
            policy=command.policy,
            report=command.report,
            room=command.room,
            held=command.held,
        ),
    )


def _opened_twice(case: Case, command: cmd.SubmitReport, context: Context) -> Decision:
    return Refused(
        code="case-exists", because=f"{case.ref} is already open.", rule="journal starts with report.received"
    )


def answer(text: cmd.Answer) -> tuple[ev.Event, ...]:
    """Return the message to the reporter that goes with a decision, if there is one."""
    if not (text.text or text.plan or text.workarounds):
        return ()
    return (ev.MessageSent(audience=Audience.REPORTER, text=text.text, plan=text.plan, workarounds=text.workarounds),)


def _say(case: Case, command: cmd.Say, context: Context) -> Decision:
    if not (command.text.strip() or command.plan.strip() or command.attachments):
        return need("empty-message", "Write something, or attach a file.", "text")
    if refused := told(case, command.audience, command.party):
        return refused
    return (
        ev.MessageSent(
            audience=command.audience,
            party=command.party,
            text=command.text,
            plan=command.plan,
            workarounds=command.workarounds,
            automatic=command.automatic,
            attachments=command.attachments,
        ),
    )


def _say_move(command: cmd.Say, context: Context) -> Move:
    return moved(_SAYING[command.audience], "text", "plan", "workarounds", "automatic")(command, context)


_SAYING: Final = {
    Audience.TEAM: MoveName.NOTE,
    Audience.REPORTER: MoveName.REPLY,
    Audience.PARTY: MoveName.WRITE,
    Audience.DISTRIBUTORS: MoveName.WRITE,
}


def _hear(case: Case, command: cmd.Hear, context: Context) -> Decision:
    if not (command.text.strip() or command.attachments):
        return need("empty-message", "Write something, or attach a file.", "text")
    by = context.actor.id if context.actor.kind is ActorKind.PARTY else ""
    return (ev.MessageReceived(party=by, text=command.text, attachments=command.attachments, letter=command.letter),)


def may_take(case: Case, context: Context) -> bool:
    """Whether nobody leads the case, and whoever asks may by their roles and by the policy (S19)."""
    actor = context.actor
    if case.lead or case.closed_at or actor.kind is not ActorKind.PERSON or not access.may_move(actor, MoveName.ASSIGN):
        return False
    move = Move(name=MoveName.ASSIGN, actor=actor, assignee_roles=actor.roles)
    return guard(context.policy, case, move, context.now) is None


def _assign(case: Case, command: cmd.Assign, context: Context) -> Decision:
    if case.lead == command.lead:
        return ()
    return (ev.CaseAssigned(lead=command.lead, lead_name=command.lead_name),)


def _assign_move(command: cmd.Assign, context: Context) -> Move:
    roles = frozenset(Role(role) for role in command.lead_roles)
    return Move(name=MoveName.ASSIGN, actor=context.actor, assignee_roles=roles, to_nobody=not command.lead)


def _need_info(case: Case, command: cmd.NeedInfo, context: Context) -> Decision:
    if not command.question.strip():
        return need("question-missing", "Write the question the reporter gets.", "question")
    return (
        ev.MessageSent(audience=Audience.REPORTER, text=command.question),
        ev.InfoRequested(question=command.question),
    )


def _need_info_move(command: cmd.NeedInfo, context: Context) -> Move:
    return Move(name=MoveName.NEED_INFO, actor=context.actor, text=command.question)


def _tick(case: Case, command: cmd.Tick, context: Context) -> Decision:
    """Tell, once each, every warning whose instant has passed; only the latest share of a promise is told.

    Time also passes over the embargo: an agreed end arrives, and silence becomes an answer after its own date.
    """
    told = set(case.warned)
    warned: list[ev.Event] = [*lapse(case, context)]
    for promise in promises(context.policy, case):
        if not warns(case, promise):
            continue
        passed = [w for w in promise.warnings if w.at <= context.now]
        if passed and (promise.name, passed[-1].share, promise.due_at) not in told:
            latest = passed[-1]
            warned.append(
                ev.PromiseWarned(promise=promise.name, share=latest.share, due_at=promise.due_at, told=latest.to.value)
            )
    return tuple(warned)


RULES: Final[Mapping[type, Rule]] = {
    cmd.SubmitReport: Rule(_opened_twice, moved(MoveName.REPORT), opens=_open),
    cmd.Say: Rule(_say, _say_move, after_close=True),
    cmd.Hear: Rule(_hear, moved(MoveName.REPLY, "text"), after_close=True),
    cmd.Assign: Rule(_assign, _assign_move),
    cmd.NeedInfo: Rule(_need_info, _need_info_move),
    cmd.Tick: Rule(_tick, after_close=True),
}
