# SPDX-License-Identifier: Apache-2.0
"""What somebody can ask about the parties of a case and its relation to other cases; joined to the rest in `commands`.

Commands that speak for one party carry its id. A party itself may send only those that name it; the team may send them
all, writing down what the party said elsewhere.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core.case.negotiation import Negotiation
from tocsin.core.case.parties import Absorbed, Party
from tocsin.core.case.party_events import Invitation
from tocsin.core.case.tables import RMInput
from tocsin.core.intake import Attachment, Report
from tocsin.core.vocabulary import Affectedness, Audience, CaseRef, ProjectId, Value


class Invite(Invitation, tag="invite"):
    """Ask a party in, or ask one again by its id."""


class Consent(Value, tag="consent"):
    """Consent to the embargo in force."""

    party: str
    note: str = ""


class Decline(Value, tag="decline"):
    """Do not consent to the embargo; binds nobody else."""

    party: str
    note: str = ""


class MoveParty(Value, tag="move-party"):
    """Take a step in the party's own report state; what lies between is implied."""

    party: str
    step: RMInput
    note: str = ""


class SetProduct(Value, tag="set-product"):
    """Say how far a party's fix is for one product (`VFd`), whether it is affected, and where the party's own advisory
    is; None, and an empty path or address, leave it as it was."""

    party: str
    product: str = ""
    path: str = ""
    affected: Affectedness | None = None
    advisory: str = ""


class LetGo(Value, tag="let-go"):
    """End a party's part in the case."""

    party: str
    reason: str


class PassOn(Value, tag="pass-on"):
    """The reporter agrees that the report goes on to this party; the team notes where they said so."""

    party: str
    note: str = ""


class SetZone(Value, tag="set-zone"):
    """Say by which clock a party lives, or the first reporter (`reporter`); "" takes it back."""

    party: str
    zone: str


class SetCredit(Value, tag="set-credit"):
    """Say under which name the advisory thanks who reported: the first reporter (`reporter`), or a party whose report
    was merged in; "" for nobody is to be named."""

    party: str
    name: str


class Resend(Value, tag="resend"):
    """Send words of journal line `of` on to a wider audience. `source` and `source_party` say who has them already;
    the caller reads them from that line."""

    of: int
    source: Audience
    audience: Audience
    source_party: str = ""
    party: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()


class MergeInto(Value, tag="merge-into"):
    """Make this case part of another, which has taken it in already."""

    into: CaseRef
    reason: str


class Absorb(Value, tag="absorb"):
    """Take another case of the same matter in, as it stands; the caller read it."""

    case: CaseRef
    received_at: datetime
    report: Report
    embargo: Negotiation
    pxa: str
    reason: str
    room: str = ""
    zone: str = ""
    parties: tuple[Party, ...] = ()
    others: tuple[Absorbed, ...] = ()


class SplitOff(Value, tag="split-off"):
    """Take a matter of its own out, into a case that the caller makes, with these parties."""

    into: CaseRef
    reason: str
    parties: tuple[str, ...] = ()


class Continue(Value, tag="continue"):
    """Begin as a part of another case: its embargo, what the world knows, and these parties come with it."""

    of: CaseRef
    embargo: Negotiation
    pxa: str
    reason: str
    room: str = ""
    parties: tuple[Party, ...] = ()


class Transfer(Value, tag="transfer"):
    """Hand the case over to another project of the installation, under that project's policy in force."""

    to: ProjectId
    policy: str
    reason: str
