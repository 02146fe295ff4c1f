# SPDX-License-Identifier: Apache-2.0
"""Reads a CVE record 5.x, or the body of a submission, into the record. Source: CVE Record Format 5.2.0.

Ranges written in words (`>= 1.0, < 1.2`, as GitHub does) are read as they are meant. Only the CNA's container speaks;
what other parties add is kept and written back, and not taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Cna, Credit, CreditType, Product, Reference, ReferenceType
from tocsin.core.formats.csaf_suite.walk import objects, strings, text
from tocsin.core.formats.imports import common
from tocsin.core.formats.imports.common import UNNAMED, Span
from tocsin.core.formats.imports.osv import split_credit
from tocsin.core.formats.judge.cna_rules import cna as container
from tocsin.core.versions import intervals, native, scheme
from tocsin.core.vocabulary import Affectedness

_TAGS: Final = {
    "vendor-advisory": ReferenceType.ADVISORY,
    "third-party-advisory": ReferenceType.ADVISORY,
    "technical-description": ReferenceType.ARTICLE,
    "mailing-list": ReferenceType.DISCUSSION,
    "issue-tracking": ReferenceType.REPORT,
    "patch": ReferenceType.FIX,
    "product": ReferenceType.PACKAGE,
    "exploit": ReferenceType.EVIDENCE,
}
_STATES: Final = {
    "affected": Affectedness.AFFECTED,
    "unaffected": Affectedness.NOT_AFFECTED,
    "unknown": Affectedness.REVIEW,
}
_SCHEMES: Final = {
    "semver": "semver",
    "python": "pep440",
    "rpm": "rpm",
    "maven": "maven",
    "git": "git",
    "dpkg": "debian",
}
_METRICS: Final = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_CREDITS: Final = {each.value: each for each in CreditType}
_CWE: Final = re.compile(r"CWE-\d+")
_COMPARED: Final = re.compile(r"\s*(?:>=|<=|>|<|=)")


def read(document: dict[str, Any]) -> Advisory:
    """The record that a CVE record tells."""
    told = container(document)
    meta = document.get("cveMetadata") or {}
    cve = text(meta, "cveId")
    references = list(_references(told))
    page = next((each.url for each in references if each.type is ReferenceType.ADVISORY), "")
    page = page or (references[0].url if references else "")
    name = text(meta, "assignerShortName") or text(told, "providerMetadata", "shortName")
    who = common.publisher(name, page, "unknown")
    organization = text(meta, "assignerOrgId") or text(told, "providerMetadata", "orgId")
    if organization:
        who = msgspec.structs.replace(who, cna=Cna(org_id=organization, short_name=name))
    description = _words(told, "descriptions")
    published = text(meta, "datePublished") or text(told, "datePublic")
    modified = text(meta, "dateUpdated") or text(told, "providerMetadata", "dateUpdated") or published
    return common.assembled(
        identifier=_own_id(told) or cve,
        who=who,
        page=page,
        title=text(told, "title") or description.partition(". ")[0][:200] or cve,
        details=description or _words(told, "rejectedReasons"),
        products=[_product(each) for _, each in objects(told, "affected")],
        references=[each for each in references if each.url != page],
        published=common.instant(published),
        modified=common.instant(modified),
        withdrawn=common.instant(_rejected(meta)),
        withdrawn_reason=" ".join(_words(told, "rejectedReasons").split()),
        cve_id=cve,
        impact="\n\n".join(_words(each, "descriptions") for _, each in objects(told, "impacts")),
        mitigation=_words(told, "workarounds"),
        required_configuration=_words(told, "configurations"),
        upgrade=_words(told, "solutions"),
        cwe=tuple(dict.fromkeys(_weaknesses(told))),
        scores=common.scores(_vectors(told), name or "CNA"),
        credits=tuple(_credits(told)),
    )


def _rejected(meta: dict[str, Any]) -> str:
    """When a record was rejected, "" where it is not."""
    if text(meta, "state") != "REJECTED":
        return ""
    return text(meta, "dateRejected") or text(meta, "dateUpdated") or text(meta, "datePublished")


def _own_id(told: dict[str, Any]) -> str:
    """The publisher's own id where it is one word; some write a list or a sentence there."""
    found = told.get("source")
    named = text(found, "advisory") if isinstance(found, dict) else ""
    return named if re.fullmatch(r"[\w.:-]+", named) else ""


def _words(told: dict[str, Any], field: str) -> str:
    """A text in English, or the first in any language."""
    listed = [each for _, each in objects(told, field)]
    english = [each for each in listed if text(each, "lang").lower().startswith("en")]
    return "\n\n".join(text(each, "value").strip() for each in (english or listed[:1]))


