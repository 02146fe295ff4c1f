# SPDX-License-Identifier: Apache-2.0
"""What a list may cost: a page, however many cases there are.

Every statement that a port really runs is caught and explained by the database that would run it. SQLite also counts
the steps of its virtual machine: a measure of work that is the same at every run, on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.store.databases import connected
from tests.store.stores import T0, copy, effect, entry, in_database, opening, room
from tocsin.adapters.db import roles, scope
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.inbox import DbInbox
from tocsin.adapters.db.journal import DbJournal
from tocsin.adapters.db.outbox import DbOutbox
from tocsin.adapters.db.people import DbPeople
from tocsin.adapters.db.records import DbRecords
from tocsin.adapters.db.shelf import DbShelf
from tocsin.core.vocabulary import Role
from tocsin.services.ports.store import NEVER, InboxQuery
from tocsin.testing.world import SeededMint

PROJECTS = tuple(f"project-{number:02d}" for number in range(12))
CASE = "WHPG-2026-k7x4m"
LATER = T0 + timedelta(days=2)

# One statement makes the cases: every twelfth in a project; of each project's, two of three open, one of seven with a
# lead, half with nothing due. `{series}` yields n = 1, 2, ...; `{due}` is n minutes after a beginning.
FILL = """
    INSERT INTO tocsin_case (ref, project_id, seq, phase, open, waits_for, lead, opened_at, updated_at,
                             next_due, wake_at, body, by_drop)
    SELECT 'P-2026-' || n, 'project-' || CASE WHEN n % 12 < 10 THEN '0' ELSE '' END || (n % 12), 1,
           CASE WHEN m % 3 = 0 THEN 'closed' WHEN m % 5 = 0 THEN 'accepted' ELSE 'new' END, m % 3 <> 0,
           CASE WHEN m % 3 = 0 THEN 'nobody' WHEN m % 4 = 0 THEN 'reporter' ELSE 'team' END,
           CASE WHEN m % 7 = 0 THEN 'usr_' || (m % 5) ELSE '' END, {at}, {at},
           CASE WHEN m % 2 = 0 THEN {never} ELSE {due} END, CASE WHEN m % 2 = 0 THEN {never} ELSE {due} END, {blob},
           n % 20 = 0
    FROM (SELECT n, n / 12 AS m FROM ({series}) AS series) AS numbers
"""
DIALECTS: dict[bool, dict[str, str]] = {
    True: {
        "series": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c",
        "blob": "zeroblob(200)",
        "at": "'2026-03-02 09:30:00'",
        "due": "datetime('2026-03-02 09:30:00', n || ' minutes')",
        "never": "'9999-12-31 00:00:00'",
    },
    False: {
        "series": "SELECT n FROM generate_series(1, {count}) AS n",
        "blob": "decode(repeat('00', 200), 'hex')",
        "at": "timestamptz '2026-03-02 09:30:00Z'",
        "due": "timestamptz '2026-03-02 09:30:00Z' + n * interval '1 minute'",
        "never": "timestamptz '9999-12-31 00:00:00Z'",
    },
}


def fill(database: Database, count: int) -> Database:
    in_database(database)
    words = DIALECTS[database.is_sqlite]
    series = words["series"].format(count=count)
    with database.write() as cursor:
        for project in PROJECTS:
            cursor.execute(
                "INSERT INTO tocsin_project (id, name, prefix, policy, made_at) VALUES (%s, %s, %s, '', %s)",
                [project, project, f"P{project[-2:]}", database.stamp(T0)],
            )
        cursor.execute(FILL.format(**words | {"series": series}).replace("%", "%%"), [])
        cursor.execute("INSERT INTO tocsin_case_key (case_id, wrapped) SELECT ref, body FROM tocsin_case")
    with database.connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return database


@pytest.fixture
def large(database: Database, deep: bool) -> Database:
    return fill(database, 100_000 if deep else 12_000)


def caught(database: Database, work: Callable[[], object]) -> list[tuple[str, Any]]:
    """The statements that `work` runs."""
    seen: list[tuple[str, Any]] = []

    def note(run: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "SELECT set_config")):  # the last says for whom it is
            seen.append((sql, parameters))
        return run(sql, parameters, many, context)

    with database.connection.execute_wrapper(note):
        work()
    assert seen
    return seen


def explained(database: Database, statement: tuple[str, Any], options: str) -> dict[str, Any]:
    """PostgreSQL's plan of a statement."""
    with database.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}, FORMAT JSON) {statement[0]}", statement[1])
        (answer,) = cursor.fetchone()
    plan: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return plan


