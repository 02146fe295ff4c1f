# SPDX-License-Identifier: Apache-2.0
"""Answers that caches may keep: tag, instant of the last change, and 304 for who has them already (RFC 9110)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

FRESH: Final = "public, max-age=60"
"""Short, because an advisory that was mended must not be read in its old form for long."""


def unchanged(
    request: HttpRequest, answer: HttpResponse, tag: str, changed: datetime | None = None
) -> HttpResponseBase:
    """Send `answer` under `tag`, or 304 to somebody whose copy is the same."""
    etag = quote_etag(tag)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = FRESH
    seconds = int(changed.timestamp()) if changed else None
    if seconds is not None:
        answer.headers["Last-Modified"] = http_date(seconds)
    found = get_conditional_response(request, etag=etag, last_modified=seconds, response=answer)
    return found or answer


def text(body: str, media_type: str = "text/plain; charset=utf-8") -> HttpResponse:
    """Answer with text that caches may keep."""
    return HttpResponse(body, content_type=media_type, headers={"Cache-Control": FRESH})
