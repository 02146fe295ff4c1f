# SPDX-License-Identifier: Apache-2.0
"""The decision about a report: investigate, accept, reject, duplicate, appeal, take up again, score, observe, close.

Follows the report machine (RM, `core.case.tables`): a rejection is Received -> Invalid, an acceptance passes through
Valid, a duplicate passes through Valid to Deferred and is never Invalid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from tocsin.core import severity
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case import templates
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.decide.talk import answer, may_take
from tocsin.core.case.model import Case
from tocsin.core.case.rules import cs_after, embargo_may_hold, may_close, rm_step
from tocsin.core.case.tables import RM, Fact, RMInput
from tocsin.core.policy.adherence import adherence
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.vocabulary import Audience, Refused


def _investigate(case: Case, command: cmd.Investigate, context: Context) -> Decision:
    if not (command.effect.strip() and command.criticality.strip()):
        return need(
            "investigation-incomplete",
            "An investigation says what the effect is and how critical it is.",
            *(name for name in ("effect", "criticality") if not getattr(command, name).strip()),
            rule="S35",
        )
    return (
        ev.CaseInvestigated(
            effect=command.effect,
            criticality=command.criticality,
            affected_versions=command.affected_versions,
            cwe=command.cwe,
            reproduced=command.reproduced,
        ),
    )


def _accept(case: Case, command: cmd.Accept, context: Context) -> Decision:
    if case.rm is RM.ACCEPTED:
        return ()
    events: tuple[ev.Event, ...] = ()
    state: RM = case.rm
    if state in (RM.RECEIVED, RM.INVALID):
        stepped = rm_step(state, RMInput.VALIDATE)
        if isinstance(stepped, Refused):
            return stepped
        state, events = stepped, (ev.CaseValidated(),)
    stepped = rm_step(state, RMInput.ACCEPT)
    if isinstance(stepped, Refused):
        return stepped
    return (*_taken(case, context), *events, ev.CaseAccepted(advisory_id=command.advisory_id), *answer(command.answer))


def _taken(case: Case, context: Context) -> tuple[ev.Event, ...]:
    """Whoever accepts a report that nobody leads leads it from then on, where they may."""
    if not may_take(case, context):
        return ()
    return (ev.CaseAssigned(lead=context.actor.id, lead_name=context.actor.name),)


def _accept_move(command: cmd.Accept, context: Context) -> Move:
    words = command.answer
    return Move(
        name=MoveName.ACCEPT, actor=context.actor, text=words.text, plan=words.plan, workarounds=words.workarounds
    )


def _reject(case: Case, command: cmd.Reject, context: Context) -> Decision:
    stepped = rm_step(case.rm, RMInput.INVALIDATE)
    if isinstance(stepped, Refused):
        return stepped
    if not command.reason.strip():
        return need("reason-missing", "A rejection goes out with a detailed reason.", "reason", rule="S36")
    if unready := templates.unready(context.policy, case, command.reason):
        return unready
    return (
        ev.CaseRejected(rejection=command.rejection, reason=command.reason),
        ev.MessageSent(audience=Audience.REPORTER, text=command.reason),
    )


def _reject_move(command: cmd.Reject, context: Context) -> Move:
    return Move(name=MoveName.REJECT, actor=context.actor, text=command.reason, rejection=command.rejection)


def _duplicate(case: Case, command: cmd.MarkDuplicate, context: Context) -> Decision:
    if command.of == case.ref:
        return Refused(code="duplicate-of-itself", because="A case cannot be a duplicate of itself.", rule="rm")
    before = put_off(case, "duplicate")
    if isinstance(before, Refused):
        return before
    return (*before, ev.CaseDuplicated(of=command.of), *answer(command.answer))


def put_off(case: Case, why: str) -> Decision:
    """Return the steps of a report that somebody else works on already: through Valid to Deferred, never Invalid."""
    events: list[ev.Event] = []
    state = case.rm
    walk: list[tuple[RMInput, frozenset[RM], ev.Event]] = [
        (RMInput.VALIDATE, frozenset({RM.VALID, RM.ACCEPTED, RM.DEFERRED}), ev.CaseValidated()),
        (RMInput.DEFER, frozenset({RM.DEFERRED}), ev.CaseDeferred(reason=why)),
    ]
    for happening, behind, event in walk:
        if state in behind:
            continue
        stepped = rm_step(state, happening)
        if isinstance(stepped, Refused):
            return stepped
        state = stepped
        events.append(event)
    return tuple(events)


def _appeal(case: Case, command: cmd.Appeal, context: Context) -> Decision:
    if case.rm is not RM.INVALID:
        return Refused(code="nothing-to-appeal", because="Only a rejection can be appealed.", rule="rm: I -v-> V")
    if case.appeals:
        return Refused(code="appealed-before", because="A second look was asked for before; there is one.", rule="S36")
    if not command.text.strip():
        return need("appeal-empty", "Say why it should be looked at again.", "text")
    return (ev.CaseAppealed(text=command.text), ev.MessageReceived(text=command.text))


def _reconsider(case: Case, command: cmd.Reconsider, context: Context) -> Decision:
    if case.appealed and context.actor.id == case.decided_by:
        return Refused(
            code="second-person-needed",
            because="An appeal is decided by somebody other than the person who rejected the report.",
            rule="S36",
        )
    if not command.reason.strip():
        return need("reason-missing", "Say why it is looked at again; the team reads it.", "reason")
    why = ev.MessageSent(audience=Audience.TEAM, text=command.reason)
    if case.rm is RM.INVALID:
        return (ev.CaseValidated(), why)
    if case.rm is RM.DEFERRED and case.accepted_at:
        return (ev.CaseAccepted(advisory_id=case.advisory_id), why)
    if case.rm is RM.DEFERRED:
        return need(
            "not-accepted", "It was never accepted: accept it to take it up again.", "accept", rule="rm: D -a-> A"
        )
    return Refused(code="nothing-to-reconsider", because="The case is neither rejected nor deferred.", rule="rm")


def _score(case: Case, command: cmd.SetScore, context: Context) -> Decision:
    scored = severity.score(command.vector)
    if isinstance(scored, Refused):
        return replace(scored, because=f"This is not a vector that can be scored: {scored.because}.")
    return (
        ev.ScoreSet(
            vector=scored.vector,
            score=scored.base,
            rating=scored.rating,
            scorer=context.actor.id,
            authoritative=command.authoritative,
            provisional=command.provisional,
            preferred=_preferred(scored.version, context),
            reason=command.reason,
        ),
    )


def _preferred(version: str, context: Context) -> bool:
    stated = context.policy.severity
    return stated is not None and stated.authoritative == version


def _observe(case: Case, command: cmd.Observe, context: Context) -> Decision:
    """Record P, X or A; public knowledge or an attack ends an embargo at once (FACTS 5, rules 3 and 4)."""
    if command.bit not in ("P", "X", "A"):
        return Refused(code="unknown-bit", because="Observe P (public), X (exploit) or A (attacks).", rule="cs")
    if command.bit in case.state:
        return ()
    bits = ("X", "P") if command.bit == "X" and not case.public else (command.bit,)
    events: list[ev.Event] = []
    state = case.state
    for bit in bits:
        after = cs_after(state, Fact(bit))
        if isinstance(after, Refused):
            return after
        state = after
        events.append(ev.StateObserved(bit=bit, note=command.note))
    if case.embargo.in_force and embargo_may_hold(state):
        events.insert(0, ev.EmbargoEnded(why="public" if "P" in state else "attacked"))
    return tuple(events)


def _close(case: Case, command: cmd.Close, context: Context) -> Decision:
    if refused := may_close(case.embargo.em):
        return refused
    stepped = rm_step(case.rm, RMInput.CLOSE)
    if isinstance(stepped, Refused):
        return stepped
    known = context.policy.assess.outcomes if context.policy.assess else ()
    if known and command.outcome not in known:
        return need("outcome-unknown", "A case closes with an outcome of its policy.", *known, rule="assess.outcomes")
    kept = adherence(context.policy, case, context.now)
    return (ev.CaseClosed(outcome=command.outcome, note=command.note, adherence=kept),)


def _adopt(case: Case, command: cmd.AdoptPolicy, context: Context) -> Decision:
    if command.policy == case.policy:
        return ()
    return (ev.PolicyAdopted(policy=command.policy, moved=command.moved),)


def _close_move(command: cmd.Close, context: Context) -> Move:
    return Move(name=MoveName.CLOSE, actor=context.actor, reason_class=command.outcome, text=command.note)


RULES: Final[Mapping[type, Rule]] = {
    cmd.Investigate: Rule(_investigate, moved(MoveName.INVESTIGATE)),
    cmd.Accept: Rule(_accept, _accept_move),
    cmd.Reject: Rule(_reject, _reject_move),
    cmd.MarkDuplicate: Rule(_duplicate, moved(MoveName.DUPLICATE)),
    cmd.Appeal: Rule(_appeal, moved(MoveName.APPEAL, "text")),
    cmd.Reconsider: Rule(_reconsider, moved(MoveName.INVESTIGATE)),
    cmd.SetScore: Rule(_score, moved(MoveName.SCORE, "vector", "authoritative"), after_close=True),
    cmd.Observe: Rule(_observe, moved(MoveName.NOTE), after_close=True),
    cmd.Close: Rule(_close, _close_move),
    cmd.AdoptPolicy: Rule(_adopt, moved(MoveName.ADOPT_POLICY)),
}
