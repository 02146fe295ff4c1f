# SPDX-License-Identifier: Apache-2.0
"""CSAF 2.0, profile Security Advisory (4.4): what enterprises and national teams exchange.

Source: https://docs.oasis-open.org/csaf/csaf/v2.0/. The product tree is vendor, product, version: one range for each
affected line and one version for each fix, so that `known_affected` and `fixed` never name the same product (6.1.6).
CSAF 2.0 knows no CVSS 4.0, one weakness for each vulnerability, and nothing that is "unsupported": those are notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tocsin.core.advisory import Advisory, Credit, Product, Score, Tlp
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.formats import words
from tocsin.core.formats.csaf20_read import read_facts
from tocsin.core.formats.encode import dated, filled, instant, json_bytes
from tocsin.core.formats.format import Format, Loss
from tocsin.core.formats.purls import with_version
from tocsin.core.versions import LineRange, interval, vers
from tocsin.core.vocabulary import Affectedness

_TLP: Final = {
    Tlp.CLEAR: "WHITE",
    Tlp.GREEN: "GREEN",
    Tlp.AMBER: "AMBER",
    Tlp.AMBER_STRICT: "AMBER",
    Tlp.RED: "RED",
}
_STATUS: Final = {
    Affectedness.AFFECTED: "known_affected",
    Affectedness.FIXED: "known_affected",
    Affectedness.NOT_AFFECTED: "known_not_affected",
    Affectedness.REVIEW: "under_investigation",
}

Entry = tuple[str, dict[str, Any]]
"""A status group and the full product name that stands in it."""


def file_name(advisory: Advisory) -> str:
    """File name by the rule of section 5.1."""
    return csaf_file_name(advisory.id)


def render(advisory: Advisory) -> bytes:
    """The CSAF document. Raises ValueError where a date or the revision history is missing."""
    placed = [(product, place, _lines(product, place)) for place, product in enumerate(advisory.products, 1)]
    return json_bytes(
        {
            "document": _document(advisory),
            "product_tree": {"branches": _branches(placed)},
            "vulnerabilities": [_vulnerability(advisory, placed)],
        }
    )


# ------------------------------------------------------------------------------------------------------------ document


def _document(advisory: Advisory) -> dict[str, Any]:
    main = advisory.authoritative
    return filled(
        category="csaf_security_advisory",
        csaf_version="2.0",
        title=f"{advisory.id}: {advisory.title}",
        lang=advisory.lang,
        aggregate_severity={"text": str(main.severity.rating)} if main else None,
        distribution=filled(
            tlp={"label": _TLP[advisory.tlp], "url": "https://www.first.org/tlp/"},
            text="TLP:AMBER+STRICT: keep it within your organisation." if advisory.tlp is Tlp.AMBER_STRICT else "",
        ),
        publisher=filled(
            category=str(advisory.publisher.category),
            name=advisory.publisher.name,
            namespace=advisory.publisher.namespace,
            contact_details=advisory.publisher.contact,
        ),
        notes=[
            *_note("summary", "Summary", advisory.summary),
            *_note("general", "Notice", words.banner(advisory)),
            *_note("general", "Affected versions", words.sentences(advisory)),
        ],
        references=_references(advisory),
        tracking=_tracking(advisory),
    )


def _tracking(advisory: Advisory) -> dict[str, Any]:
    if not advisory.revisions:
        raise ValueError("revisions: the advisory has none yet")
    return filled(
        id=advisory.id,
        aliases=list(advisory.other_ids),
        status="final",
        version=advisory.revisions[-1].number,
        initial_release_date=dated(advisory.published, "published"),
        current_release_date=dated(advisory.modified, "modified"),
        revision_history=[
            {"date": instant(each.date), "number": each.number, "summary": each.summary} for each in advisory.revisions
        ],
        generator={"engine": {"name": "Tocsin"}},
    )


def _references(advisory: Advisory) -> list[dict[str, str]]:
    own = [("Canonical URL", advisory.urls.csaf), (f"{advisory.id} for people", advisory.urls.page)]
    found = [{"category": "self", "summary": summary, "url": url} for summary, url in own if url]
    return found + [
        {"category": "external", "summary": each.summary or str(each.type).capitalize(), "url": each.url}
        for each in advisory.references
    ]


# -------------------------------------------------------------------------------------------------------- product tree


def _lines(product: Product, place: int) -> list[Entry]:
    """Full product names of one product with their status: its lines, then the versions that fix them."""
    lines = [(line, f"P{place}-{line.line or 'all'}") for line in product.lines if line.state in _STATUS]
    found = [(_STATUS[line.state], _range(product, line, f"{stem}-range")) for line, stem in lines]
    fixes = dict.fromkeys(product.fixed_versions)
    return found + [("fixed", _version(product, version, f"P{place}-{version}-fixed")) for version in fixes]


def _range(product: Product, line: LineRange, product_id: str) -> dict[str, Any]:
    each = interval(product.order, line)
    name = vers(product.order, each)
    text = f"{product.name} {words.range_words(each)}"
    return _branch("product_version_range", name, text, product_id, product, product.purl)


def _version(product: Product, version: str, product_id: str) -> dict[str, Any]:
    purl = with_version(product.purl, version) if product.purl else ""
    return _branch("product_version", version, f"{product.name} {version}", product_id, product, purl)


def _branch(category: str, name: str, text: str, product_id: str, product: Product, purl: str) -> dict[str, Any]:
    uris = [{"namespace": product.repository, "uri": product.repository}] if product.repository else []
    helper = filled(purl=purl, cpe=product.cpe) or filled(x_generic_uris=uris)
    full = filled(name=text, product_id=product_id, product_identification_helper=helper)
    return {"category": category, "name": name, "product": full}


def _branches(placed: list[tuple[Product, int, list[Entry]]]) -> list[dict[str, Any]]:
    vendors: dict[str, list[dict[str, Any]]] = {}
    for product, _, entries in placed:
        if not entries:
            continue  # every line is unsupported: a note says so, and a branch may not be empty
        branch = {"category": "product_name", "name": product.name, "branches": [branch for _, branch in entries]}
        vendors.setdefault(product.vendor, []).append(branch)
    return [{"category": "vendor", "name": name, "branches": branches} for name, branches in vendors.items()]


# ------------------------------------------------------------------------------------------------------- vulnerability


def _vulnerability(advisory: Advisory, placed: list[tuple[Product, int, list[Entry]]]) -> dict[str, Any]:
    status: dict[str, list[str]] = {}
    for _, _, entries in placed:
        for group, branch in entries:
            status.setdefault(group, []).append(branch["product"]["product_id"])
    first, *_ = (*advisory.cwe, "")
    return filled(
        title=advisory.title,
        cve=advisory.cve_id,
        cwe={"id": first, "name": cwe_name(first) or first} if first else None,
        ids=[{"system_name": _system(each), "text": each} for each in advisory.aliases if each != advisory.cve_id],
        discovery_date=instant(advisory.discovered) if advisory.discovered else None,
        release_date=dated(advisory.published, "published"),
        notes=_notes(advisory),
        product_status=status,
        scores=_scores(advisory, status.get("known_affected", [])),
        remediations=list(_remediations(advisory, placed)),
        threats=list(_threats(advisory, placed, status.get("known_affected", []))),
        acknowledgments=[_acknowledgment(each) for each in advisory.consented_credits],
    )


def _system(alias: str) -> str:
    return "GitHub Advisory Database" if alias.startswith("GHSA-") else alias.partition("-")[0]


def _notes(advisory: Advisory) -> list[dict[str, str]]:
    """CSAF asks for at least one note with details; what has no field of its own in 2.0 follows as notes."""
    further = "; ".join(f"{each} {cwe_name(each) or ''}".rstrip() for each in advisory.cwe[1:])
    unsupported = "\n".join(
        f"{product.name} {line.line or 'as a whole'}: {words.line_words(product, line)}"
        for product in advisory.products
        for line in product.lines
        if line.state is Affectedness.UNSUPPORTED
    )
    return [
        *_note("details", "Details", words.inert(advisory.details)),
        *_note("description", "Impact", advisory.impact),
        *_note("other", "Required configuration", advisory.required_configuration),
        *_note("other", "Detection", advisory.detection),
        *_note("other", "Mitigation", "No mitigation is known." if advisory.no_mitigation_known else ""),
        *_note("other", "Further weaknesses", further),
        *(_note("other", f"CVSS {each.severity.version}", _rated(each))[0] for each in _noted(advisory)),
        *_note("other", "Unsupported versions", unsupported),
    ]


def _rated(score: Score) -> str:
    return f"{score.severity.base} {score.severity.rating} {score.severity.vector}"


def _note(category: str, title: str, text: str) -> tuple[dict[str, str], ...]:
    return ({"category": category, "title": title, "text": text},) if text.strip() else ()


def _carried(advisory: Advisory) -> Score | None:
    """The one score with a field of its own: 3.1 before 3.0 (test 6.3.2), and only where a product is affected."""
    if not any(line.vulnerable for product in advisory.products for line in product.lines):
        return None
    found = {each.severity.version: each for each in advisory.published_scores}
    return found.get("3.1") or found.get("3.0")


def _noted(advisory: Advisory) -> list[Score]:
    """Scores that become notes: 4.0, and every one where none has a field."""
    carried = _carried(advisory)
    return [each for each in advisory.published_scores if carried is None or each.severity.version == "4.0"]


def _scores(advisory: Advisory, affected: list[str]) -> list[dict[str, Any]]:
    score = _carried(advisory)
    if score is None:
        return []
    severity = score.severity
    cvss = {
        "version": severity.version,
        "vectorString": severity.vector,
        "baseScore": severity.base,
        "baseSeverity": severity.rating.upper(),
    }
    return [{"cvss_v3": cvss, "products": affected}]


def _remediations(advisory: Advisory, placed: list[tuple[Product, int, list[Entry]]]) -> Iterator[dict[str, Any]]:
    hit: list[str] = []
    for product, place, _ in placed:
        for line in product.lines:
            if line.state is Affectedness.NOT_AFFECTED or line.state not in _STATUS:
                continue
            ids = [f"P{place}-{line.line or 'all'}-range"]
            hit += ids if line.vulnerable else []
            yield _remedy(advisory, product, line, ids)
    if advisory.mitigation.strip() and hit:
        yield {"category": "workaround", "details": words.inert(advisory.mitigation), "product_ids": hit}


def _remedy(advisory: Advisory, product: Product, line: LineRange, ids: list[str]) -> dict[str, Any]:
    if not line.vulnerable:
        return {"category": "none_available", "details": words.line_words(product, line), "product_ids": ids}
    if line.fixed_in:
        details = f"Update to {product.name} {line.fixed_in} or a later version of the line. {advisory.upgrade}".strip()
        return {"category": "vendor_fix", "details": details, "product_ids": ids, "url": advisory.urls.page}
    return {"category": "no_fix_planned", "details": line.reason or "No fix is planned.", "product_ids": ids}


def _threats(
    advisory: Advisory, placed: list[tuple[Product, int, list[Entry]]], affected: list[str]
) -> Iterator[dict[str, Any]]:
    if advisory.impact.strip() and affected:
        yield {"category": "impact", "details": words.inert(advisory.impact), "product_ids": affected}
    for product, place, _ in placed:
        for line in product.lines:
            if line.state is Affectedness.NOT_AFFECTED and line.reason:
                yield {
                    "category": "impact",
                    "details": line.reason,
                    "product_ids": [f"P{place}-{line.line or 'all'}-range"],
                }


def _acknowledgment(credit: Credit) -> dict[str, Any]:
    urls = [each for each in credit.contact if each.startswith(("http://", "https://"))]
    return filled(names=[credit.name], organization=credit.organization, summary=str(credit.type), urls=urls)


# --------------------------------------------------------------------------------------------------------------- limits


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What CSAF 2.0 has no field for; all of it is kept as a note."""
    return (*_blocking(advisory), *_losses(advisory), *_unsupported(advisory))


