# SPDX-License-Identifier: Apache-2.0
"""Advisories: the list, the page, the documents as they were stored, and the feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

import tocsin
from tocsin.core.advisory.model import Advisory
from tocsin.core.formats import FORMATS
from tocsin.core.vocabulary import ADVISORY_ID
from tocsin.delivery.place import House
from tocsin.delivery.public.answers import FRESH, unchanged
from tocsin.delivery.public.page import page
from tocsin.delivery.public.request import PublicRequest, house
from tocsin.delivery.public.views.tree import given
from tocsin.services.ports.shelf import Document, ShelfCard
from tocsin.services.queries.words import SHAPES

PAGE: Final = 50
BESIDE: Final = (".asc", ".html", ".pdf")
"""What lies in the published tree beside the documents: signature of the text, page that stands alone, print."""

RECORD: Final = "record"
"""The stored document that the page is made from."""

_BY_SUFFIX: Final = {each.suffix: each for each in FORMATS}
_NAME: Final = re.compile(rf"(?P<id>{ADVISORY_ID.pattern.strip('^$')})(?P<suffix>\.[a-z0-9.-]+)?")
_CURSOR: Final = re.compile(r"(?P<at>\d{1,16})~(?P<id>[A-Z0-9-]{1,40})", re.ASCII)

Cursor = tuple[datetime, str]


@dataclass(frozen=True)
class Listed:
    """One page of the list, and where the next one begins."""

    cards: Sequence[ShelfCard]
    following: str


@require_safe
def advisories(request: PublicRequest, project: str) -> HttpResponse:
    """List a project's advisories, newest first, a page at a time."""
    place = house(request, project)
    listed = _listed(request, place)
    context = {
        "place": place,
        "cards": [(card, SHAPES.get(card.severity, "")) for card in listed.cards],
        "following": listed.following,
        "first_page": "after" not in request.GET,
    }
    answer = render(request, "public/advisories.html", context)
    answer.headers["Cache-Control"] = FRESH
    return answer


@require_safe
def advisory(request: PublicRequest, project: str, name: str) -> HttpResponseBase:
    """Show an advisory, or give out one of its documents: the suffix of the address says which."""
    place = house(request, project)
    named = _NAME.fullmatch(name)
    card = request.front.shelf.card(named["id"]) if named else None
    if named is None or card is None or card.project != place.id:
        raise Http404
    if named["suffix"] in BESIDE:
        return given(request, f"p/{place.id}/advisories/{card.id}{named['suffix']}")
    if named["suffix"]:
        return _document(request, card, named["suffix"])
    return _page(request, place, card)


def _page(request: PublicRequest, place: House, card: ShelfCard) -> HttpResponseBase:
    stored = request.front.shelf.documents(card.id)
    record = next((each for each in stored if each.format == RECORD), None)
    if record is None:
        raise Http404
    offered = {each.format for each in stored}
    context = {
        "place": place,
        "page": page(msgspec.json.decode(record.body, type=Advisory)),
        "documents": [each for each in FORMATS if each.name in offered],
        "modified_at": card.modified_at,
        "published_at": card.published_at,
        "beside": [
            (suffix, title)
            for suffix, title in ((".pdf", "PDF"), (".asc", "Signature"))
            if request.front.tree.changed(f"p/{place.id}/advisories/{card.id}{suffix}")
        ],
    }
    answer = render(request, "public/advisory.html", context)
    return unchanged(request, answer, f"{record.sha256}-{tocsin.__version__}", card.modified_at)


def _document(request: PublicRequest, card: ShelfCard, suffix: str) -> HttpResponseBase:
    wanted = _BY_SUFFIX.get(suffix)
    stored: Document | None = request.front.shelf.document(card.id, wanted.name) if wanted else None
    if stored is None:
        raise Http404
    disposition = content_disposition_header(as_attachment=False, filename=stored.name) or "inline"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    answer = HttpResponse(stored.body, content_type=stored.media_type, headers=headers)
    return unchanged(request, answer, stored.sha256, card.modified_at)


def _listed(request: PublicRequest, place: House) -> Listed:
    """One page on from the address's cursor; a cursor that is none of ours is an address with nothing behind it."""
    given = request.GET.get("after")
    after = _read(given) if given is not None else None
    cards = request.front.shelf.cards(place.id, after=after, limit=PAGE + 1)
    shown = cards[:PAGE]
    return Listed(cards=shown, following=_write(shown[-1]) if len(cards) > PAGE else "")


def _write(card: ShelfCard) -> str:
    """`1765206000000000~WHPG-SA-2026-001`: microseconds since 1970, exact, and the id."""
    since = card.published_at - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f"{microseconds}~{card.id}"


def _read(cursor: str) -> Cursor:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Http404
    seconds, rest = divmod(int(found["at"]), 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), found["id"]
