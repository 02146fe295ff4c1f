# SPDX-License-Identifier: Apache-2.0
"""What CSAF 2.0 and 2.1 say in the same words: document, tracking, references, remedies, threats, thanks.

Sources: CSAF 2.0 and 2.1, section 3.2. The two versions differ in product statuses, scores, weaknesses and TLP labels;
those stand in `csaf20` and `csaf21`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from tocsin.core.advisory import Advisory, Credit, LineRange, Product, Score
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.formats import csaf_tree as tree
from tocsin.core.formats import words
from tocsin.core.formats.encode import dated, filled, instant
from tocsin.core.formats.format import Loss
from tocsin.core.vocabulary import Affectedness

CATEGORY: Final = "csaf_security_advisory"
VEX: Final = "csaf_vex"
"""Profiles (CSAF 2.0, 4.4 and 4.5; 2.1, profiles 4 and 5)."""


def document(
    advisory: Advisory, version: str, distribution: dict[str, Any], category: str = CATEGORY
) -> dict[str, Any]:
    """Document level, of the profile Security Advisory or another. ValueError where dates or revisions are missing."""
    return _document(advisory) | {"category": category, "csaf_version": version, "distribution": distribution}


@words.once
def _document(advisory: Advisory) -> dict[str, Any]:
    main, publisher = advisory.authoritative, advisory.publisher
    return filled(
        title=advisory.title,
        lang=advisory.lang,
        aggregate_severity={"text": main.severity.rating} if main else None,
        publisher={"category": publisher.category, "name": publisher.name, "namespace": publisher.namespace},
        notes=_head_notes(advisory),
        references=_references(advisory),
        tracking=_tracking(advisory),
    )


def _tracking(advisory: Advisory) -> dict[str, Any]:
    if not advisory.revisions:
        raise ValueError("revisions: the advisory has none yet")
    return filled(
        id=advisory.id,
        aliases=words.other_ids(advisory),
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


def vulnerability(advisory: Advisory, notes: Iterable[dict[str, str]], *, always_why: bool = False) -> dict[str, Any]:
    """The parts of the one vulnerability that both versions write alike; empty ones are left out.

    With `always_why` every line that is not affected says why, as the profile VEX demands (6.1.27.9).
    """
    found = _vulnerability(advisory)
    notes = [*_notes(advisory), *notes]
    return (
        found
        | ({"notes": notes} if notes else {})
        | (filled(threats=_threats(advisory, always_why=True)) if always_why else {})
    )


@words.once
def _vulnerability(advisory: Advisory) -> dict[str, Any]:
    return filled(
        title=advisory.title,
        cve=advisory.cve_id,
        ids=_ids(advisory),
        discovery_date=instant(advisory.discovered) if advisory.discovered else None,
        remediations=_remediations(advisory),
        threats=_threats(advisory),
        acknowledgments=_acknowledgments(advisory),
    )


def _head_notes(advisory: Advisory) -> tuple[dict[str, str], ...]:
    return (
        *note("summary", "Summary", advisory.summary),
        *note("general", "Notice", words.banner(advisory)),
        *note("general", "Affected versions", words.sentences(advisory)),
    )


@words.once
def _notes(advisory: Advisory) -> tuple[dict[str, str], ...]:
    return (
        *note("details", "Details", words.details(advisory)),
        *note("description", "Impact", advisory.impact),
        *note("other", "Required configuration", advisory.required_configuration),
        *note("other", "Detection", advisory.detection),
        *note("other", "Mitigation", "No mitigation is known." if advisory.no_mitigation_known else ""),
    )


def note(category: str, title: str, text: str) -> tuple[dict[str, str], ...]:
    """A note, or none where the text is empty."""
    return ({"category": category, "title": title, "text": text},) if text.strip() else ()


def weaknesses(cwe: Iterable[str]) -> tuple[dict[str, str], ...]:
    """A note on weaknesses that have no field of their own."""
    further = "; ".join(f"{each} {cwe_name(each) or ''}".rstrip() for each in cwe)
    return note("other", "Further weaknesses", further)


def unsupported(advisory: Advisory) -> tuple[dict[str, str], ...]:
    """A note on lines that nobody looks at, where no product status says so."""
    found = [
        f"{product.name} {line.line or 'as a whole'}: {words.line_words(product, line)}"
        for product in advisory.products
        for line in product.lines
        if line.state is Affectedness.UNSUPPORTED
    ]
    return note("other", "Unsupported versions", "\n".join(found))


def unsupported_losses(advisory: Advisory) -> Iterator[Loss]:
    """The same, before publication."""
    for place, product in enumerate(advisory.products):
        for number, line in enumerate(product.lines):
            if line.state is Affectedness.UNSUPPORTED:
                field = f"products[{place}].lines[{number}].state"
                yield Loss(field=field, message=f"that {line.line or 'it'} is unsupported is a note")


def rated(score: Score) -> str:
    """A score in a note: `8.7 High CVSS:4.0/...`."""
    return f"{score.severity.base} {score.severity.rating} {score.severity.vector}"


def cvss(score: Score) -> dict[str, Any]:
    """A score as FIRST's schemas want it, without repeating each metric of the vector."""
    severity = score.severity
    return {
        "version": severity.version,
        "vectorString": severity.vector,
        "baseScore": severity.base,
        "baseSeverity": severity.rating.upper(),
    }


