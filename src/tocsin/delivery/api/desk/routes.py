# SPDX-License-Identifier: Apache-2.0
"""The addresses of the desk's half for projects and cases; those of what is around them stand beside it. Every view is
thin: it reads parameters, asks the office, and tells the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

import msgspec
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Query

from tocsin.core.vocabulary import Refused
from tocsin.core.wire.access import Me, Token
from tocsin.core.wire.case import Case, Events, Messages
from tocsin.core.wire.desk import (
    CasePage,
    Measures,
    Member,
    Moved,
    NewPolicy,
    Policy,
    Preview,
    Project,
    SkillBoard,
    Sought,
    Uploaded,
)
from tocsin.core.wire.duty import Duty
from tocsin.core.wire.problem import Mistake
from tocsin.core.wire.publication import Board, Plan, Planning
from tocsin.delivery.api import bodies, problems
from tocsin.delivery.api.desk import around, daily, outside, own
from tocsin.delivery.api.desk.base import BYTES, IfMatch, Key, Limit, Seq, Word, answer, api, seen_of, tagged
from tocsin.delivery.api.desk.door import OfficeRequest
from tocsin.delivery.api.desk.once import KEPT_FOR, once
from tocsin.delivery.api.document import describe
from tocsin.delivery.api.problems import Unfit, give
from tocsin.delivery.api.schema import BASE, told
from tocsin.services import api_tokens, unsent
from tocsin.services.office import PAGE, Filter
from tocsin.services.office.deeds import DEEDS, Deed
from tocsin.services.office.moves import Move, moves, seal_file

__all__ = ["api", "around", "daily", "outside", "own"]

# ---------------------------------------------------------------------------------------------------------- whose token


@api.get("/me", operation_id="me", tags=["access"], openapi_extra=told(Me))
def me(request: OfficeRequest) -> HttpResponse:
    """Tell for whom the token speaks, and until when."""
    return answer(request.office.me())


@api.get("/tokens", operation_id="tokens", tags=["access"], openapi_extra=told(tuple[Token, ...]))
def tokens(request: OfficeRequest) -> HttpResponse:
    """List the caller's tokens. New ones are made by people, at the desk or at the command line."""
    return answer(api_tokens.mine(request.desk, request.office.caller.person))


@api.delete("/tokens/{token}", operation_id="end-token", tags=["access"], openapi_extra=told(Token))
def end_token(request: OfficeRequest, token: str) -> HttpResponse:
    """End one of the caller's tokens at once, also the one that is used."""
    return answer(api_tokens.revoke(request.desk, request.office.caller.person, token))


# ------------------------------------------------------------------------------------------------------------- projects


@api.get("/projects", operation_id="projects", tags=["projects"], openapi_extra=told(tuple[Project, ...]))
def projects(request: OfficeRequest) -> HttpResponse:
    """List the projects whose cases the caller may read."""
    return answer(request.office.projects())


@api.get(
    "/projects/{project}/people", operation_id="members", tags=["projects"], openapi_extra=told(tuple[Member, ...])
)
def members(request: OfficeRequest, project: str) -> HttpResponse:
    """List the people of a project with their roles."""
    return answer(request.office.members(project))


@api.get("/projects/{project}/policy", operation_id="policy", tags=["projects"], openapi_extra=told(Policy))
def policy(request: OfficeRequest, project: str) -> HttpResponse:
    """Tell the policy in force: its text, its sentences, its promises, its history."""
    return answer(request.office.policy(project))


@api.get("/projects/{project}/duty", operation_id="duty", tags=["projects"], openapi_extra=told(Duty, headers=["ETag"]))
def duty(request: OfficeRequest, project: str) -> HttpResponse:
    """Tell who is told first, week by week, and how much the caller has open."""
    return tagged(request.office.duty(project))


@api.post(
    "/projects/{project}/policy",
    operation_id="put-in-force",
    tags=["projects"],
    openapi_extra=told(Policy, body=NewPolicy),
)
def put_in_force(request: OfficeRequest, project: str) -> HttpResponse:
    """Put a policy in force for cases to come; open ones keep theirs until the move `adopt-policy`. A refusal lists
    every problem of the text."""
    return answer(request.office.put_in_force(project, bodies.read(request, NewPolicy).toml))


@api.get("/metrics", operation_id="metrics", tags=["metrics"], openapi_extra=told(Measures))
def metrics(request: OfficeRequest, project: Word = "") -> HttpResponse:
    """Tell how cases go: five keys, the cases that miss them, and outcomes by month."""
    return answer(request.office.measures(project))


