# SPDX-License-Identifier: Apache-2.0
"""CVE Record Format 5.2.0: a full published record. Sources: the schema, and chapter 5 of the CNA Rules 4.2.0.

The description carries no credits (5.2.4), is in English (5.1.9), and the first reference is the advisory's own page,
which exists before the record (5.1.10, 5.3.1). The record is the same whether the project sends it as its own CNA or
hands it to another one; the organisation that assigned the id stands in `Publisher.cna`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Cna, ReferenceType
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.formats import facts, words
from tocsin.core.formats.encode import Part, dated, document_bytes, json_bytes
from tocsin.core.formats.format import BY_OTHER_NAMES, Facts, Format, Loss
from tocsin.core.formats.products import Listed, listed
from tocsin.core.severity import must_score
from tocsin.core.versions import cve_status, cve_version

DATA_VERSION: Final = "5.2.0"
OLDER_VERSION: Final = "5.1.1"
LONGEST_TITLE: Final = 256
LONGEST_TEXT: Final = 4096

_TAGS: Final = {
    ReferenceType.ADVISORY: ("third-party-advisory",),
    ReferenceType.ARTICLE: ("technical-description",),
    ReferenceType.DISCUSSION: ("mailing-list",),
    ReferenceType.REPORT: ("issue-tracking",),
    ReferenceType.FIX: ("patch",),
    ReferenceType.GIT: ("patch",),
    ReferenceType.PACKAGE: ("product",),
    ReferenceType.EVIDENCE: ("exploit",),
}
_GENERATOR: Final = {"engine": "Tocsin"}
_CWE: Final = re.compile(r"CWE-\d+")
_METRIC: Final = {"2.0": "cvssV2_0", "3.0": "cvssV3_0", "3.1": "cvssV3_1", "4.0": "cvssV4_0"}


class Text(Part, kw_only=True):
    """Words and their language."""

    lang: str
    value: str


class Described(Part, kw_only=True):
    """What a description says of: an impact, a weakness."""

    descriptions: tuple[Any, ...]


class Affected(Part, kw_only=True, rename="camel"):
    """A product and its versions."""

    collection_url: str = msgspec.field(name="collectionURL", default="")
    cpes: tuple[str, ...] = ()
    default_status: str
    modules: tuple[str, ...] = ()
    package_name: str = ""
    package_url: str = msgspec.field(name="packageURL", default="")
    product: str = ""
    repo: str = ""
    vendor: str = ""
    versions: tuple[dict[str, str], ...] = ()


class Credited(Part, kw_only=True):
    """Thanks."""

    lang: str
    type: str
    value: str


class Reference(Part, kw_only=True):
    """A link."""

    name: str = ""
    tags: tuple[str, ...] = ()
    url: str


class Provider(Part, kw_only=True, rename="camel"):
    """The organisation that provides a container."""

    date_updated: str = ""
    org_id: str
    short_name: str = ""


class Container(Part, kw_only=True, rename="camel"):
    """What a CNA submits."""

    affected: tuple[Affected, ...] = ()
    configurations: tuple[Text, ...] = ()
    credits: tuple[Credited, ...] = ()
    date_public: str
    descriptions: tuple[Text, ...] = ()
    impacts: tuple[Described, ...] = ()
    metrics: tuple[dict[str, Any], ...] = ()
    problem_types: tuple[Described, ...] = ()
    provider_metadata: Provider | None = None
    references: tuple[Reference, ...] = ()
    solutions: tuple[Text, ...] = ()
    source: dict[str, str]
    title: str = ""
    workarounds: tuple[Text, ...] = ()
    x_generator: dict[str, str] = msgspec.field(name="x_generator")


class Metadata(Part, kw_only=True, rename="camel"):
    """What CVE Services keeps of a record."""

    assigner_org_id: str = ""
    assigner_short_name: str = ""
    cve_id: str = ""
    date_published: str
    date_updated: str
    state: str


class Record(Part, kw_only=True, rename="camel"):
    """A whole record."""

    containers: dict[str, Container]
    cve_metadata: Metadata
    data_type: str
    data_version: str


def render(advisory: Advisory) -> bytes:
    """The CVE record. Raises ValueError without a CVE id, an assigning CNA or dates."""
    if not advisory.cve_id or advisory.publisher.cna is None:
        raise ValueError("cve_id: a CVE record needs an id and the CNA that assigned it")
    return record(advisory)


def render_older(advisory: Advisory) -> bytes:
    """The record as 5.1.1, which has no package URLs: a purl is then left out. Raises ValueError as `render` does."""
    bare = tuple(msgspec.structs.replace(each, purl="") for each in advisory.products)
    older = msgspec.json.decode(render(msgspec.structs.replace(advisory, products=bare)))
    return json_bytes({**older, "dataVersion": OLDER_VERSION})


def record(advisory: Advisory) -> bytes:
    """The record, without the organisation where no CNA is known: so a submission looks before it is handed to one."""
    cna = advisory.publisher.cna or Cna(org_id="")
    published, modified = dated(advisory.published, "published"), dated(advisory.modified, "modified")
    provider = Provider(org_id=cna.org_id, short_name=cna.short_name, date_updated=modified) if cna.org_id else None
    return document_bytes(
        Record(
            containers={"cna": container(advisory, provider)},
            cve_metadata=Metadata(
                assigner_org_id=cna.org_id,
                assigner_short_name=cna.short_name,
                cve_id=advisory.cve_id,
                date_published=published,
                date_updated=modified,
                state="PUBLISHED",
            ),
            data_type="CVE_RECORD",
            data_version=DATA_VERSION,
        )
    )


def container(advisory: Advisory, provider: Provider | None = None) -> Container:
    """What a CNA submits; without a provider CVE Services fills that in."""
    lang, impact = advisory.lang, _text(advisory.lang, advisory.impact)
    return Container(
        affected=tuple(map(_affected, listed(advisory))),
        configurations=_text(lang, advisory.required_configuration),
        credits=tuple([Credited(lang=lang, type=each.type, value=each.display) for each in advisory.consented_credits]),
        date_public=dated(advisory.published, "published"),
        descriptions=_text(lang, _description(advisory)),
        impacts=(Described(descriptions=impact),) if impact else (),
        metrics=tuple([_metric(each.vector) for each in advisory.published_scores]),
        problem_types=tuple(map(_weakness, advisory.cwe)),
        provider_metadata=provider,
        references=_references(advisory),
        solutions=_text(lang, _solution(advisory)),
        source={"advisory": advisory.id, "discovery": "UNKNOWN"},
        title=advisory.title[:LONGEST_TITLE],
        workarounds=_text(lang, words.mitigation_words(advisory)),
        x_generator=_GENERATOR,
    )


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Names of what reads otherwise in two containers, without what CVE Services itself writes."""
    names = sorted((ours.keys() | theirs.keys()) - {"providerMetadata", "datePublic"})
    return [name for name in names if ours.get(name) != theirs.get(name)]


