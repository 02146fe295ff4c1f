# SPDX-License-Identifier: Apache-2.0
"""Values computed from what a phrase caught: the names in a list, a group of people, a time, an address.

Each function takes the match, the sentence it was found in and the page; None or an empty list means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from tocsin.core.policy.prose.durations import times
from tocsin.core.policy.prose.found import Page
from tocsin.core.policy.prose.markdown import Unit

Make = Callable[[re.Match[str], Unit, Page], Any]

OUTCOMES: Final = ["advisory", "fix-only-internal", "rejected", "duplicate", "upstream"]
"""How a case can end where a document says that it may end unpublished."""

PARTS: Final = {"effects": "effects", "criticality": "criticality", "versions": "affected versions", "cwe": "weakness"}
IMPACTS: Final = {name: name for name in ("confidentiality", "privilege", "integrity", "availability")}
_PUBLISHED: Final = {
    "slack": "slack",
    "twitter": "twitter",
    "mailing list": "mailing-list",
    "blog": "blog",
    "matrix": "matrix",
    "mastodon": "mastodon",
    "oss-security": "oss-security",
    "webhook": "webhook",
    "other channels": "other",
}
_REASONS: Final = {"not-fully-understood": "not yet fully understood", "not-well-tested": "not well-tested"}
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def listed(words: dict[str, str]) -> Make:
    """Return the names whose word stands in the caught text, in the order of the text."""

    def make(match: re.Match[str], _unit: Unit, _page: Page) -> list[str]:
        text = match[1]
        return sorted((name for name, word in words.items() if word in text), key=lambda name: text.index(words[name]))

    return make


def words(match: re.Match[str], unit: Unit, _page: Page) -> str:
    """Return the caught words themselves, as they were written."""
    return unit.text[match.start(1) : match.end(1)].strip()


def number(match: re.Match[str], _unit: Unit, _page: Page) -> int:
    """Return the caught number."""
    return int(match[1])


def time(match: re.Match[str], _unit: Unit, _page: Page) -> str | None:
    """Return the first time in the caught words."""
    return next((found.duration for found in times(match[1])), None)


def group(match: re.Match[str], _unit: Unit, _page: Page) -> str:
    """Return who the caught words name."""
    return "maintainers" if "maintainer" in match[1] else "project-team"


def handlers(match: re.Match[str], _unit: Unit, _page: Page) -> list[str]:
    """Return whom reports are given to, by the permissions that are named."""
    text = match[1]
    named = [role for role, word in (("committer", "commit"), ("release-manager", "release")) if word in text]
    return named or ["project-team"]


def announcements(match: re.Match[str], _unit: Unit, _page: Page) -> list[dict[str, Any]]:
    """Return the places of announcement that are named, in their order."""
    text = match[1]
    named = sorted((text.index(word), kind) for word, kind in _PUBLISHED.items() if word in text)
    return [{"kind": kind} for _, kind in named]


def advisory(_match: re.Match[str], unit: Unit, _page: Page) -> list[dict[str, Any]]:
    """Return the forge's advisory as a place of announcement, with its address where one is linked."""
    to = next((link.url for link in unit.links if "advisories" in link.url), "")
    return [{"kind": "github-advisory", "required": True} | ({"to": to} if to else {})]


def redirect(_match: re.Match[str], unit: Unit, page: Page) -> str:
    """Return where bugs without security impact go."""
    linked = next((link.url for link in unit.links if "/issues" in link.url), "")
    return linked or (f"{page.forge}/issues" if page.forge else "GitHub issues")


def reasons(_match: re.Match[str], unit: Unit, _page: Page) -> list[str]:
    """Return the reasons to wait longer that a sentence names."""
    return [name for name, said in _REASONS.items() if said in unit.text]


def weekdays(match: re.Match[str], _unit: Unit, _page: Page) -> list[str]:
    """Return the days of the week that are named."""
    return [day for day in _DAYS if day in match[1]]
