# SPDX-License-Identifier: Apache-2.0
"""One case for the desk: everything its page shows, opened once for a named reader.

Attachments are shown by place, name and size; their keys stay in here. `None` means not found, whether the case does
not exist or the reader may not know of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from tocsin.core import access
from tocsin.core.case import events as ev
from tocsin.core.case import phase as phases
from tocsin.core.case.deadlines import next_due
from tocsin.core.case.model import Case
from tocsin.core.case.shared import Part
from tocsin.core.intake import Attachment
from tocsin.core.policy.clause import Gate
from tocsin.core.policy.clauses import gates, promises, proposals
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Actor, Audience, CaseRef
from tocsin.services import breakglass, cases, looks, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import case_views as views
from tocsin.services.queries import history, people, thread, timeline, words
from tocsin.services.queries.case_views import CaseView, PromiseView, SuggestionView
from tocsin.services.queries.options import Options, options
from tocsin.services.queries.scores import recorded

PAGE = 100
"""Journal lines on one page of a case's history."""


def view(desk: Desk, ref: CaseRef, person: str, before: int = 0) -> CaseView | None:
    """Open a case for a person, with one page of its journal (`before` is the line to page back from)."""
    found = authorised(desk, ref, person, "case.read")
    if found is None:
        return None
    return of(desk, *found, before=before)


def of(desk: Desk, actor: Actor, opened: Opened, before: int = 0) -> CaseView:
    """Show a case that `authorised` has opened."""
    top = before or opened.case.seq + 1
    lines = desk.journal.tail(opened.case.ref, before=top, limit=PAGE)
    entries = sealing.open_entries(sealing.Places(desk.sealer.instance), opened.key, opened.case.ref, lines)
    return _view(desk, actor, opened, entries)


def authorised(desk: Desk, ref: CaseRef, person: str, purpose: str) -> tuple[Actor, Opened] | None:
    """Open a case only after the person's roles in its project allow reading, or two people agreed that this one reads
    it for a while; no key is asked for otherwise.

    A look at an embargoed case is recorded first; raises `ports.store.Unavailable` when it cannot be.
    """
    head = desk.journal.head(ref)
    actor = desk.people.actor(person, head.project) if head else None
    if actor is None or not access.may_read(actor):
        return breakglass.look(desk, ref, person, purpose)
    opened = cases.open_case(desk, ref, actor, purpose)
    if opened is None:
        return None
    looks.record(desk, actor, opened, purpose)
    return actor, opened


def file(desk: Desk, ref: CaseRef, person: str, blob: str) -> tuple[Attachment, Iterator[bytes]] | None:
    """Find an attachment of a case and stream it."""
    found = authorised(desk, ref, person, "file.read")
    if found is None:
        return None
    _, opened = found
    lines = desk.journal.entries(ref)
    places = sealing.Places(desk.sealer.instance)
    for sealed in lines:
        (entry,) = sealing.open_entries(places, opened.key, ref, [sealed])
        for attachment in thread.attachments(entry.event):
            if attachment.blob == blob:
                return attachment, desk.blobs.open(attachment.blob, attachment.key)
    return None


