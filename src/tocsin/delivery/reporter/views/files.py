# SPDX-License-Identifier: Apache-2.0
"""Files of an open room: always saved, never shown, whatever they say they are (S28)."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from tocsin.delivery.inert import plain
from tocsin.delivery.reporter import session
from tocsin.delivery.reporter.guard import admit
from tocsin.delivery.reporter.request import RoomRequest, house
from tocsin.delivery.reporter.views.receipt import saved, saved_proof
from tocsin.delivery.reporter.views.visit import ended
from tocsin.services import room
from tocsin.services.distribution import door
from tocsin.services.ports.blobs import BlobMissing

LONGEST_NAME: Final = 120
_BREAK_NAMES: Final = dict.fromkeys(map(ord, '\t\n/\\:*?"<>|'), "_")


@admit("GET", "HEAD")
def file(request: RoomRequest, project: str, blob: str) -> HttpResponseBase:
    """Give out one file of the room, opened chunk by chunk. What is not this room's does not exist."""
    place, front = house(request, project), request.front
    visit = session.resume(request, place.id)
    if visit is None:
        return ended(place)
    try:
        found = room.file(front, room.look(front, visit.door, place.id), blob)
    except BlobMissing:
        found = None
    if found is None:
        raise Http404
    attachment, chunks = found
    if request.method == "GET":  # who saw what when, where it is a distributor's
        door.saw(front, place.id, visit.door.room.case, visit.door.room.id, blob)
    name = content_disposition_header(as_attachment=True, filename=safe_name(attachment.name)) or "attachment"
    return StreamingHttpResponse(
        chunks,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": name,
            "Content-Length": str(attachment.size),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@admit("GET", "HEAD")
def proof(request: RoomRequest, project: str) -> HttpResponseBase:
    """Give out the proof that the report of this room was received."""
    place = house(request, project)
    visit = session.resume(request, place.id)
    if visit is None:
        return ended(place)
    return saved_proof(room.look(request.front, visit.door, place.id))


@admit("GET", "HEAD")
def log_proof(request: RoomRequest, project: str) -> HttpResponseBase:
    """Give out the proof that the log remembers the report, once a checkpoint covers it."""
    place = house(request, project)
    visit = session.resume(request, place.id)
    if visit is None:
        return ended(place)
    view = room.look(request.front, visit.door, place.id)
    file = room.logged(request.front, view)
    if file is None:
        raise Http404
    return saved(f"{view.case}-log-proof.jsonl", "application/jsonl", file.encode())


def safe_name(name: str) -> str:
    """Return a name that every file system takes and that hides nothing, with its last suffix kept."""
    shown = plain(name).translate(_BREAK_NAMES).strip(" .") or "file"
    stem, dot, suffix = shown.rpartition(".")
    kept = f"{dot}{suffix}" if stem and len(suffix) < LONGEST_NAME // 4 else ""
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - len(kept)] + kept
