# SPDX-License-Identifier: Apache-2.0
"""The next state of a case from journal lines about parties and other cases; joined to the rest in `evolve`.

Total like the rest: what was allowed was settled in `core.case.decide.parties` and `core.case.decide.relate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from tocsin.core.case import events as ev
from tocsin.core.case import joining, negotiation, parties, standing
from tocsin.core.case import party_events as pe
from tocsin.core.case.drafting import CreditGiven, recredited
from tocsin.core.case.model import REPORTER, Case
from tocsin.core.case.parties import PUBLIC, Absorbed, Party
from tocsin.core.case.rules import rm_step
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RM
from tocsin.core.intake import Report, wishing
from tocsin.core.vocabulary import ActorKind, Audience, CaseRef, Refused

Changes = dict[str, Any]


def told(case: Case, audience: Audience, party: str) -> Changes:
    """What it does to the parties that something was said to them: they hold the report now, and were answered."""
    if audience is Audience.PARTY:
        named = {party}
    elif audience is Audience.DISTRIBUTORS:
        named = {each.id for each in standing.distributors(case)}
    else:
        return {}
    return {
        "parties": tuple(
            replace(parties.told(each), waits_since=None) if each.id in named else each for each in case.parties
        )
    }


def heard(case: Case, party: str, at: datetime) -> Changes:
    """A party wrote: it waits for an answer since the first word that has none."""

    def wrote(each: Party) -> Party:
        acknowledged = each.acknowledged_at or at
        return replace(each, waits_since=each.waits_since or at, heard_at=at, acknowledged_at=acknowledged)

    return _with(case, party, wrote)


def rested(case: Case) -> tuple[Party, ...]:
    """Bring every party to rest with what the world knows now."""
    return tuple(parties.settled(each, case.state[3:]) for each in case.parties)


def _with(case: Case, named: str, change: Callable[[Party], Party]) -> Changes:
    pxa = case.state[3:]
    moved = (parties.settled(change(each), pxa) if each.id == named else each for each in case.parties)
    return {"parties": tuple(moved)}


def _invited(case: Case, entry: ev.Entry, event: pe.PartyInvited) -> Changes:
    known = standing.party(case, event.party)
    fresh = Party(
        id=event.party,
        part=event.part,
        name=event.name,
        contact=event.contact,
        why=event.why,
        room=event.room,
        upstream=event.upstream,
        invited_at=entry.at,
        products=parties.products(event.part, event.products),
    )
    if known is not None:
        again = replace(known, left_at=None, invited_at=entry.at, why=event.why or known.why)
        again = replace(again, room=event.room or known.room)
        changes = _with(case, known.id, lambda _: again)
    else:
        changes = {"parties": (*case.parties, parties.settled(fresh, case.state[3:]))}
    who = standing.standing(case, entry.actor, entry.at)
    asked = joining.invite(case.embargo, who, event.party, event.answer_by)
    return changes if isinstance(asked, Refused) else {**changes, "embargo": asked[0]}


def _consented(case: Case, entry: ev.Entry, event: pe.PartyConsented) -> Changes:
    joined = joining.join(case.embargo, standing.of(case, event.party, entry.at))
    return {**_seen(case, entry, event.party), "embargo": _held(joined)}


def _declined(case: Case, entry: ev.Entry, event: pe.PartyDeclined) -> Changes:
    declined = joining.decline(case.embargo, standing.of(case, event.party, entry.at))
    return {**_seen(case, entry, event.party), "embargo": _held(declined)}


def _seen(case: Case, entry: ev.Entry, party: str) -> Changes:
    if entry.actor.kind is not ActorKind.PARTY:
        return {}
    return _with(case, party, lambda each: replace(each, heard_at=entry.at))


def _moved(case: Case, entry: ev.Entry, event: pe.PartyMoved) -> Changes:
    def walk(each: Party) -> Party:
        state: RM | Refused = each.rm
        for step in event.steps:
            if isinstance(state, Refused):
                break
            state = rm_step(state, step)
        if isinstance(state, Refused):
            raise ValueError(f"a journalled event is refused: {state.because}")
        return replace(each, rm=state, acknowledged_at=each.acknowledged_at or entry.at)

    return _with(case, event.party, walk)


def _progressed(case: Case, entry: ev.Entry, event: pe.PartyProgressed) -> Changes:
    def told(each: Party) -> Party:
        return replace(each, products=event.products, acknowledged_at=each.acknowledged_at or entry.at)

    return _with(case, event.party, told)


def _left(case: Case, entry: ev.Entry, event: pe.PartyLeft) -> Changes:
    changes = _with(case, event.party, lambda each: replace(each, left_at=entry.at, waits_since=None))
    return {**changes, "embargo": joining.leave(case.embargo, event.party)}


def _agreed(case: Case, entry: ev.Entry, event: pe.PartyAgreed) -> Changes:
    if event.party == PUBLIC:
        return {"public_agreed_at": entry.at}
    return _with(case, event.party, lambda each: replace(each, agreed_at=entry.at))


def _zoned(case: Case, entry: ev.Entry, event: pe.ZoneTold) -> Changes:
    if event.party == REPORTER:
        return {"reporter_zone": event.zone}
    return _with(case, event.party, lambda each: replace(each, zone=event.zone))


def _credited(case: Case, entry: ev.Entry, event: pe.CreditWished) -> Changes:
    """Keep the wish with the report it belongs to, and in the draft where there is one (S27)."""
    report = standing.reported(case, event.party)
    if report is None:
        return {}
    before, after = report.identity, wishing(report.identity, event.name)
    wished = CreditGiven(name=event.name, organization=after.affiliation, consent=True) if event.name else None
    changes = _rewritten(case, event.party, replace(report, identity=after))
    if case.advisory is None:
        return changes
    named = recredited(case.advisory.credits, before.credited, wished)
    return {**changes, "advisory": replace(case.advisory, credits=named)}


def _rewritten(case: Case, named: str, report: Report) -> Changes:
    if named == REPORTER:
        return {"report": report}
    found = standing.party(case, named)
    came_from = found.came_from if found else ""
    own = (replace(each, report=report) if each.case == came_from else each for each in case.absorbed)
    return {"absorbed": tuple(own)}


def _resent(case: Case, entry: ev.Entry, event: pe.MessageResent) -> Changes:
    changes: Changes = {"messages": case.messages + 1, **told(case, event.audience, event.party)}
    return {**changes, "reporter_waits_since": None} if event.audience is Audience.REPORTER else changes


def _merged(case: Case, entry: ev.Entry, event: pe.CaseMerged) -> Changes:
    return {
        "merged_into": event.into,
        "duplicate_of": event.into,
        "decided_at": entry.at,
        "decided_by": entry.actor.id,
        "reporter_waits_since": None,
        "reporter_owes_since": None,
    }


def _absorbed(case: Case, entry: ev.Entry, event: pe.CaseAbsorbed) -> Changes:
    finder = Party(
        id=event.case,
        part=Part.REPORTER,
        name=event.report.identity.name or f"reporter of {event.case}",
        room=event.room,
        invited_at=event.received_at,
        rm=RM.ACCEPTED,
        came_from=event.case,
        zone=event.zone,
    )
    own = Absorbed(case=event.case, received_at=event.received_at, report=event.report, room=event.room)
    state = case.state[:3] + "".join(map(min, case.state[3:], event.pxa))
    merged = joining.merge(case.embargo, joining.renamed(event.embargo, REPORTER, event.case))
    held, _ = negotiation.overtaken(joining.known(merged, (event.case, *(each.id for each in event.parties))), state)
    after = replace(case, state=state, parties=(*case.parties, finder, *event.parties))
    return {
        "state": state,
        "embargo": held,
        "parties": rested(after),
        "absorbed": (*case.absorbed, own, *event.others),
    }


def _split(case: Case, entry: ev.Entry, event: pe.CaseSplit) -> Changes:
    gone = tuple(
        replace(each, left_at=entry.at, went_to=event.into) if each.id in event.parties else each
        for each in case.parties
    )
    return {"split_into": (*case.split_into, event.into), "parties": gone}


def _continued(case: Case, entry: ev.Entry, event: pe.CaseContinued) -> Changes:
    state = case.state[:3] + "".join(map(min, case.state[3:], event.pxa))
    after = replace(case, state=state, parties=event.parties)
    return {
        "continues": event.of,
        "state": state,
        "embargo": negotiation.overtaken(event.embargo, state)[0],
        "parties": rested(after),
        "room": event.room,
        "reporter_waits_since": None,
    }


def _transferred(case: Case, entry: ev.Entry, event: pe.CaseTransferred) -> Changes:
    return {"project": event.to, "policy": event.policy, "lead": "", "lead_name": ""}


def _held(answer: negotiation.Answer) -> negotiation.Negotiation:
    """Unwrap what `decide` had made sure of."""
    if isinstance(answer, Refused):
        raise ValueError(f"a journalled event is refused: {answer.code}: {answer.because}")
    return answer[0]


def origin(case: Case) -> tuple[CaseRef, ...]:
    """Return the other cases whose reporters' and parties' rooms belong to this one as well."""
    return (*(each.case for each in case.absorbed), *((case.continues,) if case.continues else ()))


CHANGES: Final[Mapping[type, Callable[[Case, ev.Entry, Any], Changes]]] = {
    pe.PartyInvited: _invited,
    pe.PartyConsented: _consented,
    pe.PartyDeclined: _declined,
    pe.PartyMoved: _moved,
    pe.PartyProgressed: _progressed,
    pe.PartyLeft: _left,
    pe.PartyAgreed: _agreed,
    pe.ZoneTold: _zoned,
    pe.CreditWished: _credited,
    pe.MessageResent: _resent,
    pe.CaseMerged: _merged,
    pe.CaseAbsorbed: _absorbed,
    pe.CaseSplit: _split,
    pe.CaseContinued: _continued,
    pe.CaseTransferred: _transferred,
}
