# SPDX-License-Identifier: Apache-2.0
"""What happened in a case, one line of its journal at a time, in words that a colleague would use.

Only what the line itself says: content (messages, reasons) stays on its own page, so that history can be read over
somebody's shoulder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.case import party_events as pe
from tocsin.core.case.approval import ApprovalAsked, ApprovalGiven, CaseShredded, GlassBroken
from tocsin.core.case.assess_events import PointSaid
from tocsin.core.case.record_events import (
    AdvisoryWithdrawn,
    CveAnswered,
    CveCounted,
    CveRejectionOrdered,
    CveRequested,
    HardeningNoted,
    MilestoneSet,
    MomentRecorded,
    ReproductionRecorded,
)
from tocsin.core.case.tables import RMInput
from tocsin.core.publication import events as pub
from tocsin.core.vocabulary import Actor, ActorKind, Audience
from tocsin.services.queries import words


class HistoryView(msgspec.Struct, frozen=True):
    """One line of the history. `what` is the event's name, `said` the same for people, `ago` how long since."""

    seq: int
    at: str
    by: str
    by_id: str
    what: str
    said: str
    ago: str


def line(entry: ev.Entry, now: datetime) -> HistoryView:
    """Put one journal line in words."""
    return HistoryView(
        seq=entry.seq,
        at=words.instant(entry.at),
        by=who(entry.actor) + (", by token" if entry.actor.via else ""),
        by_id=entry.actor.id,
        what=ev.name(entry.event),
        said=said(entry.event),
        ago=words.ago(entry.at, now),
    )


def who(actor: Actor) -> str:
    """Name the author of a line; the reporter is never named here."""
    if actor.kind is ActorKind.REPORTER:
        return "Reporter"
    return actor.name or actor.id


def said(event: ev.Event) -> str:
    """Say what an event did, following on the name of who did it: `dana` “accepted the report”."""
    return _SAID[type(event)](event)


def _message(event: ev.MessageSent) -> str:
    if event.automatic:
        return "acknowledged automatically"
    if event.audience is Audience.TEAM:
        return "added an internal note"
    return f"wrote to {_AUDIENCES[event.audience]}" + (" with a plan" if event.plan else "")


def _assigned(event: ev.CaseAssigned) -> str:
    return f"made {event.lead_name or event.lead} lead" if event.lead else "left the case without a lead"


def _warned(event: ev.PromiseWarned) -> str:
    return f"warned {_plain(event.told)}: {_plain(event.promise)} is at {event.share} % of its time"


def _scored(event: ev.ScoreSet) -> str:
    version = event.vector.partition("/")[0].removeprefix("CVSS:")
    return f"scored it {event.rating} {event.score:.1f} (CVSS {version})"


def _lapsed(event: ev.EmbargoLapsed) -> str:
    return "counted silence as a no" if event.why == "unanswered" else f"let the embargo lapse: {event.why}"


def _withdrawn(event: AdvisoryWithdrawn) -> str:
    if event.superseded_by:
        return f"took the advisory back for {event.superseded_by}, with the next revision"
    return "took the advisory back, with the next revision" if event.because else "let the advisory stand after all"


def _plain(word: str) -> str:
    return word.replace("-", " ")


_BITS: Final = {"P": "noted that it is public", "X": "noted a public exploit", "A": "noted attacks"}

_STATES: Final = {
    RMInput.RECEIVE: "holds the report",
    RMInput.VALIDATE: "finds it valid",
    RMInput.INVALIDATE: "finds it invalid",
    RMInput.ACCEPT: "works on it",
    RMInput.DEFER: "puts it off",
    RMInput.CLOSE: "is done",
}
_AUDIENCES: Final = {
    Audience.TEAM: "the team",
    Audience.REPORTER: "the reporter",
    Audience.PARTY: "a party",
    Audience.DISTRIBUTORS: "the distributors",
}