def _text(lang: str, value: str) -> tuple[Text, ...]:
    return (Text(lang=lang, value=value[:LONGEST_TEXT]),) if value.strip() else ()


def _description(advisory: Advisory) -> str:
    """Details between what must not be cut: the notice in front and the affected versions at the end."""
    first, last = words.banner(advisory), words.sentences(advisory)
    room = max(0, LONGEST_TEXT - len(first) - len(last) - 4)
    return "\n\n".join([each for each in (first, words.details(advisory)[:room], last) if each])


def _solution(advisory: Advisory) -> str:
    return " ".join(filter(None, (words.updates(advisory), advisory.upgrade)))


def _affected(shown: Listed) -> Affected:
    product = shown.product
    collected = bool(product.collection and product.package)
    return Affected(
        collection_url=product.collection if collected else "",
        cpes=(product.cpe,) if product.cpe else (),
        default_status=cve_status(product.elsewhere),
        modules=product.modules,
        package_name=product.package if collected else "",
        package_url="" if collected else product.purl,
        product=product.name,
        repo=product.repository,
        vendor=product.vendor,
        versions=tuple([cve_version(shown.order, each.line, each.versions) for each in shown.lines]),
    )


@lru_cache(maxsize=1024)
def _weakness(cwe: str) -> Described:
    description = f"{cwe} {cwe_name(cwe) or ''}".rstrip()
    return Described(descriptions=({"cweId": cwe, "description": description, "lang": "en", "type": "CWE"},))


@lru_cache(maxsize=1024)
def _metric(vector: str) -> dict[str, Any]:
    severity = must_score(vector)
    rated = {"baseSeverity": severity.rating.upper()} if severity.version != "2.0" else {}
    found = {"baseScore": severity.base, **rated, "vectorString": severity.vector, "version": severity.version}
    return {_METRIC[severity.version]: found, "format": "CVSS"}


