# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL is asked: what it is, what an advisory's settings are there, every check; and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest
from click.testing import CliRunner

from tests.postgres import Database
from tests.site.published import advisory
from tocsin.adapters.servers import PostgresServer, connect
from tocsin.boot.main import Installation
from tocsin.core.advisory import model as adv
from tocsin.core.formats import format_named
from tocsin.core.hardening.checks import Check, Topic, Weight, checks
from tocsin.core.hardening.report import Rows, Verdict
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import Affectedness
from tocsin.delivery.cli import cli
from tocsin.services import hardening
from tocsin.services.ports.server import Unreachable

pytestmark = pytest.mark.postgres

LOOSE = """
CREATE ROLE loose LOGIN SUPERUSER;
CREATE ROLE busy LOGIN;
GRANT CREATE ON SCHEMA public TO PUBLIC;
CREATE FUNCTION public.open_door() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
ALTER SYSTEM SET temp_file_limit = '1GB';
SELECT pg_reload_conf();
"""


@pytest.fixture
def loose(postgres: Database) -> Iterator[Database]:
    """A database with a few things wrong, and put right afterwards where the whole cluster would remember."""
    with psycopg.connect(postgres.dsn, autocommit=True) as admin:
        for statement in filter(str.strip, LOOSE.split(";")):
            admin.execute(statement)
        yield postgres
        for statement in ("DROP OWNED BY loose, busy", "DROP ROLE loose", "DROP ROLE busy",
                          "ALTER SYSTEM RESET temp_file_limit", "SELECT pg_reload_conf()"):  # fmt: skip
            admin.execute(statement)


@pytest.fixture
def live(loose: Database) -> Iterator[PostgresServer]:
    server = connect(loose.dsn)
    yield server
    server.close()


def test_the_server_says_what_it_is(live: PostgresServer) -> None:
    facts = live.facts()
    assert facts.version.startswith("PostgreSQL ")
    assert facts.number >= 150000
    assert facts.settings["transaction_read_only"] == "on"
    assert facts.extensions["plpgsql"]


def test_every_check_can_be_asked_of_a_real_server(live: PostgresServer) -> None:
    answers = live.ask(checks())
    refused = {check.id: rows.refused for check, rows in answers.items() if rows.refused}
    assert set(refused) == {"resource-groups"}, refused


def test_what_is_wrong_is_found_and_what_is_right_is_not(live: PostgresServer) -> None:
    found = {each.id: each for each in hardening.examine(live, live.facts()).results}
    assert found["superusers"].found == ("loose is a superuser that can sign in",)
    assert "busy has no connection limit" in found["connection-limits"].found
    assert found["public-schema"].verdict is Verdict.BROKEN
    assert any("open_door" in each for each in found["security-definer"].found)
    assert found["temporary-files"].verdict is Verdict.KEPT
    assert found["password-encryption"].verdict is Verdict.KEPT
    assert found["time-limits"].verdict is Verdict.BROKEN
    assert found["time-limits"].remedy


def test_nothing_can_be_written_even_by_a_check_that_tries(live: PostgresServer, loose: Database) -> None:
    evil = Check(id="evil", title="t", topic=Topic.SETTINGS, weight=Weight.ERROR, why="w", remedy="r",
                 sql="INSERT INTO kept VALUES (1) RETURNING 'written'")  # fmt: skip
    with psycopg.connect(loose.dsn, autocommit=True) as admin:
        admin.execute("CREATE TABLE public.kept (x int)")
    answers = live.ask([evil])
    assert answers[evil].rows == ()
    assert answers[evil].refused
    assert isinstance(live.ask([checks()[0]])[checks()[0]], Rows), "the session goes on"


def test_objects_of_users_never_stand_in_for_the_servers_own(loose: Database) -> None:
    with psycopg.connect(loose.dsn, autocommit=True) as admin:
        admin.execute(
            "CREATE VIEW public.pg_roles AS SELECT 'nobody'::name AS rolname, 1::oid AS oid, true AS rolsuper, "
            "true AS rolcanlogin"
        )
        admin.execute(f"ALTER DATABASE {loose.name} SET search_path = public, pg_catalog")
    server = connect(loose.dsn)
    try:
        (check,) = [each for each in checks() if each.id == "superusers"]
        assert server.ask([check])[check].rows == ("loose is a superuser that can sign in",)
    finally:
        server.close()


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(Unreachable) as caught:
        connect("postgresql://dana:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value)


def test_the_command_asks_the_server_what_it_is_and_what_the_advisory_names(loose: Database, tmp_path: Path) -> None:
    product = adv.Product(
        name="PostgreSQL", vendor="PGDG", scheme="postgres", purl="pkg:generic/postgresql",
        lines=(LineRange(line="", state=Affectedness.FIXED, fixed_in="99.1"),),
    )  # fmt: skip
    asked = "Set `idle_in_transaction_session_timeout = 600000`."
    record = msgspec.structs.replace(
        advisory(1, datetime(2026, 3, 3, tzinfo=UTC)), products=(product,), required_configuration=asked, mitigation=""
    )
    (tmp_path / "osv.json").write_bytes(format_named("osv").render(record))
    words = ["affected", "--feed", str(tmp_path / "osv.json"), "--dsn", loose.dsn, "--json", "--harden"]
    result = CliRunner().invoke(cli, words, obj=Installation())
    told = json.loads(result.stdout)
    assert result.exit_code == told["exit_code"] == 10, result.output
    (answer,) = told["answers"]
    assert (answer["product"], answer["word"], answer["update_to"]) == ("PostgreSQL", "affected", "99.1")
    (condition,) = told["conditions"]
    assert condition["verdict"] == "broken"
    assert condition["title"] == "idle_in_transaction_session_timeout = 600000"
    assert len(told["report"]["results"]) == len(checks())


def test_harden_alone_ends_with_findings(loose: Database) -> None:
    result = CliRunner().invoke(cli, ["harden", "--dsn", loose.dsn], obj=Installation())
    assert result.exit_code == 3, result.output
    assert "loose is a superuser that can sign in" in result.stdout
    assert CliRunner().invoke(cli, ["harden", "--dsn", "host=127.0.0.1 port=1"], obj=Installation()).exit_code == 9
