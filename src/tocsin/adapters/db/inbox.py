# SPDX-License-Identifier: Apache-2.0
"""Lists of cases on a database, at the cost of a page however many cases there are.

A page reads one index range per project and open/closed, each already in the order of the page, and the database
merges them: SQLite (`MERGE (UNION ALL)`) and PostgreSQL (`Merge Append`) both stop after the page. A plain
`project IN (...)` would make either of them sort everything. tests/store/test_plans.py holds them to it.

Who sees hundreds of projects needs no more ranges than a page has rows: what is on the page belongs to the projects
whose own first rows come first, and these are found by one step into the index for each project.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import msgspec
from django.db.backends.utils import CursorWrapper

from tocsin.adapters.db.database import DEFAULT, Database, instant
from tocsin.adapters.db.models import CaseRow, Project
from tocsin.adapters.db.statements import Columns, Parameter
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.ports.store import InboxQuery, InboxRow

_CHANGING: Final = (
    "phase", "open", "waits_for", "lead", "opened_at", "updated_at", "next_due", "wake_at", "body", "by_drop",
)  # fmt: skip
FIELDS: Final = ("ref", "project", "seq", *_CHANGING)
_CASE: Final = Columns(CaseRow, *FIELDS)
_PROJECT: Final = Columns(Project, "id")

RANGES_A_STATEMENT: Final = 50
"""Index ranges merged by one statement. SQLite takes 500 at most; planning grows faster than their number."""

_SELECT: Final = f"{_CASE.select} WHERE project_id = %s AND open = %s"
_ORDER: Final = " ORDER BY next_due, ref LIMIT %s"
# The first row of each project. Behind row-level security PostgreSQL would join the two by reading every case, unless
# it is told to look for each project by itself; SQLite does, and has no word for it.
_FIRST: Final = f"FROM {_CASE.table} WHERE project_id = p.id AND open = %s{{where}} ORDER BY next_due, ref LIMIT 1"
_NEAR: Final = (
    f"SELECT p.id FROM {_PROJECT.table} p {{first}}"  # noqa: S608 - our names
    " WHERE p.id IN ({places}) ORDER BY c.next_due, c.ref LIMIT %s"
)
_OF_SQLITE: Final = f"JOIN {_CASE.table} c ON c.ref = (SELECT ref {_FIRST})"
_OF_POSTGRESQL: Final = f"CROSS JOIN LATERAL (SELECT next_due, ref {_FIRST}) c"
_ONE: Final = f"{_CASE.select} WHERE ref = %s"
_THESE: Final = f"{_CASE.select} WHERE ref IN ({{}})"
_BY_DROP: Final = f"{_CASE.select} WHERE by_drop ORDER BY ref LIMIT %s"
_TO_WAKE: Final = f"SELECT ref FROM {_CASE.table} WHERE wake_at <= %s ORDER BY wake_at, ref LIMIT %s"  # noqa: S608 - ours
_LED: Final = " AND NOT (lead = '')"  # says to the planner what the index says: cases with a lead
_LEAD: Final = (
    f"SELECT lead FROM {_CASE.table} WHERE project_id = %s AND open = %s AND lead > %s{_LED}"  # noqa: S608 - our names
    " ORDER BY lead LIMIT 1"
)
# `NOT open` says to the planner what the index says: cases that are no longer open.
_ENDED: Final = f"{_CASE.select} WHERE project_id = %s AND NOT open AND updated_at >= %s"
_ENDED_ORDER: Final = " ORDER BY updated_at, ref LIMIT %s"
_REPLACE: Final = (
    f"UPDATE {_CASE.table} SET {Columns(CaseRow, *_CHANGING).assignments}"  # noqa: S608 - our names
    " WHERE ref = %s AND project_id = %s AND seq = %s"
)

# Which words occur, by hopping from one to the next along the index: a DISTINCT would read every open case.
_WORDS: Final = f"""
    WITH RECURSIVE words (project, word) AS (
        SELECT p.id, (SELECT c.waits_for FROM {_CASE.table} c WHERE c.project_id = p.id AND c.open = TRUE
                      ORDER BY c.waits_for LIMIT 1)
        FROM {_PROJECT.table} p WHERE p.id IN (%s)
        UNION ALL
        SELECT w.project, (SELECT c.waits_for FROM {_CASE.table} c WHERE c.project_id = w.project AND c.open = TRUE
                           AND c.waits_for > w.word ORDER BY c.waits_for LIMIT 1)
        FROM words w WHERE w.word IS NOT NULL
    )
    SELECT DISTINCT word FROM words WHERE word IS NOT NULL
