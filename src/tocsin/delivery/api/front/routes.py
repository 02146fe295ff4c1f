# SPDX-License-Identifier: Apache-2.0
"""The addresses of the front's half: no token, no account, nothing kept of who asks. Those of subscribers and
distributors stand beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, re_path
from ninja import Header, NinjaAPI, Query

from tocsin.core.formats import FORMATS
from tocsin.core.vocabulary import Refused
from tocsin.core.wire.desk import Card, Document, Project
from tocsin.core.wire.problem import Mistake
from tocsin.core.wire.report import NewReport, Receipt
from tocsin.delivery import uploads
from tocsin.delivery.api import bodies, problems, schema
from tocsin.delivery.api.document import describe
from tocsin.delivery.api.front import outside
from tocsin.delivery.api.front.base import FrontRequest, api
from tocsin.delivery.api.problems import Unfit, give
from tocsin.delivery.api.schema import told
from tocsin.services import intake, reports
from tocsin.services.app import Front
from tocsin.services.forge import door
from tocsin.services.ports.shelf import ShelfCard

__all__ = ["api", "guarded", "outside"]

PAGE: Final = 50

GIVEN: Final = frozenset(each.name for each in FORMATS)
"""The documents that are for everybody. The stored record, which also knows what is not, is none of them."""

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=20,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="A fresh random text that nobody can guess: the same report sent again under it gives the same "
        "receipt, also the phrase.",
    ),
]

_FIELDS: Final = NewReport.__struct_fields__


def _form() -> dict[str, Any]:
    (ref,), made = msgspec.json.schema_components([NewReport], ref_template=schema.REF)
    told_ = made[ref["$ref"].rsplit("/", 1)[-1]]
    file = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 20}
    schema.shape(NewReport)
    return {**told_, "title": "NewReportForm", "properties": {**told_["properties"], "files": file}}


_TAKEN: Final = told(Receipt, 201, body=NewReport)
_TAKEN["requestBody"]["content"]["multipart/form-data"] = {"schema": _form()}


@api.post("/reports", operation_id="report", tags=["reports"], response={201: None}, openapi_extra=_TAKEN)
def report(request: FrontRequest, idempotency_key: Key = None) -> HttpResponse:
    """Hand in a report, as JSON or as a form with files. The receipt's phrase is the only key to it, shown once."""
    front = request.front
    given, body = _read(request)
    files = body.files if body else ()
    nonce = reports.nonce(front, idempotency_key, given, files)
    address = request.META.get("REMOTE_ADDR", "")
    # Where this raises, the report may stand written all the same (a server that hung up while it did), so that its
    # files stay: sent again under its key it is that report, which speaks of them.
    receipt = intake.receive(front, given.project, reports.said(given, files, "api"), nonce, address)
    if isinstance(receipt, Refused):
        _discard(body, front)
        return problems.refuse(receipt)
    if receipt.again:
        _discard(body, front)  # those of the first time are the case's
    return give(reports.receipt(front, receipt), 201)


def _read(request: FrontRequest) -> tuple[NewReport, uploads.Body | None]:
    if request.content_type != "multipart/form-data":
        return bodies.read(request, NewReport), None
    body = bodies.files(request, request.front.blobs)
    try:
        unknown = [name for name in body.post if name not in (*_FIELDS, "files")]
        if unknown:
            raise Unfit(
                "malformed", 400, "The form is not as described.", (Mistake(where=unknown[0], message="unknown"),)
            )
        return msgspec.convert({name: body.post[name] for name in body.post if name in _FIELDS}, NewReport), body
    except msgspec.ValidationError as error:
        _discard(body, request.front)
        raise bodies.unfit(error) from None
    except Unfit:
        _discard(body, request.front)
        raise


def _discard(body: uploads.Body | None, front: Front) -> None:
    if body:
        bodies.discard(body, front.blobs)


