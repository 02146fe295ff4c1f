# SPDX-License-Identifier: Apache-2.0
"""What can stand in a journal about parties and about a case's relation to others; joined to the rest in `events`.

`party` is always the id of `core.case.parties.Party`. Whoever wrote the line is in its actor: the party itself, by its
return phrase, or somebody of the team who wrote down what the party said elsewhere.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core.case.negotiation import Negotiation
from tocsin.core.case.parties import Absorbed, Party, Product
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RMInput
from tocsin.core.intake import Attachment, Report
from tocsin.core.vocabulary import Audience, CaseRef, ProjectId, Value


class Invitation(Value):
    """Who is asked in, for what, until when. `why` is for the team; `room` is the party's own, made by the caller."""

    party: str
    part: Part
    name: str
    products: tuple[str, ...] = ()
    contact: str = ""
    why: str = ""
    upstream: bool = False
    room: str = ""
    answer_by: datetime | None = None


class PartyInvited(Invitation, tag="party.invited"):
    """A party was asked in, or asked again, with the reason the team had. It sees nothing before it has consented."""


class PartyConsented(Value, tag="party.consented"):
    """A party consented to the embargo in force (PEC: ACCEPT)."""

    party: str
    note: str = ""


class PartyDeclined(Value, tag="party.declined"):
    """A party did not consent to the embargo (PEC: DECLINE); it binds nobody else."""

    party: str
    note: str = ""


class PartyMoved(Value, tag="party.moved"):
    """A party's own report state took these steps (RM)."""

    party: str
    steps: tuple[RMInput, ...]
    note: str = ""


class PartyProgressed(Value, tag="party.progressed"):
    """The products of a party as they stand now (CS: v, f, d of each): whole, never a patch."""

    party: str
    products: tuple[Product, ...]


class PartyLeft(Value, tag="party.left"):
    """A party withdrew or was let go. What it signed it has signed; it gets nothing more."""

    party: str
    reason: str


class PartyAgreed(Value, tag="party.agreed"):
    """The reporter agreed that the report is passed on to this party (S34)."""

    party: str
    note: str = ""


class ZoneTold(Value, tag="zone.told"):
    """A party, or the first reporter (`reporter`), lives by this clock; "" for nobody should know any more."""

    party: str
    zone: str


class CreditWished(Value, tag="credit.wished"):
    """Who reported, `reporter` or the party they are since a merger, is thanked under this name; "" for not named."""

    party: str
    name: str


class MessageResent(Value, tag="message.resent"):
    """Words of journal line `of`, sent on to an audience that did not have them: whole, so that it stands alone."""

    of: int
    audience: Audience
    party: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class CaseMerged(Value, tag="case.merged"):
    """This case is now part of another; it stays as it was for the record and points there."""

    into: CaseRef
    reason: str = ""


class CaseAbsorbed(Value, tag="case.absorbed"):
    """Another case about the same matter became part of this one, with its report, its people and its embargo."""

    case: CaseRef
    received_at: datetime
    report: Report
    embargo: Negotiation
    pxa: str
    room: str = ""
    zone: str = ""
    parties: tuple[Party, ...] = ()
    others: tuple[Absorbed, ...] = ()
    reason: str = ""


class CaseSplit(Value, tag="case.split"):
    """A matter of its own was taken out of this case, with these parties."""

    into: CaseRef
    parties: tuple[str, ...] = ()
    reason: str = ""


class CaseContinued(Value, tag="case.continued"):
    """This case was split off another, or takes a closed one up again: its embargo and what the world knows came with
    it."""

    of: CaseRef
    embargo: Negotiation
    pxa: str
    room: str = ""
    parties: tuple[Party, ...] = ()
    reason: str = ""


class CaseTransferred(Value, tag="case.transferred"):
    """Another project of the installation took the case over, under its own policy."""

    to: ProjectId
    policy: str
    reason: str = ""
