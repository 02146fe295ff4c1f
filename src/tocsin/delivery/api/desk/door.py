# SPDX-License-Identifier: Apache-2.0
"""Who gets past: nobody without a good token learns anything, not even which addresses there are.

The door stands before django-ninja: it finds out for whom the token speaks, hands over their `office`, and bounds how
often requests may fail. Wrong tokens are all answered alike, and what is not there like what may not be seen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, re_path
from ninja import NinjaAPI
from ninja.security import HttpBearer

from tocsin.delivery.api import problems
from tocsin.services import api_tokens
from tocsin.services.app import Desk
from tocsin.services.office import Office
from tocsin.services.ports.store import Unavailable

MAX_SECRET: Final = 100
STRANGER: Final = ""


class OfficeRequest(HttpRequest):
    """A request past the door: boot's middleware hands over `desk`, the door adds the caller's `office`."""

    desk: Desk
    office: Office


class Bearer(HttpBearer):
    """Tells the document that a token is needed; the door has looked at it by then."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the office that the door made."""
        return getattr(request, "office", None)


class Failures:
    """Counts failed requests, by token, in windows of a minute. Kept in memory: a restart forgets, which is fine."""

    WINDOW: Final = timedelta(minutes=1)
    KEPT: Final = 10_000

    def __init__(self, most: int) -> None:
        self.most = most
        self._counts: dict[str, tuple[datetime, int]] = {}
        self._lock = threading.Lock()

    def exceeded(self, who: str, now: datetime) -> bool:
        """Whether too many requests of `who` failed within the window."""
        since, count = self._counts.get(who, (now, 0))
        return count >= self.most and now - since < self.WINDOW

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()

    def note(self, who: str, now: datetime) -> None:
        """Count a failure."""
        with self._lock:
            since, count = self._counts.get(who, (now, 0))
            if now - since >= self.WINDOW:
                since, count = now, 0
            if who not in self._counts and len(self._counts) >= self.KEPT:
                self._counts.clear()
            self._counts[who] = since, count + 1


failures: Final = Failures(most=600)
"""Ten a second for a minute: no honest client fails that often."""

Answer = Callable[..., HttpResponseBase]


def guarded(api: NinjaAPI) -> list[URLPattern]:
    """Return the addresses of an API, each behind the door, and one that catches every other."""
    found = [each for each in api.urls[0] if isinstance(each, URLPattern) and each.name != "api-root"]
    for each in found:
        each.callback = _behind_door(each.callback)
    return [*found, re_path("", _behind_door(_nothing))]


def _nothing(request: HttpRequest) -> HttpResponse:
    return problems.not_found()


def _behind_door(view: Answer) -> Answer:
    @wraps(view)
    def answer(request: OfficeRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        desk, now = request.desk, request.desk.now()
        try:
            caller = api_tokens.authenticate(desk, _secret(request))
        except Unavailable:
            return problems.problem("unavailable", 503, "Not now. Try again in half a minute.", {"Retry-After": "30"})
        who = caller.via if caller else STRANGER
        if failures.exceeded(who, now):
            return problems.too_many(int(Failures.WINDOW.total_seconds()))
        if caller is None:
            failures.note(who, now)
            return problems.unauthorised()
        desk.wall(caller.person)
        request.office = Office(desk, caller)
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            response = problems.not_allowed(response.headers.get("Allow", ""))
        if 400 <= response.status_code < 500:
            failures.note(who, now)
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie speaks for anybody here
    return answer


def _secret(request: HttpRequest) -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and len(secret) <= MAX_SECRET else ""
