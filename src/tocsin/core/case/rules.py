# SPDX-License-Identifier: Apache-2.0
"""Asking the tables: each step answers with the next state, or with a refusal that names the rule in its way.

Pure look-ups in `core.case.tables`; no transition is written here. A project's policy may refuse more than these rules
do, never less; that, and who may ask, is decided elsewhere.

Source: CERTCC/Vultron, embargo principles, negotiation and model interactions, numbered `em.1` to `em.12` in `RULES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from tocsin.core.case.tables import (
    CONSENT,
    CS_BEFORE,
    CS_START,
    EM,
    EM_IN_FORCE,
    EMBARGO,
    JOINT,
    PEC,
    REPORT,
    RM,
    RM_FIXES,
    RM_NEGOTIATES,
    CaseState,
    EMInput,
    Fact,
    I,
    JointRule,
    Machine,
    PECInput,
    RMInput,
    S,
    cs_set,
    forced,
    has,
    matches,
    start_ok,
)
from tocsin.core.vocabulary import Refused, Value

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rm.delta": "A report moves only along the report management table.",
        "em.delta": "An embargo moves only along the embargo management table.",
        "pec.delta": "A consent moves only along the consent table.",
        "cs.once": "A fact happens once and never un-happens.",
        "cs.order": "Vendor aware comes before fix ready, fix ready before fix deployed.",
        "cs.public-means-aware": "When the public knows, the vendor is the next to know.",
        "cs.exploit-means-public": "When an exploit is public, the vulnerability is public next.",
        "em.1": "A case has at most one active embargo.",
        "em.2": "Nobody negotiates about a report that they hold as invalid or closed.",
        "em.3": "Once the public knows, an exploit is public or attacks are seen, no embargo is proposed or accepted; "
        "once the fix is deployed, none is begun.",
        "em.4": "What is public, exploited or attacked ends its embargo at once, and no new one begins.",
        "em.5": "A report stays open while its embargo is active; closing or deferring never ends an embargo.",
        "em.6": "An embargo names the instant of its end, and that instant lies ahead.",
        "em.7": "The shortest proposal wins; what is longer becomes a proposed revision of it.",
        "em.8": "Open revisions are judged from the earliest to the latest, and the first rejection ends the judging; "
        "silence counts as a rejection only after the instant by which an answer was asked for.",
        "em.9": "Newcomers consent before they see anything; a merger takes the earliest end, a split carries it over.",
        "em.10": "A planned earlier end is a revision; ending now is a termination.",
        "em.11": "A fix is ready only at somebody who has accepted the report; a vendor who holds it is aware of it.",
        "em.12": "Only who has accepted a report sends it on; everything but an acknowledgement is acknowledged.",
        "em.proposals": "A proposal has a name of its own, and only an open one can be answered.",
        "input": "A command names a known verb, a participant whose part is known, and an instant that is not past.",
        "final-say": "The project decides alone only after disagreement, and says why; the record shows it.",
    }
)
"""Every rule that a refusal here can name, in a sentence each; `em.1` to `em.12` are the protocol's global rules."""

# ------------------------------------------------------------------------------------------------------------- steps

_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "rm": dict(
            zip(RMInput, ("received", "found valid", "found invalid", "accepted", "deferred", "closed"), strict=True)
        ),
        "em": dict(zip(EMInput, ("proposed", "accepted", "rejected", "ended"), strict=True)),
        "pec": dict(zip(PECInput, ("asked for", "given", "declined", "reopened", "reset"), strict=True)),
    }
)
_SUBJECT: Final = {"rm": "A report", "em": "An embargo", "pec": "A consent"}


def _step(machine: Machine[S, I], state: S, happening: I) -> S | Refused:
    to = machine.step(state, happening)
    if to is not None:
        return to
    words = _WORDS[machine.name]
    possible = ", ".join(words[each] for each in machine.inputs(state))
    instead = f"it can be {possible}" if possible else "nothing more can happen to it"
    where = state.name.lower().replace("_", " ")
    return Refused(
        code=f"{machine.name}-no-step",
        because=f"{_SUBJECT[machine.name]} in state {where} cannot be {words[happening]}; {instead}.",
        rule=f"{machine.name}.delta",
    )


def rm_step(state: RM, happening: RMInput) -> RM | Refused:
    """Return the report state after `happening`, or refuse by `rm.delta`."""
    return _step(REPORT, state, happening)


def em_step(state: EM, happening: EMInput) -> EM | Refused:
    """Return the embargo state after `happening`, or refuse by `em.delta`."""
    return _step(EMBARGO, state, happening)


def pec_step(state: PEC, happening: PECInput) -> PEC | Refused:
    """Return the consent after `happening`, or refuse by `pec.delta`."""
    return _step(CONSENT, state, happening)


