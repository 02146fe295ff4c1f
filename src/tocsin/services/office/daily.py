# SPDX-License-Identifier: Apache-2.0
"""A person's days, for their programs: dates of cases, when they are written to, and their part of the duty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tocsin.core.duty import Rota
from tocsin.core.mail_out import keys
from tocsin.core.vocabulary import Actor, ProjectId, Refused
from tocsin.core.wire import around as told
from tocsin.core.wire.access import Scope
from tocsin.core.wire.duty import Duty
from tocsin.services import duty
from tocsin.services.office import Office
from tocsin.services.post import members
from tocsin.services.queries import calendar


def dates(office: Office) -> tuple[told.DateOf, ...] | Refused:
    """List every date of open cases that the caller may see, soonest first; references and kinds of dates only."""
    if refused := office.may(Scope.READ):
        return refused
    found = [each for project in office.mine() for each in calendar.entries(office.desk, office.caller.person, project)]
    return tuple(
        told.DateOf(case=each.case, project=each.project, key=each.key, what=each.what, at=each.at)
        for each in sorted(found, key=lambda each: (each.at, each.key))
    )


def mail_wishes(office: Office) -> told.MailWishes | Refused:
    """Tell when the caller is written to."""
    if refused := office.may(Scope.READ):
        return refused
    found = members.of(office.desk, office.caller.person)
    wishes = found.wishes
    return told.MailWishes(
        zone=wishes.zone,
        quiet_from=wishes.quiet_from,
        quiet_until=wishes.quiet_until,
        digest_at=wishes.digest_at,
        each=wishes.each,
        key=keys.spaced(found.key.fingerprint) if found.key else "",
    )


# ----------------------------------------------------------------------------------------------------------------- duty


def order(office: Office, project: ProjectId, wish: told.DutyOrder, seen: int | None) -> Duty | Refused:
    """Set who is on duty one after another, beginning with this week."""
    return _changed(office, project, lambda who: duty.set_people(office.desk, who, project, wish.people, seen))


def swap(office: Office, project: ProjectId, wish: told.DutySwap, seen: int | None) -> Duty | Refused:
    """Give one week to somebody else."""
    return _changed(office, project, lambda who: duty.swap(office.desk, who, project, wish.week, wish.person, seen))


def away(office: Office, project: ProjectId, wish: told.DutyDays, seen: int | None) -> Duty | Refused:
    """Note days on which the caller is not there."""
    return _changed(office, project, lambda who: duty.away(office.desk, who, project, wish.first, wish.last, seen))


def back(office: Office, project: ProjectId, first: date, seen: int | None) -> Duty | Refused:
    """Take the caller's days away back that begin on a day."""
    return _changed(office, project, lambda who: duty.back(office.desk, who, project, first, seen))


def home(office: Office, project: ProjectId, wish: told.DutyHome, seen: int | None) -> Duty | Refused:
    """Note whose public holidays the caller keeps."""
    return _changed(office, project, lambda who: duty.home(office.desk, who, project, wish.country, seen))


def note(office: Office, project: ProjectId, wish: told.DutyWord) -> Duty | Refused:
    """Leave a note for who comes next."""
    return _changed(office, project, lambda who: duty.note(office.desk, who, project, wish.text))


def _changed(office: Office, project: ProjectId, change: Callable[[Actor], Rota | Refused]) -> Duty | Refused:
    actor = office.acting(project, Scope.WRITE)
    if isinstance(actor, Refused):
        return actor
    done = change(actor)
    return done if isinstance(done, Refused) else office.duty_of(project)
