# SPDX-License-Identifier: Apache-2.0
"""Text that is not sent yet, kept for the one who types it: every few seconds by the script, or with a button.

A session that ended, a crashed browser or another machine comes back to the same words. Files are not kept.
"""

from __future__ import annotations

from typing import Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from tocsin.delivery.desk.doors import DeskRequest, not_found, see_other, signed_in
from tocsin.delivery.desk.forms import FORMS, Ground, MoveForm
from tocsin.delivery.desk.grounds import ground
from tocsin.delivery.desk.tabs import TABS as LABELS
from tocsin.delivery.desk.views.here import at_case
from tocsin.services import own

_NOT_KEPT: Final = ("csrfmiddlewaretoken", "back", "do", "kept")


class NoFile(FileUploadHandler):
    """Reads over files: a draft keeps words."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Skip it."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take nothing."""

    def file_complete(self, file_size: int) -> None:
        """Keep nothing."""


@csrf_exempt  # `_keep` checks the token, once somebody is there to read over the files
@signed_in
@require_POST
def keep(request: DeskRequest, ref: str, name: str) -> HttpResponseBase:
    """Keep what stands in a form of a case; with `do=drop`, forget it."""
    found, kind = ground(request, ref, "case.draft"), FORMS.get(name)
    if found is None or kind is None or not kind.keeps:
        return not_found()
    request.upload_handlers = [NoFile(request)]
    answer: HttpResponseBase = _keep(request, found, kind)
    return answer


@csrf_protect
def _keep(request: DeskRequest, found: Ground, kind: type[MoveForm]) -> HttpResponseBase:
    told, case = request.POST, found.case
    address = f"/c/{case.ref}" if kind.tab == "talk" else f"/c/{case.ref}/{kind.tab}"
    if told.get("do") == "drop":
        own.drop_draft(request.desk, case.project, case.ref, request.person, kind.name)
        return see_other(f"{address}#{kind.name}")
    fields = {name: value for name, value in told.items() if name not in _NOT_KEPT and isinstance(value, str)}
    if not own.keep_draft(request.desk, found.opened, request.person, kind.name, fields):
        return HttpResponse(status=409)
    at_case(request, case.project, case.ref, found.actor, LABELS.get(kind.tab, kind.tab))
    if request.headers.get("Sec-Fetch-Mode") == "navigate":
        return see_other(f"{address}#{kind.name}")
    return HttpResponse(status=204)
