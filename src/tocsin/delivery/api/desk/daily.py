# SPDX-License-Identifier: Apache-2.0
"""Addresses of a person's days: dates of cases, when they are written to, their part of the duty."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse

from tocsin.core.wire.around import (
    DateOf,
    DutyDays,
    DutyHome,
    DutyOrder,
    DutySwap,
    DutyWord,
    MailWishes,
)
from tocsin.core.wire.duty import Duty
from tocsin.delivery.api import bodies
from tocsin.delivery.api.desk.base import Day, Key, RecordMatch, answer, api, edit
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.schema import told
from tocsin.services.office import daily

_ONCE: Final = ("Idempotent-Replayed",)


@api.get("/calendar", operation_id="calendar", tags=["own"], openapi_extra=told(tuple[DateOf, ...]))
def calendar(request: OfficeRequest) -> HttpResponse:
    """List every date of open cases, soonest first: references and kinds of dates, never a title."""
    return answer(daily.dates(request.office))


@api.get("/me/mail", operation_id="mail-wishes", tags=["own"], openapi_extra=told(MailWishes))
def mail_wishes(request: OfficeRequest) -> HttpResponse:
    """Tell when the caller is written to. It is changed at the desk, with a second factor."""
    return answer(daily.mail_wishes(request.office))


# ----------------------------------------------------------------------------------------------------------------- duty


@api.put(
    "/projects/{project}/duty/order",
    operation_id="set-duty",
    tags=["duty"],
    openapi_extra=told(Duty, body=DutyOrder, headers=_ONCE),
)
def order(
    request: OfficeRequest, project: str, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Set who is on duty one after another, beginning with this week."""
    office, wish = request.office, bodies.read(request, DutyOrder)
    return edit(request, idempotency_key, if_match, lambda seen: daily.order(office, project, wish, seen))


@api.put(
    "/projects/{project}/duty/swap",
    operation_id="swap-duty",
    tags=["duty"],
    openapi_extra=told(Duty, body=DutySwap, headers=_ONCE),
)
def swap(
    request: OfficeRequest, project: str, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Give one week to somebody else who triages."""
    office, wish = request.office, bodies.read(request, DutySwap)
    return edit(request, idempotency_key, if_match, lambda seen: daily.swap(office, project, wish, seen))


@api.put(
    "/projects/{project}/duty/away",
    operation_id="away",
    tags=["duty"],
    openapi_extra=told(Duty, body=DutyDays, headers=_ONCE),
)
def away(
    request: OfficeRequest, project: str, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Note days on which the caller is not there; everybody says it of themselves."""
    office, wish = request.office, bodies.read(request, DutyDays)
    return edit(request, idempotency_key, if_match, lambda seen: daily.away(office, project, wish, seen))


@api.delete(
    "/projects/{project}/duty/away/{first}", operation_id="back", tags=["duty"], openapi_extra=told(Duty, headers=_ONCE)
)
def back(
    request: OfficeRequest, project: str, first: Day, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Take the caller's days away back that begin on this day."""
    office, day = request.office, bodies.day("first", first)
    return edit(request, idempotency_key, if_match, lambda seen: daily.back(office, project, day, seen))


@api.put(
    "/projects/{project}/duty/home",
    operation_id="duty-home",
    tags=["duty"],
    openapi_extra=told(Duty, body=DutyHome, headers=_ONCE),
)
def home(
    request: OfficeRequest, project: str, if_match: RecordMatch = None, idempotency_key: Key = None
) -> HttpResponse:
    """Note whose public holidays the caller keeps."""
    office, wish = request.office, bodies.read(request, DutyHome)
    return edit(request, idempotency_key, if_match, lambda seen: daily.home(office, project, wish, seen))


@api.post(
    "/projects/{project}/duty/notes",
    operation_id="duty-note",
    tags=["duty"],
    openapi_extra=told(Duty, body=DutyWord, headers=_ONCE),
)
def note(request: OfficeRequest, project: str, idempotency_key: Key = None) -> HttpResponse:
    """Leave a note for who comes next."""
    office, wish = request.office, bodies.read(request, DutyWord)
    return edit(request, idempotency_key, None, lambda _: daily.note(office, project, wish))
