# SPDX-License-Identifier: Apache-2.0
"""The protocol as tables you can read aloud: four machines, and the rules that tie them.

This is the only place where a transition may be written. `decide` reads it, `docs/reference/protocol.md` is drawn from
it, `tocsin protocol export` prints it. Who may make a move is `core.access`; what a project's policy narrows is
`core.policy`; bargaining over dates is `core.case.negotiation`; messages between parties are `core.case.protocol`.

Theory of operation
===================

A vulnerability case is not in one state. Four small machines run side by side, because four different questions have
answers that move at their own pace.

**RM, report management: what has this participant done with the report?** One machine per participant. Everybody
starts in Start, knowing nothing. A report arrives (Received). Somebody looks whether it is real: Invalid or Valid.
Valid work is Accepted, or Deferred for want of time, and may go back and forth between the two. Work ends in Closed.
An invalid report can become valid later; a received one cannot be closed unread. A duplicate is a valid report that
somebody else already works on: it passes through Valid to Deferred, never through Invalid. The finder's own early
steps are nobody's business: a finder enters the case in Accepted.

**EM, embargo management: is there an agreement to keep quiet, and until when?** One machine per case. From None
somebody proposes (Proposed), others counter by proposing again, and one proposal is accepted (Active) or all fail
(None). An active embargo can only be revised (Revise) or ended (eXited): during a revision the old terms hold, and a
rejected revision leaves them standing. There is no way back from eXited: what is out is out.

**PEC, participant embargo consent: is this participant bound by it?** One machine per participant. Invited, then a
signatory or declined. When the terms are reopened every signature lapses until given again; when the embargo ends
every consent is reset. Nobody sees anything before having consented.

**CS, case state: what is true in the world?** Six facts, each of which happens once and never un-happens, written as
six letters, lower case for not yet: Vendor aware, Fix ready, fix Deployed, Public aware, eXploit public, Attacks
observed. V, F and D belong to one vendor (and product) and come in that order; P, X and A belong to the whole case.
Two facts cannot wait: when the public knows, the vendor knows at once; when an exploit is public, so is the
vulnerability. That leaves 32 states, 58 steps between them and exactly 70 ways from `vfdpxa` to `VFDPXA`.

The machines are independent except for the joint rules at the end of this file. After every step they are applied
until nothing changes, as in a physical system coming to rest. An illegal input leaves everything as it was.

Sources: CERTCC/Vultron, `docs/topics/process_models/{rm,em,cs,model_interactions}` and `docs/reference/formal_protocol`
(CMU/SEI-2022-SR-012, doi 10.1184/R1/19852798; CMU/SEI-2021-SR-021, doi 10.1184/R1/16416771), MIT (SEI), recomputed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Final, Generic, TypeVar

# --------------------------------------------------------------------------------------------------------- the words


class RM(StrEnum):
    """States of report management, per participant."""

    START = "S"
    RECEIVED = "R"
    INVALID = "I"
    VALID = "V"
    DEFERRED = "D"
    ACCEPTED = "A"
    CLOSED = "C"


class RMInput(StrEnum):
    """What can happen to a report at one participant."""

    RECEIVE = "r"
    VALIDATE = "v"
    INVALIDATE = "i"
    ACCEPT = "a"
    DEFER = "d"
    CLOSE = "c"


class EM(StrEnum):
    """States of embargo management, per case."""

    NONE = "N"
    PROPOSED = "P"
    ACTIVE = "A"
    REVISE = "R"
    EXITED = "X"


class EMInput(StrEnum):
    """What can happen to an embargo."""

    PROPOSE = "p"
    ACCEPT = "a"
    REJECT = "r"
    TERMINATE = "t"


class PEC(StrEnum):
    """States of participant embargo consent, per participant."""

    NO_EMBARGO = "NO_EMBARGO"
    INVITED = "INVITED"
    SIGNATORY = "SIGNATORY"
    LAPSED = "LAPSED"
    DECLINED = "DECLINED"


class PECInput(StrEnum):
    """What can happen to a participant's consent."""

    INVITE = "INVITE"
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    REVISE = "REVISE"
    RESET = "RESET"


class Fact(StrEnum):
    """The six facts of the case state, in the order in which they are written."""

    VENDOR_AWARE = "V"
    FIX_READY = "F"
    FIX_DEPLOYED = "D"
    PUBLIC = "P"
    EXPLOIT = "X"
    ATTACKS = "A"


CaseState = str
"""Six letters `vfdpxa`, upper case for what has happened; one of `CS_STATES`."""

# ---------------------------------------------------------------------------------------------------------- machines

