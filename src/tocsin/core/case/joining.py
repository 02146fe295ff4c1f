# SPDX-License-Identifier: Apache-2.0
"""Who comes to an embargo later, and what becomes of it when cases merge and split.

Newcomers consent before they see anything. The acts here answer like those of `core.case.negotiation`. A default end
that a policy publishes is no proposal of anybody's: it is offered to a person, who proposes it, and then the shortest
wins as among all proposals (`em.7`, `core.case.negotiation.accept`).

Source: CERTCC/Vultron, `docs/topics/process_models/em/{working_with_others,split_merge}`; rule `em.9`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import terms
from tocsin.core.case.negotiation import ahead
from tocsin.core.case.rules import embargo_possible, may_negotiate, pec_step
from tocsin.core.case.tables import EM, PEC, PECInput
from tocsin.core.case.terms import Answer, Consent, Fate, Negotiation, Outcome, Standing
from tocsin.core.vocabulary import Refused

# ------------------------------------------------------------------------------------------------------------ newcomers


def invite(held: Negotiation, who: Standing, participant: str, answer_by: datetime | None = None) -> Answer:
    """Ask `participant` for their consent before they see anything (`em.9`). Harmless where there is no embargo.

    Refuses by `pec.delta` to ask somebody who is asked or has signed already, and by `em.8` a date not ahead.
    """
    refused = ahead(who.now, answer_by, "em.8", "The answer must be due")
    if refused is not None:
        return refused
    held = terms.known(held, participant)
    if held.em in (EM.NONE, EM.EXITED):
        return held, Outcome()
    state = pec_step(held.consent(participant), PECInput.INVITE)
    if isinstance(state, Refused):
        return state
    return terms.with_consent(held, participant, state, answer_by), Outcome()


def join(held: Negotiation, who: Standing) -> Answer:
    """Consent to the terms in force. A late yes is welcome, even after a no (`em.9`).

    Refuses by `em.2`, `em.3`, by `em.9` where nothing is in force, and by `pec.delta` a second signature.
    """
    refused = may_negotiate(who.rm) or embargo_possible(who.cs)
    if refused is not None:
        return refused
    if not held.in_force:
        because = "There is no embargo in force to consent to; answer the proposal instead."
        return Refused(code="embargo-none", because=because, rule="em.9")
    if held.consent(who.by) is PEC.SIGNATORY:
        because = "The consent is given already."
        return Refused(code="pec-no-step", because=because, rule="pec.delta")
    return terms.sign(held, who.by), Outcome(effective=held.active)


def decline(held: Negotiation, who: Standing) -> Answer:
    """Refuse one's own consent. Who has signed cannot unsign: they propose an earlier end or end the embargo.

    Refuses by `pec.delta`.
    """
    state = pec_step(held.consent(who.by), PECInput.DECLINE)
    if isinstance(state, Refused):
        return state
    return terms.with_consent(held, who.by, state), Outcome()


def leave(held: Negotiation, participant: str) -> Negotiation:
    """Let `participant` go: open proposals of theirs are withdrawn and an open question to them is over.

    A signature stays: who has promised to keep quiet has promised it, also after leaving.
    """
    own = {each.id: Fate.WITHDRAWN for each in held.open_proposals if each.by == participant}
    left, _ = terms.close(held, own, rest=Fate.OPEN)
    left = terms.declined(left, participant) if left.consent(participant) is PEC.INVITED else left
    return terms.fallen(left) if own and not left.open_proposals else left


# --------------------------------------------------------------------------------------------------- mergers and splits


def merge(one: Negotiation, other: Negotiation) -> Negotiation:
    """Return the embargo of a merged case: the earliest end that was agreed (`em.9`), and every open proposal.

    Where one embargo has ended, so has the merged one. Who was bound stays bound, because consent to a later end covers
    an earlier one; who comes from a case without an embargo is asked.
    """
    known = {each.id for each in one.proposals}
    agreed = sorted(
        (each for each in (one, other) if each.ends_at is not None), key=lambda each: (not each.in_force, each.ends_at)
    )
    merged = Negotiation(
        em=_merged(one, other),
        active=agreed[0].active if agreed else "",
        ends_at=agreed[0].ends_at if agreed else None,
        proposals=one.proposals + tuple(each for each in other.proposals if each.id not in known),
        consents=_united(one, other),
        rejections=one.rejections + other.rejections,
        unilateral=bool(agreed) and agreed[0].unilateral,
    )
    if merged.em is EM.EXITED:
        return terms.every_consent(terms.close(merged, {}, rest=Fate.OVERTAKEN)[0], PECInput.RESET)
    if merged.in_force:
        merged = terms.every_consent(merged, PECInput.INVITE, only=PEC.NO_EMBARGO)
    return terms.every_consent(merged, PECInput.REVISE) if merged.em is EM.REVISE else merged


def renamed(held: Negotiation, was: str, name: str) -> Negotiation:
    """Call a participant by another name: two reporters of one merged case are two participants."""
    return msgspec.structs.replace(
        held,
        proposals=tuple(msgspec.structs.replace(p, by=name) if p.by == was else p for p in held.proposals),
        consents=tuple(
            msgspec.structs.replace(c, participant=name) if c.participant == was else c for c in held.consents
        ),
    )


def known(held: Negotiation, participants: Collection[str]) -> Negotiation:
    """List participants who were never asked; where an embargo is in force or proposed, they are asked now (`em.9`)."""
    for each in participants:
        held = terms.known(held, each)
        if held.em in (EM.PROPOSED, EM.ACTIVE, EM.REVISE) and held.consent(each) is PEC.NO_EMBARGO:
            held = terms.with_consent(held, each, PEC.INVITED)
    return held


def split(held: Negotiation, participants: Collection[str]) -> Negotiation:
    """Return the embargo of a part that was split off with `participants`: the same terms carry over (`em.9`)."""
    consents = tuple(each for each in held.consents if each.participant in participants)
    return msgspec.structs.replace(held, consents=consents)


_BINDING: Final = (PEC.NO_EMBARGO, PEC.DECLINED, PEC.INVITED, PEC.LAPSED, PEC.SIGNATORY)


def _merged(one: Negotiation, other: Negotiation) -> EM:
    if EM.EXITED in (one.em, other.em):
        return EM.EXITED
    waiting = one.open_proposals or other.open_proposals
    if one.in_force or other.in_force:
        return EM.REVISE if waiting else EM.ACTIVE
    return EM.PROPOSED if waiting else EM.NONE


def _united(one: Negotiation, other: Negotiation) -> tuple[Consent, ...]:
    strongest: dict[str, Consent] = {}
    for each in (*one.consents, *other.consents):
        held = strongest.get(each.participant)
        if held is None or _BINDING.index(each.state) > _BINDING.index(held.state):
            strongest[each.participant] = each
    return tuple(strongest.values())
