# SPDX-License-Identifier: Apache-2.0
"""Reads an OSV document of any 1.x into the record. Source: OSV schema 1.7.5.

Ranges of one package are gathered in one product. Where both ranges and enumerated versions stand, the ranges speak.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tocsin.core.advisory import Advisory, Credit, CreditType, Product, Reference, ReferenceType
from tocsin.core.formats.csaf_suite.walk import objects, strings, text
from tocsin.core.formats.imports import common
from tocsin.core.formats.imports.common import UNNAMED, Span
from tocsin.core.vocabulary import is_cve_id

_TYPES: Final = {each.value.upper(): each for each in ReferenceType}
_CREDITS: Final = {each.value.upper().replace(" ", "_"): each for each in CreditType}
_ENDS: Final = {"fixed": "fixed", "last_affected": "last", "limit": "limit"}


_Key = tuple[str, str, str, str]
"""What makes two entries one product: ecosystem, package, repository, and the name we write ourselves."""


def read(document: dict[str, Any]) -> Advisory:
    """The record that an OSV document tells."""
    own = text(document, "id")
    prefix = "x_" if own.startswith("x_") else ""
    aliases = [each for each in strings(document, "aliases") if each != own]
    cve = next((each for each in (own, *aliases) if is_cve_id(each)), "")
    references = list(_references(document))
    page = text(document, "database_specific", "url") or next(
        (each.url for each in references if each.type is ReferenceType.ADVISORY),
        references[0].url if references else "",
    )
    who = common.publisher("", page, own.partition("-")[0])
    return common.assembled(
        identifier=own.removeprefix("x_"),
        who=who,
        page=page,
        title=text(document, "summary") or own,
        details=common.words(document, "details"),
        products=_products(document),
        references=[each for each in references if each.url != page],
        published=common.instant(document.get("published")),
        modified=common.instant(document.get("modified")),
        withdrawn=common.instant(document.get("withdrawn")),
        superseded_by=text(document, "database_specific", "superseded_by"),
        cve_id=cve,
        aliases=tuple(each for each in aliases if each != cve),
        related=tuple(dict.fromkeys((*strings(document, "related"), *strings(document, "upstream")))),
        cwe=tuple(strings(document, "database_specific", "cwe_ids")),
        scores=common.scores(_vectors(document), who.name),
        credits=tuple(_credits(document)),
        osv_prefix=prefix,
    )


def _vectors(document: dict[str, Any]) -> Iterator[str]:
    yield from (text(each, "score") for _, each in objects(document, "severity"))
    for _, affected in objects(document, "affected"):
        yield from (text(each, "score") for _, each in objects(affected, "severity"))


def _references(document: dict[str, Any]) -> Iterator[Reference]:
    for _, each in objects(document, "references"):
        if text(each, "url"):
            yield Reference(type=_TYPES.get(text(each, "type"), ReferenceType.WEB), url=text(each, "url"))


def _credits(document: dict[str, Any]) -> Iterator[Credit]:
    """Who is thanked in a published document has been published: consent is not asked again."""
    for _, each in objects(document, "credits"):
        kind = _CREDITS.get(text(each, "type"), CreditType.OTHER if text(each, "type") else CreditType.FINDER)
        name, organization = split_credit(text(each, "name"))
        contact = tuple(strings(each, "contact"))
        yield Credit(name=name, type=kind, organization=organization, contact=contact, consented=True)


def split_credit(display: str) -> tuple[str, str]:
    """Name and organisation out of `R. Eporter (Example University)`, as our own documents write it."""
    name, opened, rest = display.rpartition(" (")
    return (name, rest[:-1]) if opened and rest.endswith(")") and name else (display, "")


def _products(document: dict[str, Any]) -> list[Product]:
    gathered: dict[_Key, list[tuple[dict[str, Any], list[Span], str]]] = {}
    for _, affected in objects(document, "affected"):
        package = affected.get("package") or {}
        commits = [each for _, each in objects(affected, "ranges") if text(each, "type") == "GIT"]
        versions = [each for _, each in objects(affected, "ranges") if text(each, "type") != "GIT"]
        kinds = [("", versions)] if versions or not commits else []
        kinds += [(text(each, "repo") or "git", [each]) for each in commits if not versions]
        for repository, ranges in kinds:
            spans = [span for each in ranges for span in _spans(each)]
            if not ranges:
                spans = [Span(start=each, end="last", version=each) for each in strings(affected, "versions")]
            key = (text(package, "ecosystem"), text(package, "name"), repository, _named(affected))
            kind = "SEMVER" if any(text(each, "type") == "SEMVER" for each in ranges) else ""
            gathered.setdefault(key, []).append((affected, spans, kind))
    return [_product(key, entries) for key, entries in gathered.items()]


def _named(affected: dict[str, Any]) -> str:
    return text(affected, "database_specific", "product")


def _product(key: _Key, entries: list[tuple[dict[str, Any], list[Span], str]]) -> Product:
    ecosystem, name, repository, _ = key
    first = entries[0][0]
    declared = "git" if repository else ecosystem or ("semver" if entries[0][2] else "generic")
    scheme, lines = common.lines(declared, [span for _, spans, _ in entries for span in spans])
    told = first.get("database_specific") or {}
    listed = bool(ecosystem)
    url = text(told, "repository") or ("" if repository == "git" else repository)
    return Product(
        name=text(told, "product") or name or url or UNNAMED,
        vendor=text(told, "vendor") or (common.vendor_of(name, ecosystem) if name else UNNAMED),
        scheme=scheme.name,
        lines=lines,
        purl=text(first, "package", "purl") or text(told, "purl") or common.purl_of(ecosystem, name),
        ecosystem=ecosystem,
        package=name if listed else "",
        repository=url,
        modules=tuple(strings(told, "modules")),
    )


def _spans(each: dict[str, Any]) -> Iterator[Span]:
    """Events in their order; an `introduced` opens a span, the next other event closes it."""
    start: str | None = None
    for _, event in objects(each, "events"):
        for kind, version in event.items():
            if not isinstance(version, str):
                continue
            if kind == "introduced":
                if start is not None:
                    yield Span(start=start)
                start = common.opened(version)
            elif kind in _ENDS and version != "*":
                yield Span(start=start or "", end=_ENDS[kind], version=version)
                start = None
    if start is not None:
        yield Span(start=start)