def dear_steps(plan: dict[str, Any], page: int = 50) -> Iterator[str]:
    """Sorting more than a page, or reading a table from end to end. A part with less than a page may be sorted."""
    below = plan.get("Plans", ())
    if plan["Node Type"] == "Seq Scan" or ("Sort" in plan["Node Type"] and below[0]["Plan Rows"] > page):
        yield f"{plan['Node Type']} {plan.get('Relation Name', '')}".strip()
    for each in below:
        yield from dear_steps(each, page)


def dear(database: Database, statement: tuple[str, Any]) -> list[str]:
    """The steps of a statement that cost more with every row of a table."""
    if not database.is_sqlite:
        return list(dear_steps(explained(database, statement, "COSTS")))
    with database.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])
        plan = [detail for *_, detail in cursor.fetchall()]
    # Reading the index of rows that intake sealed from its beginning is reading what was asked for.
    plan = [step for step in plan if not step.endswith("USING INDEX tocsin_case_by_drop")]
    return [step for step in plan if "TEMP B-TREE" in step or step.startswith("SCAN")]


PAGES = {
    "one project": InboxQuery(projects=PROJECTS[:1]),
    "some projects": InboxQuery(projects=PROJECTS[:5]),
    "every project": InboxQuery(projects=PROJECTS),
    "more than there are": InboxQuery(projects=(*PROJECTS, *(f"none-{n}" for n in range(60)))),
    "closed": InboxQuery(projects=PROJECTS, open=False),
    "open or closed": InboxQuery(projects=PROJECTS, open=None),
    "mine": InboxQuery(projects=PROJECTS, lead="usr_3"),
    "mine, any": InboxQuery(projects=PROJECTS[:3], lead="usr_3", open=None),
    "waiting for the reporter": InboxQuery(projects=PROJECTS, waits_for="reporter"),
    "accepted": InboxQuery(projects=PROJECTS, phase="accepted"),
    "far along": InboxQuery(projects=PROJECTS, after=(LATER, "P-2026-2")),
    "where nothing is due": InboxQuery(projects=PROJECTS, after=(NEVER, "P-2026-2")),
    "far along, mine": InboxQuery(projects=PROJECTS, lead="usr_3", after=(NEVER, "P-2026-2")),
}


def test_no_page_sorts_or_reads_all_cases(large: Database) -> None:
    inbox = DbInbox(large)
    for name, query in PAGES.items():
        for statement in caught(large, lambda query=query: inbox.page(query)):
            found = dear(large, statement)
            if (
                "tocsin_project" in statement[0]
            ):  # one row a project is sorted: that grows with projects, not with cases
                found = [step for step in found if "TEMP B-TREE" not in step and "Sort" not in step]
                found = [step for step in found if "tocsin_project" not in step]
            assert found == [], name


def test_behind_the_wall_no_page_reads_all_cases_either(large: Database) -> None:
    """Row-level security makes PostgreSQL guess anew. Negative control: joined by reference, the first rows of the
    projects were looked for by reading every case."""
    if large.is_sqlite:  # it has no such wall
        return
    person = DbPeople(SeededMint(), large).add("Dana", "dana@example.org", {each: {Role.OWNER} for each in PROJECTS}).id
    called = roles.names("plans")[roles.DESK]
    roles.make("plans", large)
    with large.connection.cursor() as cursor:
        cursor.execute(f"ANALYZE; SET ROLE {called}")  # the owner walks around the wall
    scope.on_behalf_of(person)
    try:
        for name, query in PAGES.items():
            for statement in caught(large, lambda query=query: DbInbox(large).page(query)):
                assert "Seq Scan tocsin_case" not in dear(large, statement), name
        scope.on_behalf_of("usr_nobody")
        assert not DbInbox(large).page(PAGES["every project"]), "the control: the wall stands"
    finally:
        scope.on_behalf_of(scope.MACHINE)
        with large.connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def test_every_kind_of_page_has_an_index_of_its_own(large: Database) -> None:
    # Reading along another kind's index and throwing rows away would look as harmless in the plan.
    kinds = {"some projects": "due", "mine": "lead", "waiting for the reporter": "waits", "accepted": "phase"}
    for name, index in kinds.items():
        (statement,) = caught(large, lambda name=name: DbInbox(large).page(PAGES[name]))
        with large.connection.cursor() as cursor:
            explain = "EXPLAIN QUERY PLAN" if large.is_sqlite else "EXPLAIN"
            cursor.execute(f"{explain} {statement[0]}", statement[1])
            assert f"tocsin_case_{index}" in str(cursor.fetchall()), name
    (statement,) = caught(large, lambda: DbInbox(large).ended(PROJECTS[0], LATER, None, 50))
    with large.connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if large.is_sqlite else 'EXPLAIN'} {statement[0]}", statement[1])
        assert "tocsin_case_ended" in str(cursor.fetchall())


