# SPDX-License-Identifier: Apache-2.0
"""A private report on a forge, as the report of a case (S16): the reporter's words, whole, and where they came from.

Source: GitHub REST API 2026-03-10, `repository-advisory`, and the webhook `repository_advisory` (`reported`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tocsin.core.intake import MAX_TEXT_BYTES, MAX_TITLE, CreditWish, Identity, Report
from tocsin.core.vocabulary import GHSA_ALPHABET, Value

CHANNEL: Final = "forge"
"""What the report's `channel` says."""

_ID: Final = re.compile(rf"GHSA(-[{GHSA_ALPHABET}]{{4}}){{3}}|ISSUE-[1-9][0-9]{{0,9}}")
_LOGIN: Final = re.compile(r"[A-Za-z0-9_](?:[-._]?[A-Za-z0-9_]){0,254}(?:\[bot\])?")
_PAGE: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?/[A-Za-z0-9_./-]+")
LONGEST: Final = MAX_TEXT_BYTES // 4
"""Bytes of one text of a report on a forge."""

MORE: Final = "\n\n(There is more: the report on the forge has the rest.)"
NOTHING_SAID: Final = "(The report on the forge says nothing but its title.)"


class Reported(Value):
    """A private report: its id there, its address, who wrote it, in which state it is, and the report."""

    id: str
    url: str
    login: str
    state: str
    report: Report


def is_id(text: str) -> bool:
    """Whether a text is an id of GitHub's advisories, or of a confidential issue that stands for one."""
    return _ID.fullmatch(text) is not None


def reported(payload: Any) -> Reported | None:
    """Read an advisory of a repository, or a webhook about one; None for what is neither."""
    told = payload.get("repository_advisory", payload) if isinstance(payload, Mapping) else None
    if not isinstance(told, Mapping) or not is_id(_text(told, "ghsa_id")):
        return None
    login = _text(_map(told, "author"), "login")
    login = login if _LOGIN.fullmatch(login) else ""
    return Reported(
        id=_text(told, "ghsa_id"),
        url=_text(told, "html_url"),
        login=login,
        state=_text(told, "state"),
        report=_report(told, login),
    )


def _report(told: Mapping[str, Any], login: str) -> Report:
    title = " ".join(_text(told, "summary").split())
    words = _within(_text(told, "description").strip()) or NOTHING_SAID
    ranges = [_range(each) for each in _maps(told, "vulnerabilities")]
    credited = any(_text(each, "login") == login for each in _maps(told, "credits"))
    return Report(
        title=title[:MAX_TITLE] or f"Report {_text(told, 'ghsa_id')}",
        reproduce=words if len(title) <= MAX_TITLE else f"{title}\n\n{words}",
        version=_within("; ".join(filter(None, ranges))) or "unknown",
        effects=_within("\n".join(_effects(told))),
        identity=Identity(
            name=login,
            contact=_contact(told, login),
            credit=CreditWish.HANDLE if credited else CreditWish.NONE,
            credit_as=login if credited else "",
        ),
        channel=CHANNEL,
    )


def _within(text: str) -> str:
    """What a report has room for. A forge may take longer texts than intake does, and none of them may be lost."""
    kept = text.encode("utf-8", "replace")
    return text if len(kept) <= LONGEST else kept[:LONGEST].decode("utf-8", "ignore") + MORE


def _contact(told: Mapping[str, Any], login: str) -> str:
    """The reporter's page there."""
    page = _text(_map(told, "author"), "html_url")
    return page if login and _PAGE.fullmatch(page) else f"https://github.com/{login}" if login else ""


def _range(each: Mapping[str, Any]) -> str:
    """`example >= 7.0, < 7.1`."""
    name = _text(_map(each, "package"), "name")
    return " ".join(filter(None, (name, _text(each, "vulnerable_version_range"))))


def _effects(told: Mapping[str, Any]) -> Iterator[str]:
    if vector := next(_vectors(told), ""):
        yield f"The reporter's score: {vector}"
    elif severity := _text(told, "severity"):
        yield f"The reporter's severity: {severity}"
    if weaknesses := [each for each in told.get("cwe_ids") or () if isinstance(each, str)]:
        yield f"Weaknesses: {', '.join(weaknesses)}"


def _vectors(told: Mapping[str, Any]) -> Iterator[str]:
    for name in ("cvss_v4", "cvss_v3"):
        if vector := _text(_map(_map(told, "cvss_severities"), name), "vector_string"):
            yield vector
    if vector := _text(_map(told, "cvss"), "vector_string"):
        yield vector


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _map(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, Mapping) else {}


def _maps(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = told.get(name)
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