@api.get("/metrics/skill", operation_id="skill", tags=["metrics"], openapi_extra=told(SkillBoard))
def skill(request: OfficeRequest) -> HttpResponse:
    """Tell how much better than luck published cases were handled."""
    return answer(request.office.skill())


# ---------------------------------------------------------------------------------------------------------------- cases


@api.get("/cases", operation_id="cases", tags=["cases"], openapi_extra=told(CasePage, headers=["Link"]))
def cases(  # noqa: PLR0913 - one parameter for each filter
    request: OfficeRequest,
    project: Word = "",
    show: Literal["open", "done", "all"] = "open",
    waits_for: Literal["", "team", "held", "reporter", "nobody"] = "",
    phase: Word = "",
    lead: Annotated[str, Query(max_length=200, description="Id of a person, or `me`.")] = "",
    by: Annotated[
        Literal["", "priority", "age", "attacked", "public", "highest", "serious", "other"],
        Query(description="Another order than what is due first, or one class of priority; of a thousand at most."),
    ] = "",
    aside: Annotated[
        Literal["", "out", "only"], Query(description="Without what the caller put aside, or that alone.")
    ] = "",
    after: Annotated[str, Query(max_length=400, description="`next` of the page before, in the same order.")] = "",
    limit: Limit = PAGE,
) -> HttpResponse:
    """List cases, the one that is due first on top, or in the order asked for."""
    found = request.office.cases(
        Filter(
            project=project,
            open={"open": True, "done": False, "all": None}[show],
            waits_for=waits_for,
            phase=phase,
            lead=lead,
            by=by,
            aside=aside,
            after=after,
            limit=limit,
        )
    )
    if isinstance(found, Refused) or not found.next:
        return answer(found)
    asked = {**request.GET.dict(), "after": found.next}
    return answer(found, {"Link": f'<{BASE}/cases?{urlencode(asked)}>; rel="next"'})


@api.post("/search", operation_id="find", tags=["cases"], openapi_extra=told(CasePage, body=Sought))
def find(request: OfficeRequest) -> HttpResponse:
    """Find cases by reference, by CVE id, or by the words of their reports, whatever their state. Nothing happens."""
    return answer(request.office.find(bodies.read(request, Sought)))


