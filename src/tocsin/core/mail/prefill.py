# SPDX-License-Identifier: Apache-2.0
"""Fills the fields of a report from a mail that answers the policy's questions under headings (S26 to S31).

Headings are found by the words of both source policies' “Proposed Report Content”. Nothing is lost: what stands under
no heading, or under one that is not known, is part of the steps to reproduce.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.vocabulary import Value

REST: Final = "reproduce"
LONGEST: Final = 140

_STEMS: Final = (
    ("attack_surface", ("attack surface", "affects usage", "exposure", "who is affected")),
    ("reproduce", ("reproduc", "proof of concept", "poc", "exploit", "details", "description of the issue")),
    ("effects", ("effect", "impact", "consequence")),
    ("dependencies", ("dependenc", "other projects", "other software", "used in conjunction")),
    ("version", ("version", "commit", "release")),
    ("title", ("title", "subject", "summary of the issue")),
    ("disclosure_plans", ("disclosure", "publication plan", "plans to publish", "embargo")),
    ("identity", ("identity", "affiliation", "company", "reporter", "reported by", "your name", "about me", "credit")),
)  # fmt: skip
"""Field and the words by which its heading is known, the first that fits."""

_MARKED: Final = re.compile(r"^\s{0,3}(?:#{1,6}\s+(.{1,140}?)\s*#*|\*\*(.{1,140}?)\*\*:?|__(.{1,140}?)__:?)\s*$")
_LABEL: Final = re.compile(r"^\s{0,3}(?:[-*]\s+|\d{1,2}[.)]\s+)?([A-Za-z][^:\n]{1,100}?)\s*:\s*(.*)$")
_UNDERLINE: Final = re.compile(r"^\s{0,3}(?:={3,}|-{3,})\s*$")


class Prefilled(Value):
    """Texts by field of the report. `found` names the fields that had a heading of their own."""

    title: str = ""
    identity: str = ""
    reproduce: str = ""
    effects: str = ""
    attack_surface: str = ""
    dependencies: str = ""
    version: str = ""
    disclosure_plans: str = ""
    found: tuple[str, ...] = ()


def prefill(text: str, labels: tuple[tuple[str, str], ...] = ()) -> Prefilled:
    """Sort the words of a mail under the fields of a report. `labels` are the policy's own (field, heading)."""
    own = {_plain(label): field for field, label in labels if label and field in Prefilled.__struct_fields__}
    parts: dict[str, list[str]] = {}
    field, found = REST, []
    lines = text.split("\n")
    for at, line in enumerate(lines):
        heading = _heading(line, lines[at + 1] if at + 1 < len(lines) else "", own)
        if heading:
            field, rest = heading
            found.append(field)
            parts.setdefault(field, []).extend([rest] if rest else [])
        elif not (_UNDERLINE.match(line) and at and _heading(lines[at - 1], line, own)):
            parts.setdefault(field, []).append(line)
    told = {name: "\n".join(given).strip() for name, given in parts.items()}
    return Prefilled(found=tuple(dict.fromkeys(found)), **{name: given for name, given in told.items() if given})


def _heading(line: str, following: str, own: dict[str, str]) -> tuple[str, str] | None:
    """The field that a line is the heading of, and what stands behind it on the line."""
    if len(line) > LONGEST * 4 or not line.strip():
        return None
    marked = _MARKED.match(line)
    if marked:
        field = _field(next(each for each in marked.groups() if each), own)
        return (field, "") if field else None
    label = _LABEL.match(line)
    if label and len(label[1].split()) <= 12:
        field = _field(label[1], own)
        return (field, label[2].strip()) if field else None
    if _UNDERLINE.match(following) and len(line) <= LONGEST:
        field = _field(line, own)
        return (field, "") if field else None
    return None


def _field(words: str, own: dict[str, str]) -> str:
    plain = _plain(words)
    if plain in own:
        return own[plain]
    return next((field for field, stems in _STEMS if any(f" {stem}" in f" {plain}" for stem in stems)), "")


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words.lower()).split())
