# SPDX-License-Identifier: Apache-2.0
"""The five keys of the projects somebody may read, for desk, command line and exports.

Computed from the sealed inbox rows, so that no journal is opened: one row a case, read in pages, and only of cases that
are open or ended within the window. What was opened once is kept in memory by case and journal length, only rows that
moved on are opened again, and a page stands a minute.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from tocsin.core.case.keys import WINDOW, Key, Keys, keys
from tocsin.core.case.measures import Measures
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.canary_state import sent_to
from tocsin.services.ports.store import InboxQuery, InboxRow
from tocsin.services.queries import inbox

PAGE: Final = 1_000

EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before everything, for what asks about all cases there are."""


def measured(desk: Desk, projects: tuple[ProjectId, ...], since: datetime) -> Iterator[Measures]:
    """Yield what is known of the cases that are open or were touched since then: O(these), not O(everything). A case
    whose row says nothing of it is left out."""
    for row in _rows(desk, projects, since):
        found = desk.measures.get(row.case, row.seq)
        if found is None:
            found = inbox.open_summary(desk, row).measures
            if found:
                desk.measures.put(row.case, row.seq, found)
        if found:
            yield found


def _rows(desk: Desk, projects: tuple[ProjectId, ...], since: datetime) -> Iterator[InboxRow]:
    """The rows, in pages; a case that is taken up again between two of them comes once."""
    if not projects:
        return
    seen: set[CaseRef] = set()
    query = InboxQuery(projects=projects, limit=PAGE)
    while page := desk.inbox.page(query):
        seen.update(row.case for row in page)
        yield from page
        query = msgspec.structs.replace(query, after=(page[-1].next_due, page[-1].case))
    for project in projects:
        place: tuple[datetime, CaseRef] | None = None
        while page := desk.inbox.ended(project, since, place, PAGE):
            yield from (row for row in page if row.case not in seen)
            place = (page[-1].updated_at, page[-1].case)


def of_person(desk: Desk, person: str, project: ProjectId = "", since: datetime | None = None) -> Keys:
    """Compute the keys over all projects that `person` may read, or over one of them; nothing for one they may not."""
    mine = desk.people.projects(person)
    chosen = tuple(each for each in mine if not project or each == project)
    now = desk.now()
    found = desk.measures.page(chosen, since and since.date(), now)
    if found is None:
        rehearsed = sent_to(desk.machine.facts)
        known = measured(desk, chosen, since or now - WINDOW)
        found = keys((each for each in known if each.case not in rehearsed), now, since)
        desk.measures.keep(chosen, since and since.date(), found)
    return found


def as_csv(found: Keys) -> str:
    """One row a key; a cell never starts a formula, because every one is a number or our own word."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("key", "unit", "cases", "median", "p90", "share", "missed"))
    for each in found.keys:
        numbers = (each.median, each.p90, each.share)
        told = ("" if number is None else f"{number:g}" for number in numbers)
        writer.writerow((each.name, each.unit, each.cases, *told, len(each.missed)))
    return out.getvalue()


def as_openmetrics(found: Keys) -> str:
    """The keys as OpenMetrics 1.0 text: no label names a person, a case or a word of one, and what is private is left
    out."""
    lines: list[str] = []
    for each in (key for key in found.keys if not key.private):
        lines += list(_exposed(each))
    return "\n".join([*lines, "# EOF"]) + "\n"


def _exposed(key: Key) -> Iterator[str]:
    name = f"tocsin_{key.name.replace('-', '_')}"
    values = {"cases": float(key.cases), "missed": float(len(key.missed)), "median": key.median, "p90": key.p90,
              "share": key.share}  # fmt: skip
    for kind, value in values.items():
        if value is not None:
            yield f"# TYPE {name}_{kind} gauge"
            yield f"# HELP {name}_{kind} {key.title} ({kind}; {key.unit}). {key.definition}"
            yield f"{name}_{kind} {value:g}"


STEPS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""What a badge counts reports by."""


def badge(found: Keys) -> str:
    """One sentence for a badge that a project may publish; empty while too few cases stand behind it.

    Reports are counted in steps and shares in twentieths, rounded down: an exact number would show everybody on which
    day there was another report, whose matter may be under embargo.
    """
    answer = found.key("first-answer")
    if answer.median is None or answer.share is None:
        return ""
    least = max((step for step in STEPS if step <= answer.cases), default=0)
    share = int(answer.share * 20 + 1e-9) * 5
    return f"median first answer {answer.median:.0f} h, {share}% on time, {least}+ reports"
