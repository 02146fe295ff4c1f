# SPDX-License-Identifier: Apache-2.0
"""The sentences and sections that people read, shared by plain text, Markdown and the prose fields of the JSON formats.

Headings and their order are those of Kubernetes' announcements, what an operator does first: am I vulnerable, which
version is fixed, what helps meanwhile, and only then the details. Free texts are Markdown and are made inert here: no
control characters, and no line of theirs can pass for one of our headings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import Final, TypeVar

from tocsin.core.advisory import Advisory, Product
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.versions import Interval, LineRange, interval, join_words
from tocsin.core.vocabulary import Affectedness, Value

Kept = TypeVar("Kept")

FIXED_VERSIONS: Final = "Fixed versions"

_UNHIT: Final = {
    Affectedness.NOT_AFFECTED: "not affected",
    Affectedness.REVIEW: "still being investigated",
    Affectedness.UNSUPPORTED: "unsupported, not investigated",
}
"""What is said of a line without affected versions."""
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SHALLOW: Final = re.compile(r"^ {1,3}(?=\S)")
_FENCE: Final = re.compile(r"^ {0,3}(```+|~~~+)")
_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})(?=\s|$)")
_UNDERLINE: Final = re.compile(r"^ {0,3}(-+|=+)\s*$")
_BLOCK: Final = re.compile(r"^ {0,3}[#`~=-]", re.MULTILINE)
"""How every line begins that one of the three above could match; most texts have none of them."""


class Section(Value):
    """A heading with rows (label and value), then free text in Markdown."""

    heading: str
    rows: tuple[tuple[str, str], ...] = ()
    text: str = ""


def visible(text: str) -> str:
    """Text without characters that nobody sees or that turn the direction of reading."""
    return _UNSEEN.sub("\ufffd", text)


@lru_cache(maxsize=256)
def inert(text: str) -> str:
    """Markdown that stays in its section: no hidden characters, deeper headings, every code fence closed."""
    ordinary = text.strip("\n")
    if not (ordinary.startswith(" ") or _UNSEEN.search(ordinary) or _BLOCK.search(ordinary)):
        return ordinary
    lines: list[str] = []
    fence = ""
    for line in visible(text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n").split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        lines.append(line if fence else _deeper(line))
    lines[0] = _SHALLOW.sub("", lines[0])  # means nothing in Markdown, and our rows are indented by two
    return "\n".join([*lines, fence] if fence else lines)


def _deeper(line: str) -> str:
    """Two levels down for a heading, and no underline that would make one of the line above."""
    if _HEADING.match(line):
        return f"##{line.lstrip()}"
    return f"\\{line.lstrip()}" if _UNDERLINE.match(line) else line


def range_words(each: Interval) -> str:
    """An interval for people: `from 7.4.0, before 7.4.2`; `formats.prose` reads it back."""
    start, before, last = each.start, each.before, each.last
    if last == start:
        return f"only {last}"
    end = f"before {before}" if before else f"up to and including {last}" if last else ""
    if start == "0":
        return end or "every version"
    return f"from {start}, {end}" if end else f"from {start}"


def line_words(product: Product, line: LineRange) -> str:
    """State of one line for people."""
    if line.state in _UNHIT:
        return _because(_UNHIT[line.state], line)
    found = range_words(interval(product.order, line))
    return found if line.fixed_in else _because(f"{found}; no fix", line)


def _because(words: str, line: LineRange) -> str:
    return f"{words} ({line.reason})" if line.reason else words


def once(words: Callable[[Advisory], Kept]) -> Callable[[Advisory], Kept]:
    """Compute something of an advisory once: several formats carry it, and nobody may change what comes out."""
    name = f"{words.__module__}.{words.__name__}"

    @wraps(words)
    def kept(advisory: Advisory) -> Kept:
        held: dict[str, Kept] = advisory.__dict__
        try:
            return held[name]
        except KeyError:
            made = held[name] = words(advisory)
            return made

    return kept


@once
def sentences(advisory: Advisory) -> str:
    """What is affected, in one sentence for each product; the product is named where there are several."""
    if len(advisory.products) == 1:
        return advisory.products[0].sentence
    return " ".join([f"{product.name}: {product.sentence}" for product in advisory.products])


def upgrade_words(product: Product) -> str:
    """`Update WarehousePG to 7.4.2 or 7.3.4.`; empty where nothing is fixed."""
    fixed = product.fixed_versions
    return f"Update {product.name} to {join_words(fixed, 'or')}." if fixed else ""


@once
def updates(advisory: Advisory) -> str:
    """The sentences of all products on what to update to."""
    return " ".join(filter(None, map(upgrade_words, advisory.products)))


@once
def details(advisory: Advisory) -> str:
    """The details, inert."""
    return inert(advisory.details)


@once
def mitigation_words(advisory: Advisory) -> str:
    """The mitigation, or the explicit statement that none is known (S62)."""
    return advisory.mitigation or ("No mitigation is known." if advisory.no_mitigation_known else "")


def day(moment: datetime) -> str:
    """Date and hour with the zone: an embargo ends at an hour, not on a day."""
    here = moment.astimezone(UTC)
    return here.strftime("%Y-%m-%d %H:%M:%S UTC" if here.second else "%Y-%m-%d %H:%M UTC")


def banner(advisory: Advisory) -> str:
    """What a reader must know before anything else: withdrawn, superseded."""
    if advisory.superseded_by:
        return f"SUPERSEDED by {advisory.superseded_by}."
    if advisory.withdrawn:
        return f"WITHDRAWN {day(advisory.withdrawn)}. {advisory.withdrawn_reason}".rstrip()
    return ""


def severity_words(advisory: Advisory) -> str:
    """`High 8.8`, marked provisional where it is (S44)."""
    main = advisory.authoritative
    if main is None:
        return "not scored yet"
    return f"{main.severity.rating} {main.severity.base}{' (provisional)' if main.provisional else ''}"


def head(advisory: Advisory) -> tuple[tuple[str, str], ...]:
    """The facts on top of a text, one a row."""
    rows = [
        ("Severity", severity_words(advisory)),
        *((f"CVSS {each.severity.version}", each.severity.vector) for each in advisory.published_scores),
        ("CVE id", advisory.cve_id),
        ("Also known as", "; ".join(each for each in advisory.aliases if each != advisory.cve_id)),
        ("Weakness", "; ".join(f"{each} {cwe_name(each) or ''}".rstrip() for each in advisory.cwe)),
        ("Published", day(advisory.published) if advisory.published else ""),
        ("Last changed", day(advisory.modified) if advisory.modified else ""),
        ("Page", advisory.urls.page),
    ]
    return tuple((label, value) for label, value in rows if value)


@once
def sections(advisory: Advisory) -> tuple[Section, ...]:
    """The whole text in the order in which an operator needs it; empty sections are left out."""
    return tuple(section for section in _sections(advisory) if section.rows or section.text)


def _sections(advisory: Advisory) -> Iterator[Section]:
    yield Section(
        heading="Am I vulnerable?",
        text=_paragraphs(sentences(advisory), advisory.required_configuration),
    )
    fixed = tuple((each.name, "; ".join(each.fixed_versions)) for each in advisory.products if each.fixed_versions)
    yield Section(heading=FIXED_VERSIONS, rows=fixed, text=_paragraphs(updates(advisory), advisory.upgrade))
    yield Section(heading="How do I mitigate this vulnerability?", text=inert(mitigation_words(advisory)))
    for product in advisory.products:
        rows = tuple((line.line or "all", line_words(product, line)) for line in product.lines)
        yield Section(heading=f"Affected versions of {product.name}", rows=rows)
    yield Section(heading="Detection", text=inert(advisory.detection))
    yield Section(heading="Impact", text=inert(advisory.impact))
    yield Section(heading="Additional details", text=details(advisory))
    yield Section(heading="References", rows=tuple((each.type, each.url) for each in advisory.references))
    thanks = tuple((each.type, each.display) for each in advisory.consented_credits)
    yield Section(heading="Acknowledgements", rows=thanks)
    yield Section(
        heading="Revisions",
        rows=tuple((f"{each.number}, {day(each.date)}", each.summary) for each in advisory.revisions),
    )


@once
def long_text(advisory: Advisory) -> str:
    """One Markdown text of all prose, for formats that have a single field for it."""
    headed = (
        ("Impact", advisory.impact),
        ("Affected versions", sentences(advisory)),
        ("Required configuration", advisory.required_configuration),
        ("Mitigation", mitigation_words(advisory)),
        ("Detection", advisory.detection),
        ("Update", advisory.upgrade),
    )
    parts = [each for each in (banner(advisory), advisory.summary, details(advisory)) if each]
    parts += [f"## {heading}\n\n{inert(text)}" for heading, text in headed if text.strip()]
    return "\n\n".join(parts)


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(inert(text) for text in texts if text.strip())
