# SPDX-License-Identifier: Apache-2.0
"""From rows, documents, policies and measures to what travels (`core.wire.desk`). Nothing is decided here. A case and
its journal are `records`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tocsin.core.case.keys import Keys
from tocsin.core.case.model import Case
from tocsin.core.case.phase import next_move, phase
from tocsin.core.policy.clause import Caution
from tocsin.core.wire import case as told
from tocsin.core.wire import desk as lists
from tocsin.core.wire.duty import Duty
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.shelf import Document, ShelfCard
from tocsin.services.ports.store import NEVER, InboxRow
from tocsin.services.ports.world import PolicyText, ProjectInfo
from tocsin.services.publication import Preview
from tocsin.services.queries import duty as rota
from tocsin.services.queries import orders
from tocsin.services.queries.policy import PolicyView
from tocsin.services.sealing import Summary


def row(desk: Desk, found: InboxRow, summary: Summary) -> lists.CaseRow:
    """Tell one row of a list, whose sealed half was opened."""
    return lists.CaseRow(
        ref=found.case,
        project=found.project,
        seq=found.seq,
        title=summary.title,
        phase=found.phase,
        open=found.open,
        waits_for=found.waits_for,
        lead=told.Person(id=found.lead, name=summary.lead_name) if found.lead else None,
        rating=summary.rating,
        score=summary.score,
        kind=summary.kind,
        answered=summary.answered,
        files=summary.files,
        promise=summary.promise,
        next_due=found.next_due if found.next_due < NEVER else None,
        opened_at=found.opened_at,
        updated_at=found.updated_at,
        touched_at=orders.touched(found, summary),
        priority=orders.word(desk, summary),
    )


def preview(opened: Opened, found: Preview) -> lists.Preview:
    """Tell what would be published."""
    return lists.Preview(
        case=opened.case.ref,
        tlp=told.TLP,
        advisory_id=found.advisory.id,
        digest=found.digest,
        documents=documents(found.documents),
        problems=tuple(lists.Defect(field=each.field, message=each.message) for each in found.problems),
        losses=tuple(
            lists.Loss(format=name, field=each.field, message=each.message, blocks=each.blocks)
            for name, lost in found.losses.items()
            for each in lost
        ),
    )


def documents(found: Iterable[Document]) -> tuple[lists.Document, ...]:
    """Tell documents without their bytes."""
    return tuple(
        lists.Document(
            format=each.format, name=each.name, media_type=each.media_type, size=len(each.body), sha256=each.sha256
        )
        for each in found
    )


def card(found: ShelfCard, its: Iterable[Document]) -> lists.Card:
    """Tell a published advisory."""
    plain: dict[str, Any] = msgspec.structs.asdict(found)
    return lists.Card(tlp="TLP:CLEAR", documents=documents(its), **plain)


def cautions(found: Iterable[Caution]) -> tuple[lists.Caution, ...]:
    """Tell what should be known before a move."""
    return tuple(lists.Caution(code=each.code, because=each.because, rule=each.rule, cite=each.cite) for each in found)


def duty(page: rota.Page) -> Duty:
    """A project's duty, as its page shows it."""
    return msgspec.convert(msgspec.to_builtins(page), Duty)


def measures(found: Keys) -> lists.Measures:
    """Tell how cases go."""
    return lists.Measures(
        since=found.since,
        until=found.until,
        cases=found.cases,
        keys=tuple(
            lists.Measure(
                name=each.name,
                title=each.title,
                definition=each.definition,
                unit=each.unit,
                cases=each.cases,
                median=each.median,
                p90=each.p90,
                share=each.share,
                missed=each.missed,
                parts=each.parts,
            )
            for each in found.keys
        ),
        months=tuple(lists.Month(month=each.month, outcomes=each.outcomes, held=each.held) for each in found.months),
    )


def policy(found: PolicyView, info: ProjectInfo, history: Iterable[PolicyText]) -> lists.Policy:
    """Tell a policy in force, and what was in force before."""
    return lists.Policy(
        project=info.id,
        version=info.policy,
        toml=found.text,
        sentences=tuple(
            lists.Sentence(section=each.section, text=each.text, rule=each.rule, cite=each.cite)
            for each in found.sentences
        ),
        rules=tuple(
            lists.TimedRule(
                name=each.name,
                title=each.title,
                within=each.within,
                because=each.because,
                rule=each.rule,
                source=each.source,
            )
            for each in found.rules
        ),
        history=tuple(
            lists.PolicyVersion(version=each.version, adopted_at=each.adopted_at, adopted_by=each.adopted_by)
            for each in history
        ),
    )


def moved(
    name: str,
    case: Case,
    events: Iterable[str],
    cautions: tuple[lists.Caution, ...],
    *,
    trial: bool = False,
    phrase: str = "",
) -> lists.Moved:
    """Tell what a move did, or on a trial would do."""
    return lists.Moved(
        case=case.ref,
        move=name,
        seq=case.seq,
        events=tuple(events),
        phase=phase(case).value,
        waits_for=next_move(case),
        advisory_id=case.advisory_id,
        embargo_until=case.embargo_until,
        cautions=cautions,
        trial=trial,
        phrase=phrase,
    )
