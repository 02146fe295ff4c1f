# SPDX-License-Identifier: Apache-2.0
"""Reads the rows of our texts back into facts, for plain text and Markdown alike (`words` wrote them)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from tocsin.core.formats import facts
from tocsin.core.formats.encode import instant
from tocsin.core.formats.words import FIXED_VERSIONS

Rows = list[tuple[str, str]]

_SEVERITY: Final = re.compile(r"(?:None|Low|Medium|High|Critical) (\d+\.\d)")
_RANGE: Final = re.compile(
    r"(?:from (?P<start>[^\s,;]+))?(?:, )?"
    r"(?:before (?P<before>[^\s,;]+)|up to and including (?P<last>[^\s,;]+))?(?:;.*)?"
)


def head_facts(title: str, rows: Rows) -> dict[str, str]:
    """Facts of the rows on top. The stated score belongs to the first vector, which is the authoritative one."""
    said = dict(rows)
    identity, _, words = title.partition(": ")
    vectors = {label.removeprefix("CVSS "): value for label, value in rows if label.startswith("CVSS ")}
    score = _SEVERITY.match(said.get("Severity", ""))
    found = {
        "id": identity.strip(),
        "title": facts.plain(words),
        "cve": said.get("CVE id", ""),
        "aliases": facts.many(filter(None, said.get("Also known as", "").split("; "))),
        "cwe": facts.many(each.split()[0] for each in said.get("Weakness", "").split("; ") if each),
        "published": _instant(said.get("Published", "")),
        "modified": _instant(said.get("Last changed", "")),
        **{f"vector {version}": vector for version, vector in vectors.items()},
    }
    if score and vectors:
        found[f"score {next(iter(vectors))}"] = facts.points(score[1])
    return facts.stated(found)


def section_facts(heading: str, rows: Rows) -> dict[str, str]:
    """Facts of one section's rows; sections without any state nothing."""
    if heading == "Acknowledgements":
        return facts.stated({"credits": facts.many(value for _, value in rows)})
    if heading == FIXED_VERSIONS:
        return {f"fixed {facts.plain(name)}": facts.many(versions.split("; ")) for name, versions in rows}
    if heading.startswith("Affected versions of "):
        name = facts.plain(heading.removeprefix("Affected versions of "))
        return facts.stated({f"affected {name}": facts.many(filter(None, (_span(value) for _, value in rows)))})
    return {}


def _span(words: str) -> str:
    """`from 7.4.0, before 7.4.2` as facts write it; empty for a line that is not affected or not known."""
    if words.startswith("only "):
        version = words.split()[1].rstrip(";")
        return facts.span(version, last=version)
    if words.startswith("every version"):
        return facts.span("0")
    found = _RANGE.fullmatch(words)
    return facts.span(found["start"] or "0", found["before"] or "", found["last"] or "") if found and words else ""


def _instant(words: str) -> str:
    """`2026-12-08 15:00 UTC` as an instant."""
    return instant(datetime.fromisoformat(words.replace(" UTC", "+00:00"))) if words else ""
