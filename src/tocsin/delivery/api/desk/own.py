# SPDX-License-Identifier: Apache-2.0
"""The addresses of what the caller keeps for themselves: cases put aside."""

from __future__ import annotations

from django.http import HttpResponse

from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.delivery.api import bodies
from tocsin.delivery.api.desk.base import answer, api
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.schema import told
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
    return answer(_own(request).snooze(ref, bodies.read(request, Snooze).until))


@api.delete("/cases/{ref}/snooze", operation_id="wake", tags=["own"], openapi_extra=told(Snoozed))
def wake(request: OfficeRequest, ref: str) -> HttpResponse:
    """Take a case back into the caller's lists."""
    return answer(_own(request).wake(ref))
