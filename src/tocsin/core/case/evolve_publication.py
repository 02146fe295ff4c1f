# SPDX-License-Identifier: Apache-2.0
"""The next state of a case from what happened to its publication and its CVE id; joined to the rest in `evolve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from tocsin.core.case import events as ev
from tocsin.core.case.model import Case
from tocsin.core.case.record_events import (
    AdvisoryWithdrawn,
    CveAnswered,
    CveCounted,
    CveRejectionOrdered,
    CveRequested,
)
from tocsin.core.policy.facts import PromiseFact
from tocsin.core.publication import SITE, Progress, Run, run
from tocsin.core.publication.events import PublicationDisarmed, TargetEvent, TargetRead

Changes = dict[str, Any]

OWN_CNA: Final = "own-cna"
"""The route by which the worker reserves ids itself."""

FORGE_CNA: Final = "github"
BY_PROGRAM: Final = (OWN_CNA, FORGE_CNA)
"""Routes on which the worker asks; on the others a person does."""


def _ordered(case: Case, entry: ev.Entry, event: ev.PublicationOrdered) -> Changes:
    targets = tuple(Progress(target=each, since=entry.at) for each in event.targets or (SITE,))
    return {
        "ordered_digest": event.digest,
        "ordered_at": event.at,
        "ordered_summary": event.summary,
        "run": Run(order=event.digest, plan=event.plan, at=event.at, targets=targets, armed=event.armed),
        "failure": "",
    }


def _withdrawn(case: Case, entry: ev.Entry, event: AdvisoryWithdrawn) -> Changes:
    return {"withdrawn_because": event.because, "superseded_by": event.superseded_by}


def _published(case: Case, entry: ev.Entry, event: ev.AdvisoryPublished) -> Changes:
    return {
        "published_at": case.published_at or entry.at,
        "withdrawn_at": (case.withdrawn_at or case.ordered_at or entry.at) if case.taken_back else None,
        "revisions": (*case.revisions, (event.revision, case.ordered_at or entry.at, event.summary)),
        "documents": event.documents,
        "published_lines": case.lines,
        "ordered_digest": "",
        "run": run.apply(case.run, TargetRead(target=SITE.name), entry.at) if case.run else None,
        "failure": "",
    }


def _failed(case: Case, entry: ev.Entry, event: ev.PublicationFailed) -> Changes:
    return {"failure": f"{event.step}: {event.reason}", "ordered_digest": "", "run": None}


def _disarmed(case: Case, entry: ev.Entry, event: PublicationDisarmed) -> Changes:
    return {"ordered_digest": "", "ordered_at": None, "ordered_summary": "", "run": None}


def _target(case: Case, entry: ev.Entry, event: TargetEvent) -> Changes:
    return {"run": run.apply(case.run, event, entry.at) if case.run else None}


def _cve_requested(case: Case, entry: ev.Entry, event: CveRequested) -> Changes:
    asked = PromiseFact(name="cve-requested", at=entry.at)
    others = (each for each in case.recorded if each.name not in (asked.name, "cve-answered", "cve-reserved"))
    return {"recorded": (*others, asked), "cve_wanted": "id" if event.route in BY_PROGRAM else ""}


def _cve_counted(case: Case, entry: ev.Entry, event: CveCounted) -> Changes:
    return {"cve_counted": event}


def _cve_answered(case: Case, entry: ev.Entry, event: CveAnswered) -> Changes:
    answered = PromiseFact(name="cve-answered", at=entry.at)
    others = (each for each in case.recorded if each.name != answered.name)
    return {"recorded": (*others, answered), "cve_wanted": ""}


def _cve_rejected(case: Case, entry: ev.Entry, event: CveRejectionOrdered) -> Changes:
    """From here on nothing names the id any more, and nobody waits for it before the case can close (S10)."""
    return {"cve_state": "rejecting", "cve_wanted": "rejection"}


CHANGES: Final[Mapping[type, Callable[[Case, ev.Entry, Any], Changes]]] = {
    AdvisoryWithdrawn: _withdrawn,
    ev.PublicationOrdered: _ordered,
    ev.AdvisoryPublished: _published,
    ev.PublicationFailed: _failed,
    PublicationDisarmed: _disarmed,
    CveCounted: _cve_counted,
    CveRequested: _cve_requested,
    CveAnswered: _cve_answered,
    CveRejectionOrdered: _cve_rejected,
    **dict.fromkeys(get_args(TargetEvent), _target),
}
