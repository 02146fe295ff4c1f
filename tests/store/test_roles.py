# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's roles and its row-level security: the wall behind our own access table. Each test has its control: the
owner of the tables, or a person of the project, gets through where the other is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError

from tests.postgres import Cluster
from tests.postgres import Database as Place
from tests.store.databases import connected, migrate
from tests.store.stores import OTHER, T0, WHPG, Stores, copy, effect, further, in_database, leaf, opening, room
from tocsin.adapters.db import roles, scope
from tocsin.adapters.db.database import Database
from tocsin.adapters.db.unsent import DbMarks
from tocsin.core.vocabulary import Role
from tocsin.services.ports.store import Conflict, Drop, InboxQuery

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("_unblocked")]

A, B, C = "WHPG-2026-k7x4m", "OTHER-2026-vq3rh", "WHPG-2026-22222"
BOTH = InboxQuery(projects=(WHPG, OTHER))


@pytest.fixture(autouse=True)
def _by_myself() -> Iterator[None]:
    """Each test says who asks, and leaves nothing said."""
    yield
    scope.on_behalf_of(scope.MACHINE)


def at(place: Place) -> Any:
    return connected(f"postgresql://{place.user}@/{place.name}?host={place.host}", Path())


@pytest.fixture(scope="module")
def _filled(postgres_cluster: Cluster, _unblocked: None) -> Iterator[Place]:
    """The tables with two projects, two cases and both roles, made once and copied for every test."""
    place = postgres_cluster.create()
    with at(place) as database:
        migrate(database)
        stores = in_database(database)
        for ref, project, mark in ((A, WHPG, "a"), (B, OTHER, "b")):
            stores.journal.commit(
                opening(
                    ref, project, room=room(ref, f"rom_{mark}", mark.encode()), leaves=(leaf(ord(mark)),),
                    copies=(copy(f"cpy_{mark}", f"rom_{mark}"),), effects=(effect(f"eff_{mark}", ref),),
                )
            )  # fmt: skip
            stores.drops.leave(Drop(id=f"drp_{mark}", case=ref, at=T0, body=b"sealed"), None)
        roles.make("wall", database)
    yield place
    postgres_cluster.drop(place)


@pytest.fixture
def owner(postgres_cluster: Cluster, _filled: Place) -> Iterator[Database]:
    """A copy, as its owner reaches it."""
    place = postgres_cluster.create(template=_filled.name)
    with at(place) as database:
        yield database
    postgres_cluster.drop(place)


def reached(owner: Database, role: str) -> Any:
    told = owner.connection.settings_dict
    return connected(f"postgresql://wall_{role}@/{told['NAME']}?host={told['HOST']}", Path())


@pytest.fixture
def front(owner: Database) -> Iterator[Database]:
    with reached(owner, roles.FRONT) as database:
        scope.on_behalf_of(scope.INTAKE)
        yield database


@pytest.fixture
def desk(owner: Database) -> Iterator[Database]:
    with reached(owner, roles.DESK) as database:
        yield database


def intake(ref: str, **changes: Any) -> Any:
    return opening(ref, row={"by_drop": True}, **changes)


def test_intake_takes_a_report_and_the_reporter_finds_it_again(front: Database, owner: Database) -> None:
    stores = in_front(front)
    own = room(C, "rom_c", b"c")
    stores.journal.commit(intake(C, room=own, copies=(copy("cpy_c", "rom_c"),), effects=(effect("eff_c", C),)))
    assert stores.rooms.find(b"c") == own
    assert [each.id for each in stores.rooms.copies("rom_c")] == ["cpy_c"]
    stores.drops.leave(Drop(id="drp_c", case=C, at=T0, body=b"sealed"), copy("cpy_d", "rom_c"))
    scope.on_behalf_of(scope.MACHINE)
    assert len(in_front(owner).journal.entries(C)) == 1
    scope.on_behalf_of(scope.INTAKE)
    stores.rooms.forget("rom_c")
    assert stores.rooms.find(b"c") is None


