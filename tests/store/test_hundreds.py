# SPDX-License-Identifier: Apache-2.0
"""Somebody who sees hundreds of projects: the same pages as everything sorted and cut, read with few statements."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec
import pytest

from tests.store.stores import T0, policy, row
from tests.store.test_plans import caught
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.inbox import RANGES_A_STATEMENT, DbInbox
from tocsin.adapters.db.models import CaseRow
from tocsin.adapters.db.projects import DbProjects
from tocsin.services.ports.store import InboxQuery, InboxRow

MANY = 3 * RANGES_A_STATEMENT + 7


@pytest.fixture
def filled(database: Database) -> tuple[Database, list[InboxRow]]:
    """Many projects with a case or two each, and one with most of what is due first."""
    chance, known, projects = random.Random(3), [], DbProjects(database)
    for number in range(MANY):
        projects.adopt(policy(f"project-{number:03d}", f"P{number:03d}"), "test", T0)
    for number in range(600):
        crowded = number % 3 == 0
        project = "project-005" if crowded else f"project-{chance.randrange(MANY):03d}"
        due = T0 + timedelta(minutes=chance.randrange(300 if crowded else 3_000))
        changes = {"project": project, "next_due": due, "open": chance.random() < 0.8}
        changes["waits_for"] = chance.choice(("team", "reporter"))
        known.append(row(f"P-2026-{number:05d}", **changes))
    CaseRow.objects.using(database.alias).bulk_create(
        CaseRow(**{"project_id" if key == "project" else "ref" if key == "case" else key: value
                   for key, value in msgspec.structs.asdict(each).items()}) for each in known
    )  # fmt: skip
    return database, known


@pytest.mark.slow
@pytest.mark.parametrize("open_", [True, False, None])
@pytest.mark.parametrize("waits_for", ["", "team"])
def test_every_page_is_what_all_of_it_sorted_would_give(
    filled: tuple[Database, list[InboxRow]], open_: bool | None, waits_for: str
) -> None:
    database, known = filled
    seen_by = (*(f"project-{number:03d}" for number in range(0, MANY, 2)), "project-005")
    wanted = sorted(
        (
            each for each in known
            if each.project in seen_by and open_ in (None, each.open) and waits_for in ("", each.waits_for)
        ),
        key=lambda each: (each.next_due, each.case),
    )  # fmt: skip
    found: list[InboxRow] = []
    query = InboxQuery(projects=seen_by, open=open_, waits_for=waits_for, limit=25)
    while page := DbInbox(database).page(query):
        found += page
        query = msgspec.structs.replace(query, after=(page[-1].next_due, page[-1].case))
    assert [each.case for each in found] == [each.case for each in wanted]
    assert len(wanted) > 20


def test_a_page_of_hundreds_of_projects_takes_two_statements_that_end_after_it(
    filled: tuple[Database, list[InboxRow]],
) -> None:
    database, _ = filled
    query = InboxQuery(projects=tuple(f"project-{number:03d}" for number in range(MANY)), limit=50)
    statements = caught(database, lambda: DbInbox(database).page(query))
    assert len([text for text, _ in statements if "tocsin_case" in text]) == 2
