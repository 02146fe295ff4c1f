# SPDX-License-Identifier: Apache-2.0
"""Holds a document of ours against the one that was published for the same vulnerability, field by field.

For replays of published vulnerabilities and for adopting existing advisories: what a stranger published is read as its
publisher meant it (GitHub's `>= 1.0, < 1.2` too), so that only a difference in meaning is a difference. Why each known
one is there stands in docs/explanation/divergences.md. Sources: OSV 1.7.5; CVE Record Format 5.1.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from tocsin.core.vocabulary import Value

Read = dict[str, set[str]]
"""Statements of a document by field, each in one spelling."""

FIELDS: Final = ("ids", "product", "ranges", "fixed", "cwe", "vector", "references", "credits")

_NATIVE: Final = re.compile(r"(>=|<=|>|<|=)\s*([^\s,]+)")
_CWE: Final = re.compile(r"CWE-\d+")


class Difference(Value):
    """One field of one document format in which two documents say different things."""

    format: str
    field: str
    only_ours: tuple[str, ...] = ()
    only_theirs: tuple[str, ...] = ()


def compare(kind: str, ours: bytes, theirs: bytes) -> tuple[Difference, ...]:
    """Differences between two documents of one kind, `osv` or `cve`, in the order of `FIELDS`.

    Raises KeyError for another kind, ValueError for bytes that are no JSON object.
    """
    read = _READERS[kind]
    mine, other = read(_object(ours)), read(_object(theirs))
    pairs = ((field, mine[field] - other[field], other[field] - mine[field]) for field in FIELDS)
    return tuple(
        Difference(format=kind, field=field, only_ours=tuple(sorted(left)), only_theirs=tuple(sorted(right)))
        for field, left, right in pairs
        if left or right
    )


def _object(document: bytes) -> dict[str, Any]:
    found = msgspec.json.decode(document)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


# ----------------------------------------------------------------------------------------------------------------- OSV


def _read_osv(document: dict[str, Any]) -> Read:
    affected = [each for each in document.get("affected") or () if isinstance(each, dict)]
    ranges = [each for entry in affected for each in entry.get("ranges") or ()]
    spans = [_events(each) for each in ranges]
    return {
        "ids": {document["id"].removeprefix("x_"), *(document.get("aliases") or ())},
        "product": {name for entry in affected if (name := _package(entry))},
        "ranges": {text for texts, _ in spans for text in texts},
        "fixed": {text for _, texts in spans for text in texts},
        "cwe": set((document.get("database_specific") or {}).get("cwe_ids") or ()),
        "vector": {each["score"] for each in document.get("severity") or ()},
        "references": {each["url"] for each in document.get("references") or ()},
        "credits": {each["name"] for each in document.get("credits") or ()},
    }


def _package(entry: dict[str, Any]) -> str:
    package = entry.get("package") or {}
    return f"{package['ecosystem']} {package['name']}" if package else ""


def _events(each: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Ranges and fixed versions of one list of events; commits are told apart from versions."""
    before = "commit " if each.get("type") == "GIT" else ""
    texts, fixes, start = [], [], ""
    for event in each.get("events") or ():
        kind, version = next(iter(event.items()))
        if kind == "introduced":
            start = version
        elif kind == "last_affected":
            texts.append(f"{before}{start} <={version}")
        else:
            texts.append(f"{before}{start} <{version}")
            fixes += [f"{before}{version}"] if kind == "fixed" else []
    open_end = "introduced" in (each.get("events") or [{}])[-1]
    return [*texts, f"{before}{start} *"] if open_end else texts, fixes


# ----------------------------------------------------------------------------------------------------------------- CVE


def _read_cve(document: dict[str, Any]) -> Read:
    cna = document["containers"]["cna"]
    kinds = [each for kind in cna.get("problemTypes") or () for each in kind["descriptions"]]
    metrics = [value for each in cna.get("metrics") or () for name, value in each.items() if name.startswith("cvss")]
    affected = cna.get("affected") or ()
    spans = [span for product in affected for version in product.get("versions") or () for span in _version(version)]
    return {
        "ids": {document["cveMetadata"]["cveId"]},
        "product": {f"{each.get('vendor', '')} {each.get('product', '')}".strip() for each in affected},
        "ranges": {text for text, _ in spans},
        "fixed": {fixed for _, fixed in spans if fixed},
        "cwe": {found for each in kinds if (found := _cwe(each))},
        "vector": {each["vectorString"] for each in metrics},
        "references": {each["url"] for each in cna.get("references") or ()},
        "credits": {each["value"] for each in cna.get("credits") or ()},
    }


def _cwe(kind: dict[str, str]) -> str:
    found = _CWE.match(kind.get("description", ""))
    return kind.get("cweId") or (found[0] if found else "")


def _version(version: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Affected ranges with their excluded ends, also in the notation that GitHub writes into `version`."""
    if version.get("status") != "affected":
        return
    start, before, last = version["version"], version.get("lessThan", ""), version.get("lessThanOrEqual", "")
    native: dict[str, str] = dict(_NATIVE.findall(start))
    if native:
        start = native.get(">=", native.get("=", "0"))
        before, last = native.get("<", ""), native.get("<=", native.get("=", ""))
    if before and before != "*":
        yield f"{start} <{before}", before
    elif "*" in (before, last):
        yield f"{start} *", ""
    else:
        yield f"{start} <={last or start}", ""


_READERS: Final[Mapping[str, Callable[[dict[str, Any]], Read]]] = {"cve": _read_cve, "osv": _read_osv}