"""  # noqa: S608 - our names
_COUNT: Final = f"""
    SELECT %s, count(*) FROM (
        SELECT 1 FROM {_CASE.table} WHERE open = TRUE AND waits_for = %s AND project_id IN ({{}}) LIMIT %s
    ) AS bounded
"""  # noqa: S608 - our names


class DbInbox:
    """`store.Inbox` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT) -> None:
        self._db = database

    def page(self, query: InboxQuery) -> Sequence[InboxRow]:
        """One page, by `next_due`, then reference."""
        with self._db.read() as cursor:
            parts = []
            for part in self._near(cursor, query):
                for statement, parameters in page_statements(self._db, part):
                    cursor.execute(statement, parameters)
                    parts.append([_row(raw) for raw in cursor.fetchall()])
        merged = heapq.merge(*parts, key=lambda row: (row.next_due, row.case))
        return list(islice(merged, query.limit))

    def _near(self, cursor: CursorWrapper, query: InboxQuery) -> Iterator[InboxQuery]:
        """The page asked for, of as many projects as it can have rows from: those whose first rows come first."""
        projects = tuple(dict.fromkeys(query.projects))
        if len(projects) <= RANGES_A_STATEMENT:
            yield query
            return
        where, values = _narrowed(self._db, query)
        first = (_OF_SQLITE if self._db.is_sqlite else _OF_POSTGRESQL).format(where=where)
        statement = _NEAR.format(first=first, places=", ".join(["%s"] * len(projects)))
        for state in (True, False) if query.open is None else (query.open,):
            cursor.execute(statement, [state, *values, *projects, query.limit])
            found = tuple(project for (project,) in cursor.fetchall())
            if found:
                yield msgspec.structs.replace(query, projects=found, open=state)

    def ended(
        self, project: ProjectId, since: datetime, after: tuple[datetime, CaseRef] | None, limit: int
    ) -> Sequence[InboxRow]:
        """Closed cases of a project that were touched since, by when, then reference."""
        statement = _ENDED
        values: list[Parameter] = [project, self._db.stamp(since)]
        if after:
            statement += " AND (updated_at, ref) > (%s, %s)"
            values += [self._db.stamp(after[0]), after[1]]
        return [_row(raw) for raw in self._db.rows(statement + _ENDED_ORDER, (*values, limit))]

    def counts(self, projects: tuple[ProjectId, ...], ceiling: int) -> dict[str, int]:
        """Open cases per `waits_for`, each counted up to `ceiling`."""
        known = tuple(dict.fromkeys(projects))
        if not known:
            return {}
        places = ", ".join(["%s"] * len(known))
        with self._db.read() as cursor:
            cursor.execute(_WORDS.replace("IN (%s)", f"IN ({places})"), known)
            words = sorted(word for (word,) in cursor.fetchall())
            if not words:
                return {}
            statement = " UNION ALL ".join([_COUNT.format(places)] * len(words))
            cursor.execute(statement, [value for word in words for value in (word, word, *known, ceiling)])
            return dict(cursor.fetchall())

    def row(self, case: CaseRef) -> InboxRow | None:
        """The row of one case."""
        return next(map(_row, self._db.rows(_ONE, (case,))), None)

    def rows(self, cases: Sequence[CaseRef]) -> Sequence[InboxRow]:
        """The rows of these cases, in the same order."""
        found: dict[CaseRef, InboxRow] = {}
        for start in range(0, len(cases), RANGES_A_STATEMENT):
            some = cases[start : start + RANGES_A_STATEMENT]
            places = ", ".join(["%s"] * len(some))
            found |= {row.case: row for row in map(_row, self._db.rows(_THESE.format(places), tuple(some)))}
        return [found[case] for case in cases if case in found]

    def put(self, rows: Sequence[InboxRow]) -> int:
        """Replace rows that still stand at the same `seq`, in one transaction."""
        replaced = 0
        with self._db.write() as cursor:
            for row in rows:
                cursor.execute(_REPLACE, (*self._projected(row), row.case, row.project, row.seq))
                replaced += cursor.rowcount
        return replaced

    def _projected(self, row: InboxRow) -> tuple[Parameter, ...]:
        stamp = self._db.stamp
        return (
            row.phase, row.open, row.waits_for, row.lead, stamp(row.opened_at), stamp(row.updated_at),
            stamp(row.next_due), stamp(row.wake_at), row.body, row.by_drop,
        )  # fmt: skip

    def to_wake(self, now: datetime, limit: int) -> Sequence[CaseRef]:
        """Cases whose `wake_at` has come, the longest overdue first."""
        return [ref for (ref,) in self._db.rows(_TO_WAKE, (self._db.stamp(now), limit))]

    def leads(self, project: ProjectId) -> Sequence[str]:
        """Who leads open cases, by steps along the index from one to the next: a DISTINCT would read every case."""
        found: list[str] = []
        while step := self._db.rows(_LEAD, (project, True, found[-1] if found else "")):
            found.append(step[0][0])
        return found

    def by_drop(self, limit: int) -> Sequence[InboxRow]:
        """Rows that intake sealed, by reference."""
        return [_row(raw) for raw in self._db.rows(_BY_DROP, (limit,))]


