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
from tocsin.core.formats.encode import dated, filled, json_bytes
from tocsin.core.formats.format import BY_OTHER_NAMES, Facts, Format, Loss
from tocsin.core.formats.products import Listed, listed
from tocsin.core.severity import must_score
from tocsin.core.versions import cve_status, cve_version

DATA_VERSION: Final = "5.2.0"
OLDER_VERSION: Final = "5.1.1"
LONGEST_TITLE: Final = 256
LONGEST_TEXT: Final = 4096

_TAGS: Final = {
    ReferenceType.ADVISORY: "third-party-advisory",
    ReferenceType.ARTICLE: "technical-description",
    ReferenceType.DISCUSSION: "mailing-list",
    ReferenceType.REPORT: "issue-tracking",
    ReferenceType.FIX: "patch",
    ReferenceType.GIT: "patch",
    ReferenceType.PACKAGE: "product",
    ReferenceType.EVIDENCE: "exploit",
}
_CWE: Final = re.compile(r"CWE-\d+")
_METRIC: Final = {"2.0": "cvssV2_0", "3.0": "cvssV3_0", "3.1": "cvssV3_1", "4.0": "cvssV4_0"}


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
    return json_bytes(
        {
            "dataType": "CVE_RECORD",
            "dataVersion": DATA_VERSION,
            "cveMetadata": filled(
                cveId=advisory.cve_id,
                assignerOrgId=cna.org_id,
                assignerShortName=cna.short_name,
                state="PUBLISHED",
                datePublished=published,
                dateUpdated=modified,
            ),
            "containers": {
                "cna": {
                    **filled(providerMetadata=_provider(cna, modified)),
                    **container(advisory),
                }
            },
        }
    )


def _provider(cna: Cna, modified: str) -> dict[str, str]:
    return filled(orgId=cna.org_id, shortName=cna.short_name, dateUpdated=modified) if cna.org_id else {}


def container(advisory: Advisory) -> dict[str, Any]:
    """What a CNA submits, without `providerMetadata`, which CVE Services fills in."""
    return filled(
        title=advisory.title[:LONGEST_TITLE],
        datePublic=dated(advisory.published, "published"),
        descriptions=_text(advisory.lang, _description(advisory)),
        affected=[_affected(each) for each in listed(advisory)],
        problemTypes=[_weakness(each) for each in advisory.cwe],
        impacts=[{"descriptions": _text(advisory.lang, advisory.impact)}] if advisory.impact.strip() else None,
        metrics=[_metric(each.vector) for each in advisory.published_scores],
        configurations=_text(advisory.lang, advisory.required_configuration),
        workarounds=_text(advisory.lang, words.mitigation_words(advisory)),
        solutions=_text(advisory.lang, _solution(advisory)),
        references=_references(advisory),
        credits=[
            {"lang": advisory.lang, "value": each.display, "type": each.type} for each in advisory.consented_credits
        ],
        source={"advisory": advisory.id, "discovery": "UNKNOWN"},
        x_generator={"engine": "Tocsin"},
    )


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Names of what reads otherwise in two containers, without what CVE Services itself writes."""
    names = sorted((ours.keys() | theirs.keys()) - {"providerMetadata", "datePublic"})
    return [name for name in names if ours.get(name) != theirs.get(name)]


def _text(lang: str, value: str) -> list[dict[str, str]]:
    return [{"lang": lang, "value": value[:LONGEST_TEXT]}] if value.strip() else []


def _description(advisory: Advisory) -> str:
    """Details between what must not be cut: the notice in front and the affected versions at the end."""
    first, last = words.banner(advisory), words.sentences(advisory)
    room = max(0, LONGEST_TEXT - len(first) - len(last) - 4)
    return "\n\n".join(filter(None, (first, words.details(advisory)[:room], last)))


def _solution(advisory: Advisory) -> str:
    updates = [words.upgrade_words(product) for product in advisory.products]
    return " ".join(filter(None, (*updates, advisory.upgrade)))


def _affected(shown: Listed) -> dict[str, Any]:
    product = shown.product
    collected = bool(product.collection and product.package)
    return filled(
        vendor=product.vendor,
        product=product.name,
        packageURL="" if collected else product.purl,
        collectionURL=product.collection if collected else "",
        packageName=product.package if collected else "",
        cpes=[product.cpe] if product.cpe else None,
        modules=product.modules,
        repo=product.repository,
        versions=[cve_version(shown.order, each.line, each.versions) for each in shown.lines],
        defaultStatus=cve_status(product.elsewhere),
    )


@lru_cache(maxsize=1024)
def _weakness(cwe: str) -> dict[str, Any]:
    description = f"{cwe} {cwe_name(cwe) or ''}".rstrip()
    return {"descriptions": [{"lang": "en", "type": "CWE", "cweId": cwe, "description": description}]}


@lru_cache(maxsize=1024)
def _metric(vector: str) -> dict[str, Any]:
    severity = must_score(vector)
    found = {"version": severity.version, "vectorString": severity.vector, "baseScore": severity.base}
    if severity.version != "2.0":
        found["baseSeverity"] = severity.rating.upper()
    return {"format": "CVSS", _METRIC[severity.version]: found}


def _references(advisory: Advisory) -> list[dict[str, Any]]:
    """The own page first; an address that the record repeats is given once, as the schema demands."""
    page = advisory.urls.page
    seen = {page}
    found: list[dict[str, Any]] = [{"url": page, "name": advisory.id, "tags": ("vendor-advisory",)}] if page else []
    for each in advisory.references:
        if each.url not in seen:
            seen.add(each.url)
            tag = _TAGS.get(each.type)
            found.append(filled(url=each.url, name=each.summary, tags=(tag,) if tag else None))
    return found


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
