# SPDX-License-Identifier: Apache-2.0
"""What every request passes: security headers on every answer, the bundle of ports, and “not now” in plain words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from tocsin.boot import wiring
from tocsin.services.ports.store import Unavailable

Answer = Callable[[HttpRequest], HttpResponseBase]

_log = logging.getLogger("tocsin.store")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""One Content-Security-Policy for every page: own style sheet, own pictures, no script, no frames."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    # Not `no-referrer`: under that a browser sends `Origin: null` with its forms, and the desk could not take them.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Headers:
    """Sets the security headers on every answer, errors included. A view may set its own `Cache-Control` only."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.CONFIG.secure:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        return response


class Unavailability:
    """Says “not now” when the store cannot take or give anything: nothing was acknowledged, nothing was lost."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 with Retry-After for `Unavailable`; leave everything else to Django."""
        if not isinstance(error, Unavailable):
            return None
        _log.error("the store is unavailable: %s", error)
        page = render_to_string("503.html", request=request)
        return HttpResponse(page, status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})


class FrontDoor:
    """Hands the front's bundle to the rooms that face the internet."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response
        self._front = wiring.front(settings.CONFIG)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.front = self._front  # type: ignore[attr-defined]
        return self._answer(request)


class DeskDoor:
    """Hands the desk's bundle and the signed-in person, if any, to the desk."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response
        self._desk = wiring.desk(settings.CONFIG)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.desk = self._desk  # type: ignore[attr-defined]
        return self._answer(request)


class NoFiles(FileUploadHandler):
    """Refuses every uploaded file; the rooms that take files bring a handler of their own that seals."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Stop reading at the first byte of a file."""
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        """Keep nothing."""
