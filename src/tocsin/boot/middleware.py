# SPDX-License-Identifier: Apache-2.0
"""What every request passes: security headers on every answer, the bundle of ports, and “not now” in plain words."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    HttpResponseServerError,
)
from django.template.loader import render_to_string

from tocsin.adapters.db import scope
from tocsin.boot import wiring_front
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.services.ports.vault import Limited

Answer = Callable[[HttpRequest], HttpResponseBase]

_log = logging.getLogger("tocsin.store")

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""One Content-Security-Policy for every page: own style sheet, own pictures, no script, no frames, and no text that
could become a script. The account pages add own scripts (`delivery.desk.accounts`)."""

_NOBODY: Final = (
    "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "clipboard-read", "display-capture",
    "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get",
    "idle-detection", "interest-cohort", "keyboard-map", "local-fonts", "magnetometer", "microphone", "midi",
    "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial", "speaker-selection",
    "storage-access", "usb", "web-share", "window-management", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS: Final = ", ".join(f"{feature}=()" for feature in _NOBODY)
"""No feature for anybody. What is not named here is passkeys, which the account pages use."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "no-referrer",
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


class OwnOrigin:
    """Gives our own forms their origin back. Under `no-referrer` a browser sends `Origin: null` with them (Fetch,
    “append a request Origin header”), which the check against foreign forms refuses; `Sec-Fetch-Site`, which no page
    can set, says that they are ours."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.headers.get("Origin") == "null" and request.headers.get("Sec-Fetch-Site") == "same-origin":
            request.META["HTTP_ORIGIN"] = settings.CONFIG.server.desk_origin
        return self._answer(request)


class Utf8Only:
    """Takes requests in UTF-8 only: what our pages send, and the one encoding in which a text has one meaning. Django
    would decode by whatever codec a request names, and some of them fail, or make text that cannot be stored."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        named = (request.content_params or {}).get("charset", "utf-8")
        if named.lower() not in ("utf-8", "utf8"):
            return HttpResponseBadRequest(render_to_string("400.html", request=request))
        return self._answer(request)


class Unavailability:
    """Says “not now” when the store cannot take or give anything: nothing was acknowledged, nothing was lost."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 with Retry-After for `Unavailable` and for `Conflict`, which is somebody else at the same record;
        429 for `Limited`; leave everything else to Django."""
        if isinstance(error, Limited):
            page = render_to_string("429.html", {"because": str(error)}, request=request)
            return HttpResponse(page, status=429, headers={"Cache-Control": "no-store"})
        if isinstance(error, Conflict):
            return not_now(request, f"somebody else was first: {error}")
        return not_now(request, f"the store is unavailable: {error}") if isinstance(error, Unavailable) else None


def not_now(request: HttpRequest, why: str) -> HttpResponse:
    """Answer 503 with Retry-After, in plain words; why stands in the log, under the reference that the page shows."""
    reference = _reference()
    _log.error("reference %s: %s", reference, why)
    page = render_to_string("503.html", {"reference": reference}, request=request)
    return HttpResponse(page, status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})


def broken(request: HttpRequest) -> HttpResponse:
    """Answer what no view caught, as `handler500`. Sessions are read and written around the views, where a locked
    database reaches Django itself; it is “not now” all the same."""
    error = sys.exc_info()[1]
    if isinstance(error, Unavailable | OperationalError | InterfaceError):
        return not_now(request, f"the store is unavailable: {error}")
    reference = _reference()
    _log.error("reference %s: %s", reference, type(error).__name__)  # Django's own line beside it says where
    return HttpResponseServerError(render_to_string("500.html", {"reference": reference}, request=request))


def _reference() -> str:
    """What a page of ours that went wrong and its line in the log have in common, and what says nothing by itself. A
    page for what is not there has none: it is the same to the byte for what may not be seen."""
    return secrets.token_hex(4)


class FrontDoor:
    """Hands the front's bundle to the rooms that face the internet."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response
        self._front = wiring_front.front(settings.CONFIG)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.front = self._front  # type: ignore[attr-defined]
        return self._answer(request)


class DeskDoor:
    """Hands the desk's bundle and the signed-in person, if any, to the desk."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response
        from tocsin.boot import wiring  # what the front must not even import

        self._desk = wiring.desk(settings.CONFIG)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        scope.on_behalf_of(scope.NOBODY)  # until the room knows whose request it is
        request.desk = self._desk  # type: ignore[attr-defined]
        return self._answer(request)


class NoFiles(FileUploadHandler):
    """Refuses every uploaded file; the rooms that take files bring a handler of their own that seals."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Stop reading at the first byte of a file."""
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        """Keep nothing."""
