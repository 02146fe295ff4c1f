# SPDX-License-Identifier: Apache-2.0
"""OSV 1.7.5: what scanners read. Source: https://ossf.github.io/osv-schema/ (schema of 2026-01-21).

The id carries `x_` until a home database prefix is registered. OSV has no place for lines that are not affected, for
weaknesses, mitigations and for products that no package ecosystem carries: these stand under `database_specific`, where
OSV databases keep them (and where `core.affected` finds them); people read of them in the details.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Credit, CreditType, ReferenceType
from tocsin.core.formats import facts, words
from tocsin.core.formats.encode import Part, dated, document_bytes, instant
from tocsin.core.formats.format import BY_OTHER_NAMES, Facts, Format, Loss
from tocsin.core.formats.products import Listed, listed
from tocsin.core.versions import LineRange, osv_events, vulnerable
from tocsin.core.vocabulary import Affectedness

SCHEMA_VERSION: Final = "1.7.5"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_REFERENCE: Final = {each: each.upper() for each in ReferenceType}
_SEVERITY: Final = {"2.0": "CVSS_V2", "3.0": "CVSS_V3", "3.1": "CVSS_V3", "4.0": "CVSS_V4"}
_CREDIT: Final = {each: each.upper().replace(" ", "_") for each in CreditType}


def osv_id(advisory: Advisory) -> str:
    """The id that OSV databases accept."""
    return f"{advisory.osv_prefix}{advisory.id}"


class Package(Part, kw_only=True):
    """A product as its package ecosystem knows it."""

    ecosystem: str
    name: str
    purl: str = ""


class Range(Part, kw_only=True):
    """Versions of a package; of commits, with their repository."""

    events: list[dict[str, str]]
    repo: str = ""
    type: str


class State(Part, kw_only=True):
    """How a release line stands."""

    fixed_in: str = ""
    introduced: str = ""
    last_affected: str = ""
    line: str
    reason: str = ""
    state: str


class OfProduct(Part, kw_only=True):
    """What OSV has no field for, of one product."""

    lines: tuple[State, ...] = ()
    modules: tuple[str, ...] = ()
    product: str
    purl: str = ""
    repository: str = ""
    scheme: str
    vendor: str


class Affected(Part, kw_only=True):
    """A product with affected versions."""

    database_specific: OfProduct
    package: Package | None = None
    ranges: tuple[Range, ...] = ()


class Credited(Part, kw_only=True):
    """Thanks."""

    contact: tuple[str, ...] = ()
    name: str
    type: str


class OfAdvisory(Part, kw_only=True):
    """What OSV has no field for."""

    cwe_ids: tuple[str, ...] = ()
    mitigation: str = ""
    no_mitigation_known: bool = False
    required_configuration: str = ""
    superseded_by: str = ""


class Osv(Part, kw_only=True):
    """The document."""

    affected: tuple[Affected, ...] = ()
    aliases: tuple[str, ...] = ()
    credits: tuple[Credited, ...] = ()
    database_specific: OfAdvisory | None = None
    details: str = ""
    id: str
    modified: str
    published: str = ""
    references: tuple[dict[str, str], ...] = ()
    related: tuple[str, ...] = ()
    schema_version: str
    severity: tuple[dict[str, str], ...] = ()
    summary: str
    withdrawn: str = ""


def render(advisory: Advisory) -> bytes:
    """The OSV document. Raises ValueError where the date of the last change is missing."""
    more = OfAdvisory(
        cwe_ids=advisory.cwe,
        mitigation=advisory.mitigation,
        no_mitigation_known=advisory.no_mitigation_known,
        required_configuration=advisory.required_configuration,
        superseded_by=advisory.superseded_by,
    )
    own = ({"type": "ADVISORY", "url": advisory.urls.page},) if advisory.urls.page else ()
    return document_bytes(
        Osv(
            affected=tuple([_affected(each) for each in listed(advisory) if each.hit]),
            aliases=advisory.other_ids,
            credits=tuple(map(_credit, advisory.consented_credits)),
            database_specific=more if more != _NOTHING_MORE else None,
            details=words.long_text(advisory),
            id=osv_id(advisory),
            modified=dated(advisory.modified, "modified"),
            published=instant(advisory.published) if advisory.published else "",
            references=(*own, *[{"type": _REFERENCE[each.type], "url": each.url} for each in advisory.references]),
            related=advisory.related,
            schema_version=SCHEMA_VERSION,
            severity=_severity(advisory),
            summary=advisory.title,
            withdrawn=instant(advisory.withdrawn) if advisory.withdrawn else "",
        )
    )


_NOTHING_MORE: Final = OfAdvisory()


def _severity(advisory: Advisory) -> tuple[dict[str, str], ...]:
    """One vector for each CVSS generation, the authoritative one where two share a generation (3.0 and 3.1)."""
    found: dict[str, str] = {}
    for each in advisory.published_scores:
        found.setdefault(_SEVERITY[each.severity.version], each.severity.vector)
    return tuple([{"score": vector, "type": kind} for kind, vector in found.items()])


def _affected(shown: Listed) -> Affected:
    product = shown.product
    named = bool(product.ecosystem and product.package)
    return Affected(
        database_specific=OfProduct(
            lines=tuple(map(_state, product.lines)),
            modules=product.modules,
            product=product.name,
            purl="" if named else product.purl,
            repository=product.repository,
            scheme=product.scheme,
            vendor=product.vendor,
        ),
        package=Package(ecosystem=product.ecosystem, name=product.package, purl=product.purl) if named else None,
        ranges=tuple(_ranges(shown)),
    )


def _state(line: LineRange) -> State:
    return State(
        fixed_in=line.fixed_in,
        introduced=line.introduced,
        last_affected=line.last_affected,
        line=line.line,
        reason=line.reason,
        state=line.state,
    )


def _ranges(shown: Listed) -> list[Range]:
    """Ranges of commits name the repository that they are of."""
    kind, product = shown.order.osv_type, shown.product
    if kind != "GIT":
        return [Range(events=each, type=kind) for each in osv_events(shown.affected)]
    found = vulnerable(product.order, [line for line in product.lines if _whole_commits(line)])
    return [Range(events=each, repo=product.repository or product.name, type=kind) for each in osv_events(found)]


def _whole_commits(line: LineRange) -> bool:
    return all(_COMMIT.fullmatch(each) for each in (line.introduced, line.fixed_in, line.last_affected) if each)


def _credit(credit: Credit) -> Credited:
    return Credited(contact=credit.contact, name=credit.display, type=_CREDIT[credit.type])


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """Facts that stand in the prose only, or that no OSV document can do without."""
    found = []
    if advisory.modified is None:
        found.append(Loss(field="modified", message="OSV needs the date of the last change", blocks=True))
    generations: dict[str, str] = {}
    for each in advisory.published_scores:
        version = each.severity.version
        if generations.setdefault(version[0], version) != version:
            found.append(Loss(field="scores", message=f"CVSS {version} gives way to {generations[version[0]]}"))
    for place, product in enumerate(advisory.products):
        for number, line in enumerate(product.lines):
            if product.order.osv_type == "GIT" and not _whole_commits(line):
                at = f"products[{place}].lines[{number}]"
                found.append(Loss(field=at, message="OSV wants whole hashes of commits; the range is left out"))
            if not line.vulnerable:
                words_for = "not affected" if line.state is Affectedness.NOT_AFFECTED else "not known"
                at = f"products[{place}].lines[{number}].state"
                found.append(Loss(field=at, message=f"that {line.line or 'it'} is {words_for} stands in the details"))
    return tuple(found)


def read_facts(document: bytes) -> Facts:
    """Facts of an OSV document."""
    found: dict[str, Any] = msgspec.json.decode(document)
    aliases = [each for each in found.get("aliases") or () if isinstance(each, str)]
    result = {
        "id": str(found.get("id", "")).removeprefix("x_"),
        "cve": facts.many(each for each in aliases if each.startswith("CVE-")),
        "aliases": facts.many(each for each in aliases if not each.startswith("CVE-")),
        "title": facts.plain(str(found.get("summary", ""))),
        "cwe": facts.many((found.get("database_specific") or {}).get("cwe_ids") or ()),
        "credits": facts.many(each["name"] for each in found.get("credits") or ()),
        "published": str(found.get("published", "")),
        "modified": str(found.get("modified", "")),
        **facts.scored(each["score"] for each in found.get("severity") or ()),
    }
    for entry in found.get("affected") or ():
        name = facts.plain(str(_product_name(entry)))
        ranges = [_read_range(each.get("events") or ()) for each in entry.get("ranges") or () if each["type"] != "GIT"]
        affected = facts.many(span for spans, _ in ranges for span in spans)
        fixed = facts.many(fix for _, fixes in ranges for fix in fixes)
        result |= {f"affected {name}": affected, f"fixed {name}": fixed}
        purl = (entry.get("package") or {}).get("purl") or (entry.get("database_specific") or {}).get("purl")
        if purl:
            result |= {f"purl-affected {purl}": affected, f"purl-fixed {purl}": fixed}
    return facts.stated(result)


def _product_name(entry: dict[str, Any]) -> str:
    own = (entry.get("database_specific") or {}).get("product")
    return str(own or (entry.get("package") or {}).get("name") or "")


def _read_range(events: Sequence[dict[str, str]]) -> tuple[list[str], list[str]]:
    """Ranges and fixed versions of one list of events, read in the order given, as publishers write them."""
    spans, fixes, start = [], [], "0"
    for event in events:
        kind, version = next(iter(event.items()))
        if kind == "introduced":
            start = version
        elif kind == "last_affected":
            spans.append(facts.span(start, last=version))
        else:
            spans.append(facts.span(start, before=version))
            fixes += [version] if kind == "fixed" else []
    open_end = bool(events) and "introduced" in events[-1]
    return [*spans, facts.span(start)] if open_end else spans, fixes


def _marked(body: bytes, line: str) -> bytes:
    told: dict[str, Any] = msgspec.json.decode(body)
    told.setdefault("database_specific", {})["distribution"] = line
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


FORMAT: Final = Format(
    name="osv",
    title="OSV 1.7.5",
    media_type="application/json",
    suffix=".osv.json",
    file_name=lambda advisory: f"{osv_id(advisory)}.json",
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="osv-1.7.5",
    silent_on=BY_OTHER_NAMES | {"score"},
    marked=_marked,
)
