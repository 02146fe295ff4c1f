# SPDX-License-Identifier: Apache-2.0
"""The hardening backlog: defaults that reports asked to be safer, each with the reports that did (S71).

Read from the sealed inbox rows; nothing of a report is in a draft for a public tracker but the name that a person gave
to the default, and how many asked.
"""

from __future__ import annotations

import msgspec

from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.queries import metrics


class Item(msgspec.Struct, frozen=True):
    """One default, with the cases about it, oldest first."""

    default: str
    cases: tuple[CaseRef, ...]


def backlog(desk: Desk, person: str, project: ProjectId = "") -> tuple[Item, ...]:
    """List the defaults of the projects that `person` may read, the most asked for first."""
    mine = desk.people.projects(person)
    chosen = tuple(each for each in mine if not project or each == project)
    found: dict[str, tuple[str, list[tuple[str, CaseRef]]]] = {}
    for each in metrics.measured(desk, chosen, metrics.EVER):
        if each.hardening:
            _, cases = found.setdefault(each.hardening.casefold(), (each.hardening, []))
            cases.append((each.opened_at.isoformat(), each.case))
    items = [Item(default=name, cases=tuple(case for _, case in sorted(cases))) for name, cases in found.values()]
    return tuple(sorted(items, key=lambda item: (-len(item.cases), item.default)))


def draft(item: Item) -> str:
    """Write an issue for a public tracker: the default and how many asked, and nothing of any report."""
    count = len(item.cases)
    asked = "One report" if count == 1 else f"{count} reports"
    return (
        f"# Safer default: {item.default}\n\n"
        f"{asked} asked for this default to be safer. Operators are told to configure it today; over time the project "
        "works towards safe-by-default configuration, taking into account backwards compatibility.\n\n"
        "## What would be safer\n\n\n## What would break, and how it is announced\n\n"
    )
