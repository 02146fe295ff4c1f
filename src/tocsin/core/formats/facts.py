# SPDX-License-Identifier: Apache-2.0
"""The one spelling in which documents are compared, and the facts as the record states them.

Each format reads its own documents into these strings. The functions here only fix how a range, a list or a date is
written, so that two documents that mean the same also read the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from tocsin.core.advisory import Advisory
from tocsin.core.formats.encode import instant
from tocsin.core.severity import score
from tocsin.core.versions import Interval, vulnerable
from tocsin.core.vocabulary import Refused


def many(values: Iterable[str]) -> str:
    """A set of values, sorted, each with its white space folded."""
    return "; ".join(sorted({plain(value) for value in values}))


def plain(text: str) -> str:
    """Text with white space folded: what a wrapped line loses is no difference."""
    return " ".join(text.split())


def span(start: str, before: str = "", last: str = "") -> str:
    """An affected range: `7.4.0 <7.4.2`, `7.4.0 <=7.4.1`, `7.4.0 *`; `0` is the beginning of everything."""
    if before:
        return f"{start} <{before}"
    return f"{start} <={last}" if last else f"{start} *"


def vers_span(name: str) -> str:
    """A vers string with one interval, or a single version, as a range."""
    if not name.startswith("vers:"):
        return span(name, last=name)
    start, before, last = "0", "", ""
    for each in map(unquote, name.partition("/")[2].split("|")):
        if each.startswith(">="):
            start = each[2:]
        elif each.startswith("<="):
            last = each[2:]
        elif each.startswith("<"):
            before = each[1:]
        elif each != "*":
            start = last = each
    return span(start, before, last)


def spans(intervals: Iterable[Interval]) -> str:
    """Ranges of one product."""
    return many(span(each.start, each.before, each.last) for each in intervals)


def scored(vectors: Iterable[str]) -> dict[str, str]:
    """`vector 3.1` and, computed from it, nothing else: a stated score is compared with the computed one elsewhere."""
    found: dict[str, str] = {}
    for vector in vectors:
        severity = score(vector)
        if not isinstance(severity, Refused):
            found[f"vector {severity.version}"] = severity.vector
        else:
            found["vector"] = vector
    return found


def points(value: object) -> str:
    """A score as a number with one decimal, whatever the document wrote it as."""
    try:
        return f"{float(str(value)):.1f}"
    except ValueError:
        return str(value)


def stated(values: Mapping[str, str]) -> dict[str, str]:
    """The facts that a document states at all."""
    return {name: value for name, value in values.items() if value}


def _by_other_names(advisory: Advisory) -> dict[str, str]:
    """The same ranges under the names that some formats know products by instead: purl, package."""
    affected: dict[str, list[Interval]] = {}
    fixed: dict[str, list[str]] = {}
    for product in advisory.products:
        for name in (f"purl {product.purl}", f"package {plain(product.package or product.name)}"):
            affected.setdefault(name, []).extend(vulnerable(product.order, product.lines))
            fixed.setdefault(name, []).extend(product.fixed_versions)
    affected.pop("purl ", None)
    fixed.pop("purl ", None)
    return {
        **{name.replace(" ", "-affected ", 1): spans(intervals) for name, intervals in affected.items()},
        **{name.replace(" ", "-fixed ", 1): many(versions) for name, versions in fixed.items()},
    }


def record_facts(advisory: Advisory) -> dict[str, str]:
    """What the record says; every document must agree with it wherever it says anything."""
    found = {
        "id": advisory.id,
        "cve": advisory.cve_id,
        "aliases": many(each for each in advisory.aliases if each != advisory.cve_id),
        "title": plain(advisory.title),
        "cwe": many(advisory.cwe),
        "credits": many(each.display for each in advisory.consented_credits),
        "published": instant(advisory.published) if advisory.published else "",
        "modified": instant(advisory.modified) if advisory.modified else "",
    }
    for each in advisory.published_scores:
        severity = each.severity
        found[f"vector {severity.version}"] = severity.vector
        found[f"score {severity.version}"] = points(severity.base)
    for product in advisory.products:
        found[f"affected {plain(product.name)}"] = spans(vulnerable(product.order, product.lines))
        found[f"fixed {plain(product.name)}"] = many(product.fixed_versions)
    return stated(found | _by_other_names(advisory))
