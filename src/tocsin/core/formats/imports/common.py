# SPDX-License-Identifier: Apache-2.0
"""What the importers share: lines out of bounds, packages, scores, dates, and who publishes.

Importers read leniently, as strangers write: a bound that is no version of the scheme that a document names moves the
product to a scheme that can order it, rather than being dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from tocsin.core.advisory import Advisory, Product, Project, Publisher, Revision, Score, Urls, purl
from tocsin.core.advisory.model import Reference
from tocsin.core.formats.csaf_suite.walk import text
from tocsin.core.severity import Severity, score
from tocsin.core.versions import LineRange, Scheme, scheme, scheme_called
from tocsin.core.vocabulary import Affectedness, Value

NOWHERE: Final = "https://example.invalid"
"""Namespace of a publisher whose document does not say it (RFC 2606: nobody's, ever)."""
UNNAMED: Final = "n/a"
"""What CVE records write where a product or vendor has no name."""

_FIRST_YEAR: Final = 1970
_WILDCARD: Final = re.compile(r"v?(\d+(?:\.\d+)*)\.[xX*]", re.ASCII)
_FALLBACK: Final = ("generic", "lexicographic")
_OPEN: Final = frozenset({"", "0", "*", "-", "n/a", "unspecified", "unknown", "all", "any"})
_PURL_TYPES: Final = {
    "bitnami": "bitnami", "crates": "cargo", "cran": "cran", "github actions": "github", "go": "golang",
    "hackage": "hackage", "hex": "hex", "maven": "maven", "npm": "npm", "nuget": "nuget", "packagist": "composer",
    "pub": "pub", "pypi": "pypi", "rubygems": "gem", "swifturl": "swift",
}  # fmt: skip
"""Type of package URL by the first word of an OSV ecosystem."""


class Span(Value):
    """Affected versions as a document bounds them. `end` is one of "", `fixed`, `last`, `limit`."""

    start: str = ""
    end: str = ""
    version: str = ""
    state: Affectedness = Affectedness.AFFECTED
    reason: str = ""


def instant(written: object) -> datetime | None:
    """An RFC 3339 instant; one without a zone is UTC; None for anything else, the year 1 of some tools too."""
    if not isinstance(written, str) or not written:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if found.year >= _FIRST_YEAR else None


def opened(version: str) -> str:
    """A lower bound, "" for the many words with which documents say `from the beginning`."""
    return "" if version.strip().lower() in _OPEN else version.strip()


def fitting(declared: str, versions: Iterable[str]) -> Scheme:
    """The declared scheme if it orders all the versions, otherwise one that does."""
    listed = [each for each in versions if each]
    for name in (declared, *_FALLBACK):
        try:
            found = scheme_called(name)
            for each in listed:
                found.key(each)
        except (KeyError, ValueError):
            continue
        return found
    return scheme("lexicographic")


def lines(declared: str, spans: Iterable[Span]) -> tuple[Scheme, tuple[LineRange, ...]]:
    """Release lines out of spans, named where a bound is the beginning of a line; each name once."""
    listed = list(dict.fromkeys(map(_whole_line, spans)))
    found = fitting(declared, [each for one in listed for each in (one.start, one.version)])
    named: set[str] = set()
    made = []
    for each in listed:
        line = _line(found, each)
        if line.line and line.line in named:
            line = _nameless(found, each)
        named.add(line.line)
        made.append(line)
    return found, tuple(made)


def _whole_line(each: Span) -> Span:
    """A version written `10.1.x` is the line 10.1."""
    star = _WILDCARD.fullmatch(each.version) if each.start == each.version else None
    if not star:
        return each
    *head, last = star[1].split(".")
    after = ".".join((*head, str(int(last) + 1)))
    return Span(start=star[1], end="limit", version=after, state=each.state, reason=each.reason)


def _line(found: Scheme, each: Span) -> LineRange:
    if each.state not in (Affectedness.AFFECTED, Affectedness.FIXED):
        name = _name(found, each.start, each.version) if each.start else ""
        return LineRange(line=name, state=each.state, introduced="" if name else each.start, reason=each.reason)
    if each.end != "limit":
        return _nameless(found, each)
    name = _name(found, each.start, each.version)
    if not name:  # a limit that no line explains is where somebody stopped looking: a fix for all that we can say
        return _nameless(found, Span(start=each.start, end="fixed", version=each.version))
    return LineRange(line=name, state=Affectedness.AFFECTED, reason=each.reason or "No fix is known.")


def _nameless(_: Scheme, each: Span) -> LineRange:
    if each.end == "fixed":
        return LineRange(line="", state=Affectedness.FIXED, introduced=each.start, fixed_in=each.version)
    last = each.version if each.end == "last" else ""
    reason = each.reason or ("" if last else "No fix is known.")
    return LineRange(line="", state=Affectedness.AFFECTED, introduced=each.start, last_affected=last, reason=reason)


def _name(found: Scheme, start: str, limit: str) -> str:
    """The line that begins with `start` and ends before `limit`, "" where there is none."""
    numbers = start.split(".")
    for size in range(1, len(numbers) + 1):
        candidate = ".".join(numbers[:size])
        if found.span(candidate) == (start, limit):
            return candidate
    return ""


def purl_of(ecosystem: str, name: str) -> str:
    """The package URL of a package by its OSV ecosystem, "" for ecosystems without a type that we know."""
    kind = _PURL_TYPES.get(ecosystem.partition(":")[0].lower().removesuffix(".io"))
    if not kind or not name:
        return ""
    parts = name.split(":") if kind == "maven" else name.removeprefix("https://").split("/")
    if kind in ("maven", "swift") and len(parts) == 1:
        return ""
    written = f"pkg:{kind}/" + "/".join(quote(each, safe="") for each in parts if each)
    try:
        return str(purl.parse(written))
    except ValueError:
        return ""


def vendor_of(name: str, ecosystem: str = "") -> str:
    """Who makes a package, as far as its name tells; a Go module stands for itself."""
    if ecosystem == "Go":
        return name
    return re.split(r"[:/]", name.lstrip("@"))[0] or UNNAMED


def scores(vectors: Iterable[str], scorer: str) -> tuple[Score, ...]:
    """One score a CVSS version, the first authoritative; vectors that are none are left to the kept document."""
    found: dict[str, Score] = {}
    for vector in vectors:
        severity = score(vector)
        if isinstance(severity, Severity) and severity.version not in found:
            found[severity.version] = Score(vector=severity.vector, scorer=scorer, authoritative=not found)
    return tuple(found.values())


def revisions(published: datetime | None, modified: datetime | None) -> tuple[Revision, ...]:
    """A history out of two dates, for formats that have no history."""
    first = published or modified
    if first is None:
        return ()
    history = [Revision(number="1", date=first, summary="First publication.")]
    if modified and modified > first:
        history.append(Revision(number="2", date=modified, summary="Updated."))
    return tuple(history)


def publisher(name: str, url: str, fallback: str) -> Publisher:
    """Who publishes: by name, and by the host of an address that is theirs."""
    host = urlsplit(url).hostname or "" if url.startswith(("http://", "https://")) else ""
    namespace = f"https://{host}" if host else ""
    return Publisher(name=name or host or fallback, namespace=namespace or NOWHERE)


def assembled(  # noqa: PLR0913 - an advisory has many parts
    *,
    identifier: str,
    who: Publisher,
    page: str,
    title: str,
    details: str,
    products: Iterable[Product],
    references: Iterable[Reference] = (),
    published: datetime | None = None,
    modified: datetime | None = None,
    **more: Any,
) -> Advisory:
    """The record of an imported document; `more` are further fields of `Advisory`."""
    name = re.sub(r"[^a-z0-9]+", "-", who.name.lower()).strip("-") or "imported"
    one_line = " ".join(title.split()) or identifier
    history = more.pop("revisions", ()) or revisions(published, modified)
    last = history[-1].date if history else modified
    if modified and published and modified < published:
        modified = published
    return Advisory(
        id=identifier,
        project=Project(id=name, name=who.name, url=who.namespace),
        publisher=who,
        urls=more.pop("urls", None) or Urls(page=page),
        title=one_line,
        summary=one_line,
        details=details or one_line,
        products=tuple(products),
        references=tuple(dict.fromkeys(references)),
        published=published or (history[0].date if history else None),
        modified=modified or last,
        revisions=history,
        **more,
    )


def words(value: Mapping[str, Any], *names: str) -> str:
    """A text below nested objects without outer white space."""
    return text(dict(value), *names).strip()
