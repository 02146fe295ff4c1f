# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document: django-ninja writes paths and parameters, msgspec the shapes of what travels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args, get_origin

import msgspec
from ninja import NinjaAPI

from tocsin.core.wire.problem import MEDIA_TYPE, Problem

BASE: Final = "/api/v1"
REF: Final = "#/components/schemas/{name}"
_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": REF.format(name="Problem")}}}
FAILURES: Final[dict[Any, Any]] = {
    "4XX": {"description": "Not carried out; `code` and `detail` say why.", "content": _PROBLEM},
    503: {"description": "Not now: nothing was written; try again.", "content": _PROBLEM},
}

_shapes: Final[list[Any]] = [Problem]
"""Every type that some operation takes or gives."""


def shape(kind: Any) -> dict[str, Any]:
    """Return the schema of a type, to stand in an operation, and see to it that the document explains it."""
    inner = get_args(kind)
    if get_origin(kind) is tuple:
        return {"type": "array", "items": shape(inner[0])}
    _shapes.append(kind)
    return {"$ref": REF.format(name=kind.__name__)}


def told(
    kind: Any = None,
    status: int = 200,
    *,
    body: Any = None,
    body_type: str = "application/json",
    content: dict[str, Any] | None = None,
    headers: Iterable[str] = (),
) -> dict[str, Any]:
    """Describe an operation: what it gives, what it takes, and that everything else is a problem."""
    given = content or ({"application/json": {"schema": shape(kind)}} if kind else {})
    answer: dict[str, Any] = {"content": given} if given else {}
    if headers:
        answer["headers"] = {name: {"schema": {"type": "string"}, "description": HEADERS[name]} for name in headers}
    found: dict[str, Any] = {"responses": {status: answer, **FAILURES}}
    if body is not None:
        schema = body if isinstance(body, dict) else shape(body)
        found["requestBody"] = {"required": True, "content": {body_type: {"schema": schema}}}
    return found


HEADERS: Final = {
    "ETag": "The journal length of a case, the number of its change for anything else: to be sent as `If-Match`.",
    "Link": "The next page (RFC 8288), where there is one.",
    "Idempotent-Replayed": "`true` when the answer is that of an earlier request with the same key.",
}


def document(api: NinjaAPI, server: str) -> dict[str, Any]:
    """Return the OpenAPI document of one half of the API, reached at `server`."""
    made = dict(api.get_openapi_schema(path_prefix=BASE.lstrip("/")))
    _, components = msgspec.json.schema_components(_shapes, ref_template=REF)
    made["components"] = {**made["components"], "schemas": {**made["components"]["schemas"], **components}}
    made["servers"] = [{"url": server}]
    return _only_used(made)


def _only_used(made: dict[str, Any]) -> dict[str, Any]:
    """Leave out shapes of the other half."""
    schemas = made["components"]["schemas"]
    used: set[str] = set()
    waiting = list(_refs(made["paths"]))
    while waiting:
        name = waiting.pop()
        if name not in used and name in schemas:
            used.add(name)
            waiting.extend(_refs(schemas[name]))
    made["components"]["schemas"] = {name: schemas[name] for name in sorted(used)}
    return made


def _refs(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].rsplit("/", 1)[-1]
        for each in value.values():
            yield from _refs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _refs(each)
