# SPDX-License-Identifier: Apache-2.0
"""From a case and its journal to what travels (`core.wire.case`). Nothing is decided here, and no key of a file gets
out. Lists, documents and policies are `pages`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.case import phase as phases
from tocsin.core.case.model import Case
from tocsin.core.intake import Attachment, Report
from tocsin.core.policy.clauses import gates, promises, proposals
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Actor, MoveName
from tocsin.core.wire import case as told
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import history, thread
from tocsin.services.queries.options import Options, options
from tocsin.services.queries.people import everybody

GATED = (MoveName.ACCEPT, MoveName.PUBLISH, MoveName.CLOSE)
"""Moves whose gates are told before anybody tries."""


def case(desk: Desk, actor: Actor, opened: Opened, moves: Iterable[str]) -> told.Case:
    """Tell a case; `moves` are those that the caller may ask for."""
    found, policy, now = opened.case, opened.policy, desk.now()
    people = options(desk, policy, found.project)
    return told.Case(
        ref=found.ref,
        project=found.project,
        tlp=told.TLP,
        seq=found.seq,
        title=found.title,
        phase=phases.phase(found).value,
        waits_for=phases.next_move(found),
        report_state=found.rm.name.lower(),
        state=found.state,
        lead=_person(people, found.lead),
        received_at=found.received_at,
        updated_at=found.updated_at,
        closed_at=found.closed_at,
        outcome=found.outcome,
        rejection=found.rejection.value if found.rejection else "",
        appealed=found.appealed,
        duplicate_of=found.duplicate_of,
        policy=found.policy,
        report=report(found.report),
        promises=_promises(policy, found, now),
        gates=_gates(policy, found),
        suggestions=tuple(
            told.Suggestion(name=each.name, because=each.because, cite=each.cite)
            for each in proposals(policy, found, now)
        ),
        moves=tuple(moves),
        asks=_asks(found, now),
        parties=_parties(found),
        investigation=told.Investigation(
            done=found.investigated,
            effect=found.effect,
            criticality=found.criticality,
            affected_versions=found.affected_versions,
            cwe=found.cwe,
        ),
        scores=_scores(found, people),
        lines=msgspec.convert(msgspec.to_builtins(found.lines), tuple[told.Line, ...]),
        fix=told.Fix(
            ready_at=found.fix_ready_at,
            author=_person(people, found.fix_author),
            reference=found.fix_reference,
            confirmed_by=tuple(_named(people, each) for each in found.fix_confirmed_by),
        ),
        embargo=embargo(found),
        advisory=_advisory(found),
        participants=_participants(found),
    )


def report(given: Report) -> told.Report:
    """Tell a report as it was written."""
    who = given.identity
    return told.Report(
        kind=given.kind.value,
        title=given.title,
        reproduce=given.reproduce,
        version=given.version,
        effects=given.effects,
        attack_surface=given.attack_surface,
        surface=given.surface,
        dependencies=given.dependencies,
        reporter=who.name,
        affiliation=who.affiliation,
        contact=who.contact,
        credit=who.credit.value,
        credit_as=who.credit_as,
        tool_use=given.tool_use,
        disclosure_plans=given.disclosure_plans,
        channel=given.channel,
        files=files(given.attachments),
    )


def embargo(found: Case) -> told.Embargo:
    """Tell an embargo with everything that was proposed."""
    held = found.embargo
    return told.Embargo(
        state=held.em.name.lower(),
        in_force=held.in_force,
        until=found.embargo_until,
        unilateral=held.unilateral,
        disagreed=held.rejections,
        proposals=tuple(
            told.Proposal(
                id=each.id,
                by=each.by,
                ends_at=each.ends_at,
                proposed_at=each.proposed_at,
                respond_by=each.respond_by,
                fate=each.fate.value,
            )
            for each in held.proposals
        ),
    )


def files(found: Iterable[Attachment]) -> tuple[told.File, ...]:
    """Tell attachments: where they are fetched, never how they are opened."""
    return tuple(
        told.File(id=each.blob, name=each.name, size=each.size, sha256=each.sha256, media_type=each.media_type)
        for each in found
    )


def message(entry: ev.Entry, actor: Actor, now: datetime) -> told.Message | None:
    """Tell a journal line as a message; None for one that said nothing."""
    said = thread.message(entry, actor, now)
    if said is None:
        return None
    return told.Message(
        seq=entry.seq,
        at=entry.at,
        by=said.by,
        mine=said.mine,
        audience=str(said.audience),
        text=said.text,
        plan=said.plan,
        workarounds=said.workarounds,
        automatic=said.automatic,
        files=files(thread.attachments(entry.event)),
    )


def event(entry: ev.Entry) -> told.Event:
    """Tell a journal line without its content."""
    return told.Event(
        seq=entry.seq,
        at=entry.at,
        by=history.who(entry.actor),
        by_id=entry.actor.id,
        by_kind=entry.actor.kind.value,
        via=entry.actor.via,
        event=ev.name(entry.event),
        said=history.said(entry.event),
    )


def _parties(found: Case) -> tuple[told.Party, ...]:
    consents = {each.participant: each.state.name.lower().replace("_", "-") for each in found.embargo.consents}
    return tuple(
        told.Party(
            id=each.id,
            part=each.part.value,
            name=each.name,
            contact=each.contact,
            invited_at=each.invited_at,
            state=each.rm.name.lower(),
            consent=consents.get(each.id, ""),
            here=each.here,
            upstream=each.upstream,
            products=tuple(
                told.Product(name=every.name, path=every.path, affected=every.affected.value) for every in each.products
            ),
        )
        for each in found.parties
    )


def _participants(found: Case) -> tuple[told.Participant, ...]:
    return tuple(
        told.Participant(
            id=each.id,
            name=each.name,
            part=each.part,
            report=each.rm,
            consent=each.consent,
            fixes=each.fixes,
            sees=each.sees,
            here=each.here,
            barred=each.barred,
        )
        for each in everybody(found)
    )


def _promises(policy: Policy, found: Case, now: datetime) -> tuple[told.Promise, ...]:
    return tuple(
        told.Promise(
            name=each.name,
            title=each.title,
            started_at=each.started_at,
            due_at=each.due_at,
            kept_at=each.kept_at,
            state=each.state(now).value,
            cite=each.cite,
            missing=each.missing,
            explain=each.explain,
        )
        for each in promises(policy, found)
    )


def _asks(found: Case, now: datetime) -> tuple[told.Ask, ...]:
    """What still waits for a second person."""
    return tuple(
        told.Ask(
            act=each.asked.act.value,
            digest=each.asked.digest,
            by=told.Person(id=each.by, name=each.by_name),
            at=each.at,
            until=each.asked.until,
            terms=each.asked.terms,
        )
        for each in found.asks
        if each.asked.until > now
    )


def _scores(found: Case, people: Options) -> tuple[told.Score, ...]:
    return tuple(
        told.Score(
            vector=each.vector,
            score=each.score,
            rating=each.rating,
            scorer=_named(people, each.scorer),
            final=each is found.score,
            provisional=each.provisional,
        )
        for each in found.scores
    )


def _gates(policy: Policy, found: Case) -> tuple[told.Gate, ...]:
    standing = gates(policy, found)
    return tuple(
        told.Gate(
            name=each.name,
            move=each.move.value,
            satisfied=each.satisfied,
            reason=each.reason,
            rule=each.rule,
            cite=each.cite,
        )
        for move in GATED
        for each in standing
        if each.move is move
    )


def _advisory(found: Case) -> told.Advisory:
    draft = msgspec.to_builtins(found.advisory) if found.advisory else None
    if draft:
        draft.pop("type", None)
    return told.Advisory(
        id=found.advisory_id,
        draft=draft,
        cve_id=found.cve_id,
        cve_state=found.cve_state,
        ordered_at=found.ordered_at if found.ordered_digest else None,
        published_at=found.published_at,
        revision=found.revision,
        failure=found.failure,
        withdrawn_because=found.withdrawn_because,
        superseded_by=found.superseded_by,
        withdrawn_at=found.withdrawn_at,
    )


def _person(people: Options, person: str) -> told.Person | None:
    return _named(people, person) if person else None


def _named(people: Options, person: str) -> told.Person:
    return told.Person(id=person, name=people.name(person))
