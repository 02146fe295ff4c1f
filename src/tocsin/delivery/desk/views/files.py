# SPDX-License-Identifier: Apache-2.0
"""Attachments, streamed and always saved to disk: nothing a stranger sent is ever shown inside the desk."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from tocsin.delivery.desk.doors import DeskRequest, not_found, signed_in
from tocsin.delivery.inert import plain
from tocsin.services.ports.blobs import BlobMissing
from tocsin.services.queries import case as queries

_UNSAFE: Final = re.compile(r'[/\\:*?"<>|]')


@signed_in
@require_GET
def attachment(request: DeskRequest, ref: str, blob: str) -> HttpResponseBase:
    """Stream one attachment of a case as a download."""
    try:
        found = queries.file(request.desk, ref, request.person, blob)
    except BlobMissing:
        found = None
    if found is None:
        return not_found()
    told, chunks = found
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(told.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, file_name(told.name)) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name(given: str) -> str:
    """Make a name that lies in one folder on every system and hides nothing: the sender chose it."""
    name = _UNSAFE.sub("_", plain(" ".join(given.split()))).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:120]}{dot}{ending[:20]}" if name else "file"