def test_intake_marks_and_claims_files_and_the_desk_alone_condemns_them(front: Database, desk: Database) -> None:
    intake_marks, desk_marks = DbMarks(front), DbMarks(desk)
    intake_marks.put([("a", 1), ("b", 2)], T0)
    assert intake_marks.claim(["a"]).won == {"a"}
    assert intake_marks.weight() == 2
    with pytest.raises(ProgrammingError, match="permission denied"):
        intake_marks.condemn(T0 + timedelta(hours=1), 10)
    assert list(desk_marks.condemn(T0 + timedelta(hours=1), 10)) == ["b"]
    assert intake_marks.claim(["b"]).condemned == {"b"}
    desk_marks.forget(["b"])
    assert intake_marks.weight() == 0


def in_front(database: Database) -> Stores:
    """The ports over a database whose projects are there already."""
    from unittest.mock import patch

    with patch.object(Stores, "with_projects", lambda self: self):
        return in_database(database)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT ref FROM tocsin_case",
        "SELECT wrapped FROM tocsin_case_key",
        "SELECT body FROM tocsin_journal",
        "SELECT body FROM tocsin_drop",
        "SELECT body FROM tocsin_outbox",
        "SELECT email FROM tocsin_person",
        "UPDATE tocsin_case SET open = FALSE",
        "DELETE FROM tocsin_journal",
        "UPDATE tocsin_published_document SET body = ''",
        "INSERT INTO tocsin_publication (serial) VALUES (1)",
        "UPDATE tocsin_policy_version SET toml = ''",
        "DELETE FROM tocsin_log_leaf",
        "CREATE TABLE own (a int)",
    ],
)
def test_intake_reads_no_case_and_changes_nothing_that_stands(front: Database, owner: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), front.write() as cursor:
        cursor.execute(statement)
    if statement.startswith("SELECT"):  # the control: the statement is right
        scope.on_behalf_of(scope.MACHINE)
        owner.rows(statement, ())


INTO_ANOTHERS = "INSERT INTO tocsin_journal (case_id, seq, at, body) VALUES (%s, 7, now(), 'x')"


def test_intake_adds_no_line_to_a_case_that_it_did_not_just_open(front: Database) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), front.write() as cursor:
        cursor.execute(INTO_ANOTHERS, [A])
    with front.write() as cursor:  # the control: in the transaction that opens a case it may
        cursor.execute(
            "INSERT INTO tocsin_case (ref, project_id, seq, phase, open, waits_for, lead, opened_at, updated_at,"
            " next_due, wake_at, body, by_drop)"
            " VALUES (%s, %s, 1, 'new', TRUE, 'team', '', now(), now(), now(), now(), 'x', TRUE)",
            [C, WHPG],
        )
        cursor.execute(INTO_ANOTHERS, [C])


def test_intake_opens_no_case_that_pretends_to_come_from_the_desk(front: Database) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        in_front(front).journal.commit(opening(C))


def test_a_person_reaches_the_cases_of_their_projects_and_no_others(owner: Database, desk: Database) -> None:
    people = in_front(owner).people
    ann = people.add("Ann", "ann@example.org", {WHPG: frozenset({Role.TRIAGER})})
    dee = people.add("Dee", "dee@example.org", {WHPG: frozenset({Role.DISTRIBUTOR})})
    stores = in_front(desk)

    def seen() -> tuple[list[str], list[int], list[bool]]:
        page = [row.case for row in stores.inbox.page(BOTH)]
        lines = [len(stores.journal.entries(ref)) for ref in (A, B)]
        return page, lines, [stores.rooms.find(mark) is not None for mark in (b"a", b"b")]

    everything = ([B, A], [1, 1], [True, True])
    scope.on_behalf_of(ann.id)
    assert seen() == ([A], [1, 0], [True, False])
    assert [drop.id for drop in stores.drops.waiting(9)] == ["drp_a"]
    for nobody in (scope.NOBODY, "usr_unknown", dee.id):
        scope.on_behalf_of(nobody)
        assert seen() == ([], [0, 0], [False, False])
    scope.on_behalf_of(scope.MACHINE)
    assert seen() == everything
    people.add("Ann", "ann@example.org", {WHPG: frozenset()})
    scope.on_behalf_of(ann.id)
    assert seen() == ([], [0, 0], [False, False]), "a role that ended counts from the next statement on"


