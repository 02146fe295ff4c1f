# SPDX-License-Identifier: Apache-2.0
"""Tests of CSAF 2.1's extensions (6.1.60, 6.2.54).

Extensions are known by their address. The committee's documentation extensions are supported, so that the tests can be
tried; every other is carried unread and named in a warning. None is official or registered yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from tocsin.core.formats.csaf_suite.walk import Found, Placed, Test, full_names, objects, text, vulnerabilities
from tocsin.core.formats.schema import instance_violations

_OFFICIAL: Final = "https://docs.oasis-open.org/csaf/"
_DOCUMENTATION: Final = (
    "https://raw.githubusercontent.com/oasis-tcs/csaf/refs/heads/master/csaf_2.1/extension/data/valid/"
)
_SUPPORTED: Final = {
    f"{_DOCUMENTATION}documentation-{number}/documentation-{number}-content_1.0.0.json": number
    for number in ("11", "12", "13")
}
_CLASHES: Final = {"11": {"12"}}
_MOST: Final = {"11": 1}
"""Metadata of those extensions: which do not go together, and how often one may stand in a place."""
_REQUIRED: Final = {"12": ("documentation",)}


def _lists(document: dict[str, Any]) -> Iterator[tuple[str, list[Placed]]]:
    """Every list of extensions with its pointer."""
    holders: list[Placed] = [("", document)]
    if isinstance(document.get("document"), dict):
        holders.append(("/document", document["document"]))
    holders += full_names(document)
    for at, vulnerability in vulnerabilities(document):
        holders.append((at, vulnerability))
        for where, metric in objects(vulnerability, "metrics", at=at):
            if isinstance(metric.get("content"), dict):
                holders.append((f"{where}/content", metric["content"]))
    for at, holder in holders:
        found = list(objects(holder, "x_extensions", at=at))
        if found:
            yield f"{at}/x_extensions", found


def _each(document: dict[str, Any]) -> Iterator[Placed]:
    for _, listed in _lists(document):
        yield from listed


def _content_schema(document: dict[str, Any]) -> Found:
    """6.1.60.1."""
    for at, each in _each(document):
        for violation in instance_violations("csaf-2.1-extension-content", each):
            yield f"{at}{violation.path}", violation.message


def _extension_schema(document: dict[str, Any]) -> Found:
    """6.1.60.2, for the extensions that are supported."""
    for at, each in _each(document):
        number = _SUPPORTED.get(text(each, "$schema"), "")
        content = each.get("content")
        for name in _REQUIRED.get(number, ()):
            if isinstance(content, dict) and name not in content:
                yield f"{at}/content", f"{name!r} is a required property"
        if number and each.get("critical") is True:
            yield f"{at}/critical", "this extension is never critical"


def _metadata(document: dict[str, Any]) -> Found:
    """6.1.60.3, for the extensions that are supported."""
    for at, listed in _lists(document):
        used = Counter(_SUPPORTED.get(text(each, "$schema"), "") for _, each in listed)
        for number, count in used.items():
            if count > _MOST.get(number, count):
                yield at, f"documentation-{number} is used {count} times and allowed {_MOST[number]} times here"
            for other in sorted(_CLASHES.get(number, set()) & set(used)):
                yield at, f"documentation-{number} and documentation-{other} do not go together"


def _registered(document: dict[str, Any]) -> Found:
    """6.2.54.1; official extensions are skipped, and none is registered yet."""
    for at, each in _each(document):
        if not text(each, "$schema").startswith(_OFFICIAL):
            yield at, f"{text(each, '$schema')!r} is neither an official nor a registered extension"


def _official(document: dict[str, Any]) -> Found:
    """6.2.54.2."""
    for at, each in _each(document):
        if not text(each, "$schema").startswith(_OFFICIAL):
            yield at, f"{text(each, '$schema')!r} is not an official extension"


def _experimental(document: dict[str, Any]) -> Found:
    """6.2.54.4."""
    if text(document, "document", "distribution", "tlp", "label") == "CLEAR":
        for at, each in _each(document):
            if not text(each, "$schema").startswith(_OFFICIAL):
                yield at, "an experimental extension stands in a document for everybody"


ONLY_21: Final[dict[str, Test]] = {
    "6.1.60.1": _content_schema,
    "6.1.60.2": _extension_schema,
    "6.1.60.3": _metadata,
    "6.2.54.1": _registered,
    "6.2.54.2": _official,
    "6.2.54.4": _experimental,
}
