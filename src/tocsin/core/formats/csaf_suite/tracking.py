# SPDX-License-Identifier: Apache-2.0
"""Tests of versions, dates, involvements, languages and licences that both editions of CSAF share in substance."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from tocsin.core.formats.csaf_suite.walk import Found, Test, get, objects, text, vulnerabilities
from tocsin.core.versions import scheme
from tocsin.core.versions.scheme import Key

_NUMBER: Final = re.compile(r"(\d+)(?:\.(\d+)\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_REFERENCE: Final = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?(?:LicenseRef|AdditionRef)-[A-Za-z0-9.-]+")
_KNOWN_REFERENCE: Final = "LicenseRef-scancode-"


def _instant(written: str) -> datetime | None:
    """An RFC 3339 instant; None for what is none. Offsets beyond those of the earth are read too."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _history(document: dict[str, Any]) -> list[tuple[datetime, str, str]]:
    """Revisions by date and then number: instant, number, pointer. Empty where one of them cannot be read."""
    found = []
    for at, each in objects(document, "document", "tracking", "revision_history"):
        when = _instant(text(each, "date"))
        if when is None or when.tzinfo is None:
            return []
        found.append((when, text(each, "number"), at))
    return sorted(found, key=lambda each: (each[0], _order(each[1])))


def _order(number: str) -> tuple[Key, str]:
    """Semantic order of revision numbers; what is none comes first."""
    try:
        return scheme("semver").key(number), number
    except ValueError:
        return scheme("semver").key("0.0.0-0"), number


def _latest_version(document: dict[str, Any]) -> Found:
    """6.1.16: the version is the number of the newest revision; build metadata and, in drafts, pre-release apart."""
    history = _history(document)
    version = text(document, "document", "tracking", "version")
    if not history or not version:
        return
    draft = text(document, "document", "tracking", "status") == "draft"
    newest = history[-1][1]
    if _comparable(version, draft) != _comparable(newest, draft):
        yield "/document/tracking/version", f"the version is {version}, the newest revision {newest}"


def _comparable(number: str, draft: bool) -> str:
    bare = number.partition("+")[0]
    return bare.partition("-")[0] if draft else bare


def _draft(document: dict[str, Any]) -> Found:
    """6.1.17."""
    version = text(document, "document", "tracking", "version")
    read = _NUMBER.fullmatch(version)
    status = text(document, "document", "tracking", "status")
    if read and (int(read[1]) == 0 or read[4]) and status != "draft":
        yield "/document/tracking/status", f"version {version} is a draft, and the status says {status!r}"


def _missing_revision(document: dict[str, Any]) -> Found:
    """6.1.21: whole numbers, or the first of three, begin with 0 or 1 and rise without a gap."""
    history = _history(document)
    read = [(_NUMBER.fullmatch(number), at) for _, number, at in history]
    numbers = [(int(found[1]), at) for found, at in read if found]
    if not numbers or len(numbers) != len(history):
        return
    if numbers[0][0] not in (0, 1):
        yield f"{numbers[0][1]}/number", f"the first revision is {numbers[0][0]}, not 0 or 1"
    for (before, _), (after, at) in pairwise(numbers):
        if after not in (before, before + 1):
            yield f"{at}/number", f"a revision between {before} and {after} is missing"


def _involvements(document: dict[str, Any]) -> Found:
    """6.1.24: one party is involved once at any instant, or without one."""
    for at, each in vulnerabilities(document):
        seen = set()
        for where, entry in objects(each, "involvements", at=at):
            date = text(entry, "date")
            key = (text(entry, "party"), _instant(date) or date)
            if key in seen:
                yield where, f"{key[0]} is involved more than once at the same date"
            seen.add(key)


def _involvement_dates(document: dict[str, Any]) -> Found:
    """6.2.7."""
    for at, each in vulnerabilities(document):
        for where, entry in objects(each, "involvements", at=at):
            if "date" not in entry:
                yield where, "the involvement has no date"


def _same_language(document: dict[str, Any]) -> Found:
    """6.1.28; language tags know no case (RFC 5646, 2.1.1)."""
    lang, source = text(document, "document", "lang"), text(document, "document", "source_lang")
    if lang and lang.lower() == source.lower():
        yield "/document/source_lang", "the document is a translation from its own language"


def _licence_text(document: dict[str, Any]) -> Found:
    """6.1.55: a licence of one's own is given in exactly one note, a legal disclaimer titled License."""
    expression = text(document, "document", "license_expression")
    own = [each for each in _REFERENCE.findall(expression) if not each.startswith(_KNOWN_REFERENCE)]
    lang = text(document, "document", "lang").lower()
    if not own or (lang and lang.partition("-")[0] != "en"):
        return
    notes = [each for each in objects(document, "document", "notes") if text(each[1], "title") == "License"]
    if len(notes) != 1:
        yield "/document/notes", f"{own[0]} needs exactly one note titled License, and there are {len(notes)}"
    elif get(notes[0][1], "category") != "legal_disclaimer":
        yield notes[0][0], "the note titled License is not a legal disclaimer"


BOTH: Final[dict[str, Test]] = {
    "6.1.16": _latest_version,
    "6.1.17": _draft,
    "6.1.21": _missing_revision,
    "6.1.24": _involvements,
    "6.1.28": _same_language,
    "6.2.7": _involvement_dates,
}
ONLY_21: Final[dict[str, Test]] = {"6.1.55": _licence_text}