@api.get("/cases/{ref}", operation_id="case", tags=["cases"], openapi_extra=told(Case, headers=["ETag"]))
def case(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell a case: the report, what was promised, what was found, agreed and drafted."""
    found = request.office.case(ref)
    return answer(found) if isinstance(found, Refused) else answer(found, {"ETag": f'"{found.seq}"'})


@api.get("/cases/{ref}/messages", operation_id="messages", tags=["cases"], openapi_extra=told(Messages))
def messages(request: OfficeRequest, ref: str, after: Seq = 0, limit: Limit = PAGE) -> HttpResponse:
    """Tell what was said, with whom and by whom, a page of journal lines at a time."""
    return answer(request.office.messages(ref, after, limit))


@api.get("/cases/{ref}/events", operation_id="events", tags=["cases"], openapi_extra=told(Events))
def events(request: OfficeRequest, ref: str, after: Seq = 0, limit: Limit = PAGE) -> HttpResponse:
    """Tell what happened, line by line, without what was written."""
    return answer(request.office.events(ref, after, limit))


_FORM: Final = {
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}


@api.get("/cases/{ref}/files/{file}", operation_id="download", tags=["files"], openapi_extra=told(content=BYTES))
def download(request: OfficeRequest, ref: str, file: str) -> HttpResponseBase:
    """Stream an attachment. A stranger sent it: never open it where it could run."""
    found = request.office.file(ref, file)
    if isinstance(found, Refused):
        return problems.refuse(found)
    sent, chunks = found
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    response.headers["Content-Length"] = str(sent.size)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@api.post(
    "/cases/{ref}/files",
    operation_id="upload",
    tags=["files"],
    response={201: None},
    openapi_extra=told(Uploaded, 201, body=_FORM, body_type="multipart/form-data"),
)
def upload(request: OfficeRequest, ref: str) -> HttpResponse:
    """Take one file, sealed while it arrives. Name the token in a move that takes attachments."""
    if refused := request.office.may_upload(ref):
        return problems.refuse(refused)
    blobs = request.desk.blobs
    body = bodies.files(request, blobs)
    if len(body.files) != 1:
        bodies.discard(body, blobs)
        raise Unfit("malformed", 400, "Send one file.", (Mistake(where="file", message="one file is needed"),))
    if not unsent.keep(request.desk, body.files, request.office.caller.person):
        raise Unfit("too-much", 429, "You brought more files within this hour than are kept. Send the rest later.")
    file, until = body.files[0], request.desk.now() + KEPT_FOR
    token = seal_file(request.desk, request.office.caller.person, file, KEPT_FOR)
    taken = Uploaded(token=token, name=file.name, size=file.size, sha256=file.sha256, good_until=until)
    return give(taken, 201)


@api.get("/cases/{ref}/advisory", operation_id="advisory", tags=["advisories"], openapi_extra=told(Preview))
def advisory(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell what would be published now, its digest, and what has to be mended first."""
    return answer(request.office.preview(ref))


@api.get(
    "/cases/{ref}/advisory/{format}", operation_id="document", tags=["advisories"], openapi_extra=told(content=BYTES)
)
def document(request: OfficeRequest, ref: str, format: str) -> HttpResponse:  # noqa: A002 - the word of the address
    """Tell one document as it would be published now, byte by byte."""
    found = request.office.document(ref, format)
    if isinstance(found, Refused):
        return problems.refuse(found)
    return HttpResponse(
        found.body, content_type="application/octet-stream", headers={"Content-Disposition": "attachment"}
    )


@api.post("/cases/{ref}/plan", operation_id="plan", tags=["advisories"], openapi_extra=told(Plan, body=Planning))
def plan(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell what would go where, in exact bytes and in order: at an instant with its zone, or now. Nothing happens."""
    asked = bodies.read(request, Planning)
    return answer(request.office.plan(ref, asked.at, asked.summary))


@api.get("/cases/{ref}/publication", operation_id="publication", tags=["advisories"], openapi_extra=told(Board))
def publication(request: OfficeRequest, ref: str) -> HttpResponse:
    """Tell how far every target of the newest order is. Only what was read back is `readable`."""
    return answer(request.office.board(ref))


# ---------------------------------------------------------------------------------------------------------------- moves


def _moving(move: Move) -> Callable[..., HttpResponse]:
    """Make the view of one move."""

    def view(
        request: OfficeRequest,
        ref: str,
        trial: bool = False,
        if_match: IfMatch = None,
        idempotency_key: Key = None,
    ) -> HttpResponse:
        seen = seen_of(if_match)
        wish = bodies.read(request, move.wish)

        def act() -> HttpResponse:
            done = request.office.move(ref, move.name, wish, seen, trial=trial)
            if isinstance(done, Refused):
                failed = done.code == "conflict" and seen is not None
                return problems.refuse(done, 412 if failed else 0)
            return give(done, headers={"ETag": f'"{done.seq}"'})

        return act() if trial else once(request, request.office, idempotency_key, act)

    return view


def _register(every: Sequence[Move]) -> None:
    for move in every:
        lines = (move.command.__doc__ or move.name).strip().splitlines()
        api.post(
            f"/cases/{{ref}}/moves/{move.name}",
            tags=["moves"],
            operation_id=f"move-{move.name}",
            summary=move.name.replace("-", " ").capitalize(),
            description=" ".join(line.strip() for line in lines)
            + f"\n\nNeeds the scope `{move.scope.value}`. With `trial` it is decided and nothing is written.",
            openapi_extra=told(Moved, body=move.wish, headers=["ETag", "Idempotent-Replayed"]),
        )(_moving(move))


def _doing(deed: Deed) -> Callable[..., HttpResponse]:
    """Make the view of one move that a use case performs."""

    def view(request: OfficeRequest, ref: str, idempotency_key: Key = None) -> HttpResponse:
        wish = bodies.read(request, deed.wish)

        def act() -> HttpResponse:
            return answer(request.office.deed(ref, deed.name, wish))

        return once(request, request.office, idempotency_key, act, _without_phrase)

    return view


def _without_phrase(given: HttpResponse) -> bytes:
    """What is remembered of an answer: a phrase is handed out once, and kept nowhere."""
    return msgspec.json.encode(msgspec.structs.replace(msgspec.json.decode(given.content, type=Moved), phrase=""))


for _deed in DEEDS.values():
    api.post(
        f"/cases/{{ref}}/moves/{_deed.name}",
        tags=["moves"],
        operation_id=f"move-{_deed.name}",
        summary=_deed.name.capitalize(),
        description=f"{_deed.wish.__doc__}\n\nNeeds the scope `write`.",
        openapi_extra=told(Moved, body=_deed.wish, headers=["Idempotent-Replayed"]),
    )(_doing(_deed))

_register(list(moves().values()))


# ------------------------------------------------------------------------------------------------------------- document


describe(api, lambda request: request.desk.site.desk_url)
