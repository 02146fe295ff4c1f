# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/limits.md`: every clock of lists, coordinators, CVE rules and law, from their data files.

python docs/reference/draw_limits.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tocsin.core.limits import Applies, Limit, all_limits

PAGE = Path(__file__).with_name("limits.md")

INTRODUCTION = """\
# Limits of others

This page is written by `docs/reference/draw_limits.py` from `src/tocsin/core/limits/data`. Each clock has its own zero
point: a moment that the case knows (`received`, `decided`, `fix-ready`, `disclosed`) or that a person records
(`tocsin case record CASE MOMENT`). A limit binds once its moment is recorded, or where the policy names it
(`[limits] apply = [...]`). What a date outside a limit gets is a caution: whether to break another's rule is for a
person to decide. None of this is a legal verdict.

To add one: a file in `src/tocsin/core/limits/data`, its name in `NAMES`, a story in `tests/data/clauses/limits`.
"""


def lines() -> Iterator[str]:
    """Yield the page, line by line."""
    yield INTRODUCTION
    for limit in all_limits():
        yield from _limit(limit)


def _limit(limit: Limit) -> Iterator[str]:
    binds = "its moment is recorded" if limit.applies is Applies.MOMENT else "the policy names it"
    since = f" Counts moments from {limit.since.isoformat()} on." if limit.since else ""
    yield f"## {limit.name}\n"
    version = f" {limit.version}" if limit.version else ""
    read = f"as read on {limit.read_on.isoformat()}"
    yield f"[{limit.title}]({limit.source}){version}, {read}. Binds once {binds}.{since}\n"
    if limit.note:
        yield f"{limit.note}\n"
    yield "| clock | what | from | within | kept by | strength | section |"
    yield "|---|---|---|---|---|---|---|"
    for clock in limit.clock:
        zero = f"`{clock.zero}`" + (f", with `{clock.needs}`" if clock.needs else "")
        kept = f"`{clock.kept_by}`" if clock.kept_by else "publication"
        strength = "rule" if clock.must else "recommendation"
        what = f"{clock.title}: {clock.kind.value.replace('-', ' ')}"
        yield f"| `{clock.name}` | {what} | {zero} | {clock.within} | {kept} | {strength} | {clock.cite} |"
    yield ""


def page() -> str:
    """Return the page as it should stand."""
    return "\n".join(lines()).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
