# SPDX-License-Identifier: Apache-2.0
"""What the addresses of the desk's half share: the API they belong to, their parameters, answers and edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from django.http import HttpResponse
from ninja import Header, NinjaAPI, Path, Query

from tocsin import __version__
from tocsin.core.vocabulary import Refused
from tocsin.delivery.api import problems
from tocsin.delivery.api.desk.door import Bearer, OfficeRequest
from tocsin.delivery.api.desk.once import once, whole
from tocsin.delivery.api.problems import give
from tocsin.services.office import MOST

api = NinjaAPI(
    title="Tocsin",
    version=__version__,
    description="What the desk of a Tocsin installation can do, for programs. "
    "Content is TLP:AMBER+STRICT unless it says otherwise.",
    urls_namespace="api-desk",
    openapi_url=None,
    docs_url=None,
    auth=Bearer(),
)
problems.handle_errors(api)

BYTES: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
"""An answer of bytes, in the document."""

Seq = Annotated[int, Query(ge=0, le=1_000_000_000, description="Go on after this journal line.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Word = Annotated[str, Query(max_length=200)]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^"[0-9]{1,9}"$',
        description="The ETag of the case as the caller saw it: what others changed since then refuses with 412.",
    ),
]
RecordMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^"[0-9]{1,9}"$',
        description="The ETag of the record as the caller saw it: a change by somebody else since refuses with 412.",
    ),
]
Number = Annotated[int, Path(ge=1, le=1_000_000_000)]
Day = Annotated[str, Path(format="date")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="A fresh random text for this request: sent again within a day, it is carried out once.",
    ),
]


def answer(value: Any, headers: dict[str, str] | None = None) -> HttpResponse:
    """Tell a value, or why there is none."""
    return problems.refuse(value) if isinstance(value, Refused) else give(value, headers=headers)


def seen_of(if_match: str | None) -> int | None:
    """The version that a caller looked at."""
    return int(if_match.strip('"')) if if_match else None


def tagged(value: Any, status: int = 200) -> HttpResponse:
    """Tell a record with its version as `ETag`, or why there is none."""
    if isinstance(value, Refused):
        return problems.refuse(value)
    return give(value, status, {"ETag": f'"{value.version}"'})


def edit(
    request: OfficeRequest,
    key: str | None,
    if_match: str | None,
    act: Callable[[int | None], Any],
    status: int = 200,
    kept: Callable[[HttpResponse], bytes] = whole,
) -> HttpResponse:
    """Change something: once for each `Idempotency-Key`, and on the version that the caller looked at."""
    seen = seen_of(if_match)

    def do() -> HttpResponse:
        done = act(seen)
        if isinstance(done, Refused):
            return problems.refuse(done, 412 if done.code == "conflict" and seen is not None else 0)
        return give(done, status)

    return once(request, request.office, key, do, kept)