def page_statements(database: Database, query: InboxQuery) -> list[tuple[str, list[Parameter]]]:
    """Make the statements of a page: each merges the ranges of some projects and ends after the page."""
    where, values = _narrowed(database, query)
    select = _SELECT + where
    states = (True, False) if query.open is None else (query.open,)
    ranges = [(project, state, *values) for project in dict.fromkeys(query.projects) for state in states]
    statements = []
    for start in range(0, len(ranges), RANGES_A_STATEMENT):
        some = ranges[start : start + RANGES_A_STATEMENT]
        parts = [select] * len(some)
        if len(some) > 1 and not database.is_sqlite:
            # PostgreSQL merges what each part says it brings in order; SQLite sees it and lets no part say it.
            parts = [f"({select} ORDER BY next_due, ref LIMIT {int(query.limit)})"] * len(some)
        text = " UNION ALL ".join(parts) + _ORDER
        statements.append((text, [*(value for each in some for value in each), query.limit]))
    return statements


def _narrowed(database: Database, query: InboxQuery) -> tuple[str, list[Parameter]]:
    """What a query asks besides project and open/closed, and its values."""
    where, values = "", list[Parameter]()
    for name, value in (("waits_for", query.waits_for), ("phase", query.phase), ("lead", query.lead)):
        if value:
            where += f" AND {name} = %s"
            values.append(value)
    if query.lead:
        where += _LED
    if query.after:
        where += " AND (next_due, ref) > (%s, %s)"
        values += [database.stamp(query.after[0]), query.after[1]]
    return where, values


def _row(raw: Sequence[Any]) -> InboxRow:
    (ref, project, seq, phase, is_open, waits_for, lead, opened_at, updated_at, next_due, wake_at, body, by_drop) = raw
    return InboxRow(
        case=ref,
        project=project,
        seq=seq,
        phase=phase,
        open=bool(is_open),
        waits_for=waits_for,
        lead=lead,
        opened_at=instant(opened_at),
        updated_at=instant(updated_at),
        next_due=instant(next_due),
        wake_at=instant(wake_at),
        body=bytes(body),
        by_drop=bool(by_drop),
    )
