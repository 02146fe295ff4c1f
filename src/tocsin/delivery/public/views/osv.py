# SPDX-License-Identifier: Apache-2.0
"""The three questions of osv.dev's API, answered from what is published here, so that scanners can be pointed at it.

Source: https://google.github.io/osv.dev/api/ (v1). Commits are not known by their names and hit nothing. Caps: 1,000
questions a batch, `PAGE` answers a page with a token for the rest, 4 MB a request (boot). No question takes longer than
looking its package up, so there is no need for a limit of time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from tocsin.core.affected import names
from tocsin.core.affected.index import Index
from tocsin.core.affected.statements import PURL, Name
from tocsin.delivery.public.request import PublicRequest
from tocsin.services import affected

BATCH: Final = 1000
AT_A_TIME: Final = 100
MOMENT: Final = 0.0002
"""Seconds between so many questions of a batch: more than another thread needs to wake up."""

PAGE: Final = 500
NOTHING: Final = msgspec.Raw(b"{}")
"""What most questions of a batch are answered."""

INVALID: Final = 3
NOT_FOUND: Final = 5
"""Codes of gRPC, which osv.dev's answers carry."""

_TOKEN: Final = re.compile(r"\d{1,9}", re.ASCII)
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)


class _Package(msgspec.Struct, frozen=True, gc=False):
    name: str = ""
    ecosystem: str = ""
    purl: str = ""


class _Query(msgspec.Struct, frozen=True, gc=False):
    commit: str = ""
    version: str = ""
    package: _Package | None = None
    page_token: str = ""


class _Batch(msgspec.Struct, frozen=True):
    queries: tuple[_Query, ...] = ()


class _Invalid(Exception):
    """A question that cannot be asked; the message says why."""


@csrf_exempt
@require_POST
def query(request: PublicRequest) -> HttpResponse:
    """`/v1/query`: whole documents."""
    try:
        asked = _read(request, _Query)
        with affected.known(request.front.shelf).asking() as index:
            found, token = _page(_hits(index, asked), asked)
    except _Invalid as error:
        return _error(INVALID, str(error), 400)
    bodies = [document.body for each in found if (document := request.front.shelf.document(_own(each), "osv"))]
    answer: dict[str, Any] = {"vulns": [msgspec.Raw(body) for body in bodies]} if bodies else {}
    return _json(answer | ({"next_page_token": token} if token else {}))


@csrf_exempt
@require_POST
def querybatch(request: PublicRequest) -> HttpResponse:
    """`/v1/querybatch`: ids and dates for up to 1,000 questions."""
    try:
        batch = _read(request, _Batch)
        if len(batch.queries) > BATCH:
            raise _Invalid(f"Too many queries: {len(batch.queries):,}, and {BATCH:,} is the most.")
        with affected.known(request.front.shelf).asking() as index:
            briefs = _Briefs(index)
            results = [briefs.answer(each) for each in _in_turn(batch.queries)]
    except _Invalid as error:
        return _error(INVALID, str(error), 400)
    return _json({"results": results})


@require_safe
def vuln(request: PublicRequest, osv_id: str) -> HttpResponse:
    """`/v1/vulns/{id}`: one document, by its id or one of its other names."""
    found = request.front.shelf.document(_own(osv_id), "osv") if _ID.fullmatch(osv_id) else None
    if found is None:
        return _error(NOT_FOUND, "Bug not found.", 404)
    return _answer(found.body)


def _in_turn(asked: Sequence[_Query]) -> Iterator[_Query]:
    """Questions, with a moment between some and the next: a batch would hold the interpreter for as long as it takes,
    and whoever hands in a report to the same process is served first."""
    for number, each in enumerate(asked):
        if number % AT_A_TIME == AT_A_TIME - 1:
            time.sleep(MOMENT)
        yield each


class _Briefs:
    """Short answers of one batch. Many versions of a package have the same one, and it is written once: writing takes
    longer than finding."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._written: dict[tuple[tuple[str, ...], str], msgspec.Raw] = {}

    def answer(self, asked: _Query) -> msgspec.Raw:
        """Ids and dates for one question."""
        hits = _hits(self._index, asked)
        if not hits and not asked.page_token:
            return NOTHING
        found, token = _page(hits, asked)
        key = (tuple(found), token)
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = self._write(found, token)
        return written

    def _write(self, found: Sequence[str], token: str) -> msgspec.Raw:
        records = [record for each in found if (record := self._index.record(each))]
        vulns = [{"id": each.id, "modified": each.modified} for each in records]
        answer: dict[str, Any] = {"vulns": vulns} if vulns else {}
        return msgspec.Raw(msgspec.json.encode(answer | ({"next_page_token": token} if token else {})))


def _hits(index: Index, asked: _Query) -> Sequence[str]:
    if asked.commit and (asked.version or asked.package):
        raise _Invalid("Invalid query: a commit stands alone.")
    if asked.commit:
        return ()
    called, version = _named(asked)
    for name in called:
        found = index.hit(name, version) if version else index.of(name)
        if found or index.package(name):
            return found
    return ()


def _named(asked: _Query) -> tuple[tuple[Name, ...], str]:
    """Under which names to look, and for which version."""
    package = asked.package
    if package is None:
        raise _Invalid("Invalid query: name a package or a commit.")
    if package.purl:
        if package.name or package.ecosystem:
            raise _Invalid("Invalid query: name and ecosystem stand in the package URL.")
        found = names.purl(package.purl)
        if found is None:
            raise _Invalid("Invalid package URL.")
        if found.version and asked.version:
            raise _Invalid("Invalid query: the version stands in the package URL already.")
        called = names.of_purl(found)
        return (
            called if called[0][0] != PURL else (*called, names.product(found.name))
        ), found.version or asked.version
    if not package.name:
        raise _Invalid("Invalid query: name the package.")
    if package.ecosystem:
        return (names.package(package.ecosystem, package.name),), asked.version
    return (names.product(package.name),), asked.version


def _page(found: Sequence[str], asked: _Query) -> tuple[Sequence[str], str]:
    """One page of answers, and the token of the next."""
    if asked.page_token and not _TOKEN.fullmatch(asked.page_token):
        raise _Invalid("Invalid page token.")
    first = int(asked.page_token or 0)
    rest = len(found) > first + PAGE
    return found[first : first + PAGE], str(first + PAGE) if rest else ""


def _own(osv_id: str) -> str:
    """The advisory's id: ids carry `x_` until a home database has registered their prefix."""
    return osv_id.removeprefix("x_")


def _read(request: HttpRequest, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _Invalid(f"Invalid JSON: {error}") from None


def _json(value: object) -> HttpResponse:
    return _answer(msgspec.json.encode(value))


def _answer(body: bytes, status: int = 200) -> HttpResponse:
    headers = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def _error(code: int, message: str, status: int) -> HttpResponse:
    return _answer(msgspec.json.encode({"code": code, "message": message}), status)
