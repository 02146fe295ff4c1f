# SPDX-License-Identifier: Apache-2.0
"""Paths that the vendored description does not hold, described by hand from GitHub's documentation.

Source: docs.github.com/rest, “private vulnerability reporting”, “issues”; changelog 2026-10-02 (comments of repository
advisories, public preview).
"""

from __future__ import annotations

from typing import Any, Final

_TEXT: Final = {"type": "string"}
_USER: Final = {"type": "object", "properties": {"login": _TEXT}, "required": ["login"]}
_WRITTEN: Final = {
    "type": "object",
    "properties": {"body": {"type": "string", "minLength": 1, "maxLength": 65536}},
    "required": ["body"],
    "additionalProperties": False,
}
_COMMENT: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "body": _TEXT,
        "user": _USER,
        "created_at": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time"},
    },
    "required": ["id", "body", "user", "created_at", "updated_at"],
}
_ISSUE: Final = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "title": _TEXT,
        "body": {"type": "string", "nullable": True},
        "html_url": {"type": "string", "format": "uri"},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "user": _USER,
        "created_at": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time"},
    },
    "required": ["number", "title", "body", "html_url", "state", "user", "created_at", "updated_at"],
}
_NEW_ISSUE: Final = {
    "type": "object",
    "properties": {"title": {"type": "string", "minLength": 1}, "body": _TEXT},
    "required": ["title"],
}


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _many(schema: dict[str, Any]) -> dict[str, Any]:
    return _answer({"type": "array", "items": schema})


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


_ERROR: Final = {"$ref": "#/components/responses/not_found"}
_SINCE: Final = {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}}
_PER_PAGE: Final = {"name": "per_page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
_ADVISORY: Final = "/repos/{owner}/{repo}/security-advisories/{ghsa_id}"

PATHS: Final[dict[str, Any]] = {
    "/repos/{owner}/{repo}/private-vulnerability-reporting": {
        "get": {
            "responses": {
                "200": _answer(
                    {"type": "object", "properties": {"enabled": {"type": "boolean"}}, "required": ["enabled"]}
                ),
                "404": _ERROR,
            }
        }
    },
    f"{_ADVISORY}/comments": {
        "get": {"parameters": [_SINCE, _PER_PAGE], "responses": {"200": _many(_COMMENT), "404": _ERROR}},
        "post": {"requestBody": _body(_WRITTEN), "responses": {"201": _answer(_COMMENT), "404": _ERROR}},
    },
    "/repos/{owner}/{repo}/issues": {
        "get": {
            "parameters": [
                _SINCE,
                _PER_PAGE,
                {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["open", "closed", "all"]}},
                {"name": "sort", "in": "query", "schema": {"type": "string"}},
                {"name": "direction", "in": "query", "schema": {"type": "string"}},
            ],
            "responses": {"200": _many(_ISSUE), "404": _ERROR},
        },
        "post": {"requestBody": _body(_NEW_ISSUE), "responses": {"201": _answer(_ISSUE), "404": _ERROR}},
    },
    "/repos/{owner}/{repo}/issues/{number}/comments": {
        "get": {"parameters": [_PER_PAGE], "responses": {"200": _many(_COMMENT), "404": _ERROR}},
        "post": {"requestBody": _body(_WRITTEN), "responses": {"201": _answer(_COMMENT), "404": _ERROR}},
    },
}
"""In the same form as the vendored description."""
