# SPDX-License-Identifier: Apache-2.0
"""A foundation on PostgreSQL: the first page of the inbox and one far down, with and without row-level security, the
clock's question over all open cases, cases found by words, and effects leased and done, at 1,000 cases and at many. In
this process, without HTTP: `./bench inbox` measures the page as a browser gets it.

Many is 10,000 cases of 30 projects with ten journal lines each; `--full` makes it 100,000 of 300; the 1,000 are of as
many projects, and all are one person's. The floor is Django as it is usually written, over the same rows: fifty joined
rows and a template.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
from tocsin.core.similar import words  # noqa: E402
from tocsin.core.vocabulary import Role  # noqa: E402
from tocsin.services import finding, sealing  # noqa: E402
from tocsin.services.app import Desk  # noqa: E402
from tocsin.services.ports.store import Effect, InboxQuery  # noqa: E402
from tocsin.services.queries import inbox  # noqa: E402
from tocsin.testing.house import START, house  # noqa: E402
from tocsin.testing.world import SeededMint  # noqa: E402

LINES: Final = 10
VOCABULARY: Final = 20_000
HANDFUL: Final = 20
"""Different words that reports are made of; reports that one of the rare names is in."""

ROUNDS: Final = 15
EFFECTS: Final = 2_000
GROWTH: Final = 1.2
DEADLINES: Final = 2.0
"""Seconds in which the clock is to have looked over every open deadline, were all of them due at once."""

DRAINED: Final = 200
"""Effects a second that the worker is to get through."""

PAGE: Final = """<table>{% for item in items %}<tr><td>{{ item.next_due|date:"D Y-m-d H:i" }}</td>
<td>{{ item.ref }}</td><td>{{ item.phase }}</td><td>{{ item.project.name }}</td><td>{{ item.lead }}</td>
</tr>{% endfor %}</table>"""


def fill(database: Database, desk: Desk, cases: int, projects: int) -> str:
    """Put cases with sealed rows and journals into the database; returns somebody who sees them all."""
    texts = (policy(f"project-{number}", f"P{number:05}", f"Project {number}") for number in range(projects))
    made = [desk.projects.adopt(text, "bench", START) for text in texts]
    places = sealing.Places(desk.sealer.instance)
    summary = msgspec.json.encode(sealing.Summary(title="A problem in the decoder", promise="first answer"))
    keys = {project.id: desk.vault.list_key(project.id) for project in made}
    chance, some = random.Random(1), []
    for number in range(cases):
        project, ref = made[number % projects], f"P-2026-{number:07}"
        due = START + timedelta(minutes=number)
        body = keys[project.id].seal(summary, places.row(ref, LINES))
        some.append(
            CaseRow(ref=ref, project_id=project.id, seq=LINES, phase="new", open=True, waits_for="team", lead="",
                    opened_at=START, updated_at=START, next_due=due, wake_at=due, body=body, by_drop=False)
        )  # fmt: skip
        desk.likes.learn(ref, made[number % projects].id, LINES, told(chance, cases))
        if len(some) == 2_000 or number == cases - 1:
            CaseRow.objects.using(database.alias).bulk_create(some, batch_size=1_000)
            journals(database, [each.ref for each in some])
            some = []
    desk.likes.whole = True
    with database.connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return desk.people.add("Dana", "dana@example.org", {each.id: frozenset({Role.OWNER}) for each in made}).id


def journals(database: Database, refs: list[str]) -> None:
    """Give cases their lines, by COPY: a million of them are there in seconds."""
    statement = f"COPY {JournalRow._meta.db_table} (case_id, seq, at, body) FROM STDIN"
    with database.connection.cursor() as cursor, cursor.copy(statement) as rows_:
        for ref in refs:
            for seq in range(LINES):
                rows_.write_row((ref, seq + 1, START, os.urandom(300)))


def told(chance: random.Random, cases: int) -> array[int]:
    """The terms of a report of eighty words, as often as words are (Zipf), and one that a handful of reports have."""
    often = [int(VOCABULARY ** chance.random()) for _ in range(80)]
    rare = VOCABULARY + chance.randrange(cases // HANDFUL)
    return array("I", [term for number in (*often, rare) for term in words.numbers(word(number))])


def word(number: int) -> str:
    """A made-up word."""
    return "q" + "".join(chr(ord("a") + int(digit)) for digit in str(number)) + "q"


def cost(works: dict[tuple[int, str], Callable[[], object]]) -> dict[tuple[int, str], tuple[float, float]]:
    """Milliseconds of this process' CPU, and of the wall, of each piece of work: medians of rounds in which all take
    turns, so that a busy moment of the machine meets them all."""
    for work in works.values():
        work()
    cpu: dict[tuple[int, str], list[float]] = {name: [] for name in works}
    wall: dict[tuple[int, str], list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            spent, began = time.process_time(), time.perf_counter()
            work()
            cpu[name].append((time.process_time() - spent) * 1000)
            wall[name].append((time.perf_counter() - began) * 1000)
    return {name: (statistics.median(cpu[name]), statistics.median(wall[name])) for name in works}


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


def timed(owner: Database, walled: Database, desk: Desk, person: str, cases: int) -> dict[str, Callable[[], object]]:
    """Everything that is timed at one size."""
    template = Engine().from_string(PAGE)
    projects = tuple(Project.objects.using(owner.alias).values_list("id", flat=True))
    middle = START + timedelta(minutes=min(cases // 2, 50_000))
    query = InboxQuery(projects=projects, waits_for="team", after=(middle, ""), limit=50)
    behind = on(desk, walled)

    def floor() -> str:
        items = CaseRow.objects.using(owner.alias).select_related("project").order_by("ref")[:50]
        return template.render(Context({"items": items}))

    def far_down() -> None:
        for row in desk.inbox.page(query):
            inbox.open_summary(desk, row)

    def walled_page() -> None:
        scope.on_behalf_of(person)
        inbox.page(behind, person)
        scope.on_behalf_of(scope.MACHINE)

    return {
        "floor": floor,
        "first page": lambda: inbox.page(desk, person),
        "first page, walled": walled_page,
        "far down": far_down,
        "found by two words": lambda: finding.find(desk, projects, f"{word(20)} {word(VOCABULARY + 1)}"),
        "found by one that a third say": lambda: finding.find(desk, projects, word(20)),
        "what is due, none": lambda: desk.inbox.to_wake(START - timedelta(days=1), 50),
        "what is due, all": lambda: desk.inbox.to_wake(START + timedelta(days=365), 50),
    }


def looked_over(database: Database, cases: int) -> float:
    """Seconds that the clock's question takes where the deadlines of all open cases are over."""
    began = time.perf_counter()
    found = DbInbox(database).to_wake(START + timedelta(days=365), cases + 1)
    took = time.perf_counter() - began
    assert len(found) == cases, len(found)
    return took


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