S = TypeVar("S", bound=StrEnum)
I = TypeVar("I", bound=StrEnum)  # noqa: E741 - the input alphabet, as the automata books write it


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, I]):
    """A deterministic finite automaton: what is not in `transitions` cannot happen."""

    name: str
    states: tuple[S, ...]
    start: S
    final: frozenset[S]
    transitions: Mapping[tuple[S, I], S]

    def step(self, state: S, happening: I) -> S | None:
        """Return the next state, or None where the table has no entry."""
        return self.transitions.get((state, happening))

    def inputs(self, state: S) -> tuple[I, ...]:
        """Return what can happen in `state`, in table order."""
        return tuple(happening for (origin, happening) in self.transitions if origin == state)


def _table(rows: Iterable[tuple[Iterable[S], I, S]]) -> Mapping[tuple[S, I], S]:
    return MappingProxyType({(origin, happening): to for origins, happening, to in rows for origin in origins})


REPORT: Final = Machine(
    name="rm",
    states=tuple(RM),
    start=RM.START,
    final=frozenset({RM.CLOSED}),
    transitions=_table(
        (
            ((RM.START,), RMInput.RECEIVE, RM.RECEIVED),
            ((RM.RECEIVED, RM.INVALID), RMInput.VALIDATE, RM.VALID),
            ((RM.RECEIVED,), RMInput.INVALIDATE, RM.INVALID),
            ((RM.VALID, RM.DEFERRED), RMInput.ACCEPT, RM.ACCEPTED),
            ((RM.VALID, RM.ACCEPTED), RMInput.DEFER, RM.DEFERRED),
            ((RM.INVALID, RM.DEFERRED, RM.ACCEPTED), RMInput.CLOSE, RM.CLOSED),
        )
    ),
)

EMBARGO: Final = Machine(
    name="em",
    states=tuple(EM),
    start=EM.NONE,
    final=frozenset({EM.NONE, EM.EXITED}),
    transitions=_table(
        (
            ((EM.NONE, EM.PROPOSED), EMInput.PROPOSE, EM.PROPOSED),
            ((EM.PROPOSED,), EMInput.REJECT, EM.NONE),
            ((EM.PROPOSED, EM.REVISE), EMInput.ACCEPT, EM.ACTIVE),
            ((EM.ACTIVE, EM.REVISE), EMInput.PROPOSE, EM.REVISE),
            ((EM.REVISE,), EMInput.REJECT, EM.ACTIVE),
            ((EM.ACTIVE, EM.REVISE), EMInput.TERMINATE, EM.EXITED),
        )
    ),
)

CONSENT: Final = Machine(
    name="pec",
    states=tuple(PEC),
    start=PEC.NO_EMBARGO,
    final=frozenset({PEC.NO_EMBARGO, PEC.DECLINED}),
    transitions=_table(
        (
            ((PEC.NO_EMBARGO, PEC.LAPSED, PEC.DECLINED), PECInput.INVITE, PEC.INVITED),
            ((PEC.NO_EMBARGO, PEC.INVITED, PEC.LAPSED), PECInput.ACCEPT, PEC.SIGNATORY),
            ((PEC.NO_EMBARGO, PEC.INVITED, PEC.LAPSED), PECInput.DECLINE, PEC.DECLINED),
            ((PEC.SIGNATORY,), PECInput.REVISE, PEC.LAPSED),
            (tuple(PEC), PECInput.RESET, PEC.NO_EMBARGO),
        )
    ),
)

# The case state: six facts, an order among three of them, and two steps that cannot wait.
CS_START: Final[CaseState] = "vfdpxa"
CS_FINAL: Final[CaseState] = "VFDPXA"
CS_BEFORE: Final[Mapping[Fact, Fact]] = MappingProxyType(
    {Fact.FIX_READY: Fact.VENDOR_AWARE, Fact.FIX_DEPLOYED: Fact.FIX_READY}
)
CS_FORCED: Final = (("v..P..", Fact.VENDOR_AWARE), ("...pX.", Fact.PUBLIC))
"""In a state of this shape the named fact must be the next one. A dot stands for either case."""

RM_OPEN: Final = frozenset({RM.RECEIVED, RM.INVALID, RM.VALID, RM.DEFERRED, RM.ACCEPTED})
RM_NEGOTIATES: Final = frozenset({RM.START, RM.RECEIVED, RM.VALID, RM.ACCEPTED, RM.DEFERRED})
RM_FIXES: Final = frozenset({RM.ACCEPTED, RM.DEFERRED, RM.CLOSED})
EM_IN_FORCE: Final = frozenset({EM.ACTIVE, EM.REVISE})

# Which case states an embargo can begin and live in, and where to tread carefully (Vultron case_states/patterns).
EMBARGO_STARTS: Final = ("..dpxa",)
EMBARGO_VIABLE: Final = ("...pxa",)
EMBARGO_CAUTION: Final = (".Fdpxa", "...pX.", "...p.A")