@api.post(
    "/projects/{project}/forge",
    operation_id="forge",
    tags=["reports"],
    response={202: None},
    openapi_extra=told(door.Taken, 202, body={"type": "object"}),
)
def forge(request: FrontRequest, project: str) -> HttpResponse:
    """Take a webhook of the project's forge, signed with the secret that `tocsin forge webhook` prints."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > door.LARGEST:
        raise Unfit("too-large", 413, "This is larger than any delivery we take.")
    taken = door.deliver(request.front, project, request.headers, request.body)
    return problems.refuse(taken, 403) if isinstance(taken, Refused) else give(taken, 202)


# ---------------------------------------------------------------------------------------------------- what is published


@api.get("/projects", operation_id="projects", tags=["published"], openapi_extra=told(tuple[Project, ...]))
def projects(request: FrontRequest) -> HttpResponse:
    """List the projects that take reports here."""
    return give([Project(id=p.id, name=p.name, prefix=p.prefix, policy=p.policy) for p in request.front.projects.all()])


@api.get(
    "/projects/{project}/advisories",
    operation_id="advisories",
    tags=["published"],
    openapi_extra=told(tuple[Card, ...], headers=["Link"]),
)
def advisories(
    request: FrontRequest,
    project: str,
    after: Annotated[str, Query(max_length=100, description="Id of the last advisory of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> HttpResponse:
    """List published advisories, newest first."""
    front = request.front
    if front.projects.get(project) is None:
        return problems.not_found()
    last = front.shelf.card(after) if after else None
    found = front.shelf.cards(project, (last.published_at, last.id) if last else None, limit + 1)
    address = f"{schema.BASE}/projects/{project}/advisories"
    more = f'<{address}?after={found[limit - 1].id}&limit={limit}>; rel="next"' if len(found) > limit else ""
    return give([_card(front, each) for each in found[:limit]], headers={"Link": more} if more else None)


@api.get("/advisories/{advisory}", operation_id="advisory", tags=["published"], openapi_extra=told(Card))
def advisory(request: FrontRequest, advisory: str) -> HttpResponse:
    """Tell one published advisory, with the digests of its documents."""
    found = request.front.shelf.card(advisory)
    return give(_card(request.front, found)) if found else problems.not_found()


_BYTES: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@api.get(
    "/advisories/{advisory}/{format}", operation_id="document", tags=["published"], openapi_extra=told(content=_BYTES)
)
def document(request: FrontRequest, advisory: str, format: str) -> HttpResponse:  # noqa: A002 - the word of the address
    """Give one document of a published advisory."""
    found = request.front.shelf.document(advisory, format) if format in GIVEN else None
    if found is None:
        return problems.not_found()
    return HttpResponse(
        found.body, content_type="application/octet-stream", headers={"Content-Disposition": "attachment"}
    )


def _card(front: Front, card: ShelfCard) -> Card:
    plain: Mapping[str, Any] = msgspec.structs.asdict(card)
    its = tuple(
        Document(
            format=each.format, name=each.name, media_type=each.media_type, size=len(each.body), sha256=each.sha256
        )
        for each in front.shelf.documents(card.id)
        if each.format in GIVEN
    )
    return Card(tlp="TLP:CLEAR", documents=its, **plain)


# ------------------------------------------------------------------------------------------------------------- document


describe(api, lambda request: request.front.site.public_url)


def guarded(api: NinjaAPI) -> list[URLPattern]:
    """Return the addresses, and one that catches every other; a wrong method is a problem like all others."""
    found = [each for each in api.urls[0] if isinstance(each, URLPattern) and each.name != "api-root"]
    for each in found:
        each.callback = _as_problem(each.callback)
    return [*found, re_path("", _nothing)]


def _as_problem(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            return problems.not_allowed(response.headers.get("Allow", ""))
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie speaks for anybody here
    return answer


def _nothing(request: HttpRequest) -> HttpResponse:
    return problems.not_found()
