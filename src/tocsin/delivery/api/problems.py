# SPDX-License-Identifier: Apache-2.0
"""Answers: values as JSON, and everything that went wrong as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from tocsin.core.vocabulary import Refused
from tocsin.core.wire.problem import MEDIA_TYPE, Mistake, Problem
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.services.ports.vault import Limited, Tampered

_log = logging.getLogger("tocsin.api")

PROBLEMS: Final = "/api/v1/problems#"
"""Where codes are explained, on either half."""

UNPROCESSABLE: Final = 422

STATUS: Final[Mapping[str, int]] = {
    "not-found": 404,
    "no-document": 404,
    "conflict": 409,
    "not-permitted": 403,
    "token-scope": 403,
    "limited": 429,
}
"""Refusals whose answer is not 422: the wish was understood, and protocol, policy or advisory do not allow it."""


class Unfit(Exception):
    """A request that cannot be read: `mistakes` says what is wrong where."""

    def __init__(self, code: str, status: int, detail: str, mistakes: tuple[Mistake, ...] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.detail = detail
        self.mistakes = mistakes


def give(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Answer with a value."""
    return HttpResponse(
        msgspec.json.encode(value), status=status, content_type="application/json", headers=dict(headers or {})
    )


def refuse(refused: Refused, status: int = 0) -> HttpResponse:
    """Answer with a refusal, its reason, rule and line."""
    return problem(
        refused.code,
        status or STATUS.get(refused.code, UNPROCESSABLE),
        refused.because,
        rule=refused.rule,
        cite=refused.cite,
        missing=refused.missing,
    )


def problem(code: str, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> HttpResponse:
    """Answer with a problem."""
    told = Problem(
        type=PROBLEMS + code, title=HTTPStatus(status).phrase, status=status, detail=detail, code=code, **more
    )
    return HttpResponse(msgspec.json.encode(told), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


CODES: Final[Mapping[str, str]] = {
    "conflict": "Others changed the case since it was looked at, or the advisory is not the one that was seen; "
    "`missing` names the changes. Read again, and repeat what is still needed.",
    "failed": "The installation is broken; its log says how.",
    "key-in-use": "A request with this Idempotency-Key has no answer yet. Look at the case before using a new key.",
    "key-reused": "This Idempotency-Key stood for another request.",
    "limited": "The person has opened as many different cases as one may for now; wait, or ask an administrator.",
    "malformed": "The request is not as the OpenAPI document describes it; `mistakes` says what is wrong where.",
    "method-not-allowed": "The address takes the methods that `Allow` names.",
    "not-found": "There is nothing here, or nothing that the caller may know of.",
    "not-permitted": "The person's roles do not include this; `missing` names those that do.",
    "tampered": "Something stored is not what was sealed; somebody has to look.",
    "token-needed": "No token, or one that is unknown, ended or late.",
    "token-scope": "The token was not made for this; `missing` names the use.",
    "too-large": "The body is larger than the installation takes.",
    "too-much": "One person brings four gibibytes of files an hour at most.",
    "too-many-errors": "Requests with this token fail all the time; wait as `Retry-After` says.",
    "unavailable": "The store cannot be used now. Nothing was written; try again as `Retry-After` says.",
    "unsupported-media-type": "The body is not of the type that the OpenAPI document names.",
}
"""What the API itself says. Every other code is a refusal by protocol or policy, with its `rule` and `cite`."""


def not_found() -> HttpResponse:
    """Answer that there is nothing here: the same bytes for what is hidden and for what never was."""
    return problem("not-found", 404, "There is nothing here.")


def not_allowed(allow: str) -> HttpResponse:
    """Answer that this method does nothing here."""
    return problem("method-not-allowed", 405, "This address takes other methods.", {"Allow": allow})


def unauthorised() -> HttpResponse:
    """Answer every kind of wrong token alike."""
    return problem(
        "token-needed", 401, "Send a token that is good: “Authorization: Bearer tsn_…”.", {"WWW-Authenticate": "Bearer"}
    )


def too_many(seconds: int) -> HttpResponse:
    """Answer somebody whose requests fail all the time."""
    return problem("too-many-errors", 429, "Too many requests failed within a minute.", {"Retry-After": str(seconds)})


def handle_errors(api: NinjaAPI) -> None:
    """Put everything that a view may raise in the form of a problem."""

    def said(request: HttpRequest, error: Any) -> HttpResponse:
        return problem(error.code, error.status, error.detail, mistakes=error.mistakes)

    def parameters(request: HttpRequest, error: Any) -> HttpResponse:
        found = tuple(
            Mistake(where=".".join(str(part) for part in each["loc"][1:]), message=each["msg"]) for each in error.errors
        )
        return problem("malformed", 400, "A parameter is not as described.", mistakes=found)

    def torn(request: HttpRequest, error: Any) -> HttpResponse:
        return problem("malformed", 400, "The request did not arrive in one piece.")

    def large(request: HttpRequest, error: Any) -> HttpResponse:
        return problem("too-large", 413, "That is more than we take at once.")

    def not_now(request: HttpRequest, error: Any) -> HttpResponse:
        _log.error("the store is unavailable: %s", error)
        return problem(
            "unavailable", 503, "Not now: nothing was written. Try again in half a minute.", {"Retry-After": "30"}
        )

    def crowded(request: HttpRequest, error: Any) -> HttpResponse:
        return problem("conflict", 409, "Somebody else wrote to the same thing just now. Read again, and repeat.")

    def limited(request: HttpRequest, error: Any) -> HttpResponse:
        return problem("limited", 429, str(error), {"Retry-After": "3600"})

    def broken(request: HttpRequest, error: Any) -> HttpResponse:
        _log.exception("the API failed", exc_info=error)
        code = "tampered" if isinstance(error, Tampered) else "failed"
        return problem(code, 500, "Something is broken here; it was noted.")

    for kind, handler in (
        (Unfit, said),
        (ValidationError, parameters),
        (AuthenticationError, lambda request, error: unauthorised()),
        (Http404, lambda request, error: not_found()),
        (UnreadablePostError, torn),
        (BadRequest, torn),
        (RequestDataTooBig, large),
        (TooManyFieldsSent, large),
        (Unavailable, not_now),
        (Conflict, crowded),
        (Limited, limited),
        (Exception, broken),
    ):
        api.add_exception_handler(kind, handler)