_SAID: Final[Mapping[type, Callable[[Any], str]]] = {
    ev.ReportReceived: lambda e: "sent the report",
    ev.MessageSent: _message,
    ev.MessageReceived: lambda e: "wrote to the team",
    ev.CaseAssigned: _assigned,
    ev.CaseInvestigated: lambda e: "recorded the investigation" + (", reproduced" if e.reproduced else ""),
    ev.CaseValidated: lambda e: "found the report valid",
    ev.CaseAccepted: lambda e: f"accepted the report; {e.advisory_id} is being drafted",
    ev.CaseDeferred: lambda e: "deferred work on it",
    ev.CaseRejected: lambda e: f"rejected the report: {_plain(e.rejection.value)}",
    ev.InfoRequested: lambda e: "asked the reporter for more",
    ev.CaseDuplicated: lambda e: f"marked it a duplicate of {e.of}",
    ev.CaseAppealed: lambda e: "asked for a second look",
    ev.CaseClosed: lambda e: f"closed the case: {_plain(e.outcome)}",
    ev.PolicyAdopted: lambda e: f"put the case under the policy {e.policy[:8]} ({len(e.moved)} deadlines moved)",
    ev.ScoreSet: _scored,
    ev.LinesSet: lambda e: f"set the affected lines ({len(e.lines)})",
    ev.FixSet: lambda e: "recorded that the fix is ready",
    ev.FixConfirmed: lambda e: "confirmed the fix",
    ev.EmbargoProposed: lambda e: f"proposed {words.instant(e.ends_at)} as the end of the embargo",
    ev.EmbargoAccepted: lambda e: "accepted the proposed date",
    ev.EmbargoRejected: lambda e: "rejected the proposed date",
    ev.EmbargoDecided: lambda e: f"decided {words.instant(e.ends_at)} without agreement",
    ev.EmbargoEnded: lambda e: f"ended the embargo: {e.why}",
    ev.EmbargoLapsed: _lapsed,
    ev.StateObserved: lambda e: _BITS.get(e.bit, f"noted {e.bit}"),
    ev.AdvisoryDrafted: lambda e: "edited the advisory",
    AdvisoryWithdrawn: _withdrawn,
    ev.CveSet: lambda e: f"set {e.cve_id} as {e.state}",
    ev.PublicationOrdered: lambda e: (
        f"armed {e.advisory_id} for {words.instant(e.at)}" if e.armed else f"ordered publication of {e.advisory_id}"
    ),
    ev.AdvisoryPublished: lambda e: f"published {e.advisory_id}, revision {e.revision}",
    ev.PublicationFailed: lambda e: f"could not publish: {e.step}",
    CveRequested: lambda e: f"asked for a CVE id ({_plain(e.route)}{f': {e.to}' if e.to else ''})",
    CveCounted: lambda e: f"counted the CVE ids that it needs: {e.count.ids}",
    CveAnswered: lambda e: f"was given no CVE id ({_plain(e.answer)})",
    CveRejectionOrdered: lambda e: f"ordered the rejection of {e.cve_id}",
    pub.PublicationDisarmed: lambda e: "took the order to publish back",
    pub.TargetIntended: lambda e: f"turned to {e.target}",
    pub.TargetDone: lambda e: f"{'found it at' if e.found else 'gave it to'} {e.target}",
    pub.TargetRead: lambda e: f"read it back at {e.target}",
    pub.TargetTroubled: lambda e: f"cannot get on at {e.target} yet",
    pub.TargetRefused: lambda e: f"was turned away by {e.target}",
    pub.TargetSkipped: lambda e: f"let the others go on {'before' if e.later else 'without'} {e.target}",
    pub.TargetResumed: lambda e: f"took {e.target} up again",
    ev.PromiseWarned: _warned,
    MilestoneSet: lambda e: (
        f"planned {e.name} for {words.instant(e.at)}" if e.at else f"dropped {e.name} from the plan"
    ),
    ReproductionRecorded: lambda e: f"{'reproduced' if e.reproduced else 'did not reproduce'} it on {e.version}",
    PointSaid: lambda e: f"said that {e.point} is {e.value}" if e.value else f"took back what was said of {e.point}",
    HardeningNoted: lambda e: (
        f"put it on the hardening backlog: {e.default}" if e.default else "took it off the hardening backlog"
    ),
    MomentRecorded: lambda e: f"recorded {_plain(e.moment)}: {words.instant(e.at)}",
    GlassBroken: lambda e: f"agreed that {e.name} reads this case by break-glass until {words.instant(e.until)}",
    CaseShredded: lambda e: "agreed to shred the case; nobody reads it any more",
    ApprovalAsked: lambda e: f"asked for a second person: {_plain(e.act.value)} ({e.digest[:12]})",
    ApprovalGiven: lambda e: f"{'went ahead alone' if e.alone else 'approved'}: {_plain(e.act.value)}",
    pe.PartyInvited: lambda e: f"invited {e.name} as {e.part.value}" + (", upstream" if e.upstream else ""),
    pe.PartyConsented: lambda e: "noted a party's consent to the embargo",
    pe.PartyDeclined: lambda e: "noted that a party does not consent to the embargo",
    pe.PartyMoved: lambda e: (
        f"noted a party's own state: {_STATES[e.steps[-1]]}" if e.steps else "noted that a party received the report"
    ),
    pe.PartyProgressed: lambda e: "noted how a party's products stand",
    pe.PartyLeft: lambda e: "ended a party's part in the case",
    pe.PartyAgreed: lambda e: "noted that the reporter agrees to passing the report on",
    pe.CreditWished: lambda e: f"wishes to be thanked as {e.name}" if e.name else "wishes to be named nowhere",
    pe.ZoneTold: lambda e: f"noted by which clock they live: {e.zone}" if e.zone else "forgot by which clock they live",
    pe.MessageResent: lambda e: f"sent the words of line {e.of} on to {_AUDIENCES[e.audience]}",
    pe.CaseMerged: lambda e: f"merged it into {e.into}",
    pe.CaseAbsorbed: lambda e: f"took {e.case} in: one matter, one case",
    pe.CaseSplit: lambda e: f"split {e.into} off",
    pe.CaseContinued: lambda e: f"began it as a part of {e.of}",
    pe.CaseTransferred: lambda e: f"handed it over to the project {e.to}",
}
"""One line for each event; a test holds that none is forgotten."""
