# SPDX-License-Identifier: Apache-2.0
"""Addresses of what stands around the cases: held mail, the forge, what may be the same matter, who looked."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.http import HttpResponse

from tocsin.core.vocabulary import Refused
from tocsin.core.wire.around import (
    AddTo,
    CaseForge,
    Discard,
    ForgeStanding,
    HeldMails,
    Learning,
    Likeness,
    Looks,
    OpenMail,
    Placed,
    PublicIssue,
    ReportOf,
)
from tocsin.delivery.api import bodies, problems
from tocsin.delivery.api.desk.base import BYTES, Key, Limit, Number, Seq, Word, answer, api, edit
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.schema import told
from tocsin.services.office import PAGE, around
from tocsin.services.office.deeds import ResendMessage

_ONCE: Final = ("Idempotent-Replayed",)

# ------------------------------------------------------------------------------------------------------------ held mail


@api.get("/mail", operation_id="held-mails", tags=["mail"], openapi_extra=told(HeldMails))
def mails(
    request: OfficeRequest, show: Literal["waiting", "rest"] = "waiting", after: Word = "", limit: Limit = PAGE
) -> HttpResponse:
    """List mail that no rule could place: what waits for a person, or all the rest."""
    return answer(around.mails(request.office, show == "waiting", after, limit))


@api.get("/mail/{mail}", operation_id="held-mail", tags=["mail"], openapi_extra=told(OpenMail))
def mail(request: OfficeRequest, mail: str) -> HttpResponse:
    """Tell one held mail. A stranger wrote it."""
    return answer(around.mail(request.office, mail))


@api.post(
    "/mail/{mail}/report",
    operation_id="report-mail",
    tags=["mail"],
    openapi_extra=told(Placed, body=ReportOf, headers=_ONCE),
)
def report(request: OfficeRequest, mail: str, idempotency_key: Key = None) -> HttpResponse:
    """Open a case with a held mail, or with the mail that it passes on."""
    office, wish = request.office, bodies.read(request, ReportOf)
    return edit(request, idempotency_key, None, lambda _: around.report_of(office, mail, wish))


@api.post(
    "/mail/{mail}/add",
    operation_id="add-mail",
    tags=["mail"],
    openapi_extra=told(Placed, body=AddTo, headers=_ONCE),
)
def add(request: OfficeRequest, mail: str, idempotency_key: Key = None) -> HttpResponse:
    """Add a held mail to a case of its project."""
    office, wish = request.office, bodies.read(request, AddTo)
    return edit(request, idempotency_key, None, lambda _: around.add_to(office, mail, wish))


@api.post(
    "/mail/{mail}/discard",
    operation_id="discard-mail",
    tags=["mail"],
    openapi_extra=told(Placed, body=Discard, headers=_ONCE),
)
def discard(request: OfficeRequest, mail: str, idempotency_key: Key = None) -> HttpResponse:
    """Discard a held mail with a reason; it can be looked at for thirty days."""
    office, wish = request.office, bodies.read(request, Discard)
    return edit(request, idempotency_key, None, lambda _: around.discard(office, mail, wish))


# ---------------------------------------------------------------------------------------------------------------- forge


@api.get("/projects/{project}/forge", operation_id="forge", tags=["forge"], openapi_extra=told(ForgeStanding))
def forge(request: OfficeRequest, project: str) -> HttpResponse:
    """Tell how it goes with the project's forge, and which public issues there may be reports."""
    return answer(around.forge_of(request.office, project))


def _issues(deed: str, says: str) -> None:
    """Register what can be done about a public issue."""

    @api.post(
        f"/projects/{{project}}/forge/issues/{{number}}/{deed}",
        operation_id=f"{deed}-issue",
        tags=["forge"],
        summary=f"{deed.capitalize()} a public issue",
        description=says,
        openapi_extra=told(PublicIssue, headers=_ONCE),
    )
    def view(request: OfficeRequest, project: str, number: Number, idempotency_key: Key = None) -> HttpResponse:
        office = request.office
        return edit(request, idempotency_key, None, lambda _: around.issue(office, project, number, deed))


_issues("take", "Open a private case for a public issue; the same issue taken twice has one case.")
_issues("leave", "Say that a public issue is no report.")
_issues("reply", "Have the neutral reply sent with the next look at the forge; once.")


@api.get("/cases/{ref}/forge", operation_id="case-forge", tags=["forge"], openapi_extra=told(CaseForge))
def case_forge(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell what of a case stands on the forge, what was asked for last, and what is in the way."""
    return answer(around.case_forge(request.office, ref))


# ------------------------------------------------------------------------------------------------------------ of a case


@api.get("/cases/{ref}/alike", operation_id="alike", tags=["cases"], openapi_extra=told(tuple[Likeness, ...]))
def alike(request: OfficeRequest, ref: str) -> HttpResponse:
    """List what may be the same matter, the likest first, with what both say. Nothing is decided by it."""
    return answer(around.alike(request.office, ref))


@api.get("/cases/{ref}/looks", operation_id="looks", tags=["audit"], openapi_extra=told(Looks))
def looks(request: OfficeRequest, ref: str, after: Seq = 0, limit: Limit = PAGE) -> HttpResponse:
    """List who looked at a case while it was under embargo, oldest first; `after` passes over so many."""
    return answer(around.looked(request.office, ref, after, limit))


@api.get("/cases/{ref}/timeline", operation_id="timeline", tags=["audit"], openapi_extra=told(content=BYTES))
def timeline(request: OfficeRequest, ref: str) -> HttpResponse:
    """Give the file that proves what happened when in a published case, without a word of it; `tocsin log verify`
    checks it."""
    found: Any = around.timeline(request.office, ref)
    if isinstance(found, Refused):
        return problems.refuse(found)
    return HttpResponse(found, content_type="application/octet-stream", headers={"Content-Disposition": "attachment"})


# ----------------------------------------------------------------------------------------------------- sending words on


@api.post(
    "/cases/{ref}/would-learn",
    operation_id="would-learn",
    tags=["cases"],
    openapi_extra=told(Learning, body=ResendMessage),
)
def would_learn(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell what the readers of words that are sent on (the move `resend`) would learn: what is new to them, what they
    have, what is cut. Posted, so that no log on the way keeps the words; nothing is sent."""
    return answer(around.would_learn(request.office, ref, bodies.read(request, ResendMessage)))
