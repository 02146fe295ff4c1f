# SPDX-License-Identifier: Apache-2.0
"""What has to be done in the outside because of what stands in a journal: values for the outbox.

Which entries call for which of them is `core.notices.deeds`; carrying one out is the worker's.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core import publication, webhooks
from tocsin.core.case import events as ev
from tocsin.core.case.model import Case
from tocsin.core.case.party_events import MessageResent
from tocsin.core.case.record_events import CveEvent, CveRejectionOrdered
from tocsin.core.publication.events import TargetEvent, TargetRead
from tocsin.core.vocabulary import Audience, CaseRef, ProjectId, Value


class Notice(Value, tag="notify"):
    """A content-free notification: something happened in a case. `to` is `lead`, `all` or a ladder's step."""

    case: CaseRef
    what: str
    to: str = "lead"


class Said(Value, tag="said"):
    """Somebody outside was written to in journal line `seq`: whoever of `audience` can be reached by mail gets it."""

    case: CaseRef
    seq: int
    audience: Audience
    party: str = ""
    automatic: bool = False


class TargetDue(Value, tag="target"):
    """A target of the run with the digest `plan` can be worked on from `at` on; the worker looks for itself what is
    next. With `reading` it is there, and is only read back."""

    case: CaseRef
    plan: str
    target: str
    at: datetime
    reading: bool = False


class ShredOrder(Value, tag="shred"):
    """Destroy the case's key; the worker looks for itself whether two people agreed."""

    case: CaseRef


class Happened(Value, tag="happened"):
    """Something stands in the journal of which webhooks tell, in no word more than its name."""

    case: CaseRef
    project: ProjectId
    what: str
    at: datetime


class CveDue(Value, tag="cve"):
    """Something is to be asked of CVE Services: an `id`, or the `rejection` of the case's."""

    case: CaseRef
    what: str


Deed = Notice | Said | TargetDue | ShredOrder | Happened | CveDue
"""Everything that can stand in the outbox."""


def _cve(case: Case, event: CveEvent) -> list[Deed]:
    if isinstance(event, CveRejectionOrdered):
        return [CveDue(case=case.ref, what="rejection")]
    return [CveDue(case=case.ref, what="id")] if case.cve_wanted == "id" else []


def said(case: Case, entry: ev.Entry) -> list[Deed]:
    """What people outside are written by mail as well; words that stay with the team are not among it."""
    match entry.event:
        case ev.MessageSent(audience=audience, party=party) as sent if audience is not Audience.TEAM:
            return [
                Said(case=case.ref, seq=entry.seq, audience=audience, party=party, automatic=sent.automatic),
            ]
        case MessageResent(audience=audience, party=party) if audience is not Audience.TEAM:
            return [Said(case=case.ref, seq=entry.seq, audience=audience, party=party)]
        case _:
            return []


def happened(case: Case, entry: ev.Entry) -> list[Deed]:
    """What webhooks are made of; words that stay with the team are no event for them."""
    what = ev.name(entry.event)
    inner = isinstance(entry.event, ev.MessageSent) and entry.event.audience is Audience.TEAM
    if what not in webhooks.TYPES or inner:
        return []
    return [Happened(case=case.ref, project=case.project, what=what, at=entry.at)]


def targets(case: Case, event: ev.Event) -> list[Deed]:
    """What is to be asked of CVE Services and which targets somebody is to look after because of this event."""
    run = case.run
    if isinstance(event, CveEvent):
        return _cve(case, event)
    if run is None:
        return []
    match event:
        case ev.PublicationOrdered():
            due = publication.at_first(run)
        case ev.AdvisoryPublished():
            due = publication.after(run, TargetRead(target=publication.SITE.name))
        case _ if isinstance(event, TargetEvent):
            due = publication.after(run, event)
        case _:
            due = ()
    return [
        TargetDue(case=case.ref, plan=run.plan, target=each.target, at=run.at, reading=each.reading) for each in due
    ]