def dated_only(advisory: Advisory) -> Iterator[Loss]:
    """What no CSAF document at all can do without."""
    if advisory.published is None or advisory.modified is None or not advisory.revisions:
        yield Loss(field="revisions", message="CSAF needs dates and a revision history", blocks=True)


def blocking_vex(advisory: Advisory) -> Iterator[Loss]:
    """What the profile VEX cannot do without."""
    yield from dated_only(advisory)
    if not any(line.state is not Affectedness.UNSUPPORTED for each in advisory.products for line in each.lines):
        yield Loss(field="products", message="a VEX needs a line that is not merely unsupported", blocks=True)


def blocking(advisory: Advisory) -> Iterator[Loss]:
    """What no CSAF advisory can do without."""
    yield from dated_only(advisory)
    states = {line.state for product in advisory.products for line in product.lines}
    if not states - {Affectedness.REVIEW, Affectedness.UNSUPPORTED}:
        yield Loss(field="products", message="CSAF needs a line of which something is known", blocks=True)


def _ids(advisory: Advisory) -> list[dict[str, str]]:
    """Other names; our own where there is no other, because a vulnerability must have one (2.1, test 6.1.27.8)."""
    others = [each for each in advisory.aliases if each != advisory.cve_id]
    if not others and not advisory.cve_id:
        return [{"system_name": advisory.publisher.namespace, "text": advisory.id}]
    return [{"system_name": _system(each), "text": each} for each in others]


def _system(alias: str) -> str:
    return "GitHub Advisory Database" if alias.startswith("GHSA-") else alias.partition("-")[0]


def _remediations(advisory: Advisory) -> list[dict[str, Any]]:
    """What to do about every line that is affected or may be: both dialects have words for those."""
    found = [
        _remedy(advisory, each.product, each.line) | {"product_ids": [each.product_id]}
        for each in tree.places(advisory)
        if each.line and (each.hit or each.line.state is Affectedness.REVIEW)
    ]
    hit = tree.hit_ids(advisory)
    if advisory.mitigation.strip() and hit:
        found.append({"category": "workaround", "details": words.inert(advisory.mitigation), "product_ids": hit})
    return found


def _remedy(advisory: Advisory, product: Product, line: LineRange) -> dict[str, Any]:
    if line.state is Affectedness.REVIEW:
        return {"category": "none_available", "details": "The line is still being investigated."}
    if line.fixed_in:
        details = f"Update to {product.name} {line.fixed_in} or a later version of the line. {advisory.upgrade}".strip()
        return filled(category="vendor_fix", details=details, url=advisory.urls.page)
    return {"category": "no_fix_planned", "details": line.reason or "No fix is planned."}


def _threats(advisory: Advisory, *, always_why: bool = False) -> list[dict[str, Any]]:
    """What an attack does to the affected lines, and why the others are not affected (VEX asks for that, 6.1.27.9)."""
    found: list[dict[str, Any]] = []
    hit = tree.hit_ids(advisory)
    if hit and advisory.impact.strip():
        found.append({"category": "impact", "details": words.inert(advisory.impact), "product_ids": hit})
    for place in tree.places(advisory):
        line = place.line
        if line and line.state is Affectedness.NOT_AFFECTED and (line.reason or always_why):
            details = line.reason or "The vulnerable code is not in this line."
            found.append({"category": "impact", "details": details, "product_ids": [place.product_id]})
    return found


def _acknowledgments(advisory: Advisory) -> list[dict[str, Any]]:
    return [_acknowledgment(each) for each in advisory.consented_credits]


def _acknowledgment(credit: Credit) -> dict[str, Any]:
    urls = [each for each in credit.contact if each.startswith(("http://", "https://"))]
    return filled(names=[credit.name], organization=credit.organization, summary=credit.type, urls=urls)
