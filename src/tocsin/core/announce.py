# SPDX-License-Identifier: Apache-2.0
"""The text of an announcement, one for each kind of place, as long as the place takes; never more than the advisory.

Sources: X, 280 characters with any address as 23; Mastodon, 500; Discord, 2,000; the rest take what Slack takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.core.advisory.model import Advisory
from tocsin.core.policy.model import PublishKind

LONGEST: Final[Mapping[PublishKind, int]] = {PublishKind.TWITTER: 280, PublishKind.MASTODON: 500}
USUAL: Final = 2000
KINDS: Final = (
    PublishKind.BLOG, PublishKind.MATRIX, PublishKind.SLACK, PublishKind.MASTODON, PublishKind.TWITTER,
    PublishKind.OTHER,
)  # fmt: skip
"""Where people talk; mail and lists have letters of their own."""


def title(advisory: Advisory) -> str:
    """One line for places that have a title."""
    return f"{advisory.project.name} security advisory {advisory.id}"


def text(advisory: Advisory, kind: PublishKind) -> str:
    """What is said there: what it is, how bad, what to do, where to read on. The address is never cut."""
    score = advisory.authoritative
    severity = f" ({score.severity.rating.value} {score.severity.base})" if score else ""
    fixed = dict.fromkeys(version for each in advisory.products for version in each.fixed_versions)
    update = f"Update to {', '.join(fixed)}." if fixed else "See the advisory for what to do until there is a release."
    cve = f" {advisory.cve_id}" if advisory.cve_id else ""
    tail = f"\n{update}\n{advisory.urls.page}"
    counted = len(tail) - len(advisory.urls.page) + 23 if kind is PublishKind.TWITTER else len(tail)
    room = LONGEST.get(kind, USUAL) - counted
    return f"{_cut(f'{advisory.project.name} security:{cve} {advisory.title}{severity}', room)}{tail}"


def _cut(words: str, room: int) -> str:
    return words if len(words) <= room else f"{words[: max(room - 1, 0)].rstrip()}…"
