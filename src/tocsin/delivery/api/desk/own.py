# SPDX-License-Identifier: Apache-2.0
"""The addresses of what the caller keeps for themselves or takes home: cases put aside, dates, a whole case."""

from __future__ import annotations

from typing import Literal

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from tocsin.core.vocabulary import Refused
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.delivery import ics
from tocsin.delivery.api import bodies, problems
from tocsin.delivery.api.desk.base import BYTES, Word, answer, api
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.schema import told
from tocsin.services.office.exporting import ExportOffice
from tocsin.services.office.own import OwnOffice


def _own(request: OfficeRequest) -> OwnOffice:
    return OwnOffice(request.office.desk, request.office.caller)


@api.get("/snoozed", operation_id="snoozed", tags=["own"], openapi_extra=told(tuple[Snoozed, ...]))
def snoozed(request: OfficeRequest) -> HttpResponse:
    """List what the caller put aside."""
    return answer(_own(request).snoozed())


@api.put("/cases/{ref}/snooze", operation_id="snooze", tags=["own"], openapi_extra=told(Snoozed, body=Snooze))
def snooze(request: OfficeRequest, ref: str) -> HttpResponse:
    """Put a case aside, for the caller alone: no part of the case, and in nobody else's lists."""
    return answer(_own(request).snooze(ref, bodies.read(request, Snooze)))


@api.delete("/cases/{ref}/snooze", operation_id="wake", tags=["own"], openapi_extra=told(Snoozed))
def wake(request: OfficeRequest, ref: str) -> HttpResponse:
    """Take a case back into the caller's lists."""
    return answer(_own(request).wake(ref))


_CALENDAR = {"text/calendar": {"schema": {"type": "string"}}}


@api.get("/calendar.ics", operation_id="calendar-file", tags=["own"], openapi_extra=told(content=_CALENDAR))
def calendar_file(request: OfficeRequest, case: Word = "", words: Literal["", "none"] = "") -> HttpResponse:
    """Tell the dates of one case, or of every open one, as iCalendar: references and kinds of dates, never a title;
    with `words=none` not even those."""
    found = _own(request).dates(case)
    if isinstance(found, Refused):
        return problems.refuse(found)
    desk = request.office.desk
    url = desk.site.desk_url
    body = ics.render(found, url, ics.host(url), desk.now(), quiet=words == "none")
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "no-store"})


@api.get("/cases/{ref}/export", operation_id="export", tags=["cases"], openapi_extra=told(content=BYTES))
def export(request: OfficeRequest, ref: str) -> HttpResponseBase:
    """Stream everything of a case that the caller may see as a tar archive, with sums, a signature and proofs of the
    transparency log. Nothing in it is sealed any more."""
    found = ExportOffice(request.office.desk, request.office.caller).export(ref)
    if isinstance(found, Refused):
        return problems.refuse(found)
    response = StreamingHttpResponse(found, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
