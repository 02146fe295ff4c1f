# SPDX-License-Identifier: Apache-2.0
"""The public badge and the yearly report: what a project chooses to say of its own keys (UX 3.13).

A badge is published only where `[publish] badge = true` of the policy says so, once a day, over the last 90 days, and
only while enough cases stand behind it. It names no case, no person and no count of reports that are still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

import msgspec

from tocsin.core.case.keys import Keys, keys
from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk
from tocsin.services.badge_state import MADE, TOO_FEW
from tocsin.services.canary_state import sent_to
from tocsin.services.queries import metrics

SPAN: Final = timedelta(days=90)
LABEL: Final = "first answer"
_WIDE: Final = 7
"""Units a character takes at most, at the badge's size."""


class Badge(msgspec.Struct, frozen=True, rename="camel"):
    """What badge services read: shields.io's endpoint schema, version 1."""

    message: str
    color: str
    label: str = LABEL
    schema_version: int = 1


def keep(desk: Desk) -> int:
    """Write the badges that are a day old; returns how many."""
    if desk.press is None:
        return 0
    now = desk.now()
    written = 0
    for each in desk.projects.all():
        policy = desk.projects.policy(each.id, each.policy)
        if not (policy.publish and policy.publish.badge):
            continue
        made = desk.machine.facts.get(f"{MADE}/{each.id}")
        if made and timedelta() <= now - made.at < timedelta(days=1):
            continue
        badge = of_keys(_keys(desk, each.id, now - SPAN, now))
        desk.press.tree.write(f"p/{each.id}/badge.json", msgspec.json.encode(badge))
        desk.press.tree.write(f"p/{each.id}/badge.svg", svg(badge).encode())
        desk.press.tree.flush()
        desk.machine.facts.note(f"{MADE}/{each.id}", badge.message, now)
        written += 1
    return written


def _keys(desk: Desk, project: ProjectId, since: datetime, until: datetime) -> Keys:
    rehearsed = sent_to(desk.machine.facts)
    known = metrics.measured(desk, (project,), since)
    return keys((each for each in known if each.case not in rehearsed), until, since)


def of_keys(found: Keys) -> Badge:
    """Say the first key, or that there is too little to say."""
    words = metrics.badge(found)
    if not words:
        return Badge(message=TOO_FEW, color="lightgrey")
    share = found.key("first-answer").share or 0.0
    return Badge(message=words.removeprefix("median first answer "), color="green" if share >= 0.9 else "orange")


def svg(badge: Badge) -> str:
    """Draw the badge: two fields, text in the reader's font, its words in the title."""
    left, right = (len(text) * _WIDE + 14 for text in (badge.label, badge.message))
    fill = {"green": "#1d6b41", "orange": "#7a5200"}.get(badge.color, "#55606b")
    label, message = escape(badge.label), escape(badge.message)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{label}: {message}"><title>{label}: {message}</title>'
        f'<rect width="{left}" height="20" fill="#1b2127"/><rect x="{left}" width="{right}" height="20" fill="{fill}"/>'
        f'<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left // 2}" y="14">{label}</text><text x="{left + right // 2}" y="14">{message}</text></g></svg>\n'
    )


def year(desk: Desk, project: ProjectId, number: int) -> str:
    """Write a project's year as Markdown, for a person to read over and publish: keys and outcomes, no case named."""
    begin, end = datetime(number, 1, 1, tzinfo=UTC), datetime(number + 1, 1, 1, tzinfo=UTC)
    found = _keys(desk, project, begin, min(end, desk.now()))
    name = next((each.name for each in desk.projects.all() if each.id == project), project)
    return "\n".join((f"# {name}: security reports in {number}\n", *_year(found))) + "\n"


def _year(found: Keys) -> Iterator[str]:
    yield f"{found.cases} reports were open or ended in this year.\n"
    yield "| key | cases | median | 90 % within | kept |"
    yield "|---|---|---|---|---|"
    shown = [each for each in found.keys if not each.private]
    for each in shown:
        median = f"{each.median:.1f} {each.unit}" if each.median is not None else "too few to say"
        ninth = f"{each.p90:.1f} {each.unit}" if each.p90 is not None else ""
        share = f"{each.share:.0%}" if each.share is not None else ""
        yield f"| {each.title} | {each.cases} | {median} | {ninth} | {share} |"
    yield "\n" + "\n".join(f"- **{each.title}.** {each.definition}" for each in shown)
    outcomes = sorted({name for month in found.months for name in month.outcomes})
    if outcomes:
        yield f"\n| arrived | {' | '.join(outcomes)} | held at first |"
        yield "|---" * (len(outcomes) + 2) + "|"
        for month in found.months:
            counts = (str(month.outcomes.get(name, 0)) for name in outcomes)
            yield f"| {month.month} | {' | '.join(counts)} | {month.held} |"
