# SPDX-License-Identifier: Apache-2.0
"""Public issues that look like a report of a vulnerability (S13), and what can be answered there without saying so.

A machine points, a person decides: an issue is only proposed, with what spoke for it. The reply confirms nothing, names
no finding, and is the same whatever the issue says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tocsin.core.vocabulary import Value

ENOUGH: Final = 3
"""Points from which an issue is proposed."""

_SIGNS: Final[Mapping[str, tuple[int, re.Pattern[str]]]] = {
    name: (points, re.compile(pattern, re.IGNORECASE))
    for name, points, pattern in (
        ("says vulnerability", 3, r"\bvulnerabilit(?:y|ies)\b|\bsecurity (?:hole|bug|flaw|issue|problem)s?\b"),
        ("names a CVE or a weakness", 3, r"\bCVE-\d{4}-\d{4,}\b|\bCWE-\d{1,4}\b|\bGHSA-\w{4}-"),
        ("has a CVSS vector", 3, r"\bCVSS:[34]\.\d/"),
        ("speaks of an exploit", 2, r"\bexploit(?:s|ed|able|ation)?\b|\bproof[- ]of[- ]concept\b|\bPoC\b|\b0-?day\b"),
        ("names an attack", 3,
         r"\b(?:sql|command|code|ldap|xml|template) injection\b|\b(?:XSS|CSRF|SSRF|XXE|RCE)\b|"
         r"\bremote code execution\b|\bpath traversal\b|\bprivilege escalation\b|\bauth(?:entication)? bypass\b|"
         r"\bdeseriali[sz]ation\b"),
        ("names a fault of memory", 3,
         r"\b(?:heap|stack|buffer)[- ](?:buffer[- ])?(?:over|under)(?:flow|read|run)\b|"
         r"\buse[- ]after[- ]free\b|\bout[- ]of[- ]bounds\b|\bdouble[- ]free\b|\bAddressSanitizer\b"),
        ("speaks of an attacker", 2, r"\battacker(?:s)?\b|\bmalicious(?:ly)?\b|\bunauthenticated\b"),
        ("speaks of what leaks", 1,
         r"\bleak(?:s|ed)? (?:secret|password|token|credential|memory|key)s?\b|"
         r"\bother users?'? data\b"),
    )
}  # fmt: skip
# ruff: noqa: ISC004
_UNLIKELY: Final = re.compile(r"\b(?:dependabot|renovate|bump \S+ (?:from|to)|upgrade \S+ to)\b", re.IGNORECASE)

REPLY: Final = (
    "Thank you for writing. What may be about security is looked at in private here, whatever it is; so we "
    "would like to continue at {place}. This says nothing about the matter itself. Please do not add details here in "
    "the meantime."
)
"""The neutral reply; `{place}` is the project's own page for reports."""


class Suspect(Value):
    """An issue that may be a report: how strongly, and what spoke for it."""

    points: int
    signs: tuple[str, ...]

    @property
    def likely(self) -> bool:
        """Whether to propose it."""
        return self.points >= ENOUGH


def look(title: str, body: str) -> Suspect:
    """Weigh an issue by its words; the title counts as much as all the rest."""
    text = f"{title}\n{body}"
    found = {name: points for name, (points, sign) in _SIGNS.items() if sign.search(text)}
    extra = sum(1 for _, sign in _SIGNS.values() if sign.search(title))
    points = 0 if _UNLIKELY.search(title) else sum(found.values()) + extra
    return Suspect(points=points, signs=tuple(found))


def reply(place: str) -> str:
    """The neutral reply, with the place to continue at."""
    return REPLY.format(place=place)
