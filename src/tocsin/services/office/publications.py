# SPDX-License-Identifier: Apache-2.0
"""From a plan and a run to what travels. Nothing is decided here."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from tocsin.core.publication import Progress, Run, State
from tocsin.core.vocabulary import Refused
from tocsin.core.wire import case as told
from tocsin.core.wire import publication as wire
from tocsin.core.wire.desk import Defect
from tocsin.services import publishing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.office.moves import out_of_range
from tocsin.services.publishing import Shown

_NO_ADVISORY: Final = Refused(
    code="not-accepted", because="Only an accepted report leads to an advisory.", rule="rm: A", missing=("accept",)
)


def plan(desk: Desk, opened: Opened, at: datetime | None, summary: str) -> wire.Plan | Refused:
    """Tell a dry run, for an instant or now."""
    if at is not None and (refused := out_of_range([at])):
        return refused
    if not opened.case.advisory_id:
        return _NO_ADVISORY
    found = publishing.plan(desk, opened, at, summary)
    return wire.Plan(
        case=opened.case.ref,
        tlp=told.TLP,
        advisory_id=found.preview.advisory.id,
        digest=found.preview.digest,
        plan=found.digest,
        at=found.at,
        targets=tuple(map(_aim, found.targets)),
        problems=tuple(Defect(field=each.field, message=each.message) for each in found.preview.problems),
    )


def _aim(shown: Shown) -> wire.Aim:
    target, payload = shown.target, shown.payload
    body = payload.body if payload else b""
    return wire.Aim(
        name=target.name,
        stage=target.stage.value,
        to=target.to,
        key=target.key,
        media_type=payload.media_type if payload else "",
        about=payload.about if payload else "",
        body=body,
        sha256=hashlib.sha256(body).hexdigest() if payload else "",
        required=target.required,
        by_hand=target.by_hand,
        owner=shown.owner,
        problem=shown.problem,
    )


def board(opened: Opened, now: datetime) -> wire.Board:
    """Tell how far the newest order is; without one, a board without targets."""
    case = opened.case
    run = case.run
    return wire.Board(
        case=case.ref,
        tlp=told.TLP,
        advisory_id=case.advisory_id,
        plan=run.plan if run else "",
        at=run.at if run else None,
        armed=bool(run and run.armed),
        complete=bool(run and run.complete),
        targets=tuple(_light(run, each, now) for each in run.targets) if run else (),
    )


def _light(run: Run, each: Progress, now: datetime) -> wire.Light:
    settled = each.state in (State.READABLE, State.SKIPPED)
    return wire.Light(
        name=each.target.name,
        stage=each.target.stage.value,
        state=each.state.value,
        since=each.since,
        where=each.where,
        found=each.found,
        by_hand=each.target.by_hand,
        trouble=each.trouble,
        trouble_since=each.trouble_since,
        pending=None if settled or now < run.at else int((now - run.at).total_seconds()),
    )