def _references(advisory: Advisory) -> tuple[Reference, ...]:
    """The own page first; an address that the record repeats is given once, as the schema demands."""
    page = advisory.urls.page
    found = {page: Reference(name=advisory.id, tags=("vendor-advisory",), url=page)} if page else {}
    for each in advisory.references:
        if each.url not in found:
            found[each.url] = Reference(name=each.summary, tags=_TAGS.get(each.type, ()), url=each.url)
    return tuple(found.values())


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What blocks a record, and what is cut or left out."""
    return tuple(_losses(advisory))


def _blocking(advisory: Advisory) -> Iterator[Loss]:
    if not advisory.cve_id:
        yield Loss(field="cve_id", message="there is no CVE id", blocks=True)
    if advisory.publisher.cna is None:
        yield Loss(field="publisher.cna", message="the record names the CNA that assigned the id", blocks=True)
    if advisory.published is None or advisory.modified is None:
        yield Loss(field="published", message="the record is dated", blocks=True)
    if not any(product.lines for product in advisory.products):
        yield Loss(field="products", message="the record names what is affected (CNA rule 5.1.3)", blocks=True)
    if not advisory.urls.page and not advisory.references:
        yield Loss(field="urls.page", message="the record refers to something public (CNA rule 5.1.10)", blocks=True)
    if not advisory.lang.lower().startswith("en"):
        yield Loss(field="lang", message="the description of a CVE record is in English (CNA rule 5.1.9)", blocks=True)


def _losses(advisory: Advisory) -> Iterator[Loss]:
    yield from _blocking(advisory)
    if len(advisory.title) > LONGEST_TITLE:
        yield Loss(field="title", message=f"cut after {LONGEST_TITLE} characters")
    texts = {
        "details": advisory.details + words.sentences(advisory),
        "impact": advisory.impact,
        "mitigation": advisory.mitigation,
        "required_configuration": advisory.required_configuration,
        "upgrade": _solution(advisory),
    }
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            yield Loss(field=field, message=f"cut after {LONGEST_TEXT} characters")
    for field in ("aliases", "detection", "withdrawn", "superseded_by"):
        if getattr(advisory, field):
            yield Loss(field=field, message="a CVE record has no field for it")


def read_facts(document: bytes) -> Facts:
    """Facts of a CVE record."""
    found: dict[str, Any] = msgspec.json.decode(document)
    meta, cna = found.get("cveMetadata") or {}, found["containers"]["cna"]
    metrics = [(name, each[name]) for each in cna.get("metrics") or () for name in _METRIC.values() if name in each]
    weaknesses = [each for kind in cna.get("problemTypes") or () for each in kind["descriptions"]]
    return facts.stated(
        {
            "id": (cna.get("source") or {}).get("advisory", ""),
            "cve": meta.get("cveId", ""),
            "title": facts.plain(cna.get("title", "")),
            "cwe": facts.many(_cwe(each) for each in weaknesses if _cwe(each)),
            "credits": facts.many(each["value"] for each in cna.get("credits") or ()),
            "published": meta.get("datePublished", ""),
            "modified": meta.get("dateUpdated", ""),
            **facts.scored(each["vectorString"] for _, each in metrics),
            **{f"score {each['version']}": facts.points(each["baseScore"]) for _, each in metrics},
            **{f"affected {_product(each)}": facts.many(_spans(each)) for each in cna.get("affected") or ()},
        }
    )


def _cwe(weakness: dict[str, str]) -> str:
    """The id, or the one with which a description begins: some publishers give nothing else."""
    found = _CWE.match(weakness["description"])
    return weakness.get("cweId") or (found[0] if found else "")


def _product(affected: dict[str, Any]) -> str:
    return facts.plain(str(affected.get("product") or affected.get("packageName") or ""))


def _spans(affected: dict[str, Any]) -> Iterator[str]:
    for each in affected.get("versions") or ():
        if each.get("status") != "affected":
            continue
        before, last = each.get("lessThan", ""), each.get("lessThanOrEqual", "")
        if not before and not last:
            last = each["version"]
        yield facts.span(each["version"], "" if before == "*" else before, "" if last == "*" else last)


FORMAT: Final = Format(
    name="cve",
    title="CVE Record 5.2.0",
    media_type="application/json",
    suffix=".cve.json",
    file_name=lambda advisory: f"{advisory.cve_id or advisory.id}.json",
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="cve-5.2.0-published",
    silent_on=BY_OTHER_NAMES | {"aliases", "fixed"},
)
