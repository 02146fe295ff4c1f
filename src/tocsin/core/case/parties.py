# SPDX-License-Identifier: Apache-2.0
"""A party to a case besides the project and its reporter: what it is, what it did with the report, how far its fix is.

Each party has a report state of its own (RM); a vendor has `vfd` for each of its products, a deployer `d`, everybody
else no fix path at all. A distributor makes no fix; of what it ships it says how it stands, and where its advisory is.
Consent to the embargo stands in the negotiation (`core.case.terms`), under the party's id.
Values and the small steps they are made of; who may see what is `core.case.standing`.

Source: CERTCC/Vultron, case participants and their states; FIRST, multi-party coordination.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.core.case.rules import Joint, rm_step, settle
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RM, RMInput
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Affectedness, CaseRef, Refused, Value

START_PATH: Final[Mapping[Part, str]] = {Part.VENDOR: "vfd", Part.DEPLOYER: "d"}
"""Where a fix path begins. A part that is not here makes and deploys no fix: a coordinator never gets one."""

SHIPS: Final = frozenset({*START_PATH, Part.DISTRIBUTOR})
"""Parts that have products of their own to speak of."""

PUBLIC: Final = "public"
"""Stands for everybody, where the reporter is asked whether a bug without security impact may be told in public."""

KNOWS: Final = frozenset({Part.FINDER, Part.REPORTER})
"""Parts that know the matter already, being where it came from."""


class Product(Value):
    """One product of a party: how far the fix is, whether the product is affected, and the address of the party's own
    advisory about it; silence is never a no."""

    name: str = ""
    path: str = ""
    affected: Affectedness = Affectedness.REVIEW
    advisory: str = ""


class Party(Value):
    """A party as the journal says it is now.

    `upstream` marks a vendor to whom the project reports; `agreed_at` is when the reporter agreed to that. `came_from`
    names the case that a reporter's thread was merged from, `went_to` the one that the party was split off with.
    `acknowledged_at` is when it first said something about the report, or somebody noted that it did; that something
    was sent to it is none. `zone` is the clock that it lives by, where it told.
    """

    id: str
    part: Part
    name: str
    invited_at: datetime
    contact: str = ""
    zone: str = ""
    why: str = ""
    room: str = ""
    upstream: bool = False
    agreed_at: datetime | None = None
    rm: RM = RM.START
    products: tuple[Product, ...] = ()
    waits_since: datetime | None = None
    heard_at: datetime | None = None
    acknowledged_at: datetime | None = None
    left_at: datetime | None = None
    came_from: CaseRef = ""
    went_to: CaseRef = ""

    @property
    def here(self) -> bool:
        """Whether the party takes part in this case now."""
        return self.left_at is None

    @property
    def path(self) -> str:
        """The least advanced fix path of its products; empty for a part that has none."""
        paths = [each.path for each in self.products if each.affected is not Affectedness.NOT_AFFECTED]
        return min(paths or [each.path for each in self.products], key=progress, default="")


class Absorbed(Value):
    """A case that was merged into this one: its report stays a report of its own, with its own credit."""

    case: CaseRef
    received_at: datetime
    report: Report
    room: str = ""


def progress(path: str) -> int:
    """Count what has happened on a fix path."""
    return sum(map(str.isupper, path))


def products(part: Part, names: tuple[str, ...]) -> tuple[Product, ...]:
    """Return the products a new party begins with: each with a path of its own, where its part has one."""
    if part not in SHIPS:
        return ()
    return tuple(Product(name=name, path=START_PATH.get(part, "")) for name in (names or ("",)))


def told(party: Party) -> Party:
    """Return the party once it holds the report; a vendor who holds it is aware of it (`em.11`)."""
    return party if party.rm is not RM.START else settled(replace(party, rm=RM.RECEIVED), "pxa")


def settled(party: Party, pxa: str) -> Party:
    """Bring a vendor's report state and paths to rest with what the world knows, by the joint rules."""
    if party.part is not Part.VENDOR or not party.here:
        return party
    rests = [settle(Joint(rm=party.rm, cs=each.path + pxa)) for each in party.products]
    moved = tuple(
        replace(each, path=rest.cs[: len(each.path)]) for each, rest in zip(party.products, rests, strict=True)
    )
    return replace(party, rm=rests[0].rm if rests else party.rm, products=moved)


_WALKS: Final[Mapping[RMInput, tuple[RMInput, ...]]] = {
    RMInput.ACCEPT: (RMInput.RECEIVE, RMInput.VALIDATE, RMInput.ACCEPT),
    RMInput.DEFER: (RMInput.RECEIVE, RMInput.VALIDATE, RMInput.DEFER),
    RMInput.CLOSE: (RMInput.CLOSE,),
    RMInput.INVALIDATE: (RMInput.RECEIVE, RMInput.INVALIDATE),
    RMInput.VALIDATE: (RMInput.RECEIVE, RMInput.VALIDATE),
    RMInput.RECEIVE: (RMInput.RECEIVE,),
}
"""Steps that lead to each: what lies between is implied, as an accepted report is a valid one."""


def steps(state: RM, wanted: RMInput) -> tuple[RMInput, ...] | Refused:
    """Return the steps from `state` that end with `wanted`, or refuse by `rm.delta`."""
    whole = _WALKS[wanted]
    for start in range(len(whole)):
        reached: RM | Refused = state
        for each in whole[start:]:
            if isinstance(reached, Refused):
                break
            reached = rm_step(reached, each)
        if not isinstance(reached, Refused):
            return whole[start:]
    refused = rm_step(state, wanted)
    return refused if isinstance(refused, Refused) else (wanted,)
