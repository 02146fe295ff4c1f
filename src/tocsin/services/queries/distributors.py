# SPDX-License-Identifier: Apache-2.0
"""Distributors as the desk shows them: who is one and who wants to be, and in a case the grid, the ledger, the gaps."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.core import access
from tocsin.core.distribution import CRITERIA
from tocsin.core.vocabulary import Actor, ProjectId, Refused
from tocsin.core.wire.outside import Share
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.cases import Opened
from tocsin.services.distribution import members, telling
from tocsin.services.distribution.members import Distributor, State
from tocsin.services.queries import words

NOTHING = "\N{EN DASH}"


class GridView(msgspec.Struct, frozen=True):
    """One distributor of a case: what happened when, and what it says; a dash where nothing did."""

    party: str
    name: str
    told: str
    consented: bool
    given: str
    opened: tuple[str, ...]
    acknowledged: str
    status: str
    asks_for_time: bool
    mark: str
    advisories: tuple[str, ...]
    ended: str = ""


class ShareView(msgspec.Struct, frozen=True):
    """The distributors of a case. `next` are those who would be asked in now, `not_told` those whom the case concerns
    and why they are not, `shut` why nobody may be asked in yet."""

    rows: tuple[GridView, ...]
    next: tuple[str, ...]
    not_told: tuple[str, ...]
    shut: str
    cited: bool


def of_case(desk: Desk, opened: Opened, actor: Actor) -> ShareView:
    """What a case's page shows."""
    found = telling.grid(desk, opened.case.ref, actor)
    rows = () if isinstance(found, Refused) else tuple(map(_row, found))
    concerned, not_told = telling.concerned(desk, opened)
    known = {row.name for row in rows if not row.ended}
    fresh = tuple(each.value.application.name for each in concerned if each.value.application.name not in known)
    refused = telling.too_early(desk, opened)
    cited = {each.url for each in opened.case.advisory.references} if opened.case.advisory else set()
    return ShareView(
        rows=rows,
        next=fresh,
        not_told=tuple(not_told),
        shut=refused.because if refused else "",
        cited=all(each in cited for row in rows for each in row.advisories),
    )


def _row(row: Share) -> GridView:
    return GridView(
        party=row.party,
        name=row.name,
        told=words.instant(row.told_at),
        consented=row.consented,
        given=_or_dash(row.sent_at),
        opened=tuple(map(words.instant, row.opened)),
        acknowledged=_or_dash(row.acknowledged_at),
        status="; ".join(_status(row.status)) or NOTHING,
        asks_for_time=row.asks_for_time,
        mark=row.mark,
        advisories=row.advisories,
        ended=words.instant(row.ended_at),
    )


def _status(said: dict[str, str]) -> list[str]:
    return [f"{name}: {_plain(state)}" if name else _plain(state) for name, state in said.items()]


def _plain(state: str) -> str:
    return state.replace("-", " ")


def _or_dash(at: datetime | None) -> str:
    return words.instant(at) or NOTHING


# ------------------------------------------------------------------------------------------------------- of a project


class MemberView(msgspec.Struct, frozen=True):
    """One distributor or applicant. `told` is whether it is told of anything now, `evidence` what it says of each
    criterion."""

    id: str
    name: str
    contact: str
    packages: tuple[str, ...]
    state: str
    since: str
    told: bool
    until: str
    because: str
    evidence: tuple[tuple[str, str], ...]


class MembersView(msgspec.Struct, frozen=True):
    """A project's distributors: those who applied, those who are told, those who were removed."""

    project: ProjectId
    name: str
    version: str
    terms: str
    applied: tuple[MemberView, ...]
    approved: tuple[MemberView, ...]
    removed: tuple[MemberView, ...]
    decides: bool


def of_project(desk: Desk, actor: Actor, project: ProjectId) -> MembersView | None:
    """Everybody who is, was or wants to be one; None for whoever may not read the project."""
    info = desk.projects.get(project)
    if info is None or not access.may_read(actor):
        return None
    terms = members.current(desk, project)
    every = sorted(members.distributors(desk).all(project), key=lambda each: each.value.application.name.casefold())

    def those(state: State) -> tuple[MemberView, ...]:
        return tuple(_member(each, terms.version, desk.now()) for each in every if each.value.state is state)

    return MembersView(
        project=project,
        name=info.name,
        version=terms.version,
        terms=terms.text,
        applied=those(State.APPLIED),
        approved=those(State.APPROVED),
        removed=those(State.REMOVED),
        decides=members.decides(actor),
    )


def _member(kept: Kept[Distributor], version: str, now: datetime) -> MemberView:
    value = kept.value
    said = value.application.evidence
    return MemberView(
        id=kept.id,
        name=value.application.name,
        contact=value.application.contact,
        packages=value.application.purls,
        state=value.state.value,
        since=words.instant(value.since),
        told=value.may_be_told(version, now),
        until=words.instant(members.ends(value)) if value.state is State.APPROVED else "",
        because=value.removed_because or members.why_not(value, version, now),
        evidence=tuple((CRITERIA[each], said[each]) for each in CRITERIA if each in said),
    )
