# SPDX-License-Identifier: Apache-2.0
"""What OSV documents, VEX statements and SBOMs must hold beyond their schemas: order, distinctness, references.

Sources: OSV schema 1.7.5 (`events`, `aliases`, quality checks of the OSV linter: ranges are distinct, an affected entry
names a package or a repository); OpenVEX 0.2.0, section on status; CycloneDX 1.7, `affects[].ref`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from tocsin.core.advisory import purl
from tocsin.core.formats.csaf_suite.walk import objects, strings, text
from tocsin.core.versions import scheme_called
from tocsin.core.vocabulary import Value


class Remark(Value):
    """A rule by its code, whether it is an error, a JSON pointer and a sentence."""

    test: str
    error: bool
    path: str
    message: str


def osv(document: dict[str, Any]) -> Iterator[Remark]:
    """Rules of OSV that its schema cannot say."""
    yield from _osv_ids(document)
    yield from _osv_dates(document)
    for at, affected in objects(document, "affected"):
        yield from _osv_package(at, affected)
        seen: list[Any] = []
        for where, each in objects(affected, "ranges", at=at):
            if each in seen:
                yield Remark(test="osv.range-distinct", error=False, path=where, message="the range is given twice")
            seen.append(each)
            yield from _osv_events(where, affected, each)


def _osv_ids(document: dict[str, Any]) -> Iterator[Remark]:
    own = text(document, "id")
    for field in ("aliases", "related", "upstream"):
        if own and own in strings(document, field):
            yield Remark(test="osv.alias-itself", error=False, path=f"/{field}", message=f"{own} is its own {field}")


def _osv_dates(document: dict[str, Any]) -> Iterator[Remark]:
    published, modified = _instant(text(document, "published")), _instant(text(document, "modified"))
    if published and modified and modified < published:
        yield Remark(test="osv.dates", error=False, path="/modified", message="changed last before it was published")


def _instant(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _osv_package(at: str, affected: dict[str, Any]) -> Iterator[Remark]:
    kinds = [text(each, "type") for _, each in objects(affected, "ranges")]
    if "package" not in affected and any(kind != "GIT" for kind in kinds):
        yield Remark(
            test="osv.package-missing", error=False, path=at, message="a range of versions needs the package it is of"
        )
    written = text(affected, "package", "purl")
    if written:
        try:
            found = purl.parse(written)
        except ValueError as wrong:
            message = f"{written!r} is no package URL: {wrong}"
            yield Remark(test="osv.purl", error=False, path=f"{at}/package/purl", message=message)
            return
        if found.version:
            message = "the package URL names a version; versions stand in ranges"
            yield Remark(test="osv.purl-version", error=False, path=f"{at}/package/purl", message=message)


def _osv_events(at: str, affected: dict[str, Any], each: dict[str, Any]) -> Iterator[Remark]:
    events = [event for _, event in objects(each, "events")]
    kinds = {name for event in events for name in event}
    if "introduced" not in kinds and events:
        yield Remark(test="osv.introduced", error=True, path=at, message="no event says where the range begins")
    if text(each, "type") == "GIT":
        return
    name = "semver" if text(each, "type") == "SEMVER" else text(affected, "package", "ecosystem")
    try:
        key = scheme_called(name).key
        ends = [(kind, version) for event in events for kind, version in event.items() if isinstance(version, str)]
        keys = [(kind, version, None if version in ("0", "*") else key(version)) for kind, version in ends]
    except (KeyError, ValueError):
        return
    start: Any = None
    for kind, version, at_key in keys:
        if kind == "introduced":
            start = at_key
        elif start is not None and at_key is not None and (at_key < start or (kind == "fixed" and at_key == start)):
            message = f"{kind} {version} lies before the beginning of the range"
            yield Remark(test="osv.range-order", error=False, path=at, message=message)


def openvex(document: dict[str, Any]) -> Iterator[Remark]:
    """Rules of OpenVEX that its schema cannot say."""
    for at, each in objects(document, "statements"):
        status = text(each, "status")
        if status == "not_affected" and not (each.get("justification") or each.get("impact_statement")):
            message = "not affected needs a justification or an impact statement"
            yield Remark(test="openvex.not-affected", error=True, path=at, message=message)
        if status == "affected" and not each.get("action_statement"):
            message = "affected needs an action statement"
            yield Remark(test="openvex.affected", error=True, path=at, message=message)
        if status in ("fixed", "under_investigation", "affected") and each.get("justification"):
            message = "a justification is for what is not affected"
            yield Remark(test="openvex.justification", error=True, path=f"{at}/justification", message=message)


_KNOWN_UNREFERENCED: Final = "urn:cdx:"


def cyclonedx(document: dict[str, Any]) -> Iterator[Remark]:
    """References of vulnerabilities lead to something in the document, or to another document by BOM-Link."""
    named = {text(each, "bom-ref") for group in ("components", "services") for each in _nested(document, group)} | {
        text(document, "metadata", "component", "bom-ref")
    }
    for at, vulnerability in objects(document, "vulnerabilities"):
        for where, each in objects(vulnerability, "affects", at=at):
            reference = text(each, "ref")
            if reference and reference not in named and not reference.startswith(_KNOWN_UNREFERENCED):
                message = f"{reference!r} is not in this document"
                yield Remark(test="cyclonedx.ref", error=False, path=f"{where}/ref", message=message)


def _nested(document: dict[str, Any], group: str) -> Iterator[dict[str, Any]]:
    todo = [each for _, each in objects(document, group)]
    while todo:
        each = todo.pop()
        yield each
        todo += [one for _, one in objects(each, group)]
