# SPDX-License-Identifier: Apache-2.0
"""A foundation on PostgreSQL: the first page of the inbox and one far down, with and without row-level security, the
clock's question over all open cases, and effects leased and done, at 1,000 cases and at many. In this process, without
HTTP: `./bench inbox` measures the page as a browser gets it.

Many is 10,000 cases of 30 projects with ten journal lines each; `--full` makes it 100,000 of 300. The floor is Django
as it is usually written, over the same rows: fifty joined rows and a template.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")

import django

django.setup()

import msgspec  # noqa: E402 - Django is set up above
from django.template import Context, Engine  # noqa: E402

from benchmarks.measure import rows  # noqa: E402
from tests.postgres import running  # noqa: E402
from tests.store.databases import connected, migrate  # noqa: E402
from tests.store.stores import opening, policy  # noqa: E402
from tocsin.adapters.db import roles, scope  # noqa: E402
from tocsin.adapters.db.database import Database  # noqa: E402
from tocsin.adapters.db.inbox import DbInbox  # noqa: E402
from tocsin.adapters.db.journal import DbJournal  # noqa: E402
from tocsin.adapters.db.models import CaseRow, JournalRow, Project  # noqa: E402
from tocsin.adapters.db.outbox import DbOutbox  # noqa: E402
from tocsin.adapters.db.people import DbPeople  # noqa: E402
from tocsin.adapters.db.projects import DbProjects  # noqa: E402
from tocsin.core.vocabulary import Role  # noqa: E402
from tocsin.services import sealing  # noqa: E402
from tocsin.services.app import Desk  # noqa: E402
from tocsin.services.ports.store import Effect, InboxQuery  # noqa: E402
from tocsin.services.queries import inbox  # noqa: E402
from tocsin.testing.house import START, house  # noqa: E402
from tocsin.testing.world import SeededMint  # noqa: E402

LINES: Final = 10
ROUNDS: Final = 15
EFFECTS: Final = 2_000
GROWTH: Final = 1.2
DRAINED: Final = 200
"""Effects a second that the worker is to get through."""

PAGE: Final = """<table>{% for item in items %}<tr><td>{{ item.next_due|date:"D Y-m-d H:i" }}</td><td>{{ item.ref }}</td>
<td>{{ item.phase }}</td><td>{{ item.project.name }}</td><td>{{ item.lead }}</td></tr>{% endfor %}</table>"""


def fill(database: Database, desk: Desk, cases: int, projects: int) -> str:
    """Put cases with sealed rows and journals into the database; returns somebody who sees them all."""
    texts = (policy(f"project-{number}", f"P{number:05}", f"Project {number}") for number in range(projects))
    made = [desk.projects.adopt(text, "bench", START) for text in texts]
    places = sealing.Places(desk.sealer.instance)
    summary = msgspec.json.encode(sealing.Summary(title="A problem in the decoder", promise="first answer"))
    keys = {project.id: desk.vault.list_key(project.id) for project in made}
    some, lines = [], []
    for number in range(cases):
        project, ref = made[number % projects], f"P-2026-{number:07}"
        due = START + timedelta(minutes=number)
        body = keys[project.id].seal(summary, places.row(ref, LINES))
        some.append(
            CaseRow(ref=ref, project_id=project.id, seq=LINES, phase="new", open=True, waits_for="team", lead="",
                    opened_at=START, updated_at=START, next_due=due, wake_at=due, body=body, by_drop=False)
        )  # fmt: skip
        lines += [JournalRow(case_id=ref, seq=seq + 1, at=START, body=os.urandom(300)) for seq in range(LINES)]
        if len(some) == 2_000 or number == cases - 1:
            CaseRow.objects.using(database.alias).bulk_create(some, batch_size=1_000)
            JournalRow.objects.using(database.alias).bulk_create(lines, batch_size=5_000)
            some, lines = [], []
    with database.connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return desk.people.add("Dana", "dana@example.org", {each.id: frozenset({Role.OWNER}) for each in made}).id


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of this process' CPU, and of the wall, of one piece of work: medians."""
    work()
    cpu, wall = [], []
    for _ in range(ROUNDS):
        spent, began = time.process_time(), time.perf_counter()
        work()
        cpu.append((time.process_time() - spent) * 1000)
        wall.append((time.perf_counter() - began) * 1000)
    return statistics.median(cpu), statistics.median(wall)


