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
from tocsin.core.formats.encode import dated, filled, instant, json_bytes
from tocsin.core.formats.format import BY_OTHER_NAMES, Facts, Format, Loss
from tocsin.core.formats.products import Listed, listed
from tocsin.core.versions import LineRange, osv_events, osv_ranges
from tocsin.core.vocabulary import Affectedness

SCHEMA_VERSION: Final = "1.7.5"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_REFERENCE: Final = {each: each.upper() for each in ReferenceType}
_CREDIT: Final = {each: each.upper().replace(" ", "_") for each in CreditType}


def osv_id(advisory: Advisory) -> str:
    """The id that OSV databases accept."""
    return f"{advisory.osv_prefix}{advisory.id}"


def render(advisory: Advisory) -> bytes:
    """The OSV document. Raises ValueError where the date of the last change is missing."""
    return json_bytes(
        filled(
            schema_version=SCHEMA_VERSION,
            id=osv_id(advisory),
            modified=dated(advisory.modified, "modified"),
            published=instant(advisory.published) if advisory.published else None,
            withdrawn=instant(advisory.withdrawn) if advisory.withdrawn else None,
            aliases=words.other_ids(advisory),
            related=advisory.related,
            summary=advisory.title,
            details=words.long_text(advisory),
            severity=_severity(advisory),
            affected=[_affected(each) for each in listed(advisory) if each.hit],
            references=[
                *([{"type": "ADVISORY", "url": advisory.urls.page}] if advisory.urls.page else ()),
                *({"type": _REFERENCE[each.type], "url": each.url} for each in advisory.references),
            ],
            credits=[_credit(each) for each in advisory.consented_credits],
            database_specific=filled(
                cwe_ids=advisory.cwe,
                superseded_by=advisory.superseded_by,
                mitigation=advisory.mitigation,
                no_mitigation_known=advisory.no_mitigation_known or None,
                required_configuration=advisory.required_configuration,
            ),
        )
    )


def _severity(advisory: Advisory) -> list[dict[str, str]]:
    """One vector for each CVSS generation, the authoritative one where two share a generation (3.0 and 3.1)."""
    found: dict[str, str] = {}
    for each in advisory.published_scores:
        severity = each.severity
        found.setdefault(f"CVSS_V{severity.version[0]}", severity.vector)
    return [{"type": kind, "score": vector} for kind, vector in found.items()]


def _affected(shown: Listed) -> dict[str, Any]:
    product = shown.product
    named = bool(product.ecosystem and product.package)
    package = filled(ecosystem=product.ecosystem, name=product.package, purl=product.purl) if named else None
    return filled(
        package=package,
        ranges=_ranges(shown),
        database_specific=filled(
            vendor=product.vendor,
            product=product.name,
            purl="" if named else product.purl,
            repository=product.repository,
            modules=product.modules,
            scheme=product.scheme,
            lines=product.lines,
        ),
    )


def _ranges(shown: Listed) -> list[dict[str, object]]:
    """Ranges of commits name the repository that they are of."""
    if shown.order.osv_type != "GIT":
        return osv_events(shown.order, shown.affected)
    product = shown.product
    found = osv_ranges(product.order, [line for line in product.lines if _whole_commits(line)])
    return [{**each, "repo": product.repository or product.name} for each in found]


def _whole_commits(line: LineRange) -> bool:
    return all(_COMMIT.fullmatch(each) for each in (line.introduced, line.fixed_in, line.last_affected) if each)


def _credit(credit: Credit) -> dict[str, Any]:
    return filled(name=credit.display, type=_CREDIT[credit.type], contact=credit.contact)


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
)
