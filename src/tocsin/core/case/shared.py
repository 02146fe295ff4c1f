# SPDX-License-Identifier: Apache-2.0
"""One case shared by many participants, as a value, and how it comes to rest after every move.

Each participant has a report state and, as a vendor, a fix path `vfd` (a deployer only `d`); the case has `pxa` and one
negotiated embargo with everybody's consent in it. What can be done to it is `core.case.verbs`.

Source: CERTCC/Vultron, `docs/reference/formal_protocol/states.md` and model interactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from tocsin.core.case import negotiation
from tocsin.core.case.negotiation import Negotiation
from tocsin.core.case.rules import Joint, settle
from tocsin.core.case.tables import RM, CaseState
from tocsin.core.vocabulary import Refused, Value

STANDSTILL: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where time stands in a case that nobody gave an instant."""


class Part(StrEnum):
    """What a participant is in the case (FIRST, ISO/IEC 29147)."""

    FINDER = "finder"
    REPORTER = "reporter"
    VENDOR = "vendor"
    COORDINATOR = "coordinator"
    DEPLOYER = "deployer"
    DISTRIBUTOR = "distributor"


_FOUND_IT: Final = frozenset({Part.FINDER, Part.REPORTER})
_PATH: Final[Mapping[Part, str]] = MappingProxyType({Part.VENDOR: "vfd", Part.DEPLOYER: "d"})


class Participant(Value, frozen=True):
    """One participant: own report state, and how far their fix is (`vfd`, `d`, or nothing to fix)."""

    name: str
    part: Part
    rm: RM = RM.START
    path: str = ""


class SharedCase(Value, frozen=True):
    """One case with all its participants. `pxa` is what the world knows."""

    participants: tuple[Participant, ...] = ()
    pxa: str = "pxa"
    embargo: Negotiation = Negotiation()
    now: datetime = STANDSTILL

    def participant(self, name: str) -> Participant:
        """Return the participant of that name; raises KeyError for a stranger."""
        return {each.name: each for each in self.participants}[name]

    @property
    def world(self) -> CaseState:
        """The case state that embargoes are judged by: the least advanced vendor's, for whom it still protects."""
        paths = [each.path for each in self.participants if each.part is Part.VENDOR]
        return min(paths, key=lambda path: sum(map(str.isupper, path)), default="vfd") + self.pxa


class Ask(Value, frozen=True):
    """One command as somebody gives it. What a verb does not need stays empty."""

    actor: str
    verb: str
    part: str = ""
    participant: str = ""
    to: tuple[str, ...] = ()
    proposal: str = ""
    ends_at: datetime | None = None
    respond_by: datetime | None = None
    accepted: tuple[str, ...] = ()
    reason: str = ""
    at: datetime | None = None


class Played(Value, frozen=True):
    """What a command led to: the case, the steps the embargo took, what became of proposals, and second thoughts."""

    case: SharedCase
    path: str = ""
    fates: tuple[tuple[str, negotiation.Fate], ...] = ()
    cautions: tuple[str, ...] = ()


Reply = Played | Refused


def pass_time(case: SharedCase, at: datetime | None) -> Reply:
    """Let the case stand at `at`: ends arrive and silence becomes an answer. Refuses to go back in time."""
    now = case.now if at is None else at
    if now.tzinfo is None or now < case.now:
        because = "An instant needs a zone and cannot lie before the last one."
        return Refused(code="clock", because=because, rule="input")
    embargo, outcome = negotiation.expire(case.embargo, now)
    passed = msgspec.structs.replace(case, embargo=embargo, now=now)
    return Played(case=passed, path=outcome.path, fates=outcome.fates)


def joined(case: SharedCase, name: str, part: str = "") -> SharedCase | Refused:
    """Find or add a participant. A name like `vendor` or `vendor-2` says what they are."""
    if any(each.name == name for each in case.participants):
        return case
    role = part or next((each.value for each in Part if name.startswith(each)), "")
    if role not in Part.__members__.values():
        because = f"{name or 'Nobody'} is not a participant of this case, and their part in it is not said."
        return Refused(code="unknown-participant", because=because, rule="input", missing=("part",))
    kind = Part(role)
    newcomer = Participant(
        name=name, part=kind, rm=RM.ACCEPTED if kind in _FOUND_IT else RM.START, path=_PATH.get(kind, "")
    )
    return rest(msgspec.structs.replace(case, participants=(*case.participants, newcomer))).case


def changed(case: SharedCase, participant: Participant, **changes: object) -> SharedCase:
    """Return the case with some fields of one participant replaced."""
    moved = msgspec.structs.replace(participant, **changes)
    participants = tuple(moved if each.name == participant.name else each for each in case.participants)
    return msgspec.structs.replace(case, participants=participants)


def rest(case: SharedCase) -> Played:
    """Bring every machine to rest by the joint rules, participant by participant, then the embargo."""
    pxa = settle(Joint(cs="vfd" + case.pxa, vendor=False)).cs[3:]
    case = msgspec.structs.replace(case, pxa=pxa)
    for each in case.participants:
        if each.part is Part.VENDOR:
            joint = settle(Joint(rm=each.rm, cs=each.path + pxa))
            case = changed(case, each, rm=joint.rm, path=joint.cs[:3])
    embargo, outcome = negotiation.overtaken(case.embargo, case.world)
    return Played(case=msgspec.structs.replace(case, embargo=embargo), path=outcome.path, fates=outcome.fates)
