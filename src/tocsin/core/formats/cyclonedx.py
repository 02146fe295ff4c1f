# SPDX-License-Identifier: Apache-2.0
"""CycloneDX 1.7 VEX: a bill of materials that holds our products and one vulnerability.

Source: https://cyclonedx.org/docs/1.7/json/. Ranges are vers strings below each product; what is under review or
unsupported is `unknown`. The serial number is made of the advisory's address, so the same record gives it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha1
from typing import Any, Final
from uuid import NAMESPACE_URL

import msgspec

from tocsin.core.advisory import Advisory, Score
from tocsin.core.formats import facts, words
from tocsin.core.formats.encode import Part, dated, document_bytes, instant
from tocsin.core.formats.format import Facts, Format, Loss
from tocsin.core.formats.products import Line, Listed, listed
from tocsin.core.severity import Rating as Word
from tocsin.core.vocabulary import Affectedness

SPEC: Final = "1.7"

_SCHEMA: Final = f"http://cyclonedx.org/schema/bom-{SPEC}.schema.json"
_TOOLS: Final = {"components": [{"name": "Tocsin", "type": "application"}]}
_URLS: Final = NAMESPACE_URL.bytes

_VARIANT: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""The first two bits of a digit as RFC 9562 wants them."""
_WORDS: Final = {each: each.lower() for each in Word}
_METHOD: Final = {"2.0": "CVSSv2", "3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}


class Component(Part, kw_only=True):
    """A product of ours."""

    bom_ref: str = msgspec.field(name="bom-ref")
    cpe: str = ""
    name: str
    purl: str = ""
    supplier: dict[str, str]
    type: str


class Source(Part, kw_only=True):
    """Who gives an id."""

    name: str
    url: str


class Reference(Part, kw_only=True):
    """Another id of the same vulnerability."""

    id: str
    source: Source


class Rating(Part, kw_only=True):
    """A score."""

    method: str
    score: float
    severity: str
    source: dict[str, str]
    vector: str


class Link(Part, kw_only=True):
    """An advisory elsewhere."""

    title: str = ""
    url: str


class Affects(Part, kw_only=True):
    """The versions of a component."""

    ref: str
    versions: tuple[dict[str, str], ...]


class Analysis(Part, kw_only=True):
    """How the products stand as a whole."""

    detail: str = ""
    response: tuple[str, ...] = ()
    state: str


class Vulnerability(Part, kw_only=True):
    """The one vulnerability."""

    advisories: tuple[Link, ...]
    affects: tuple[Affects, ...] = ()
    analysis: Analysis
    credits: dict[str, list[dict[str, str]]] | None = None
    cwes: tuple[int, ...] = ()
    description: str
    detail: str = ""
    id: str
    published: str
    ratings: tuple[Rating, ...] = ()
    recommendation: str = ""
    references: tuple[Reference, ...] = ()
    rejected: str = ""
    source: Source
    updated: str
    workaround: str = ""


class Metadata(Part, kw_only=True):
    """When it was made, of what and by whom."""

    supplier: dict[str, Any]
    timestamp: str
    tools: dict[str, list[dict[str, str]]]


class Bom(Part, kw_only=True, rename="camel"):
    """The document."""

    schema: str = msgspec.field(name="$schema")
    bom_format: str
    components: tuple[Component, ...]
    metadata: Metadata
    serial_number: str
    spec_version: str
    version: int
    vulnerabilities: tuple[Vulnerability, ...]


def render(advisory: Advisory) -> bytes:
    """The CycloneDX document. Raises ValueError where a date is missing."""
    modified = dated(advisory.modified, "modified")
    return document_bytes(
        Bom(
            schema=_SCHEMA,
            bom_format="CycloneDX",
            components=tuple(map(_component, listed(advisory))),
            metadata=Metadata(
                supplier={"name": advisory.publisher.name, "url": (advisory.publisher.namespace,)},
                timestamp=modified,
                tools=_TOOLS,
            ),
            serial_number=_serial(advisory.urls.page),
            spec_version=SPEC,
            version=max(1, len(advisory.revisions)),
            vulnerabilities=(_vulnerability(advisory, modified),),
        )
    )


def _serial(page: str) -> str:
    """The address as a UUID of version 5 (RFC 9562, 5.5); the library's own takes four times as long."""
    name = sha1(_URLS + page.encode(), usedforsecurity=False).hexdigest()
    return f"urn:uuid:{name[:8]}-{name[8:12]}-5{name[13:16]}-{_VARIANT[name[16]]}{name[17:20]}-{name[20:32]}"


def _component(shown: Listed) -> Component:
    product = shown.product
    return Component(
        bom_ref=_ref(shown),
        cpe=product.cpe,
        name=product.name,
        purl=product.purl,
        supplier={"name": product.vendor},
        type="application",
    )


def _ref(shown: Listed) -> str:
    return f"product-{shown.number}"


def _vulnerability(advisory: Advisory, modified: str) -> Vulnerability:
    main = advisory.cve_id or advisory.id
    source = Source(name=advisory.publisher.name, url=advisory.urls.page)
    people = [{"name": each.display} for each in advisory.consented_credits]
    return Vulnerability(
        advisories=(
            Link(title=advisory.id, url=advisory.urls.page),
            *[Link(title=each.summary, url=each.url) for each in advisory.references],
        ),
        affects=tuple(map(_affects, listed(advisory))),
        analysis=_analysis(advisory),
        credits={"individuals": people} if people else None,
        cwes=tuple([int(each.removeprefix("CWE-")) for each in advisory.cwe]),
        description=advisory.title,
        detail=words.long_text(advisory),
        id=main,
        published=dated(advisory.published, "published"),
        ratings=tuple(map(_rating, advisory.published_scores)),
        recommendation=words.updates(advisory),
        references=tuple(
            [Reference(id=each, source=source) for each in (advisory.id, *advisory.other_ids) if each != main]
        ),
        rejected=instant(advisory.withdrawn) if advisory.withdrawn else "",
        source=source,
        updated=modified,
        workaround=words.mitigation_words(advisory),
    )


def _rating(score: Score) -> Rating:
    severity = score.severity
    return Rating(
        method=_METHOD[severity.version],
        score=severity.base,
        severity=_WORDS[severity.rating],
        source={"name": score.scorer},
        vector=severity.vector,
    )


def _analysis(advisory: Advisory) -> Analysis:
    """State of the products as a whole; how each line stands is said under `affects`."""
    fixes = [each.line.fixed_in for product in listed(advisory) for each in product.lines if each.hit]
    if not fixes:
        review = any(line.state is Affectedness.REVIEW for product in advisory.products for line in product.lines)
        return Analysis(state="in_triage" if review else "not_affected")
    said = (
        ("update", any(fixes)),
        ("will_not_fix", not all(fixes)),
        ("workaround_available", bool(advisory.mitigation.strip())),
    )
    detail, condition = words.sentences(advisory), advisory.required_configuration.strip()
    detail = f"{detail}\n\n{condition}" if condition else detail
    return Analysis(detail=detail, response=tuple([word for word, holds in said if holds]), state="exploitable")


def _affects(shown: Listed) -> Affects:
    fixes = [{"status": "unaffected", "version": each} for each in shown.fixed]
    return Affects(ref=_ref(shown), versions=(*map(_version, shown.lines), *fixes))


def _version(each: Line) -> dict[str, str]:
    if each.single:
        return {"status": each.status, "version": each.single}
    return {"range": each.written, "status": each.status}


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What a document needs, and what is not told apart in it."""
    return tuple(_losses(advisory))


def _losses(advisory: Advisory) -> Iterator[Loss]:
    if advisory.published is None or advisory.modified is None:
        yield Loss(field="published", message="the document is dated", blocks=True)
    for place, product in enumerate(advisory.products):
        for number, line in enumerate(product.lines):
            if line.state in (Affectedness.REVIEW, Affectedness.UNSUPPORTED):
                field = f"products[{place}].lines[{number}].state"
                yield Loss(field=field, message=f"{line.line or 'it'} is `unknown`, whether reviewed or unsupported")


def read_facts(document: bytes) -> Facts:
    """Facts of a CycloneDX document; with several vulnerabilities, those of the first."""
    found: dict[str, Any] = msgspec.json.decode(document)
    weakness = found["vulnerabilities"][0]
    ids = [weakness.get("id", ""), *(each["id"] for each in weakness.get("references") or ())]
    ratings = [each for each in weakness.get("ratings") or () if each.get("method", "").startswith("CVSS")]
    people = (weakness.get("credits") or {}).get("individuals") or ()
    named = {each["bom-ref"]: each for each in found.get("components") or ()}
    result = {
        "cve": facts.many(each for each in ids if each.startswith("CVE-")),
        "title": facts.plain(weakness.get("description", "")),
        "cwe": facts.many(f"CWE-{each}" for each in weakness.get("cwes") or ()),
        "credits": facts.many(each["name"] for each in people),
        "published": weakness.get("published", ""),
        "modified": weakness.get("updated", ""),
        **facts.scored(each["vector"] for each in ratings),
        **{f"score {_method_version(each)}": facts.points(each["score"]) for each in ratings},
    }
    for each in weakness.get("affects") or ():
        component = named.get(each["ref"], {})
        name, purl = facts.plain(component.get("name", "")), component.get("purl", "")
        spans = facts.many(_spans(each.get("versions") or ()))
        result[f"affected {name}"] = spans
        result |= {f"purl-affected {purl}": spans} if purl else {}
    return facts.stated(result)


def _method_version(rating: dict[str, str]) -> str:
    digits = re.sub(r"\D", "", rating["method"])
    return f"{digits[0]}.{digits[1:] or '0'}"


def _spans(versions: Sequence[dict[str, str]]) -> Iterator[str]:
    for each in versions:
        if each.get("status", "affected") == "affected":
            yield facts.vers_span(each.get("range") or each["version"])


FORMAT: Final = Format(
    name="cyclonedx",
    title="CycloneDX 1.7 VEX",
    media_type="application/vnd.cyclonedx+json; version=1.7",
    suffix=".cdx.json",
    file_name=lambda advisory: f"{advisory.id}.cdx.json",
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="cyclonedx-1.7",
    silent_on=frozenset({"package-affected", "package-fixed", "id", "aliases", "fixed", "purl-fixed", "purl-affected"}),
)