ZERO_DAYS: Final = (
    ("ZDV1", "v..p.."),
    ("ZDV2", "v..P.."),
    ("ZDV3", ".f.P.."),
    ("ZDE1", "vfd.X."),
    ("ZDE2", ".fd.X."),
    ("ZDE3", "...pX."),
    ("ZDA1", "vfd..A"),
    ("ZDA2", ".fd..A"),
    ("ZDA3", "...p.A"),
)
"""Kinds of zero day by shape: V vulnerability, E exploit, A attack (Vultron case_states, zero-day types)."""


# -------------------------------------------------------------------------------------------------------- case state


@lru_cache(maxsize=4096)  # asked on every move, about a few hundred different questions
def matches(state: CaseState, *shapes: str) -> bool:
    """Say whether `state` has one of `shapes`; a dot in a shape stands for either case of that letter."""
    return any(re.fullmatch(shape, state) is not None for shape in shapes)


def has(state: CaseState, fact: Fact) -> bool:
    """Say whether `fact` has happened in `state`."""
    return fact.value in state


def forced(state: CaseState) -> Fact | None:
    """Return the fact that must be next in `state`, or None where the world is free."""
    return next((fact for shape, fact in CS_FORCED if matches(state, shape)), None)


def _in_order(state: CaseState) -> bool:
    return all(has(state, before) or not has(state, fact) for fact, before in CS_BEFORE.items())


CS_STATES: Final[tuple[CaseState, ...]] = tuple(
    state for state in map("".join, product(*((fact.lower(), fact.value) for fact in Fact))) if _in_order(state)
)
"""The 32 case states, `vfdpxa` first and `VFDPXA` last."""


def cs_set(state: CaseState, fact: Fact) -> CaseState | None:
    """Return the state one step on, or None if `fact` cannot be the next to happen."""
    after = state.replace(fact.lower(), fact.value)
    if after == state or forced(state) not in (None, fact) or not _in_order(after):
        return None
    return after


CS_NEXT: Final[Mapping[CaseState, tuple[CaseState, ...]]] = MappingProxyType(
    {
        state: tuple(after for fact in reversed(Fact) if (after := cs_set(state, fact)) is not None)
        for state in CS_STATES
    }
)
"""Every state with those that can follow: 58 edges. The order is the published one, the rightmost fact first."""


def zero_days(state: CaseState) -> tuple[str, ...]:
    """Return the kinds of zero day that `state` is, in the order of `ZERO_DAYS`."""
    return tuple(name for name, shape in ZERO_DAYS if matches(state, shape))


def start_ok(state: CaseState) -> bool:
    """Say whether a new embargo can sensibly begin in `state`."""
    return matches(state, *EMBARGO_STARTS)


def viable(state: CaseState) -> bool:
    """Say whether an existing embargo can live on in `state`."""
    return matches(state, *EMBARGO_VIABLE)


def caution(state: CaseState) -> bool:
    """Say whether an embargo in `state` is about to fail, or needs a good reason."""
    return matches(state, *EMBARGO_CAUTION)


# -------------------------------------------------------------------------------------------------------- joint rules


@dataclass(frozen=True, slots=True)
class JointRule:
    """While a joint state looks like this, one machine takes one step. A field left at None stands for anything.

    `cs` is a shape of the case state, `vendor` restricts the rule to participants who make fixes, `rule` names the
    rule in `core.case.rules` that demands the step.
    """

    rule: str
    cs: str
    moves: RMInput | EMInput | Fact
    rm: frozenset[RM] | None = None
    em: frozenset[EM] | None = None
    vendor: bool = False


JOINT: Final = (
    JointRule("cs.exploit-means-public", cs="...pX.", moves=Fact.PUBLIC),
    JointRule("cs.public-means-aware", cs="v..P..", moves=Fact.VENDOR_AWARE, vendor=True),
    JointRule("em.11", cs="v.....", moves=Fact.VENDOR_AWARE, vendor=True, rm=frozenset(RM) - {RM.START}),
    JointRule("em.11", cs="V.....", moves=RMInput.RECEIVE, vendor=True, rm=frozenset({RM.START})),
    JointRule("em.4", cs="...P..", moves=EMInput.TERMINATE, em=EM_IN_FORCE),
    JointRule("em.4", cs="....X.", moves=EMInput.TERMINATE, em=EM_IN_FORCE),
    JointRule("em.4", cs=".....A", moves=EMInput.TERMINATE, em=EM_IN_FORCE),
    JointRule("em.3", cs="...P..", moves=EMInput.REJECT, em=frozenset({EM.PROPOSED})),
    JointRule("em.3", cs="....X.", moves=EMInput.REJECT, em=frozenset({EM.PROPOSED})),
    JointRule("em.3", cs=".....A", moves=EMInput.REJECT, em=frozenset({EM.PROPOSED})),
)
"""What the state of one machine does to another. `core.case.rules.settle` applies the rows until none applies."""
