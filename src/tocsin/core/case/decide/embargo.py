# SPDX-License-Identifier: Apache-2.0
"""The embargo: propose, accept, reject, decide, end. The bargaining itself is `core.case.negotiation`, asked here
whether a step holds; `evolve` takes the same step again when the journal is replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case import joining, negotiation
from tocsin.core.case import party_events as pe
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved, need
from tocsin.core.case.model import Case
from tocsin.core.case.standing import standing
from tocsin.core.case.tables import PEC
from tocsin.core.policy.facts import Move, MoveName
from tocsin.core.vocabulary import ActorKind, Refused

Answer = negotiation.Answer


def _settled(answer: Answer, event: ev.Event) -> Decision:
    return answer if isinstance(answer, Refused) else (event,)


def _propose(case: Case, command: cmd.ProposeEmbargo, context: Context) -> Decision:
    who = standing(case, context.actor, context.now)
    answer = negotiation.propose(case.embargo, who, command.proposal, command.ends_at, command.respond_by)
    event = ev.EmbargoProposed(
        proposal=command.proposal,
        ends_at=command.ends_at,
        respond_by=command.respond_by,
        reason_class=command.reason_class,
        reason=command.reason,
    )
    return _settled(answer, event)


def _propose_move(command: cmd.ProposeEmbargo, context: Context) -> Move:
    return Move(
        name=MoveName.PROPOSE_EMBARGO,
        actor=context.actor,
        ends_at=command.ends_at,
        reason_class=command.reason_class,
        text=command.reason,
    )


def _accept(case: Case, command: cmd.AcceptEmbargo, context: Context) -> Decision:
    who = standing(case, context.actor, context.now)
    if context.actor.kind is ActorKind.PARTY and not case.embargo.open_proposals:
        joined = joining.join(case.embargo, who)
        return _settled(joined, pe.PartyConsented(party=who.by))
    if alone := negotiation.agreement_takes_two(case.embargo, who.by, command.proposal):
        return alone
    answer = negotiation.accept(case.embargo, who, command.proposal)
    return _settled(answer, ev.EmbargoAccepted(proposal=command.proposal))


def _reject(case: Case, command: cmd.RejectEmbargo, context: Context) -> Decision:
    """Turn a date down. One party among several binds itself only: the date falls with the last who was asked."""
    who = standing(case, context.actor, context.now)
    if context.actor.kind is ActorKind.PARTY and _others_asked(case, who.by, command.proposal):
        return _settled(joining.decline(case.embargo, who), pe.PartyDeclined(party=who.by, note=command.reason))
    answer = negotiation.reject(case.embargo, standing(case, context.actor, context.now), command.proposal)
    return _settled(answer, ev.EmbargoRejected(proposal=command.proposal, reason=command.reason))


def _others_asked(case: Case, by: str, proposal: str) -> bool:
    """Whether somebody else can still agree to the proposal, so that one no does not end it for everybody."""
    held = case.embargo
    if held.consent(by) in (PEC.SIGNATORY, PEC.LAPSED) or any(p.id == proposal and p.by == by for p in held.proposals):
        return False
    authors = {each.by for each in held.open_proposals}
    return held.in_force or any(
        each.state is PEC.INVITED for each in held.consents if each.participant not in (by, *authors)
    )


def _decide(case: Case, command: cmd.DecideEmbargo, context: Context) -> Decision:
    who = standing(case, context.actor, context.now)
    answer = negotiation.decide(case.embargo, who, command.proposal, command.ends_at, command.reason)
    event = ev.EmbargoDecided(proposal=command.proposal, ends_at=command.ends_at, reason=command.reason)
    return _settled(answer, event)


def _end(case: Case, command: cmd.EndEmbargo, context: Context) -> Decision:
    if not command.reason.strip():
        return need("reason-missing", "Say why the embargo ends now; everybody concerned is told.", "reason")
    answer = negotiation.terminate(case.embargo, standing(case, context.actor, context.now))
    return _settled(answer, ev.EmbargoEnded(why=command.why, reason=command.reason))


def lapse(case: Case, context: Context) -> tuple[ev.Event, ...]:
    """Return the event of time passing over the negotiation, when it changes something by now."""
    held, outcome = negotiation.expire(case.embargo, context.now)
    if held == case.embargo:
        return ()
    why = "expired" if outcome.path == "t" else "unanswered"
    return (ev.EmbargoLapsed(why=why),)


def _ends(name: MoveName) -> Callable[[Any, Context], Move]:
    def build(command: cmd.DecideEmbargo, context: Context) -> Move:
        return Move(name=name, actor=context.actor, ends_at=command.ends_at, text=command.reason)

    return build


RULES: Final[Mapping[type, Rule]] = {
    cmd.ProposeEmbargo: Rule(_propose, _propose_move),
    cmd.AcceptEmbargo: Rule(_accept, moved(MoveName.ACCEPT_EMBARGO)),
    cmd.RejectEmbargo: Rule(_reject, moved(MoveName.REJECT_EMBARGO)),
    cmd.DecideEmbargo: Rule(_decide, _ends(MoveName.DECIDE_EMBARGO)),
    cmd.EndEmbargo: Rule(_end, moved(MoveName.END_EMBARGO)),
}
