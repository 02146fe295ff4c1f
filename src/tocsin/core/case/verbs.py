# SPDX-License-Identifier: Apache-2.0
"""What a participant can do in a shared case: one function a verb, and the 28 message codes of the formal protocol.

Reports, embargo and consent, facts; each verb answers with what it led to, or with a refusal that changed nothing.
The codes are stricter than the verbs: each is sent only in the embargo states that the formal protocol names.

Source: CERTCC/Vultron, formal protocol transitions; rules of `core.case.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from tocsin.core.case import joining, negotiation
from tocsin.core.case.negotiation import Answer, Standing
from tocsin.core.case.rules import cs_after, fix_may_be_ready, may_close, rm_step
from tocsin.core.case.shared import Ask, Part, Participant, Played, Reply, SharedCase, changed, joined
from tocsin.core.case.tables import EM, EM_IN_FORCE, RM, Fact, RMInput
from tocsin.core.vocabulary import Refused

Verb = Callable[[SharedCase, Participant, Ask], Reply]

DEFAULT_EMBARGO: Final = timedelta(days=45)
"""How long a proposal lasts that names no end: the CERT/CC default, so that no embargo is ever open-ended."""


def quorum(case: SharedCase) -> bool:
    """Say whether more than half of the vendors have a fix ready: a quorum may release without the rest (`em.9`)."""
    vendors = [each for each in case.participants if each.part is Part.VENDOR]
    return 2 * sum("F" in each.path for each in vendors) > len(vendors)


def _standing(case: SharedCase, actor: Participant) -> Standing:
    return Standing(by=actor.name, rm=actor.rm, cs=case.world, now=case.now)


def _bargained(case: SharedCase, answer: Answer) -> Reply:
    if isinstance(answer, Refused):
        return answer
    embargo, outcome = answer
    moved = msgspec.structs.replace(case, embargo=embargo)
    return Played(case=moved, path=outcome.path, fates=outcome.fates, cautions=outcome.cautions)


def _not_yours(message: str, because: str) -> Refused:
    return Refused(code="message-not-now", because=because, rule=f"sent.{message}")


# ----------------------------------------------------------------------------------------------------- report verbs


def _report(happening: RMInput) -> Verb:
    def verb(case: SharedCase, actor: Participant, _: Ask) -> Reply:
        state = rm_step(actor.rm, happening)
        return state if isinstance(state, Refused) else Played(case=changed(case, actor, rm=state))

    return verb


def _receive(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    return _unconsented(case, [actor.name]) or _report(RMInput.RECEIVE)(case, actor, ask)


def _close(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    state = rm_step(actor.rm, RMInput.CLOSE)
    if isinstance(state, Refused):
        return state
    return may_close(case.embargo.em) or Played(case=changed(case, actor, rm=state))


def _send(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    """Send the report to those named, else to all who have not seen it; an open proposal is thereby accepted."""
    if actor.rm is not RM.ACCEPTED:
        because = f"Only who has accepted a report sends it on; yours is {actor.rm.name.lower()}."
        return Refused(code="report-not-accepted", because=because, rule="em.12", missing=("accept the report",))
    names = [name for name in (ask.to or _unaware(case)) if name != actor.name]
    for name in names:
        known = joined(case, name)
        if isinstance(known, Refused):
            return known
        case = known
    refused = _unconsented(case, names)
    if refused is not None:
        return refused
    for each in case.participants:
        if each.name in names and each.rm is RM.START:
            case = changed(case, each, rm=RM.RECEIVED)
    if case.embargo.em is not EM.PROPOSED:
        return Played(case=case)
    implied = _bargained(case, negotiation.accept(case.embargo, _standing(case, actor)))
    return Played(case=case) if isinstance(implied, Refused) else implied


def _unaware(case: SharedCase) -> tuple[str, ...]:
    return tuple(each.name for each in case.participants if each.rm is RM.START)


def _unconsented(case: SharedCase, names: Collection[str]) -> Refused | None:
    blocked = tuple(name for name in names if not case.embargo.may_see(name))
    if not blocked:
        return None
    because = f"Under an embargo nobody gets the report before consenting to it: {', '.join(blocked)}."
    return Refused(code="embargo-consent-first", because=because, rule="em.9", missing=blocked)


# ---------------------------------------------------------------------------------------------------- embargo verbs


def _propose(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    name = ask.proposal or f"{actor.name}-{len(case.embargo.proposals) + 1}"
    ends_at = ask.ends_at or case.now + DEFAULT_EMBARGO
    answer = negotiation.propose(case.embargo, _standing(case, actor), name, ends_at, ask.respond_by)
    return _bargained(case, answer)


def _agree(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    return _bargained(case, negotiation.accept(case.embargo, _standing(case, actor), ask.proposal))


def _reject(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    return _bargained(case, negotiation.reject(case.embargo, _standing(case, actor), ask.proposal))


def _judge(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    return _bargained(case, negotiation.judge(case.embargo, _standing(case, actor), ask.accepted))


def _end(case: SharedCase, actor: Participant, _: Ask) -> Reply:
    reply = _bargained(case, negotiation.terminate(case.embargo, _standing(case, actor)))
    if isinstance(reply, Refused) or quorum(case):
        return reply
    return msgspec.structs.replace(reply, cautions=("Not even half of the vendors have a fix ready.",))


def _decide(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    if actor.part is not Part.VENDOR:
        because = "The final say over the disclosure date is the project's."
        return Refused(code="not-the-project", because=because, rule="final-say")
    name = ask.proposal or f"{actor.name}-{len(case.embargo.proposals) + 1}"
    ends_at = ask.ends_at or case.now + DEFAULT_EMBARGO
    return _bargained(case, negotiation.decide(case.embargo, _standing(case, actor), name, ends_at, ask.reason))


def _only(message: str, states: Collection[EM], verb: Verb) -> Verb:
    """Narrow `verb` to the embargo states in which the formal protocol sends `message`."""

    def narrowed(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
        reply = verb(case, actor, ask)
        if isinstance(reply, Refused) or case.embargo.em in states:
            return reply
        return _not_yours(
            message, f"{message} is not sent while the embargo is in state {case.embargo.em.name.lower()}."
        )

    return narrowed


def _invite(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    if actor.rm in (RM.START, RM.CLOSED):
        return _not_yours("EP", "Only who works on the report invites others to it.")
    known = joined(case, ask.participant, ask.part)
    if isinstance(known, Refused):
        return known
    answer = joining.invite(known.embargo, _standing(known, actor), ask.participant, ask.respond_by)
    return _bargained(known, answer)


def _consent(case: SharedCase, actor: Participant, _: Ask) -> Reply:
    return _bargained(case, joining.join(case.embargo, _standing(case, actor)))


def _decline(case: SharedCase, actor: Participant, _: Ask) -> Reply:
    return _bargained(case, joining.decline(case.embargo, _standing(case, actor)))


# ------------------------------------------------------------------------------------------------------- fact verbs


def _aware(case: SharedCase, actor: Participant, ask: Ask) -> Reply:
    if actor.part is not Part.VENDOR:
        return _not_yours("CV", "Only a vendor can say that the vendor is aware.")
    return _report(RMInput.RECEIVE)(case, actor, ask)


def _fix(fact: Fact, message: str) -> Verb:
    def verb(case: SharedCase, actor: Participant, _: Ask) -> Reply:
        if actor.rm is RM.CLOSED:
            return _not_yours(message, "Your report on this case is closed.")
        refused = fix_may_be_ready(actor.rm)
        if refused is not None:
            return refused
        if actor.part is Part.DEPLOYER and fact is Fact.FIX_DEPLOYED:
            return _deployed(case, actor)
        if actor.part is not Part.VENDOR:
            return _not_yours(message, "Only a vendor has a fix, and only a vendor or a deployer deploys one.")
        state = cs_after(actor.path + case.pxa, fact)
        return state if isinstance(state, Refused) else Played(case=changed(case, actor, path=state[:3]))

    return verb


def _deployed(case: SharedCase, actor: Participant) -> Reply:
    if actor.path == "D":
        return Refused(code="cs-no-step", because="Fix deployed is already recorded.", rule="cs.once")
    if not any("F" in each.path for each in case.participants):
        return Refused(code="cs-no-step", because="No vendor has a fix ready to deploy.", rule="cs.order")
    return Played(case=changed(case, actor, path="D"))


def _learns(fact: Fact, message: str) -> Verb:
    def verb(case: SharedCase, actor: Participant, _: Ask) -> Reply:
        if actor.rm is RM.CLOSED:
            return _not_yours(message, "Your report on this case is closed.")
        if fact in case.pxa:
            because = f"{fact.name.replace('_', ' ').capitalize()} is already recorded."
            return Refused(code="cs-no-step", because=because, rule="cs.once")
        return Played(case=msgspec.structs.replace(case, pxa=case.pxa.replace(fact.lower(), fact.value)))

    return verb


def _talk(message: str, *, while_closed: bool) -> Verb:
    """A message that changes nothing: an acknowledgement, an error, a question."""

    def verb(case: SharedCase, actor: Participant, _: Ask) -> Reply:
        if actor.rm is RM.CLOSED and not while_closed:
            return _not_yours(message, "Your report on this case is closed.")
        return Played(case=case)

    return verb


def _wait(case: SharedCase, _actor: Participant, _ask: Ask) -> Reply:
    return Played(case=case)


_WORDS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        # report management
        "receive": _receive,
        "send": _send,
        "validate": _report(RMInput.VALIDATE),
        "invalidate": _report(RMInput.INVALIDATE),
        "accept": _report(RMInput.ACCEPT),
        "defer": _report(RMInput.DEFER),
        "close": _close,
        # embargo management and consent
        "propose": _propose,
        "agree": _agree,
        "reject": _reject,
        "judge": _judge,
        "end": _end,
        "decide": _decide,
        "invite": _invite,
        "consent": _consent,
        "decline": _decline,
        # facts, and time
        "aware": _aware,
        "fix-ready": _fix(Fact.FIX_READY, "CF"),
        "deploy": _fix(Fact.FIX_DEPLOYED, "CD"),
        "public": _learns(Fact.PUBLIC, "CP"),
        "exploit": _learns(Fact.EXPLOIT, "CX"),
        "attacks": _learns(Fact.ATTACKS, "CA"),
        "wait": _wait,
    }
)

_STEPS: Final = {
    "rm": {"r": "receive", "v": "validate", "i": "invalidate", "a": "accept", "d": "defer", "c": "close"},
    "em": {"p": "propose", "a": "agree", "r": "reject", "t": "end"},
    "pec": {"INVITE": "invite", "ACCEPT": "consent", "DECLINE": "decline"},
    "cs": {"V": "aware", "F": "fix-ready", "D": "deploy", "P": "public", "X": "exploit", "A": "attacks"},
}

_CODES: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        "RS": _send,
        **{f"R{step.upper()}": _WORDS[verb] for step, verb in _STEPS["rm"].items() if step != "r"},
        **{f"C{fact}": _WORDS[verb] for fact, verb in _STEPS["cs"].items()},
        "EP": _only("EP", (EM.NONE, EM.PROPOSED), _propose),
        "EA": _only("EA", (EM.PROPOSED,), _agree),
        "ER": _only("ER", (EM.PROPOSED,), _reject),
        "EV": _only("EV", EM_IN_FORCE, _propose),
        "EC": _only("EC", (EM.REVISE,), _agree),
        "EJ": _only("EJ", (EM.REVISE,), _reject),
        "ET": _only("ET", EM_IN_FORCE, _end),
        **{code: _talk(code, while_closed=True) for code in ("RK", "RE", "GI", "GK", "GE")},
        **{code: _talk(code, while_closed=False) for code in ("EK", "EE", "CK", "CE")},
    }
)

VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        **_WORDS,
        **_CODES,
        **{f"{machine}.{step}": _WORDS[verb] for machine, steps in _STEPS.items() for step, verb in steps.items()},
    }
)
"""Every command: words that people use, the 28 message codes, and the tables' steps as exported (`em.p`)."""
