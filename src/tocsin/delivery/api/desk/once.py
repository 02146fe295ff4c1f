# SPDX-License-Identifier: Apache-2.0
"""Requests under an `Idempotency-Key`: carried out once, answered alike every time, for a day.

Source: IETF draft-ietf-httpapi-idempotency-key-header. What is kept says nothing to whoever steals it: key and request
as hashes keyed with the token's secret, the answer sealed with the project's list key. A refusal changed nothing, so
its key is free again. A process that dies between the change and the answer leaves a key that says so; such a request
is never carried out a second time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse

from tocsin.delivery.api import problems
from tocsin.services import sealing
from tocsin.services.office import Office
from tocsin.services.ports.store import Unavailable

KEPT_FOR: Final = timedelta(hours=24)
REPLAYED: Final = "Idempotent-Replayed"


class Given(msgspec.Struct, frozen=True):
    """An answer as it was given."""

    status: int
    content_type: str
    body: bytes
    etag: str


def whole(answer: HttpResponse) -> bytes:
    """Remember an answer as it is."""
    return answer.content


def once(
    request: HttpRequest,
    office: Office,
    key: str | None,
    act: Callable[[], HttpResponse],
    kept: Callable[[HttpResponse], bytes] = whole,
) -> HttpResponse:
    """Carry out `act`, or give the answer that was given to the same request under this key before. `kept` says what
    of an answer may be remembered."""
    token = office.caller.token
    if not key or token is None:
        return act()
    desk, now = office.desk, office.desk.now()
    secret = office.caller.secret.encode()
    digest = hmac.digest(secret, b"key " + key.encode(), hashlib.sha256)
    asked = hmac.digest(secret, _spelt(request), hashlib.sha256)
    lock, place = desk.vault.list_key(token.project), sealing.Places(desk.sealer.instance).repeat(digest)
    standing = desk.repeats.begin(digest, asked, now, now - KEPT_FOR)
    if standing is not None:
        if standing.request != asked:
            return problems.problem("key-reused", 422, "This Idempotency-Key stood for another request.")
        if not standing.answer:
            return problems.problem(
                "key-in-use",
                409,
                "This request is being carried out, or was cut off. Look at the case before a new key.",
            )
        return _again(msgspec.msgpack.decode(lock.open(standing.answer, place), type=Given))
    try:
        answer = act()
    except Unavailable:  # nothing was written
        with suppress(Unavailable):
            desk.repeats.release(digest)
        raise
    if answer.status_code >= 400:
        desk.repeats.release(digest)
        return answer
    given = Given(
        status=answer.status_code,
        content_type=answer.headers["Content-Type"],
        body=kept(answer),
        etag=answer.headers.get("ETag", ""),
    )
    desk.repeats.finish(digest, lock.seal(msgspec.msgpack.encode(given), place))
    return answer


def _spelt(request: HttpRequest) -> bytes:
    return (
        f"{request.method} {request.get_full_path()}\n{request.headers.get('If-Match', '')}\n".encode() + request.body
    )


def _again(given: Given) -> HttpResponse:
    headers = {REPLAYED: "true"} | ({"ETag": given.etag} if given.etag else {})
    return HttpResponse(given.body, status=given.status, content_type=given.content_type, headers=headers)
