# SPDX-License-Identifier: Apache-2.0
"""Distributors for programs: who is one, deciding on it, and in a case who was given what and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tocsin.core.distribution import CRITERIA
from tocsin.core.vocabulary import Actor, CaseRef, ProjectId, Refused
from tocsin.core.wire import outside as told
from tocsin.core.wire.access import Scope
from tocsin.core.wire.case import TLP
from tocsin.services.book import Kept
from tocsin.services.cases import NOT_FOUND, Opened
from tocsin.services.distribution import leaving, members, telling
from tocsin.services.distribution.members import Distributor
from tocsin.services.office import Office
from tocsin.services.office.listing import paged, seen_before

T = TypeVar("T")


def listing(office: Office, project: ProjectId, after: str, limit: int) -> told.Distributors | Refused:
    """List one page of those who are, were or want to be distributors, with the terms in force."""
    actor = office.acting(project, Scope.READ)
    if isinstance(actor, Refused):
        return actor
    terms = members.current(office.desk, project)
    page, further = paged(members.distributors(office.desk), project, after, limit)
    return told.Distributors(
        tlp=TLP,
        terms=told.Terms(version=terms.version, text=terms.text, criteria=dict(CRITERIA)),
        items=tuple(_told(office, each) for each in page),
        next=further,
    )


def one(office: Office, project: ProjectId, name: str) -> told.Distributor | Refused:
    """Tell one of them."""
    actor = office.acting(project, Scope.READ)
    if isinstance(actor, Refused):
        return actor
    kept = members.distributors(office.desk).get(project, name)
    return _told(office, kept) if kept else NOT_FOUND


def approve(office: Office, project: ProjectId, name: str, seen: int | None) -> told.Distributor | Refused:
    """Make an applicant a distributor: they are told of what is not public, so the token has to be one to publish."""

    def do(kept: Kept[Distributor]) -> told.Distributor:
        return _told(office, members.approve(office.desk, kept, office.caller.person))

    return _decided(office, project, name, Scope.PUBLISH, seen, do)


def ask(office: Office, project: ProjectId, name: str, seen: int | None) -> told.Distributor | Refused:
    """Ask a distributor to say yes to the terms for another year."""

    def do(kept: Kept[Distributor]) -> told.Distributor:
        members.ask(office.desk, kept)
        return _told(office, kept)

    return _decided(office, project, name, Scope.WRITE, seen, do)


def remove(
    office: Office, project: ProjectId, name: str, wish: told.Removal, seen: int | None
) -> told.Removed | Refused:
    """End a distributor everywhere at once."""

    def do(kept: Kept[Distributor]) -> told.Removed | Refused:
        because, caller = wish.because.strip() or leaving.DECIDED, office.caller
        ended = leaving.remove(office.desk, kept, because, caller.person, caller.via)
        after = members.distributors(office.desk).get(project, name)
        return told.Removed(distributor=_told(office, after or kept), cases=ended)

    return _decided(office, project, name, Scope.WRITE, seen, do)


def _decided(
    office: Office,
    project: ProjectId,
    name: str,
    scope: Scope,
    seen: int | None,
    do: Callable[[Kept[Distributor]], T | Refused],
) -> T | Refused:
    actor = office.acting(project, scope)
    if isinstance(actor, Refused):
        return actor
    kept = members.distributors(office.desk).get(project, name) if members.decides(actor) else None
    if kept is None:
        return NOT_FOUND
    return seen_before(kept, seen) or do(kept)


def of_case(office: Office, ref: CaseRef) -> told.Shares | Refused:
    """Tell the ledger and the grid of a case."""
    desk = office.desk

    def tell(actor: Actor, opened: Opened) -> told.Shares | Refused:
        rows = telling.grid(desk, ref, actor)
        if isinstance(rows, Refused):
            return rows
        concerned, not_told = telling.concerned(desk, opened)
        known = {row.name for row in rows if row.ended_at is None}
        shut = telling.too_early(desk, opened)
        return told.Shares(
            tlp=TLP,
            items=rows,
            next=tuple(name for each in concerned if (name := each.value.application.name) not in known),
            not_told=tuple(not_told),
            shut=shut.because if shut else "",
        )

    return office.read(ref, "distributors", tell)


def _told(office: Office, kept: Kept[Distributor]) -> told.Distributor:
    value, now = kept.value, office.desk.now()
    version = members.current(office.desk, kept.project).version
    return told.Distributor(
        id=kept.id,
        version=kept.record.version,
        name=value.application.name,
        contact=value.application.contact,
        purls=value.application.purls,
        state=value.state.value,
        since=value.since,
        terms=value.terms,
        confirmed_at=value.confirmed_at,
        told=value.may_be_told(version, now),
        because=value.removed_because or members.why_not(value, version, now),
        evidence=value.application.evidence,
    )