def test_no_other_list_of_cases_does_either(large: Database) -> None:
    inbox, journal = DbInbox(large), DbJournal(large)
    for work in (
        lambda: inbox.to_wake(T0, 50),
        lambda: inbox.by_drop(50),
        lambda: inbox.leads(PROJECTS[0]),
        lambda: inbox.ended(PROJECTS[0], T0, None, 50),
        lambda: inbox.ended(PROJECTS[0], T0, (T0, "P-2026-77"), 50),
        lambda: inbox.row("P-2026-77"),
        lambda: journal.cases("P-2026-77", 50),
        lambda: journal.head("P-2026-77"),
    ):
        for statement in caught(large, work):
            assert dear(large, statement) == [], statement


def test_the_check_would_see_a_plan_that_sorts_everything(large: Database) -> None:
    projects = ", ".join(["%s"] * len(PROJECTS))
    plain = f"SELECT * FROM tocsin_case WHERE project_id IN ({projects}) AND open = %s"  # noqa: S608
    plain += " ORDER BY next_due, ref LIMIT 50"
    assert dear(large, (plain, [*PROJECTS, True]))


@pytest.mark.postgres
def test_postgresql_reads_little_more_than_it_shows(postgresql: Database, deep: bool) -> None:
    fill(postgresql, 100_000 if deep else 12_000)
    for name, query in PAGES.items():
        for statement in caught(postgresql, lambda query=query: DbInbox(postgresql).page(query)):
            ranges = statement[0].count("project_id =")
            assert read(explained(postgresql, statement, "ANALYZE, TIMING OFF")) <= query.limit * ranges, name


