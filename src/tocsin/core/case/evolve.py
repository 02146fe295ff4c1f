# SPDX-License-Identifier: Apache-2.0
"""The next state of a case from one journal entry. Total: an entry that was ever accepted must replay for ever.

No rule may refuse here and nothing may depend on clock or policy; what is allowed was settled in `decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from tocsin.core.case import effort, negotiation
from tocsin.core.case import events as ev
from tocsin.core.case import evolve_custody as custody
from tocsin.core.case import evolve_parties as parties
from tocsin.core.case import evolve_publication as publication
from tocsin.core.case.approval import ApprovalAsked, ApprovalGiven, Ask
from tocsin.core.case.assess_events import PointSaid
from tocsin.core.case.model import Case, Milestone, Plan, Reproduction
from tocsin.core.case.record_events import HardeningNoted, MilestoneSet, MomentRecorded, ReproductionRecorded
from tocsin.core.case.rules import cs_after, rm_step
from tocsin.core.case.standing import standing
from tocsin.core.case.tables import RM, Fact, RMInput
from tocsin.core.case.writers import writing
from tocsin.core.policy.facts import LineFact, PromiseFact
from tocsin.core.vocabulary import ActorKind, Affectedness, Audience, Refused, ReportKind

T = TypeVar("T")

_UNSETTLED: Final = frozenset({Affectedness.AFFECTED, Affectedness.REVIEW})


def evolve(case: Case | None, entry: ev.Entry) -> Case:
    """Apply one entry; the first must be `report.received`, every other needs a case (ValueError: a broken journal)."""
    if isinstance(entry.event, ev.ReportReceived):
        if case is not None:
            raise ValueError(f"{case.ref}: a second report.received at {entry.seq}")
        return _open(entry, entry.event)
    if case is None:
        raise ValueError(f"journal starts with {ev.name(entry.event)}")
    if entry.seq != case.seq + 1:
        raise ValueError(f"{case.ref}: entry {entry.seq} follows {case.seq}")
    changes = _CHANGES[type(entry.event)](case, entry, entry.event)
    if entry.actor.kind is ActorKind.PERSON:
        sittings, worked = effort.after(case.sittings, entry.actor, entry.at)
        changes = {"touched_at": entry.at, "sittings": sittings, "worked": case.worked + worked, **changes}
    elif entry.actor.kind is ActorKind.REPORTER:
        changes = {"last_reporter_at": entry.at, **changes}
    return replace(case, seq=entry.seq, updated_at=entry.at, **changes)


def replay(entries: Iterable[ev.Entry], case: Case | None = None) -> Case | None:
    """Fold entries onto a case or a snapshot of one."""
    for entry in entries:
        case = evolve(case, entry)
    return case


Changes = dict[str, Any]


def _open(entry: ev.Entry, event: ev.ReportReceived) -> Case:
    public = event.report.kind is ReportKind.ALREADY_PUBLIC
    return Case(
        ref=event.case,
        project=event.project,
        policy=event.policy,
        seq=entry.seq,
        report=event.report,
        room=event.room,
        received_at=entry.at,
        updated_at=entry.at,
        last_reporter_at=entry.at,
        held=event.held,
        reporter_waits_since=entry.at,
        state="VfdPxa" if public else "Vfdpxa",
        messages=1,
        writers=writing((), "", event.report.letter),
    )


def _sent(case: Case, entry: ev.Entry, event: ev.MessageSent) -> Changes:
    changes: Changes = {"messages": case.messages + 1, **parties.told(case, event.audience, event.party)}
    if event.audience is Audience.DISTRIBUTORS and not any(each.name == "distributors-told" for each in case.recorded):
        changes["recorded"] = _recording(case, "distributors-told", entry.at)
    if event.audience is not Audience.REPORTER:
        return changes
    if event.automatic or entry.actor.kind is not ActorKind.PERSON:
        return changes | {"acknowledged_at": case.acknowledged_at or entry.at}
    changes |= {
        "acknowledged_at": case.acknowledged_at or entry.at,
        "first_feedback_at": case.first_feedback_at or entry.at,
        "reporter_waits_since": None,
    }
    if event.plan:
        changes["plan_sent_at"] = case.plan_sent_at or entry.at
    if event.workarounds:
        changes["workarounds_sent_at"] = case.workarounds_sent_at or entry.at
        changes["workarounds"] = event.workarounds
    if case.decided_at:
        changes["conversation_at"] = case.conversation_at or entry.at
    return changes


def _heard(case: Case, entry: ev.Entry, event: ev.MessageReceived) -> Changes:
    counted = {"messages": case.messages + 1, "writers": writing(case.writers, event.party, event.letter)}
    if event.party:
        return counted | parties.heard(case, event.party, entry.at)
    return counted | {
        "last_reporter_at": entry.at,
        "reporter_waits_since": case.reporter_waits_since or entry.at,
        "reporter_owes_since": None,
    }


def _assigned(case: Case, entry: ev.Entry, event: ev.CaseAssigned) -> Changes:
    return {"lead": event.lead, "lead_name": event.lead_name}


def _investigated(case: Case, entry: ev.Entry, event: ev.CaseInvestigated) -> Changes:
    return {
        "investigated": True,
        "effect": event.effect,
        "criticality": event.criticality,
        "affected_versions": event.affected_versions,
        "cwe": event.cwe or case.cwe,
    }


def _decided(case: Case, entry: ev.Entry, **more: Any) -> Changes:
    return {"decided_at": entry.at, "decided_by": entry.actor.id, "reporter_owes_since": None, **more}


def _validated(case: Case, entry: ev.Entry, event: ev.CaseValidated) -> Changes:
    return {"rm": _rm(case.rm, RMInput.VALIDATE), "rejection": None, "appealed": False}


def _accepted(case: Case, entry: ev.Entry, event: ev.CaseAccepted) -> Changes:
    return _decided(
        case,
        entry,
        rm=_rm(case.rm, RMInput.ACCEPT),
        accepted_at=case.accepted_at or entry.at,
        advisory_id=case.advisory_id or event.advisory_id,
        duplicate_of="",
    )


def _deferred(case: Case, entry: ev.Entry, event: ev.CaseDeferred) -> Changes:
    return {"rm": _rm(case.rm, RMInput.DEFER)}


def _rejected(case: Case, entry: ev.Entry, event: ev.CaseRejected) -> Changes:
    return _decided(case, entry, rm=_rm(case.rm, RMInput.INVALIDATE), rejection=event.rejection, appealed=False)


def _info_requested(case: Case, entry: ev.Entry, event: ev.InfoRequested) -> Changes:
    return {"reporter_owes_since": entry.at}


def _duplicated(case: Case, entry: ev.Entry, event: ev.CaseDuplicated) -> Changes:
    return _decided(case, entry, duplicate_of=event.of)


def _appealed(case: Case, entry: ev.Entry, event: ev.CaseAppealed) -> Changes:
    return {
        "appealed": True,
        "appeals": case.appeals + 1,
        "reporter_waits_since": case.reporter_waits_since or entry.at,
    }


def _closed(case: Case, entry: ev.Entry, event: ev.CaseClosed) -> Changes:
    return {
        "rm": _rm(case.rm, RMInput.CLOSE),
        "closed_at": entry.at,
        "outcome": event.outcome,
        "adherence": event.adherence,
    }


def _adopted(case: Case, entry: ev.Entry, event: ev.PolicyAdopted) -> Changes:
    return {"policy": event.policy}


def _scored(case: Case, entry: ev.Entry, event: ev.ScoreSet) -> Changes:
    return {"scores": (*case.scores, event)}


def _lines_set(case: Case, entry: ev.Entry, event: ev.LinesSet) -> Changes:
    remedied = (case.remedied_at or entry.at) if _remedied(event.lines) else None
    return {"lines": event.lines, "asked": event.asked or case.asked, "remedied_at": remedied}


def _remedied(lines: Iterable[LineFact]) -> bool:
    """Every supported line is settled, and at least one by a release with the fix."""
    supported = [line for line in lines if line.supported]
    open_ = [line for line in supported if line.state in _UNSETTLED and not line.waiver]
    return not open_ and any(line.state is Affectedness.FIXED and line.fixed_in for line in supported)


def _fix_set(case: Case, entry: ev.Entry, event: ev.FixSet) -> Changes:
    return {
        "fix_ready_at": case.fix_ready_at or entry.at,
        "fix_author": event.author,
        "fix_reference": event.reference,
        "fix_confirmed_by": (),
        "state": _bit(case.state, "F"),
    }


def _fix_confirmed(case: Case, entry: ev.Entry, event: ev.FixConfirmed) -> Changes:
    return {"fix_confirmed_by": (*case.fix_confirmed_by, event.by)}


def _proposed(case: Case, entry: ev.Entry, event: ev.EmbargoProposed) -> Changes:
    who = standing(case, entry.actor, entry.at)
    held, _ = _held(negotiation.propose(case.embargo, who, event.proposal, event.ends_at, event.respond_by))
    return {"embargo": held, "embargo_why": ""}


def _embargo_accepted(case: Case, entry: ev.Entry, event: ev.EmbargoAccepted) -> Changes:
    held, _ = _held(negotiation.accept(case.embargo, standing(case, entry.actor, entry.at), event.proposal))
    return {"embargo": held}


def _embargo_rejected(case: Case, entry: ev.Entry, event: ev.EmbargoRejected) -> Changes:
    held, _ = _held(negotiation.reject(case.embargo, standing(case, entry.actor, entry.at), event.proposal))
    return {"embargo": held}


def _embargo_decided(case: Case, entry: ev.Entry, event: ev.EmbargoDecided) -> Changes:
    who = standing(case, entry.actor, entry.at)
    held, _ = _held(negotiation.decide(case.embargo, who, event.proposal, event.ends_at, event.reason))
    return {"embargo": held}


def _embargo_ended(case: Case, entry: ev.Entry, event: ev.EmbargoEnded) -> Changes:
    held, _ = _held(negotiation.terminate(case.embargo, standing(case, entry.actor, entry.at)))
    return {"embargo": held, "embargo_why": event.why}


def _embargo_lapsed(case: Case, entry: ev.Entry, event: ev.EmbargoLapsed) -> Changes:
    held, _ = negotiation.expire(case.embargo, entry.at)
    return {"embargo": held, "embargo_why": event.why}


def _observed(case: Case, entry: ev.Entry, event: ev.StateObserved) -> Changes:
    state = _bit(case.state, event.bit)
    held, _ = negotiation.overtaken(case.embargo, state)
    changes: Changes = {"state": state, "embargo": held, "parties": parties.rested(replace(case, state=state))}
    # Others' clocks count from what somebody saw: CNA rule 4.5.1.6 from a disclosure not ours, the law from attacks.
    seen = {"P": "third-party-disclosed", "A": "exploitation-known"}.get(event.bit)
    if seen is None or entry.actor.kind is not ActorKind.PERSON:
        return changes
    return {**changes, "recorded": _recording(case, seen, entry.at)}


def _milestone(case: Case, entry: ev.Entry, event: MilestoneSet) -> Changes:
    plan = Plan(at=event.at, said_at=entry.at, note=event.note)
    known = {each.name: each.plans for each in case.milestones}
    known[event.name] = (*known.get(event.name, ()), plan)
    return {"milestones": tuple(Milestone(name=name, plans=plans) for name, plans in known.items())}


def _reproduced(case: Case, entry: ev.Entry, event: ReproductionRecorded) -> Changes:
    record = Reproduction(
        version=event.version, reproduced=event.reproduced, configuration=event.configuration, note=event.note,
        at=entry.at, by=entry.actor.id, by_name=entry.actor.name,
    )  # fmt: skip
    return {"reproductions": (*case.reproductions, record)}


def _hardening(case: Case, entry: ev.Entry, event: HardeningNoted) -> Changes:
    return {"hardening": event.default}


def _point_said(case: Case, entry: ev.Entry, event: PointSaid) -> Changes:
    others = tuple(each for each in case.ssvc if each[0] != event.point)
    return {"ssvc": (*others, (event.point, event.value)) if event.value else others}


def _recorded(case: Case, entry: ev.Entry, event: MomentRecorded) -> Changes:
    return {"recorded": _recording(case, event.moment, event.at)}


def _recording(case: Case, moment: str, at: datetime) -> tuple[PromiseFact, ...]:
    """Each moment once: a later record corrects an earlier one."""
    return (*(each for each in case.recorded if each.name != moment), PromiseFact(name=moment, at=at))


def _drafted(case: Case, entry: ev.Entry, event: ev.AdvisoryDrafted) -> Changes:
    return {"advisory": event}


def _cve_set(case: Case, entry: ev.Entry, event: ev.CveSet) -> Changes:
    return {
        "cve_id": event.cve_id,
        "cve_state": event.state,
        "cve_assigner": event.assigner,
        "cve_assigner_name": event.assigner_name,
        "cve_wanted": "",
        "recorded": case.recorded
        if event.state == case.cve_state
        else _recording(case, f"cve-{event.state}", entry.at),
    }


def _warned(case: Case, entry: ev.Entry, event: ev.PromiseWarned) -> Changes:
    return {"warned": (*case.warned, (event.promise, event.share, event.due_at))}


def _asked(case: Case, entry: ev.Entry, event: ApprovalAsked) -> Changes:
    """A newer wish for the same act takes the place of an older one."""
    ask = Ask(by=entry.actor.id, by_name=entry.actor.name, at=entry.at, asked=event)
    return {"asks": (*(each for each in case.asks if each.asked.act != event.act), ask)}


def _approved(case: Case, entry: ev.Entry, event: ApprovalGiven) -> Changes:
    return {"asks": tuple(each for each in case.asks if each.asked.digest != event.digest)}


def _rm(state: RM, happening: RMInput) -> RM:
    """Step the report machine; a journalled step it forbids is a broken journal, not a decision to take again."""
    return _held(rm_step(state, happening))


def _bit(state: str, bit: str) -> str:
    """Turn one bit of the case state; turning one that is on already changes nothing."""
    return state if bit in state else _held(cs_after(state, Fact(bit)))


def _held(outcome: T | Refused) -> T:
    """Unwrap what `decide` had made sure of."""
    if isinstance(outcome, Refused):
        raise ValueError(f"a journalled event is refused: {outcome.code}: {outcome.because}")
    return outcome


_CHANGES: Final[dict[type, Callable[[Case, ev.Entry, Any], Changes]]] = {
    ev.MessageSent: _sent,
    ev.MessageReceived: _heard,
    ev.CaseAssigned: _assigned,
    ev.CaseInvestigated: _investigated,
    ev.CaseValidated: _validated,
    ev.CaseAccepted: _accepted,
    ev.CaseDeferred: _deferred,
    ev.CaseRejected: _rejected,
    ev.InfoRequested: _info_requested,
    ev.CaseDuplicated: _duplicated,
    ev.CaseAppealed: _appealed,
    ev.CaseClosed: _closed,
    ev.PolicyAdopted: _adopted,
    ev.ScoreSet: _scored,
    ev.LinesSet: _lines_set,
    ev.FixSet: _fix_set,
    ev.FixConfirmed: _fix_confirmed,
    ev.EmbargoProposed: _proposed,
    ev.EmbargoAccepted: _embargo_accepted,
    ev.EmbargoRejected: _embargo_rejected,
    ev.EmbargoDecided: _embargo_decided,
    ev.EmbargoEnded: _embargo_ended,
    ev.EmbargoLapsed: _embargo_lapsed,
    ev.StateObserved: _observed,
    ev.AdvisoryDrafted: _drafted,
    ev.CveSet: _cve_set,
    ev.PromiseWarned: _warned,
    ApprovalAsked: _asked,
    ApprovalGiven: _approved,
    MomentRecorded: _recorded,
    HardeningNoted: _hardening,
    PointSaid: _point_said,
    MilestoneSet: _milestone,
    ReproductionRecorded: _reproduced,
    **publication.CHANGES,
    **parties.CHANGES,
    **custody.CHANGES,
}