def cs_after(state: CaseState, fact: Fact) -> CaseState | Refused:
    """Return the case state once `fact` has happened, or refuse by the `cs` rule in its way."""
    after = cs_set(state, fact)
    if after is not None:
        return after
    urgent = forced(state)
    if has(state, fact):
        rule, because = "cs.once", f"{_named(fact)} is already recorded."
    elif urgent is not None and urgent is not fact:
        rule = "cs.public-means-aware" if urgent is Fact.VENDOR_AWARE else "cs.exploit-means-public"
        because = f"{_named(urgent)} must be recorded first."
    else:
        rule, because = "cs.order", f"{_named(fact)} cannot be recorded before {_named(CS_BEFORE[fact]).lower()}."
    return Refused(code="cs-no-step", because=because, rule=rule)


def _named(fact: Fact) -> str:
    return fact.name.replace("_", " ").capitalize()


# ------------------------------------------------------------------------------------------------------------ guards

_BLOCKERS: Final = (
    (Fact.PUBLIC, "embargo-public", "the vulnerability is public"),
    (Fact.EXPLOIT, "embargo-exploit", "an exploit is public"),
    (Fact.ATTACKS, "embargo-attacks", "attacks have been observed"),
)


def _blocked(state: CaseState, what: str, rule: str) -> Refused | None:
    for fact, code, words in _BLOCKERS:
        if has(state, fact):
            return Refused(code=code, because=f"{what} because {words}.", rule=rule)
    return None


def embargo_possible(state: CaseState) -> Refused | None:
    """Refuse by `em.3` to propose or accept any embargo once P, X or A; None means negotiations are possible."""
    return _blocked(state, "No embargo can be agreed", "em.3")


def embargo_may_start(state: CaseState) -> Refused | None:
    """Refuse by `em.3` a new embargo once P, X, A or the fix is deployed; None means it may begin."""
    refused = embargo_possible(state)
    if refused is None and not start_ok(state):
        because = "No new embargo should begin because the fix is already deployed."
        return Refused(code="embargo-deployed", because=because, rule="em.3")
    return refused


def embargo_may_hold(state: CaseState) -> Refused | None:
    """Refuse by `em.4` an embargo that must end, once P, X or A; None means it may hold."""
    return _blocked(state, "The embargo cannot hold", "em.4")


def may_negotiate(rm: RM) -> Refused | None:
    """Refuse by `em.2` a negotiator whose own report is invalid or closed; None means they may."""
    if rm in RM_NEGOTIATES:
        return None
    because = f"Nobody negotiates an embargo for a report that they hold as {rm.name.lower()}."
    return Refused(code="embargo-not-yours", because=because, rule="em.2")


def fix_may_be_ready(rm: RM) -> Refused | None:
    """Refuse by `em.11` a fix from somebody who never accepted the report; None means it may be ready."""
    if rm in RM_FIXES:
        return None
    because = f"A fix can be ready only once the report is accepted; it is {rm.name.lower()}."
    return Refused(code="fix-not-accepted", because=because, rule="em.11", missing=("accept the report",))


def may_close(em: EM) -> Refused | None:
    """Refuse by `em.5` to close a report while its embargo is in force; None means it may be closed."""
    if em not in EM_IN_FORCE:
        return None
    because = "The report stays open while its embargo is active; defer it, or end the embargo first."
    return Refused(code="embargo-active", because=because, rule="em.5", missing=("the embargo has ended",))


# ----------------------------------------------------------------------------------------------------------- at rest


class Joint(Value, frozen=True):
    """One participant's view of a case: own report state, the case's embargo and case state, and whether a vendor."""

    rm: RM = RM.START
    em: EM = EM.NONE
    cs: CaseState = CS_START
    vendor: bool = True


@cache
def settle(joint: Joint) -> Joint:
    """Return `joint` at rest: rows of `JOINT` applied until none applies. Never refuses; settling twice is once."""
    while (rule := next((each for each in JOINT if _applies(each, joint)), None)) is not None:
        joint = _moved(joint, rule)
    return joint


def _applies(rule: JointRule, joint: Joint) -> bool:
    return (
        matches(joint.cs, rule.cs)
        and (joint.vendor or not rule.vendor)
        and (rule.rm is None or joint.rm in rule.rm)
        and (rule.em is None or joint.em in rule.em)
    )


def _moved(joint: Joint, rule: JointRule) -> Joint:
    if isinstance(rule.moves, RMInput):
        return msgspec.structs.replace(joint, rm=_legal(rm_step(joint.rm, rule.moves)))
    if isinstance(rule.moves, EMInput):
        return msgspec.structs.replace(joint, em=_legal(em_step(joint.em, rule.moves)))
    return msgspec.structs.replace(joint, cs=_legal(cs_after(joint.cs, rule.moves)))


T = TypeVar("T")


def _legal(result: T | Refused) -> T:
    if isinstance(result, Refused):
        raise AssertionError(f"a joint rule took a step that its machine does not have: {result.because}")
    return result
