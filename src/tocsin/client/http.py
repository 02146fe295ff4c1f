# SPDX-License-Identifier: Apache-2.0
"""Requests and answers: one connection, JSON both ways, problems as exceptions.

What is safe to repeat is tried again when the installation does not answer: reading, and changes, which carry an
`Idempotency-Key` and are therefore carried out once.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import httpx2
import msgspec

from tocsin.client.errors import Failed, failure, unreachable
from tocsin.core.wire.problem import MEDIA_TYPE, Problem

T = TypeVar("T")
Item_co = TypeVar("Item_co", covariant=True)

BASE: Final = "/api/v1"
TRIES: Final = 3
PAUSE: Final = 0.5
"""Seconds before the second try; twice as long before the third."""
_JSON: Final = {"Content-Type": "application/json"}


class Page(Protocol[Item_co]):
    """One page of something; `next` is what to go on after, empty or 0 on the last one."""

    @property
    def items(self) -> tuple[Item_co, ...]:
        """What is on it."""

    @property
    def next(self) -> str | int:
        """What to go on after."""


class Answer(NamedTuple):
    """An answer as it came; `problem` is what an error says of itself."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    problem: Failed | None


class Http:
    """An installation, at its address."""

    def __init__(self, url: str, token: str, timeout: float, transport: httpx2.BaseTransport | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.Client(
            base_url=url.rstrip("/") + BASE, headers=headers, timeout=timeout, transport=transport
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def get(self, path: str, kind: type[T], **query: Any) -> T:
        """Read a value."""
        return decode(self._send("GET", path, params=_told(query)).content, kind)

    def pages(self, path: str, kind: type[Page[T]], after: str | int = "", **query: Any) -> Iterator[T]:
        """Read what is on every page after `after`, one page after the other, each when it is reached."""
        while True:
            page = self.get(path, kind, after=after, **query)
            yield from page.items
            if not (after := page.next):
                return

    def read(self, path: str, **query: Any) -> bytes:
        """Read bytes."""
        return self._send("GET", path, params=_told(query)).content

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """Read bytes as they come."""
        try:
            with self._client.stream("GET", path) as answer:
                if answer.is_error:
                    answer.read()
                    raise failure(_problem(answer))
                yield answer.iter_bytes()
        except httpx2.TransportError as error:
            raise unreachable(f"{self._client.base_url.host} did not answer: {type(error).__name__}") from error

    def post(self, path: str, body: Any, kind: type[T], headers: Mapping[str, str] | None = None, **query: Any) -> T:
        """Ask for something, once."""
        told = _JSON | _fresh() | dict(headers or {})
        content = msgspec.json.encode(body)
        return decode(self._send("POST", path, content=content, headers=told, params=_told(query)).content, kind)

    def put(self, path: str, body: Any, kind: type[T], headers: Mapping[str, str] | None = None) -> T:
        """Set something to a value; the same again changes nothing."""
        told = _JSON | _fresh() | dict(headers or {})
        return decode(self._send("PUT", path, content=msgspec.json.encode(body), headers=told).content, kind)

    def form(self, path: str, fields: Mapping[str, str], files: list[tuple[str, tuple[str, Any]]], kind: type[T]) -> T:
        """Send a form with files. It is not tried again: files are read while they are sent."""
        return decode(self._send("POST", path, tries=1, data=dict(fields), files=files).content, kind)

    def delete(self, path: str, kind: type[T], headers: Mapping[str, str] | None = None) -> T:
        """End something."""
        return decode(self._send("DELETE", path, headers=_fresh() | dict(headers or {})).content, kind)

    def call(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request as it stands, once, and return whatever comes back; raises NotNow where nothing does."""
        try:
            given = self._client.request(method, path, content=body, headers=dict(headers))
        except httpx2.TransportError as error:
            raise unreachable(f"{self._client.base_url.host} did not answer: {type(error).__name__}") from error
        problem = failure(_problem(given)) if given.is_error else None
        return Answer(given.status_code, given.reason_phrase, tuple(given.headers.items()), given.content, problem)

    def _send(self, method: str, path: str, tries: int = TRIES, **request: Any) -> httpx2.Response:
        for left in range(tries - 1, -1, -1):
            try:
                answer = self._client.request(method, path, **request)
            except httpx2.TransportError as error:
                if not left:
                    host = self._client.base_url.host
                    raise unreachable(f"{host} did not answer: {type(error).__name__}") from error
            else:
                if not answer.is_error:
                    return answer
                if answer.status_code not in (502, 503, 504) or not left:
                    raise failure(_problem(answer))
            time.sleep(PAUSE * 2 ** (tries - 1 - left))
        raise AssertionError("the last try returns or raises")


def seen(version: int) -> dict[str, str]:
    """The header that makes a change on what was read, and on nothing newer."""
    return {"If-Match": f'"{version}"'}


def _fresh() -> dict[str, str]:
    """A key that makes a change happen once, also where its answer is lost and it is sent again: what it was made on
    (`If-Match`) is not there any more by then."""
    return {"Idempotency-Key": str(uuid.uuid4())}


def decode(body: bytes, kind: type[T]) -> T:
    """Read an answer; an installation that answers something else is no Tocsin, or a far newer one."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise unreachable(f"this is no answer of Tocsin: {error}", 502) from error


def _problem(answer: httpx2.Response) -> Problem:
    if answer.headers.get("Content-Type", "").partition(";")[0] == MEDIA_TYPE:
        return decode(answer.content, Problem)
    return Problem(
        type="about:blank",
        title=answer.reason_phrase,
        status=answer.status_code,
        detail=f"The server answered {answer.status_code} and said no more.",
        code="no-problem",
    )


def _told(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in ("", None)}
