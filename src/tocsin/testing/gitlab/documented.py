# SPDX-License-Identifier: Apache-2.0
"""The operations of GitLab's REST API that Tocsin uses, with the parameters that GitLab documents for each. They are
written down by hand: GitLab publishes no description of them that a program could check against.

Only what Tocsin could have reason to send stands here; whatever else is sent counts as wrong, also where GitLab knows
it.

Source: docs.gitlab.com, REST API v4: “Issues API” (list project issues, single project issue, new issue, edit an
issue), “Notes API” (list project issue notes, create new issue note), “Projects API” (get a single project),
“Pagination”.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs
import msgspec

_SORT: Final = {"enum": ["asc", "desc"]}
_PAGED: Final = {"page": {"pattern": "^[1-9][0-9]*$"}, "per_page": {"pattern": "^([1-9][0-9]?|100)$"}}
_TRUTH: Final = {"enum": ["true", "false"]}
_TEXT: Final = {"type": "string", "maxLength": 1_048_576}
_LABELS: Final = {"type": "string"}
_FIELDS: Final[Mapping[str, Any]] = {
    "title": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": _TEXT,
    "confidential": {"type": "boolean"},
    "labels": _LABELS,
}


class Operation(msgspec.Struct, frozen=True):
    """What may stand in the query and in the body of an operation; `needs` are the fields that must."""

    query: Mapping[str, Any] = {}
    body: Mapping[str, Any] | None = None
    needs: tuple[str, ...] = ()


OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET ": Operation(),
    "GET /issues": Operation(
        query={
            **_PAGED, "sort": _SORT, "confidential": _TRUTH, "state": {"enum": ["all", "opened", "closed"]},
            "order_by": {"enum": ["created_at", "updated_at", "title", "due_date", "priority"]},
            "updated_after": {"format": "date-time"},
        }
    ),
    "POST /issues": Operation(body=_FIELDS, needs=("title",)),
    "GET /issues/N": Operation(),
    "PUT /issues/N": Operation(
        body={**_FIELDS, "add_labels": _LABELS, "remove_labels": _LABELS, "state_event": {"enum": ["close", "reopen"]}}
    ),
    "GET /issues/N/notes": Operation(
        query={**_PAGED, "sort": _SORT, "order_by": {"enum": ["created_at", "updated_at"]}}
    ),
    "POST /issues/N/notes": Operation(
        body={"body": {"type": "string", "minLength": 1, "maxLength": 1_000_000}, "internal": {"type": "boolean"}},
        needs=("body",),
    ),
}  # fmt: skip
"""By method and path below the project; `N` stands for the number of an issue."""


def wrong(method: str, tail: str, query: Mapping[str, str], body: bytes) -> list[str]:
    """What is wrong with a request by the documentation; empty when it is right."""
    name = f"{method} {re.sub(r'/[0-9]+(?=/|$)', '/N', tail)}"
    told = OPERATIONS.get(name)
    if told is None:
        return [f"{name}: no such operation"]
    found = [f"?{each}" for each in _errors(told.query, (), dict(query))]
    if told.body is None:
        return [*found, "a body where none belongs"] if body else found
    try:
        given = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return [*found, "the body is not JSON"]
    return [*found, *_errors(told.body, told.needs, given, least=1)]


def _errors(fields: Mapping[str, Any], needs: tuple[str, ...], value: Any, least: int = 0) -> list[str]:
    schema = {
        "type": "object", "properties": dict(fields), "required": list(needs), "additionalProperties": False,
        "minProperties": least,
    }  # fmt: skip
    told = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in told.iter_errors(value)]