def committed(database: Database) -> float:
    """Changes a second that one connection commits: a case opened with three lines and an effect, by itself each."""
    journal = DbJournal(database)
    project = Project.objects.using(database.alias).values_list("id", flat=True)[0]
    changes = []
    for number in range(500):
        ref = f"C-{number:07}"
        deed = Effect(id=f"com_{number}", case=ref, kind="notice", created_at=START, due_at=START, body=b"x" * 300)
        changes.append(opening(ref, project, 3, effects=(deed,)))
    began = time.perf_counter()
    for change in changes:
        journal.commit(change)
    return len(changes) / (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    cases, projects = (100_000, 300) if "--full" in sys.argv else (10_000, 30)
    sizes = (1_000, cases)
    works: dict[tuple[int, str], Callable[[], object]] = {}
    with running() as cluster, ExitStack() as open_:
        for size in sizes:
            began = time.perf_counter()
            owner, walled, desk, person = open_.enter_context(installation(cluster, size, projects))
            print(f"{size} cases, {size * LINES} journal lines, {projects} projects: "
                  f"filled in {time.perf_counter() - began:.0f} s")  # fmt: skip
            works |= {(size, name): work for name, work in timed(owner, walled, desk, person, size).items()}
        found, over = cost(works), looked_over(owner, cases)
        rate, commits = drained(owner), committed(owner)
    names = list(dict.fromkeys(name for _, name in found))
    rows(
        ["ms", *(f"{size} {what}" for size in sizes for what in ("CPU", "wall"))],
        [[name, *found[1_000, name], *found[cases, name]] for name in names],
    )
    for name in ("first page", "far down", "what is due, all"):
        growth = found[cases, name][0] / max(found[1_000, name][0], 0.05)
        print(f"{name}: {growth:.2f} x at {cases} (goal <= {GROWTH}) {'ok' if growth <= GROWTH else 'MISSED'}")
    print(f"first page: {found[cases, 'first page'][0] / found[cases, 'floor'][0]:.2f} x the floor")
    print(f"the wall costs {found[cases, 'first page, walled'][1] / found[cases, 'first page'][1]:.2f} x on that page")
    print(f"one connection opens {commits:.0f} cases a second (this server does not sync its disk)")
    print(f"all {cases} open deadlines: {over:.2f} s (goal <= {DEADLINES:g}) {'ok' if over <= DEADLINES else 'MISSED'}")
    print(f"effects: {rate:.0f}/s (goal >= {DRAINED}) {'ok' if rate >= DRAINED else 'MISSED'}")


if __name__ == "__main__":
    main()