def read(plan: dict[str, Any]) -> int:
    """Rows that the leaves of an executed plan read, thrown away ones included."""
    if not plan.get("Plans"):
        return int((plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"])
    return sum(read(below) for below in plan["Plans"])


def work_of(database: Database, work: Callable[[], object]) -> int:
    """Steps of SQLite's virtual machine, in hundreds."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    work()  # so that nothing is done for the first time
    database.connection.connection.set_progress_handler(tick, 100)
    work()
    database.connection.connection.set_progress_handler(None, 0)
    return count


def works(directory: Path, template: Path, count: int) -> dict[str, int]:
    """What each page and the tab counts cost among `count` cases."""
    directory.mkdir()
    (directory / "tocsin.sqlite3").write_bytes(template.read_bytes())
    with connected("", directory) as database:
        inbox = DbInbox(fill(database, count))
        found = {name: work_of(database, lambda query=query: inbox.page(query)) for name, query in PAGES.items()}
        found["ended"] = work_of(database, lambda: inbox.ended(PROJECTS[0], T0, None, 50))
        return found | {"counts": work_of(database, lambda: inbox.counts(PROJECTS, 200))}


@pytest.mark.slow
def test_a_page_costs_the_same_among_few_and_many_cases(tmp_path: Path, sqlite_template: Path, deep: bool) -> None:
    few = works(tmp_path / "few", sqlite_template, 12_000)
    many = works(tmp_path / "many", sqlite_template, 100_000 if deep else 36_000)
    for name, cost in few.items():
        assert many[name] <= 1.2 * cost + 5, (name, cost, many[name])


def test_the_measure_would_see_a_list_that_grows(sqlite: Database) -> None:
    everything = InboxQuery(projects=PROJECTS, limit=100_000)
    fill(sqlite, 2_000)
    short = work_of(sqlite, lambda: DbInbox(sqlite).page(msgspec.structs.replace(everything, limit=50)))
    assert work_of(sqlite, lambda: DbInbox(sqlite).page(everything)) > 5 * short


SHELF = """
    INSERT INTO tocsin_published_advisory (id, project, revision, title, summary, severity, score, cve_id, affected,
                                           fixed, published_at, modified_at)
    SELECT 'A-' || n, 'project-01', 1, '', '', '', 0, '', '', '', {due}, {due} FROM ({series}) AS numbers
"""
OUTBOX = """
    INSERT INTO tocsin_outbox (id, case_id, kind, created_at, due_at, free_at, tries, body, error, done_at)
    SELECT 'eff_' || n, '{case}', 'notice', {due}, {due}, {due}, 0, {blob}, '',
           CASE WHEN n % 10 = 0 THEN NULL ELSE {due} END
    FROM ({series}) AS numbers
"""


def fill_other(database: Database, statement: str, count: int = 5_000) -> None:
    words = DIALECTS[database.is_sqlite]
    text = statement.format(**words | {"series": words["series"].format(count=count), "case": CASE})
    with database.connection.cursor() as cursor:
        cursor.execute(text.replace("%", "%%"), [])
        cursor.execute("ANALYZE")


def test_the_public_shelf_reads_along_its_index(database: Database) -> None:
    fill_other(database, SHELF)
    for after in (None, (LATER, "A-5")):
        for statement in caught(database, lambda after=after: DbShelf(database).cards("project-01", after)):
            assert dear(database, statement) == []


def test_the_outbox_reads_what_is_due_along_its_index(database: Database) -> None:
    in_database(database).journal.commit(opening(CASE))
    fill_other(database, OUTBOX)
    outbox = DbOutbox(database)
    for work in (lambda: outbox.lease(T0, LATER, 50), lambda: outbox.done(["eff_10"], T0), outbox.waiting):
        for statement in caught(database, work):
            assert [step for step in dear(database, statement) if "INDEX tocsin_outbox_free" not in step] == []


RECORDS = """
    INSERT INTO tocsin_record (key, kind, project, record, version, due_at, body, mark)
    SELECT 'share/project-01/' || n, 'share', 'project-01', 'shr_' || n, 1, {due}, {blob},
           CASE WHEN n % 10 = 0 THEN NULL ELSE 'mark-' || (n / 3) END
    FROM ({series}) AS numbers
"""


def test_records_with_a_mark_are_read_along_their_index(database: Database) -> None:
    fill_other(database, RECORDS)
    records = DbRecords(database)
    (statement,) = caught(database, lambda: records.marked("share", "project-01", "mark-700", "shr_2100"))
    assert [step for step in dear(database, statement) if "TEMP B-TREE" not in step] == [], "what it finds is sorted"
    with database.connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if database.is_sqlite else 'EXPLAIN'} {statement[0]}", statement[1])
        assert "tocsin_record_mark" in str(cursor.fetchall())
    assert [each.id for each in records.marked("share", "project-01", "mark-700")] == ["shr_2101", "shr_2102"]


def test_a_keyed_read_costs_the_same_among_few_and_many_records(sqlite: Database) -> None:
    records = DbRecords(sqlite)
    fill_other(sqlite, RECORDS, 500)
    few = work_of(sqlite, lambda: records.marked("share", "project-01", "mark-30"))
    page = work_of(sqlite, lambda: records.page("share", "project-01", limit=100_000))
    with sqlite.write() as cursor:
        cursor.execute("DELETE FROM tocsin_record")
    fill_other(sqlite, RECORDS, 10_000)
    assert work_of(sqlite, lambda: records.marked("share", "project-01", "mark-30")) <= few + 1
    grown = work_of(sqlite, lambda: records.page("share", "project-01", limit=100_000))
    assert grown > 10 * page, "the control: reading all of them grows"


def test_a_report_is_at_most_nine_statements(database: Database) -> None:
    stores = in_database(database)
    change = opening(
        CASE,
        lines=3,
        snapshot=entry(3),
        room=room(CASE),
        copies=(copy("cpy_1"), copy("cpy_2")),
        effects=(effect("eff_1", CASE), effect("eff_2", CASE)),
    )
    begin_and_commit = 2
    assert len(caught(database, lambda: stores.journal.commit(change))) + begin_and_commit <= 9
