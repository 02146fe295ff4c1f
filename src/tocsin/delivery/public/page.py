# SPDX-License-Identifier: Apache-2.0
"""The advisory page, from the published record: what to do first, then who is hit, then everything else.

Works on the stored record alone, as all documents do, so page and documents say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.safestring import SafeString

from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.model import Advisory, Product
from tocsin.core.versions import LineRange, interval
from tocsin.core.vocabulary import Affectedness
from tocsin.delivery.public.markdown import html
from tocsin.services.queries import words
from tocsin.services.queries.words import SHAPES

STATES: Final = {
    Affectedness.AFFECTED: "Affected, no fix",
    Affectedness.FIXED: "Affected, fixed",
    Affectedness.NOT_AFFECTED: "Not affected",
    Affectedness.UNSUPPORTED: "Unsupported, not looked at",
    Affectedness.REVIEW: "Being looked at",
}


@dataclass(frozen=True)
class Row:
    """One release line: its state, which of its versions are hit, and what mends it."""

    product: str
    line: str
    state: str
    kind: str
    hit: str
    fixed_in: str
    why: str


@dataclass(frozen=True)
class Update:
    """From a line to the version that mends it."""

    line: str
    to: str


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline."""

    name: str
    when: str
    words: str = ""


@dataclass(frozen=True)
class Page:
    """Everything the advisory page shows. Texts that are Markdown are rendered and safe."""

    id: str
    title: str
    summary: str
    severity: str
    score: str
    shape: str
    vectors: tuple[str, ...]
    provisional: bool
    cve_id: str
    aliases: tuple[str, ...]
    updates: tuple[Update, ...]
    no_fix: tuple[str, ...]
    end_of_life: tuple[str, ...]
    upgrade: SafeString
    mitigation: SafeString
    none_known: bool
    sentences: tuple[str, ...]
    configuration: SafeString
    detection: SafeString
    rows: tuple[Row, ...]
    several: bool
    impact: SafeString
    details: SafeString
    weaknesses: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str, str], ...]
    credits: tuple[tuple[str, str], ...]
    timeline: tuple[Moment, ...]
    packages: tuple[str, ...]
    withdrawn: str
    withdrawn_why: str
    superseded_by: str
    url: str


def page(record: Advisory) -> Page:
    """Lay an advisory out."""
    main = record.authoritative
    rows = tuple(_row(product, line) for product in record.products for line in product.lines)
    return Page(
        id=record.id,
        title=record.title,
        summary=record.summary,
        severity=main.severity.rating.value if main else "",
        score=f"{main.severity.base:.1f}" if main else "",
        shape=SHAPES.get(main.severity.rating.value, "") if main else "",
        vectors=tuple(each.vector for each in record.published_scores),
        provisional=bool(main and main.provisional),
        cve_id=record.cve_id,
        aliases=tuple(each for each in record.other_ids if each != record.cve_id),
        updates=tuple(Update(row.line, row.fixed_in) for row in rows if row.fixed_in),
        no_fix=tuple(row.line or row.product for row in rows if row.kind == Affectedness.AFFECTED and not row.fixed_in),
        end_of_life=tuple(row.line for row in rows if row.kind == Affectedness.UNSUPPORTED and row.line),
        upgrade=html(record.upgrade),
        mitigation=html(record.mitigation),
        none_known=record.no_mitigation_known,
        sentences=tuple(product.sentence for product in record.products),
        configuration=html(record.required_configuration),
        detection=html(record.detection),
        rows=rows,
        several=len(record.products) > 1,
        impact=html(record.impact),
        details=html(record.details),
        weaknesses=tuple((each, cwe_name(each) or "") for each in record.cwe),
        references=tuple((each.url, each.summary or each.url, each.type.value) for each in record.references),
        credits=tuple((each.display, each.type.value) for each in record.consented_credits),
        timeline=_timeline(record),
        packages=tuple(each.purl for each in record.products if each.purl),
        withdrawn=words.instant(record.withdrawn),
        withdrawn_why=record.withdrawn_reason,
        superseded_by=record.superseded_by,
        url=record.urls.page,
    )


def _row(product: Product, line: LineRange) -> Row:
    return Row(
        product=product.name,
        line=line.line,
        state=STATES[line.state],
        kind=line.state.value,
        hit=_hit(product, line) if line.vulnerable else "",
        fixed_in=line.fixed_in if line.vulnerable else "",
        why=line.reason,
    )


def _hit(product: Product, line: LineRange) -> str:
    """Say which versions are hit: `from 7.4.0, before 7.4.2`."""
    found = interval(product.order, line)
    start = "" if found.start == "0" else f"from {found.start}"
    if found.fixed:
        end = f"before {found.fixed}"
    elif found.last:
        end = f"up to and including {found.last}"
    else:
        end = f"before {found.limit}" if found.limit else ""
    return ", ".join(part for part in (start, end) if part) or "every version"


def _timeline(record: Advisory) -> tuple[Moment, ...]:
    """Discovery, every published state with what it changed, and withdrawal: nothing published is ever hidden."""
    found = [Moment("Discovered", words.instant(record.discovered))] if record.discovered else []
    for place, each in enumerate(record.revisions):
        name = f"Revision {each.number}" if place else "Published"
        found.append(Moment(name, words.instant(each.date), each.summary))
    if record.withdrawn:
        found.append(Moment("Withdrawn", words.instant(record.withdrawn), record.withdrawn_reason))
    return tuple(found)
