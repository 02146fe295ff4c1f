# SPDX-License-Identifier: Apache-2.0
"""Holds requests and answers against the official OpenAPI description of CVE Services; what is mended in it says
`SOURCES.md`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import msgspec

HEADERS = ("cve-api-org", "cve-api-user", "cve-api-key")
"""What every request but those of the public names (in small letters)."""


@cache
def description() -> dict[str, Any]:
    """The description, mended."""
    raw = resources.files(__package__).joinpath("services.json").read_bytes()
    found: dict[str, Any] = _mended(msgspec.json.decode(raw))
    return found


def _mended(told: Any) -> Any:
    if isinstance(told, list):
        return [_mended(each) for each in told]
    if not isinstance(told, dict):
        return told
    found = {name: _mended(value) for name, value in told.items()}
    affected = found.get("affected")
    if isinstance(affected, dict) and affected.get("type") == "object":
        found["affected"] = {"type": "array", "items": affected}
    tags = found.get("tags")
    if isinstance(tags, dict) and "oneOf" in tags.get("items", {}):
        found["tags"] = {**tags, "items": {"anyOf": tags["items"]["oneOf"]}}
    scores = found.get("anyOf")
    if isinstance(scores, list) and {"required": ["cvssV3_1"]} in scores:
        found["anyOf"] = [{"required": ["cvssV4_0"]}, *scores]
    return found


class Route(msgspec.Struct, frozen=True):
    """A path of the description and what its placeholders stand for."""

    template: str
    values: Mapping[str, str]


def route(url: str) -> Route | None:
    """Find the path that a request means; `/api` in front belongs to the address of the service."""
    path = urlsplit(url).path.removeprefix("/api")
    for template in description()["paths"]:
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)), path)
        if found:
            return Route(template, found.groupdict())
    return None


def _told(method: str, url: str) -> dict[str, Any] | None:
    found = route(url)
    told: dict[str, Any] | None = description()["paths"][found.template].get(method.lower()) if found else None
    return told


def wrong_request(method: str, url: str, body: bytes) -> list[str]:
    """What is wrong with a request by the description; empty when it is right."""
    told = _told(method, url)
    if told is None:
        return [f"{method} {urlsplit(url).path}: no such operation"]
    parameters = [_parameter(each) for each in told.get("parameters", ())]
    known = {each["name"]: each for each in parameters if each["in"] == "query"}
    given = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    wrong = [f"?{name}: no such parameter" for name in given if name not in known]
    wrong += [f"?{name}: is required" for name, each in known.items() if each.get("required") and name not in given]
    for name in given.keys() & known.keys():
        wrong += [f"?{name}: {each}" for each in _of(known[name].get("schema", {}), given[name])]
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return [*wrong, "a body where none belongs"] if body else wrong
    try:
        return [*wrong, *_errors(content["schema"], msgspec.json.decode(body))]
    except msgspec.DecodeError:
        return [*wrong, "the body is not JSON"]


def wrong_answer(method: str, url: str, status: int, value: Any) -> list[str]:
    """What is wrong with an answer by the description."""
    told = _told(method, url)
    if told is None:
        return []
    answer = told["responses"].get(str(status))
    if answer is None:
        return [] if status == 429 else [f"status {status} is not described"]
    content = answer.get("content", {}).get("application/json")
    return _errors(content["schema"], value) if content else []


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in told:
        return told
    found: dict[str, Any] = description()["parameters"][told["$ref"].rpartition("/")[2]]
    return found


def _of(schema: dict[str, Any], text: str) -> list[str]:
    value: Any = int(text) if schema.get("type") == "integer" and text.isdigit() else text
    if schema.get("type") == "boolean":
        value = {"true": True, "false": False}.get(text, text)
    return [each.message for each in jsonschema_rs.Draft4Validator(schema).iter_errors(value)]


def _errors(schema: dict[str, Any], value: Any) -> list[str]:
    choices = [each["x-schema"] for each in schema.get("oneOf", (schema,)) if "x-schema" in each]
    found = [_wrong(each, value) for each in choices]
    return min(found, key=len, default=[])


def _wrong(name: str, value: Any) -> list[str]:
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in _validator(name).iter_errors(value)]


@cache
def _validator(name: str) -> Any:
    schema = description()["schemas"][name]
    return jsonschema_rs.validator_for(schema, validate_formats=True)
