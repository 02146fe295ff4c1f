# SPDX-License-Identifier: Apache-2.0
"""Reads GitHub's advisories in all the spellings in which GitHub hands them out or takes them: REST, webhook, GraphQL.

Source: GitHub REST API 2026-03-10, `repository-advisory` and `global-advisory`; GraphQL `SecurityAdvisory`.
`> 2.1.0` begins just after a version; the first that could follow is its next pre-release, which is what OSV does too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tocsin.core.advisory import Advisory, Credit, CreditType, Product, Reference, ReferenceType
from tocsin.core.formats.csaf_suite.walk import get, objects, strings, text
from tocsin.core.formats.imports import common
from tocsin.core.formats.imports.common import Span
from tocsin.core.versions import Constraint, Scheme, native, scheme
from tocsin.core.vocabulary import is_cve_id

_ECOSYSTEM: Final = {
    "actions": "GitHub Actions", "composer": "Packagist", "erlang": "Hex", "go": "Go", "maven": "Maven", "npm": "npm",
    "nuget": "NuGet", "pip": "PyPI", "pub": "Pub", "rubygems": "RubyGems", "rust": "crates." + "io",
    "swift": "SwiftURL",
}  # fmt: skip
"""OSV's name of GitHub's ecosystems."""
_SCHEMES: Final = {
    "npm": "npm",
    "actions": "semver",
    "erlang": "semver",
    "rust": "semver",
    "pub": "semver",
    "swift": "semver",
}
_CREDITS: Final = {each.value.replace(" ", "_"): each for each in CreditType}


def read(document: dict[str, Any]) -> Advisory:
    """The record that an advisory of GitHub tells."""
    told = get(document, "security_advisory") or get(document, "repository_advisory") or document
    told = told if isinstance(told, dict) else {}
    own = text(told, "ghsa_id") or text(told, "ghsaId")
    named = [text(each, "value") for _, each in objects(told, "identifiers")]
    cve = text(told, "cve_id") or next((each for each in named if is_cve_id(each)), "")
    page = text(told, "html_url") or text(told, "permalink") or (f"https://github.com/advisories/{own}" if own else "")
    references = [Reference(type=ReferenceType.WEB, url=url) for url in _links(told)]
    who = common.publisher("GitHub", page, "GitHub")
    return common.assembled(
        identifier=own or cve,
        who=who,
        page=page or (references[0].url if references else ""),
        title=text(told, "summary"),
        details=common.words(told, "description"),
        products=_products(told),
        references=[each for each in references if each.url != page],
        published=common.instant(text(told, "published_at") or text(told, "publishedAt")),
        modified=common.instant(text(told, "updated_at") or text(told, "updatedAt")),
        withdrawn=common.instant(text(told, "withdrawn_at") or text(told, "withdrawnAt")),
        cve_id=cve,
        aliases=tuple(each for each in named if each not in (own, cve)),
        cwe=tuple(_weaknesses(told)),
        scores=common.scores(_vectors(told), "GitHub"),
        credits=tuple(_credits(told)),
        osv_prefix="",
    )


def _links(told: dict[str, Any]) -> Iterator[str]:
    yield from strings(told, "references")
    yield from (text(each, "url") for _, each in objects(told, "references") if text(each, "url"))


def _weaknesses(told: dict[str, Any]) -> Iterator[str]:
    yield from strings(told, "cwe_ids")
    if not strings(told, "cwe_ids"):
        yield from (text(each, "cwe_id") for _, each in objects(told, "cwes"))
    yield from (text(each, "cweId") for _, each in objects(told, "cwes", "nodes"))


def _vectors(told: dict[str, Any]) -> Iterator[str]:
    for holder in ("cvss_v4", "cvss_v3"):
        yield text(told, "cvss_severities", holder, "vector_string")
    yield text(told, "cvss_vector_string")
    yield text(told, "cvss", "vector_string")
    yield text(told, "cvss", "vectorString")


def _credits(told: dict[str, Any]) -> Iterator[Credit]:
    for _, each in (*objects(told, "credits"), *objects(told, "credits_detailed")):
        login = text(each, "login") or text(each, "user", "login")
        if login:
            kind = _CREDITS.get(text(each, "type"), CreditType.FINDER)
            yield Credit(name=login, type=kind, contact=(f"https://github.com/{login}",), consented=True)


def _products(told: dict[str, Any]) -> list[Product]:
    gathered: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _, each in (*objects(told, "vulnerabilities"), *objects(told, "vulnerabilities", "nodes")):
        key = (text(each, "package", "ecosystem").lower(), text(each, "package", "name"))
        gathered.setdefault(key, []).append(each)
    return [_product(*key, entries) for key, entries in gathered.items()]


def _product(kind: str, name: str, entries: list[dict[str, Any]]) -> Product:
    ecosystem = _ECOSYSTEM.get(kind, "")
    declared = _SCHEMES.get(kind) or ecosystem.lower() or "generic"
    spans = [span for each in entries for span in _spans(each)]
    found, lines = common.lines(declared, spans)
    return Product(
        name=name or common.UNNAMED,
        vendor=common.vendor_of(name),
        scheme=found.name,
        lines=lines,
        purl=common.purl_of(ecosystem, name),
        ecosystem=ecosystem,
        package=name if ecosystem else "",
    )


def _spans(each: dict[str, Any]) -> Iterator[Span]:
    written = text(each, "vulnerable_version_range") or text(each, "vulnerableVersionRange")
    generic = scheme("generic")
    try:
        constraints = native(generic, written).constraints
    except ValueError:
        return
    patched = text(each, "patched_versions") or text(each, "first_patched_version", "identifier")
    patched = patched or text(each, "firstPatchedVersion", "identifier") or text(each, "first_patched_version")
    for span in spans(generic, constraints):
        only = span.end == "last" and span.start == span.version
        yield Span(start=span.start, end="fixed", version=patched) if only and patched else span


def spans(_: Scheme, constraints: tuple[Constraint, ...]) -> Iterator[Span]:
    """Sorted comparisons as spans."""
    if not constraints:
        yield Span()
    start: str | None = None
    for each in constraints:
        if each.sign == "=":
            yield Span(start=each.version, end="last", version=each.version)
        elif each.sign[0] == ">":
            start = common.opened(each.version) if each.sign == ">=" else just_after(each.version)
        elif each.sign != "!=":
            yield Span(start=start or "", end="fixed" if each.sign == "<" else "last", version=each.version)
            start = None
    if start is not None:
        yield Span(start=start)


def just_after(version: str) -> str:
    """The lowest version above another: the first pre-release of the next patch (`2.1.0` gives `2.1.1-0`)."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}-0" if last.isdigit() else f"{version}.0"
