# SPDX-License-Identifier: Apache-2.0
"""Holds requests, answers and webhooks against GitHub's OpenAPI description.

The description is OpenAPI 3.0, whose schemas are JSON Schema but for `nullable`; that is translated. Where a schema
names what a dated API version takes away (`x-github-breaking-changes`), the version that Tocsin asks for counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import msgspec

from tocsin.testing.github import preview

VERSION: Final = "2026-03-10"
"""The version of the API that is spoken."""

_BODY: Final = ("content", "application/json", "schema")
_FREE: Final = frozenset({"since"})


@cache
def description() -> dict[str, Any]:
    """GitHub's description with the paths that are described by hand, in JSON Schema's words."""
    told = msgspec.json.decode(_file("openapi.json"))
    told["paths"] |= preview.PATHS
    found: dict[str, Any] = _translated(told)
    return found


@cache
def webhooks() -> dict[str, Any]:
    """The bodies of webhooks, in JSON Schema's words."""
    found: dict[str, Any] = _translated(msgspec.json.decode(_file("webhooks.json")))
    return found


def _file(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()


def _translated(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_translated(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = _of_version(schema)
    rest = {name: _translated(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [rest, {"type": "null"}]} if schema.get("nullable") is True else rest


def _of_version(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what the version takes away."""
    for change in schema.get("x-github-breaking-changes", ()):
        if change["version"] <= VERSION:
            gone = {name for name, value in change["patch"].get("properties", {}).items() if value is None}
            kept = {name: value for name, value in schema["properties"].items() if name not in gone}
            schema = {**schema, "properties": kept, "required": change["patch"].get("required", schema["required"])}
    return schema


@cache
def _validator(where: tuple[str, ...], hook: bool) -> jsonschema_rs.Draft202012Validator:
    told = webhooks() if hook else description()
    node: Any = told
    for name in where:
        node = node[name]
    return jsonschema_rs.Draft202012Validator(
        {"allOf": [node], "components": told["components"]}, validate_formats=True
    )


def _wrong(where: tuple[str, ...], value: Any, hook: bool = False) -> list[str]:
    found = _validator(where, hook).iter_errors(value)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in found]


class Route(msgspec.Struct, frozen=True):
    """A path of the description and what its placeholders stand for; None of both where there is no such path."""

    template: str
    values: Mapping[str, str]


def route(path: str) -> Route | None:
    """Find the path that a request means."""
    for template in description()["paths"]:
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)), path)
        if found:
            return Route(template, found.groupdict())
    return None


def wrong_request(method: str, url: str, body: bytes) -> list[str]:
    """What is wrong with a request by the description; empty when it is right."""
    found = route(urlsplit(url).path)
    told = description()["paths"].get(found.template, {}).get(method.lower()) if found else None
    if told is None:
        return [f"{method} {urlsplit(url).path}: no such operation"]
    known = {each["name"]: each for each in map(_resolved, told.get("parameters", ())) if each["in"] == "query"}
    wrong = []
    for name, value in parse_qsl(urlsplit(url).query):
        if name not in known:
            wrong.append(f"?{name}: no such parameter")
        elif name not in _FREE:
            wrong += [f"?{name}: {each}" for each in _parameter(known[name]["schema"], value)]
    wants = told.get("requestBody")
    if wants is None:
        return [*wrong, "a body where none belongs"] if body else wrong
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return [*wrong, "the body is not JSON"]
    return [*wrong, *_wrong(_at(found, method, "requestBody"), value)]


def wrong_answer(method: str, url: str, status: int, value: Any) -> list[str]:
    """What is wrong with an answer by the description."""
    found = route(urlsplit(url).path)
    told = description()["paths"].get(found.template, {}).get(method.lower()) if found else None
    if told is None:
        return []
    answer = told["responses"].get(str(status))
    if answer is None:
        return [] if status in (401, 403, 404, 422, 429, 500) else [f"status {status} is not described"]
    if "$ref" in answer:
        at = (*answer["$ref"].removeprefix("#/").split("/"), *_BODY)
        return _wrong(at, value) if _resolved(answer).get("content") else []
    if "content" not in answer:
        return []
    return _wrong(_at(found, method, "responses", str(status)), value)


def wrong_hook(event: str, value: Mapping[str, Any]) -> list[str]:
    """What is wrong with the body of a webhook."""
    name = event if event == "ping" else f"{event.replace('_', '-')}-{value.get('action')}"
    if name not in webhooks()["webhooks"]:
        return [f"{name}: no such webhook"]
    return _wrong(("webhooks", name), value, hook=True)


def _parameter(schema: dict[str, Any], text: str) -> list[str]:
    value: Any = int(text) if schema.get("type") == "integer" and text.isdigit() else text
    return [each.message for each in jsonschema_rs.Draft202012Validator(schema).iter_errors(value)]


def _resolved(told: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in told:
        return told
    _, kind, name = told["$ref"].removeprefix("#/").split("/")
    found: dict[str, Any] = description()["components"][kind][name]
    return found


def _at(found: Route | None, method: str, *rest: str) -> tuple[str, ...]:
    return ("paths", found.template if found else "", method.lower(), *rest, *_BODY)