def _blocking(advisory: Advisory) -> Iterator[Loss]:
    if advisory.published is None or advisory.modified is None or not advisory.revisions:
        yield Loss(field="revisions", message="CSAF needs dates and a revision history", blocks=True)
    states = {line.state for product in advisory.products for line in product.lines}
    if not states - {Affectedness.REVIEW, Affectedness.UNSUPPORTED}:
        yield Loss(field="products", message="CSAF needs a line of which something is known", blocks=True)


def _losses(advisory: Advisory) -> Iterator[Loss]:
    carried, noted = _carried(advisory), _noted(advisory)
    for each in advisory.published_scores:
        if each is not carried:
            instead = "is a note" if each in noted else "gives way to 3.1"
            yield Loss(field="scores", message=f"CVSS {each.severity.version} {instead}")
    if len(advisory.cwe) > 1:
        yield Loss(field="cwe", message="CSAF 2.0 has one weakness; the others are a note")
    if advisory.tlp is Tlp.AMBER_STRICT:
        yield Loss(field="tlp", message="CSAF 2.0 has no AMBER+STRICT; it is said in words")


def _unsupported(advisory: Advisory) -> Iterator[Loss]:
    for place, product in enumerate(advisory.products):
        for number, line in enumerate(product.lines):
            if line.state is Affectedness.UNSUPPORTED:
                field = f"products[{place}].lines[{number}].state"
                yield Loss(field=field, message=f"that {line.line or 'it'} is unsupported is a note")


FORMAT: Final = Format(
    name="csaf20",
    title="CSAF 2.0",
    media_type="application/json",
    suffix=".csaf.json",
    file_name=file_name,
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="csaf-2.0",
)