def _weaknesses(told: dict[str, Any]) -> Iterator[str]:
    for _, kind in objects(told, "problemTypes"):
        for _, each in objects(kind, "descriptions"):
            found = _CWE.match(text(each, "description"))
            if text(each, "cweId") or found:
                yield text(each, "cweId") or found[0]  # type: ignore[index]


def _vectors(told: dict[str, Any]) -> Iterator[str]:
    for name in _METRICS:
        for _, each in objects(told, "metrics"):
            if text(each, name, "vectorString"):
                yield text(each, name, "vectorString")


def _references(told: dict[str, Any]) -> Iterator[Reference]:
    for _, each in objects(told, "references"):
        kinds = [_TAGS[tag] for tag in strings(each, "tags") if tag in _TAGS]
        if text(each, "url"):
            kind = kinds[0] if kinds else ReferenceType.WEB
            yield Reference(type=kind, url=text(each, "url"), summary=text(each, "name"))


def _credits(told: dict[str, Any]) -> Iterator[Credit]:
    for _, each in objects(told, "credits"):
        name, organization = split_credit(text(each, "value"))
        kind = _CREDITS.get(text(each, "type"), CreditType.FINDER)
        yield Credit(name=name, type=kind, organization=organization, consented=True)


def _product(affected: dict[str, Any]) -> Product:
    listed = [each for _, each in objects(affected, "versions")]
    kinds = [text(each, "versionType").lower() for each in listed]
    declared = next((_SCHEMES.get(kind, kind) for kind in kinds if kind and kind != "custom"), "generic")
    default = _STATES.get(text(affected, "defaultStatus"), Affectedness.REVIEW)
    spans = [span for each in listed for span in _spans(each)]
    if not spans and default is Affectedness.AFFECTED:
        spans = [Span()]
    found, lines = common.lines(declared, spans)
    package, purl = text(affected, "packageName"), text(affected, "packageURL")
    vendor = text(affected, "vendor")
    go = text(affected, "collectionURL").endswith("pkg.go.dev")
    module = vendor if go and package.startswith(vendor) else package
    return Product(
        name=text(affected, "product") or package or purl.rpartition("/")[2] or UNNAMED,
        vendor=vendor or (common.vendor_of(package) if package else UNNAMED),
        scheme=found.name,
        lines=lines,
        purl=purl or (common.purl_of("Go", module) if go else ""),
        ecosystem="Go" if go else "",
        package=module,
        collection=text(affected, "collectionURL"),
        repository=text(affected, "repo"),
        modules=tuple(strings(affected, "modules")),
        cpe=next(iter(each for each in strings(affected, "cpes") if each.startswith("cpe:2.3:")), ""),
        elsewhere=default,
    )


def _spans(each: dict[str, Any]) -> Iterator[Span]:
    """One version object as spans; `changes` part it."""
    state = _STATES.get(text(each, "status"), Affectedness.REVIEW)
    start, before, last = (text(each, name) for name in ("version", "lessThan", "lessThanOrEqual"))
    if _COMPARED.match(start) or _COMPARED.match(before):
        yield from _in_words(start if _COMPARED.match(start) else before, state)
        return
    end, version = _end(start, before, last)
    for _, change in objects(each, "changes"):
        at, after = text(change, "at"), _STATES.get(text(change, "status"), Affectedness.REVIEW)
        if state is Affectedness.AFFECTED and after is not Affectedness.AFFECTED:
            yield Span(start=common.opened(start), end="fixed", version=at, state=state)
        start, state = at, after
    if state is Affectedness.AFFECTED or not objects_in(each):
        yield Span(start=common.opened(start), end=end, version=version, state=state)


def objects_in(each: dict[str, Any]) -> bool:
    """Whether the status changes within the range."""
    return bool(next(objects(each, "changes"), None))


def _end(start: str, before: str, last: str) -> tuple[str, str]:
    if before and before != "*":
        return "fixed", before
    if last and last != "*":
        return "last", last
    if before or last or not common.opened(start):
        return "", ""
    return "last", start


def _in_words(written: str, state: Affectedness) -> Iterator[Span]:
    generic = scheme("generic")
    try:
        for each in intervals(generic, native(generic, written)):
            end, version = ("fixed", each.fixed) if each.fixed else ("last", each.last) if each.last else ("", "")
            yield Span(start=common.opened(each.start), end=end, version=version, state=state)
    except ValueError:
        numbers = re.findall(r"[\w.+-]*\d[\w.+-]*", written)
        if numbers:
            yield Span(end="last", version=numbers[-1], state=state)