def _view(desk: Desk, actor: Actor, opened: Opened, entries: list[ev.Entry]) -> CaseView:
    case, policy, now = opened.case, opened.policy, desk.now()
    offers = options(desk, policy, case.project)
    found = tuple(views.promise(each, now) for each in promises(policy, case))
    messages = [each for entry in entries if (each := thread.message(entry, actor, now))]
    score, others, standing = case.score, people.parties(case), gates(policy, case)
    return CaseView(
        ref=case.ref,
        project=case.project,
        project_name=policy.project.name,
        seq=case.seq,
        title=case.title,
        phase=phases.phase(case).value,
        waits_for=phases.next_move(case),
        severity=f"{score.rating} {score.score:.1f}" if score else "",
        lead=case.lead_name,
        lead_id=case.lead,
        state=case.state,
        received=words.instant(case.received_at),
        now=now,
        report=_report(case),
        report_mail=thread.by_mail(case.report.letter),
        report_files=thread.files((*case.report.attachments, *thread.original(case.report.letter))),
        promises=found,
        next_promise=_first_open(policy, case, found),
        options=offers,
        suggestions=_suggestions(policy, case, now),
        gates=_gates(standing, offers),
        shut=frozenset(each.move.value for each in standing if not each.satisfied),
        moves=frozenset(move.value for move in MoveName if access.may_move(actor, move)),
        owes=thread.owes(case),
        reporter_thread=tuple(m for m in messages if m.audience == Audience.REPORTER),
        team_thread=tuple(m for m in messages if m.audience == Audience.TEAM),
        history=tuple(history.line(entry, now) for entry in entries),
        older=entries[0].seq if entries and entries[0].seq > 1 else 0,
        timeline=timeline.picture(policy, case, now),
        investigated=case.investigated,
        effect=case.effect,
        criticality=case.criticality,
        affected_versions=case.affected_versions,
        cwe=case.cwe,
        scores=tuple(views.score(each, offers, score) for each in case.scores),
        score_board=recorded(case.scores),
        lines=case.lines,
        fix=case.fix_reference if case.fix_ready_at else "",
        fix_ready=words.instant(case.fix_ready_at),
        fix_author=offers.name(case.fix_author),
        milestones=tuple(map(views.milestone, case.milestones)),
        confirmed_by=tuple(offers.name(each) for each in case.fix_confirmed_by),
        embargo=case.embargo.em.name.lower(),
        embargo_until=words.instant(case.embargo_until),
        embargoed=case.embargo.in_force,
        embargo_left=words.until(case.embargo_until, now) if case.embargo_until else "",
        unilateral=case.embargo.unilateral,
        disagreed=case.embargo.rejections,
        proposals=tuple(views.proposal(case, each, now) for each in case.embargo.proposals),
        advisory_id=case.advisory_id,
        advisory=case.advisory,
        draft_mitigation=case.mitigation,
        no_mitigation_known=case.no_mitigation_known,
        cve_id=case.cve_id,
        cve_state=case.cve_state,
        cve_count=case.cve_counted.count.words if case.cve_counted else "",
        published=words.instant(case.published_at),
        revision=case.revision,
        failure=case.failure,
        rejection=case.rejection.value if case.rejection else "",
        appealed=case.appealed,
        duplicate_of=case.duplicate_of,
        people=people.everybody(case, others),
        parties=others,
        party_threads=thread.by_party(messages),
        distributors=any(each.part is Part.DISTRIBUTOR for each in case.parties),
        distributor_thread=tuple(m for m in messages if m.audience == Audience.DISTRIBUTORS),
        merged=tuple(each.case for each in case.absorbed),
        merged_into=case.merged_into,
        split_into=case.split_into,
        continues=case.continues,
        candidates=people.candidates(case),
        embargo_at=case.embargo_until,
    )


def _report(case: Case) -> ev.ReportReceived:
    """The report as it came in, without the places and keys of its files."""
    report = msgspec.structs.replace(case.report, attachments=(), letter=None)
    return ev.ReportReceived(case=case.ref, project=case.project, policy=case.policy, report=report)


def _suggestions(policy: Policy, case: Case, now: datetime) -> tuple[SuggestionView, ...]:
    found = proposals(policy, case, now)
    return tuple(SuggestionView(name=each.name, because=each.because, cite=each.cite) for each in found)


def _gates(standing: Sequence[Gate], offers: Options) -> dict[str, tuple[Gate, ...]]:
    """The gates before the moves whose forms list them, with names for ids."""
    asked = (MoveName.ACCEPT, MoveName.PUBLISH, MoveName.CLOSE)
    return {move.value: tuple(_named(each, offers) for each in standing if each.move is move) for move in asked}


def _named(gate: Gate, offers: Options) -> Gate:
    """Put names where a clause, which knows nobody, could only say an id."""
    reason = gate.reason
    for person in offers.people:
        reason = reason.replace(person.id, person.name)
    return gate if reason == gate.reason else msgspec.structs.replace(gate, reason=reason)


def _first_open(policy: Policy, case: Case, found: tuple[PromiseView, ...]) -> PromiseView | None:
    soonest = next_due(policy, case)
    return next((each for each in found if soonest and each.name == soonest.name and not each.kept), None)