def on(desk: Desk, database: Database) -> Desk:
    """The desk over this database."""
    return replace(
        desk,
        inbox=DbInbox(database),
        journal=DbJournal(database),
        outbox=DbOutbox(database),
        people=DbPeople(SeededMint(), database),
        projects=DbProjects(database),
    )


@contextmanager
def installation(cluster: Any, cases: int, projects: int) -> Iterator[tuple[Database, Database, Desk, str]]:
    """A filled database: as its owner reaches it, and as the desk does."""
    place = cluster.create()
    url = f"postgresql://{{}}@/{place.name}?host={place.host}"
    with connected(url.format(place.user), Path()) as owner:
        migrate(owner)
        desk = on(house().desk, owner)
        person = fill(owner, desk, cases, projects)
        roles.make(place.name, owner)
        with connected(url.format(f"{place.name}_desk"), Path()) as walled:
            yield owner, walled, desk, person


def measured(owner: Database, walled: Database, desk: Desk, person: str, cases: int) -> dict[str, tuple[float, float]]:
    """Everything that is timed at one size."""
    found = {}
    template = Engine().from_string(PAGE)

    def floor() -> str:
        items = CaseRow.objects.using(owner.alias).select_related("project").order_by("next_due", "ref")[:50]
        return template.render(Context({"items": items}))

    found["floor"] = cost(floor)
    found["first page"] = cost(lambda: inbox.page(desk, person))
    projects = tuple(Project.objects.using(owner.alias).values_list("id", flat=True))
    middle = START + timedelta(minutes=min(cases // 2, 50_000))
    query = InboxQuery(projects=projects, waits_for="team", after=(middle, ""), limit=50)

    def far_down() -> None:
        for row in desk.inbox.page(query):
            inbox.open_summary(desk, row)

    found["far down"] = cost(far_down)
    behind = on(desk, walled)
    scope.on_behalf_of(person)
    found["first page, walled"] = cost(lambda: inbox.page(behind, person))
    scope.on_behalf_of(scope.MACHINE)
    later = START + timedelta(days=365)
    found["what is due, none"] = cost(lambda: desk.inbox.to_wake(START - timedelta(days=1), 50))
    found["what is due, all"] = cost(lambda: desk.inbox.to_wake(later, 50))
    return found


def drained(database: Database) -> float:
    """Effects a second through lease and done, in batches as the worker takes them."""
    outbox = DbOutbox(database)
    effects = tuple(
        Effect(id=f"eff_{n:06}", case="P-0000-00000", kind="notice", created_at=START, due_at=START, body=b"x")
        for n in range(EFFECTS)
    )
    project = Project.objects.using(database.alias).values_list("id", flat=True)[0]
    DbJournal(database).commit(opening("P-0000-00000", project, effects=effects))
    began, done = time.perf_counter(), 0
    while batch := outbox.lease(START, START + timedelta(minutes=5), 50):
        outbox.done([each.id for each in batch], START)
        done += len(batch)
    return done / (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    cases, projects = (100_000, 300) if "--full" in sys.argv else (10_000, 30)
    sizes = {1_000: min(projects, 30), cases: projects}
    found: dict[int, dict[str, tuple[float, float]]] = {}
    with running() as cluster:
        for size, count in sizes.items():
            began = time.perf_counter()
            with installation(cluster, size, count) as (owner, walled, desk, person):
                print(f"{size} cases, {size * LINES} journal lines, {count} projects: "
                      f"filled in {time.perf_counter() - began:.0f} s")  # fmt: skip
                found[size] = measured(owner, walled, desk, person, size)
                rate = drained(owner)
    small, large = found.values()
    rows(
        ["ms", *(f"{size} {what}" for size in found for what in ("CPU", "wall"))],
        [[name, *small[name], *large[name]] for name in small],
    )
    for name in ("first page", "far down", "what is due, all"):
        growth = large[name][0] / max(small[name][0], 0.05)
        print(f"{name}: {growth:.2f} x at {cases} (goal <= {GROWTH}) {'ok' if growth <= GROWTH else 'MISSED'}")
    print(f"first page: {large['first page'][0] / large['floor'][0]:.2f} x the floor")
    print(f"the wall costs {large['first page, walled'][1] / large['first page'][1]:.2f} x on the first page")
    print(f"effects: {rate:.0f}/s (goal >= {DRAINED}) {'ok' if rate >= DRAINED else 'MISSED'}")


if __name__ == "__main__":
    main()
