# SPDX-License-Identifier: Apache-2.0
"""Bargaining over the disclosure instant: proposals, answers, silence, revisions, the end.

One `Negotiation` is one case's embargo as it stands. Each function takes it with where the speaker stands, and answers
with the next negotiation and what happened, or with a refusal that changed nothing. One act is one step of the embargo
table, so what several open proposals leave over is *set aside*: it is off the table until somebody proposes it again.
Who may speak for whom, minimum and maximum lengths, and how often to disagree before deciding are policy and access.

Source: CERTCC/Vultron, `docs/topics/process_models/em/{negotiating,defaults,early_termination,split_merge}`,
participant embargo consent; rules `em.1` to `em.10` of `core.case.rules`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from tocsin.core.case import terms
from tocsin.core.case.rules import em_step, embargo_may_hold, embargo_may_start, embargo_possible, may_negotiate
from tocsin.core.case.tables import EM, PEC, RM, CaseState, EMInput, PECInput, caution
from tocsin.core.case.terms import Answer, Fate, Negotiation, Outcome, Proposal, Standing
from tocsin.core.vocabulary import Refused

__all__ = [
    "Answer", "Fate", "Negotiation", "Outcome", "Proposal", "Standing",
    "accept", "agreement_takes_two", "ahead", "decide", "due", "expire", "judge", "overtaken", "propose", "reject",
    "revise", "terminate",
]  # fmt: skip

# ----------------------------------------------------------------------------------------------------------- bargaining


def propose(
    held: Negotiation, who: Standing, proposal: str, ends_at: datetime, respond_by: datetime | None = None
) -> Answer:
    """Put `ends_at` on the table as `proposal`; while an embargo is in force this is a revision, earlier or later.

    Refuses by `em.2`, `em.3`, `em.6` (no zone, not ahead, answer wanted too late) or `em.delta`.
    """
    em = em_step(held.em, EMInput.PROPOSE)
    refused = _may_bargain(held, who) or _well_dated(held, who.now, proposal, ends_at, respond_by)
    if refused is not None:
        return refused
    if isinstance(em, Refused):
        return em
    offer = Proposal(id=proposal, by=who.by, ends_at=ends_at, proposed_at=who.now, respond_by=respond_by)
    reopened = terms.every_consent(held, PECInput.REVISE) if held.in_force else held
    tabled = msgspec.structs.replace(reopened, em=em, proposals=(*held.proposals, offer))
    return terms.asked(terms.known(tabled, who.by), who.by), Outcome(path="p", cautions=_cautions(who))


def revise(
    held: Negotiation, who: Standing, proposal: str, ends_at: datetime, respond_by: datetime | None = None
) -> Answer:
    """Propose another end for the embargo in force, as `propose` does; refuses by `em.10` where none is in force."""
    if not held.in_force:
        because = "There is no embargo in force to revise; propose one."
        return Refused(code="embargo-none", because=because, rule="em.10")
    return propose(held, who, proposal, ends_at, respond_by)


def accept(held: Negotiation, who: Standing, proposal: str = "") -> Answer:
    """Agree to `proposal`, or to the shortest open one. The shortest wins (`em.7`): a shorter open proposal takes
    effect instead, unless its author is party to the longer agreement. Everything else open is set aside; who proposed
    a later first end is bound to the earlier one, having offered to keep quiet even longer.

    Refuses by `em.2`, `em.3`, `em.delta`, or because the proposal is not open.
    """
    em = em_step(held.em, EMInput.ACCEPT)
    refused = _may_bargain(held, who)
    if refused is not None:
        return refused
    if isinstance(em, Refused):
        return em
    offer = terms.chosen(held, proposal)
    if isinstance(offer, Refused):
        return offer
    winner = offer if held.em is EM.REVISE else terms.shortest(held, offer, who.by)
    closed, fates = terms.close(held, {winner.id: Fate.ACCEPTED})
    agreed = msgspec.structs.replace(closed, em=em, active=winner.id, ends_at=winner.ends_at, unilateral=False)
    if held.in_force:
        agreed = terms.every_consent(terms.every_consent(agreed, PECInput.REVISE), PECInput.INVITE, only=PEC.LAPSED)
    willing = () if held.in_force else (each.by for each in held.open_proposals if each.ends_at >= winner.ends_at)
    for signatory in dict.fromkeys((winner.by, who.by, *willing)):
        agreed = terms.sign(agreed, signatory)
    return agreed, Outcome(path="a", effective=winner.id, fates=fates, cautions=_cautions(who))


def reject(held: Negotiation, who: Standing, proposal: str = "") -> Answer:
    """Turn down `proposal`, or the earliest open one; one's own is thereby withdrawn. The rest is set aside.

    Without an embargo in force there is none now; with one, the old terms stand and the signatures under them with
    them. Refuses by `em.8` a revision when an earlier one is not judged yet, by `em.2` or by `em.delta`.
    """
    em = em_step(held.em, EMInput.REJECT)
    if who.rm is RM.CLOSED:
        return _closed()
    if isinstance(em, Refused):
        return em
    offer = terms.named(held, proposal) if proposal else held.open_proposals[0]
    if isinstance(offer, Refused):
        return offer
    first = held.open_proposals[0]
    if held.in_force and offer.ends_at > first.ends_at:
        because = f"Revisions are judged from the earliest to the latest; answer {first.id} first."
        return Refused(code="embargo-judge-earlier", because=because, rule="em.8", missing=(first.id,))
    own = offer.by == who.by
    closed, fates = terms.close(held, {offer.id: Fate.WITHDRAWN if own else Fate.REJECTED})
    fallen = terms.fallen(msgspec.structs.replace(closed, rejections=held.rejections + (not own)))
    return (fallen if own or held.in_force else terms.declined(fallen, who.by)), Outcome(path="r", fates=fates)


def judge(held: Negotiation, who: Standing, accepted: Collection[str]) -> Answer:
    """Judge all open revisions at once, from the earliest to the latest, stopping at the first not in `accepted`.

    The latest one accepted before that takes effect; if the first is rejected, the old terms stand (`em.8`).
    """
    candidate = ""
    for offer in held.open_proposals:
        if offer.id not in accepted:
            break
        candidate = offer.id
    return accept(held, who, candidate) if candidate else reject(held, who)


def decide(held: Negotiation, who: Standing, proposal: str, ends_at: datetime, reason: str) -> Answer:
    """Let the project use its final say (`final-say`): `ends_at` holds without agreement, for a reason on record.

    Only the project signs; everybody else is asked again and bound only by their own consent. Refuses without a
    disagreement or a reason, and whatever `propose` refuses.
    """
    if not held.rejections:
        because = "The project decides alone only after a proposal was rejected or left unanswered."
        return Refused(code="no-disagreement", because=because, rule="final-say")
    if not reason.strip():
        because = "A date decided without agreement needs a reason; it is told to everybody concerned."
        return Refused(code="reason-missing", because=because, rule="final-say", missing=("a reason",))
    proposed = propose(held, who, proposal, ends_at)
    if isinstance(proposed, Refused):
        return proposed
    tabled, _ = proposed
    closed, fates = terms.close(tabled, {proposal: Fate.ACCEPTED})
    asked = terms.every_consent(closed, PECInput.INVITE)
    decided = msgspec.structs.replace(asked, em=EM.ACTIVE, active=proposal, ends_at=ends_at, unilateral=True)
    return terms.sign(decided, who.by), Outcome(path="pa", effective=proposal, fates=fates, cautions=_cautions(who))


def agreement_takes_two(held: Negotiation, by: str, proposal: str = "") -> Refused | None:
    """Refuse that `by` accepts their own proposal; None where somebody else's is accepted or nothing is open.

    The embargo table does not ask who accepts. A desk that speaks for one side asks this before `accept`.
    """
    offer = terms.chosen(held, proposal)
    if isinstance(offer, Refused) or offer.by != by:
        return None
    because = "Your own proposal waits for the others' answer; agreement takes two."
    return Refused(code="embargo-own-proposal", because=because, rule="em.7")


# -------------------------------------------------------------------------------------------------------------- endings


def terminate(held: Negotiation, who: Standing) -> Answer:
    """End the embargo in force now, for everybody. Refuses by `em.delta` if none is, by `em.2` who has closed."""
    em = em_step(held.em, EMInput.TERMINATE)
    if who.rm is RM.CLOSED:
        return _closed()
    return em if isinstance(em, Refused) else terms.ended(held)


def expire(held: Negotiation, now: datetime) -> tuple[Negotiation, Outcome]:
    """Let time pass up to `now`: the agreed end arrives, and silence becomes a rejection after its own date only.

    Never refuses; where nothing was due the negotiation comes back unchanged and the outcome is empty.
    """
    if held.in_force and held.ends_at is not None and held.ends_at <= now:
        return terms.ended(held)
    lapsed = {each.id: Fate.OVERTAKEN for each in held.open_proposals if each.ends_at <= now}
    lapsed |= {each.id: Fate.UNANSWERED for each in held.open_proposals if terms.is_past(each.respond_by, now)}
    for each in held.consents:
        if each.state is PEC.INVITED and terms.is_past(each.answer_by, now):
            held = terms.declined(held, each.participant)
    if not lapsed:
        return held, Outcome()
    left, fates = terms.close(held, lapsed, rest=Fate.OPEN)
    unanswered = sum(fate is Fate.UNANSWERED for fate in lapsed.values())
    left = msgspec.structs.replace(left, rejections=held.rejections + unanswered)
    if left.open_proposals:
        return left, Outcome(fates=fates)
    return terms.fallen(left), Outcome(path="r", fates=fates)


def due(held: Negotiation) -> datetime | None:
    """Return the next instant after which `expire` changes something, or None."""
    instants = [each.respond_by for each in held.open_proposals] + [each.ends_at for each in held.open_proposals]
    instants += [each.answer_by for each in held.consents if each.state is PEC.INVITED]
    instants += [held.ends_at] if held.in_force else []
    return min((each for each in instants if each is not None), default=None)


def overtaken(held: Negotiation, cs: CaseState) -> tuple[Negotiation, Outcome]:
    """Let the world have its say: once P, X or A an embargo in force ends and a proposed one falls (`em.3`, `em.4`)."""
    if embargo_may_hold(cs) is None:
        return held, Outcome()
    if held.in_force:
        return terms.ended(held)
    if held.em is EM.PROPOSED:
        left, fates = terms.close(held, {}, rest=Fate.OVERTAKEN)
        return terms.fallen(left), Outcome(path="r", fates=fates)
    return held, Outcome()


# --------------------------------------------------------------------------------------------------------------- guards


def _may_bargain(held: Negotiation, who: Standing) -> Refused | None:
    world = embargo_possible if held.in_force else embargo_may_start
    return may_negotiate(who.rm) or world(who.cs)


def _closed() -> Refused:
    return Refused(code="embargo-not-yours", because="Your report on this case is closed.", rule="em.2")


def _well_dated(
    held: Negotiation, now: datetime, proposal: str, ends_at: datetime, respond_by: datetime | None
) -> Refused | None:
    if any(each.id == proposal for each in held.proposals):
        because = f"There is a proposal named {proposal} already."
        return Refused(code="proposal-known", because=because, rule="em.proposals")
    refused = ahead(now, ends_at, "em.6", "An embargo must end")
    refused = refused or ahead(now, respond_by, "em.8", "The answer must be due")
    if refused is None and respond_by is not None and respond_by > ends_at:
        because = "An answer is wanted before the proposed end, not after it."
        return Refused(code="embargo-date", because=because, rule="em.8")
    return refused


def ahead(now: datetime, instant: datetime | None, rule: str, what: str) -> Refused | None:
    """Refuse by `rule` an instant without a zone or not after `now`; None means it is fine, or absent."""
    if instant is None or (instant.tzinfo is not None and instant > now):
        return None
    because = f"{what} at an instant with hour and zone that lies ahead."
    return Refused(code="embargo-date", because=because, rule=rule, missing=("an instant with a zone in the future",))


def _cautions(who: Standing) -> tuple[str, ...]:
    return ("The fix is ready: an embargo should now be brief.",) if caution(who.cs) else ()