def test_a_person_writes_to_the_cases_of_their_projects_and_no_others(owner: Database, desk: Database) -> None:
    ann = in_front(owner).people.add("Ann", "ann@example.org", {WHPG: frozenset({Role.TRIAGER})})
    stores = in_front(desk)
    scope.on_behalf_of(ann.id)
    stores.journal.commit(further(A, 1))
    with pytest.raises(Conflict):
        stores.journal.commit(further(B, 1, project=OTHER))
    with pytest.raises(ProgrammingError, match="row-level security"), desk.write() as cursor:
        cursor.execute(INTO_ANOTHERS, [B])


def test_break_glass_opens_one_case_to_somebody_of_no_project_and_for_one_request(
    owner: Database, desk: Database
) -> None:
    """Only what names a case reaches it (`services.breakglass` does, once two people agreed); everything else stays."""
    ada = in_front(owner).people.add("Ada", "ada@example.org", {})
    stores = in_front(desk)

    def reached() -> list[Any]:
        page = [row.case for row in stores.inbox.page(BOTH)]
        rows = [[each.case for each in stores.drops.waiting(9)], stores.rooms.find(b"a"), stores.rooms.find(b"b")]
        return [page, len(stores.journal.entries(A)), len(stores.journal.entries(B)), *map(bool, rows)]

    scope.on_behalf_of(ada.id)
    assert reached() == [[], 0, 0, False, False, False]
    scope.on_behalf_of(ada.id, B)
    assert reached() == [[B], 0, 1, True, False, True]
    stores.journal.commit(further(B, 1, project=OTHER))
    with pytest.raises(ProgrammingError, match="row-level security"), desk.write() as cursor:
        cursor.execute(INTO_ANOTHERS, [A])
    scope.on_behalf_of(ada.id)
    assert reached() == [[], 0, 0, False, False, False], "the next request on the same session names no case"


@pytest.mark.parametrize("table", sorted(roles.ADDED_ONLY))
def test_what_is_only_ever_added_to_the_desk_cannot_rewrite(desk: Database, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), desk.write() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
    with desk.read() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our names


def test_a_session_that_said_nothing_sees_nothing(desk: Database) -> None:
    with desk.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tocsin_case")
        assert cursor.fetchone() == (0,)


def test_the_next_one_on_the_same_session_is_not_taken_for_the_last(desk: Database, owner: Database) -> None:
    ann = in_front(owner).people.add("Ann", "ann@example.org", {WHPG: frozenset({Role.TRIAGER})})
    stores = in_front(desk)
    scope.on_behalf_of(ann.id)
    assert stores.journal.head(A) is not None
    scope.on_behalf_of(scope.NOBODY)
    assert stores.journal.head(A) is None
    desk.connection.close()
    scope.on_behalf_of(ann.id)
    assert stores.journal.head(A) is not None, "a new session is told anew"


def test_making_the_roles_again_mends_what_they_may(owner: Database) -> None:
    with owner.write() as cursor:
        cursor.execute("GRANT SELECT ON tocsin_case TO wall_front")
    first = roles.make("wall", owner)
    assert roles.make("wall", owner) != first, "new passwords"
    assert roles.standing("wall", owner) == {roles.FRONT, roles.DESK}
    with reached(owner, roles.FRONT) as front, pytest.raises(ProgrammingError, match="permission denied"):
        front.rows("SELECT ref FROM tocsin_case", ())


def test_a_prefix_is_a_plain_name() -> None:
    with pytest.raises(ValueError, match="plain name"):
        roles.names('x"; DROP ROLE')


def test_every_table_with_cases_stands_behind_the_wall(owner: Database) -> None:
    """A new table that belongs to a case needs a policy, or has to be named here with the reason."""
    case = apps.get_model("tocsin", "CaseRow")
    walled = {name for (name,) in owner.rows("SELECT relname FROM pg_class WHERE relrowsecurity", ())}
    of_cases = {
        model._meta.db_table
        for model in apps.get_app_config("tocsin").get_models()
        if model is case or any(field.related_model is case for field in model._meta.concrete_fields)
    }
    assert of_cases <= walled, "adapters/db/migrations/0007_row_security.py shows how"
