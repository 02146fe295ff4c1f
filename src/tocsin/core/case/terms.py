# SPDX-License-Identifier: Apache-2.0
"""The embargo of one case as a value: its proposals, its consents, and the small moves that acts are made of.

Nothing here asks whether a move is allowed; `core.case.negotiation` and `core.case.joining` do. Consents move only
along the table of participant embargo consent: a move that has no step there leaves that consent as it is.

Source: CERTCC/Vultron, `docs/topics/process_models/em` (participant embargo consent, negotiating, defaults).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.core.case.tables import CONSENT, EM, EM_IN_FORCE, PEC, RM, CaseState, PECInput
from tocsin.core.vocabulary import Refused, Value


class Fate(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"
    SET_ASIDE = "set-aside"
    OVERTAKEN = "overtaken"


class Proposal(Value, frozen=True):
    """An instant that somebody proposed for the end of the embargo; `respond_by` is when silence becomes a no."""

    id: str
    by: str
    ends_at: datetime
    proposed_at: datetime
    respond_by: datetime | None = None
    fate: Fate = Fate.OPEN


def _by_end(proposal: Proposal) -> tuple[datetime, datetime]:
    return proposal.ends_at, proposal.proposed_at


class Consent(Value, frozen=True):
    """How one participant stands to the embargo; `answer_by` is when an invitation runs out."""

    participant: str
    state: PEC = PEC.NO_EMBARGO
    answer_by: datetime | None = None


class Negotiation(Value, frozen=True):
    """The embargo of one case. `ends_at` is the instant last agreed and stays for the record after the end.

    `rejections` counts proposals that were rejected or left unanswered past their date; `unilateral` says that the
    terms in force were decided without agreement.
    """

    em: EM = EM.NONE
    active: str = ""
    ends_at: datetime | None = None
    proposals: tuple[Proposal, ...] = ()
    consents: tuple[Consent, ...] = ()
    rejections: int = 0
    unilateral: bool = False

    @property
    def in_force(self) -> bool:
        """Whether an embargo binds its signatories now."""
        return self.em in EM_IN_FORCE

    @property
    def open_proposals(self) -> tuple[Proposal, ...]:
        """Proposals that wait for an answer, the earliest end first."""
        waiting = [each for each in self.proposals if each.fate is Fate.OPEN]
        return tuple(sorted(waiting, key=_by_end) if len(waiting) > 1 else waiting)

    def consent(self, participant: str) -> PEC:
        """Return how `participant` stands; NO_EMBARGO for somebody never asked."""
        return next((each.state for each in self.consents if each.participant == participant), PEC.NO_EMBARGO)

    def may_see(self, participant: str) -> bool:
        """Say whether `participant` may see the case (`em.9`): under an embargo, only who has consented to it.

        A lapsed signature still counts while a revision is discussed, because the old terms hold until it is decided.
        """
        state = self.consent(participant)
        return not self.in_force or state is PEC.SIGNATORY or (state is PEC.LAPSED and self.em is EM.REVISE)


class Standing(Value, frozen=True):
    """Where a speaker stands: who, with which state of their own report, in which case state, at which instant."""

    by: str
    rm: RM
    cs: CaseState
    now: datetime


class Outcome(Value, frozen=True):
    """What an act did: its steps of the embargo table, what holds now, what fell, what deserves a second thought."""

    path: str = ""
    effective: str = ""
    fates: tuple[tuple[str, Fate], ...] = ()
    cautions: tuple[str, ...] = ()


Answer = tuple[Negotiation, Outcome] | Refused

# ------------------------------------------------------------------------------------------------------------ proposals


def named(held: Negotiation, proposal: str) -> Proposal | Refused:
    """Return the open proposal of that name, or refuse by `em.proposals`."""
    offer = next((each for each in held.open_proposals if each.id == proposal), None)
    if offer is not None:
        return offer
    because = f"No open proposal is named {proposal}."
    return Refused(code="proposal-not-open", because=because, rule="em.proposals")


def chosen(held: Negotiation, proposal: str) -> Proposal | Refused:
    """Return the proposal that an answer means: the named one, else the shortest."""
    return named(held, proposal) if proposal or not held.open_proposals else held.open_proposals[0]


def shortest(held: Negotiation, offer: Proposal, by: str) -> Proposal:
    """Return what holds if `by` agrees to `offer`: a shorter rival wins, unless its author is party to this."""
    rivals = (each for each in held.open_proposals if each.by not in (offer.by, by))
    return min((offer, *rivals), key=_by_end)


def is_past(instant: datetime | None, now: datetime) -> bool:
    """Say whether `instant` lies strictly before `now`; what has no instant is never past."""
    return instant is not None and instant < now


def close(
    held: Negotiation, fates: Mapping[str, Fate], rest: Fate = Fate.SET_ASIDE
) -> tuple[Negotiation, tuple[tuple[str, Fate], ...]]:
    """Give every open proposal its fate, `rest` where none is named; also return what changed."""
    decided = {each.id: fates.get(each.id, rest) for each in held.open_proposals}
    proposals = tuple(
        msgspec.structs.replace(each, fate=decided[each.id]) if each.id in decided else each for each in held.proposals
    )
    changed = tuple((proposal, fate) for proposal, fate in decided.items() if fate is not Fate.OPEN)
    return msgspec.structs.replace(held, proposals=proposals), changed


def fallen(held: Negotiation) -> Negotiation:
    """Leave the table with nothing open: no embargo, or the old terms and the signatures under them."""
    if held.in_force:
        return msgspec.structs.replace(every_consent(held, PECInput.ACCEPT, only=PEC.LAPSED), em=EM.ACTIVE)
    asked = every_consent(held, PECInput.RESET, only=PEC.INVITED)
    return msgspec.structs.replace(asked, em=EM.NONE)


def ended(held: Negotiation) -> tuple[Negotiation, Outcome]:
    """End the embargo: nothing stays open and nobody stays bound."""
    left, fates = close(held, {}, rest=Fate.OVERTAKEN)
    return msgspec.structs.replace(every_consent(left, PECInput.RESET), em=EM.EXITED), Outcome(path="t", fates=fates)


def with_consent(held: Negotiation, participant: str, state: PEC, answer_by: datetime | None = None) -> Negotiation:
    """Replace or add one consent."""
    fresh = Consent(participant=participant, state=state, answer_by=answer_by)
    consents = tuple(fresh if each.participant == participant else each for each in held.consents)
    return msgspec.structs.replace(held, consents=consents if fresh in consents else (*consents, fresh))


def known(held: Negotiation, participant: str) -> Negotiation:
    """List `participant`, bound by nothing, if nobody has heard of them yet."""
    listed = any(each.participant == participant for each in held.consents)
    return held if listed else with_consent(held, participant, PEC.NO_EMBARGO)


def every_consent(held: Negotiation, happening: PECInput, only: PEC | None = None) -> Negotiation:
    """Apply `happening` to every consent that has such a step, or to those in state `only`."""
    consents = []
    for each in held.consents:
        state = CONSENT.step(each.state, happening) if only in (None, each.state) else None
        consents.append(each if state is None else Consent(participant=each.participant, state=state))
    return msgspec.structs.replace(held, consents=tuple(consents))


def asked(held: Negotiation, by: str) -> Negotiation:
    """Ask everybody but `by` who is not bound; their answer is due when the last open proposal's is."""
    answers = [each.respond_by for each in held.open_proposals]
    dated = [each for each in answers if each is not None]
    answer_by = max(dated) if len(dated) == len(answers) and dated else None
    for each in held.consents:
        if each.participant != by and each.state in (PEC.NO_EMBARGO, PEC.DECLINED, PEC.INVITED):
            held = with_consent(held, each.participant, PEC.INVITED, answer_by)
    return held


def sign(held: Negotiation, participant: str) -> Negotiation:
    """Take the signature of `participant`; who had declined is asked again first, as the table demands."""
    before = held.consent(participant)
    before = PEC.INVITED if before is PEC.DECLINED else before
    state = CONSENT.step(before, PECInput.ACCEPT)
    return held if state is None else with_consent(held, participant, state)


def declined(held: Negotiation, participant: str) -> Negotiation:
    """Note that `participant` does not consent, where the table has such a step."""
    state = CONSENT.step(held.consent(participant), PECInput.DECLINE)
    return held if state is None else with_consent(held, participant, state)
