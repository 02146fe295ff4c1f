# SPDX-License-Identifier: Apache-2.0
"""One installation on PostgreSQL under its roles, walked through over HTTP: report, desk, API, return; then moved to a
file and back. Whoever is of another project meets row-level security besides our own rules."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.campaign.fleet import PROJECT, Fleet, Member, fleet, free, report, until
from tests.postgres import Cluster, Database
from tests.support import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


class Served:
    """The fleet with a desk, and people."""

    def __init__(self, fleet: Fleet, database: Database, desk: str) -> None:
        self.fleet, self.database, self.desk = fleet, database, desk

    def ready(self) -> None:
        """Wait until the front and the desk answer from the database."""
        for url in (self.fleet.fronts[0], self.desk):
            ready = f"{url}/readyz"
            until(lambda ready=ready: httpx2.get(ready).status_code == 200, f"{ready} is\n{self.fleet.logs()}")

    def tocsin(self, *words: str) -> str:
        return self.fleet.run("tocsin.boot.main", *words)

    @contextmanager
    def browser(self, address: str) -> Iterator[httpx2.Client]:
        """Somebody signed in."""
        link = re.search(r"/sign-in/\S+", self.tocsin("people", "link", address))
        assert link
        same = {"Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(base_url=self.desk, headers=same, timeout=60) as client:
            page = client.get(link[0])
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
            assert token
            done = client.post(link[0], data={"csrfmiddlewaretoken": token[1]}, headers={"Origin": self.desk})
            assert done.status_code in (302, 303), done.text[:300]
            yield client


@pytest.fixture(scope="module")
def served(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two projects, and two people who see one of them each."""
    database = postgres_cluster.create()
    home = tmp_path_factory.mktemp("on-postgresql")
    with fleet(home, database, fronts=1, workers=1, more="[accounts]\ntrial = true\n") as running:
        place = f"127.0.0.1:{free()}"
        from tocsin.boot.serve import Listener, Role

        environment = running.environment | {"TOCSIN_DESK_LISTEN": place, "TOCSIN_ROLE": "desk"}
        environment["TOCSIN_DESK_URL"] = f"http://{place}"
        running.environment |= {"TOCSIN_DESK_URL": f"http://{place}"}
        running.run("tocsin.boot.main", "policy", "adopt", str(ROOT / "examples/policies/community.toml"))
        for name, project in (("ann", PROJECT), ("else", "example")):
            running.run(
                "tocsin.boot.main", "people", "add", name, f"{name}@example.org", "--role", f"{project}:maintainer"
            )
        desk = Member("desk", Listener(Role.DESK, place)._command(), environment, home / "desk.log", address=place)
        running.members.append(desk)
        desk.start()
        made = Served(running, database, f"http://{place}")
        made.ready()
        yield made
    postgres_cluster.drop(database)


def test_a_report_is_worked_on_by_its_people_and_not_found_by_others(served: Served) -> None:
    status, case = report(served.fleet.fronts[0])
    assert status == 200
    with served.browser("ann@example.org") as ann, served.browser("else@example.org") as other:
        until(lambda: case in ann.get("/inbox").text, f"the case is in the inbox\n{served.fleet.logs()}")
        page = ann.get(f"/c/{case}")
        assert page.status_code == 200
        assert "Over HTTP" in page.text
        for path in ("/metrics", "/people", "/tokens", f"/policy/{PROJECT}", f"/c/{case}/history"):
            assert ann.get(path).status_code == 200, path
        assert case not in other.get("/inbox").text
        assert other.get(f"/c/{case}").status_code == 404
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        said = {"csrfmiddlewaretoken": token[1], "text": "A note of mine.", "seq": "", "do": "send"}
        done = ann.post(f"/c/{case}/do/note", data=said, headers={"Origin": served.desk})
        assert done.status_code in (200, 302, 303), done.status_code
    assert "0 findings" in served.tocsin("verify")


def test_the_processes_work_under_roles_that_may_less_than_the_owner(served: Served) -> None:
    with psycopg.connect(served.database.dsn) as connection:
        asked = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        users = {name for (name,) in connection.execute(asked, [served.database.name])}
    assert users == {f"{served.database.name}_front", f"{served.database.name}_desk"}


TOLD = re.compile(r'name="([a-z]+)" value="([^"]*)"')


def sent(browser: httpx2.Client, page: str, to: str, **given: str) -> httpx2.Response:
    """Fill a form of a page in: what it hides is sent with it."""
    shown = dict(TOLD.findall(browser.get(page).text))
    token = next(value for name, value in shown.items() if name == "csrfmiddlewaretoken")
    hidden = {name: value for name, value in shown.items() if name == "digest"}
    done = browser.post(
        to,
        data={"csrfmiddlewaretoken": token, **hidden, **given},
        headers={"Origin": str(browser.base_url).rstrip("/")},
    )
    assert done.status_code == 303, done.text[-300:]
    return done


def test_an_administrator_reads_one_case_behind_row_level_security_once_a_second_person_agreed(served: Served) -> None:
    _, case = report(served.fleet.fronts[0])
    _, other = report(served.fleet.fronts[0])
    for name in ("ada", "eve"):
        served.tocsin("people", "add", name, f"{name}@example.org")
        served.tocsin("people", "administrator", f"{name}@example.org")
    with served.browser("ada@example.org") as ada, served.browser("eve@example.org") as eve:

        def seen() -> list[int]:
            return [browser.get(f"/c/{ref}").status_code for browser in (ada, eve) for ref in (case, other)]

        assert seen() == [404] * 4
        why = "Nobody of the team answers, and it is used already."
        sent(ada, "/admin", "/admin/do", do="break-glass", case=case, reason=why, minutes="30")
        assert seen() == [404] * 4, "one person is not enough"
        sent(eve, "/admin", "/admin/do", do="agree", case=case)
        assert seen() == [200, 404, 404, 404]
        assert "Call it and look." in ada.get(f"/c/{case}").text
        assert other not in ada.get("/inbox").text
    assert "ada" in served.tocsin("log", "reads", case, "--as", "ann@example.org")


def test_probes_say_when_the_database_is_gone(served: Served) -> None:
    for url in (served.desk, served.fleet.fronts[0]):
        assert httpx2.get(f"{url}/readyz", headers={"Host": "10.0.0.7"}).text == "ready\n"
        assert httpx2.get(f"{url}/healthz").text == "ok\n"


def test_a_backup_of_it_restores_and_it_moves_to_a_file(served: Served, tmp_path: Path) -> None:
    report(served.fleet.fronts[0])
    assert "restore drill: good" in served.tocsin("backup")
    for each in reversed(served.fleet.members):
        each.stop()
    told = served.tocsin("db", "move", f"sqlite:///{tmp_path}/moved.db")
    assert "read back and compared" in told
    assert "0 findings" in told
    command = [sys.executable, "-m", "tocsin.boot.main", "verify"]
    environment = served.fleet.environment | {"TOCSIN_DATABASE_URL": f"sqlite:///{tmp_path}/moved.db"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert "0 findings" in done.stdout, done.stderr
    for each in served.fleet.members:
        each.start()
    served.ready()


def test_a_backup_of_it_is_restored_into_another_database_and_verifies_there(
    served: Served, postgres_cluster: Cluster, tmp_path: Path
) -> None:
    """On another machine: a new directory, new keys on disk from the kit's shares, a new database, its own roles."""
    report(served.fleet.fronts[0])
    shares = tmp_path / "shares"
    served.tocsin("recovery", "make", "--out", str(shares))
    assert "restore drill: good" in served.tocsin("backup")
    backup = max((served.fleet.home / "data" / "backups").glob("2*"))
    there, target = tmp_path / "there", postgres_cluster.create()
    clean = {name: value for name, value in served.fleet.environment.items() if not name.startswith("TOCSIN_")}
    address = f"postgresql://{target.user}@/{target.name}?host={target.host}"

    def tocsin(*words: str, **more: str) -> str:
        environment = clean | {"TOCSIN_CONFIG": str(there / "tocsin.toml")} | more
        command = [sys.executable, "-m", "tocsin.boot.main", *words]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(database: Database) -> list[tuple[str, int]]:
        with psycopg.connect(database.dsn) as connection:
            tables = [name for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'tocsin%' ORDER BY 1"
            )]  # fmt: skip
            counts = [(each, connection.execute(f"SELECT count(*) FROM {each}").fetchone()) for each in tables]  # noqa: S608
        return [(each, found[0]) for each, found in counts if found and each not in CHANGING]

    given = [word for number in (1, 3) for word in ("--share", str(shares / f"share-{number}.txt"))]
    before = rows(served.database)
    tocsin("restore", str(backup), "--dir", str(there), *given)
    assert "read back and compared" in tocsin("db", "move", address)
    assert "0 findings" in tocsin("verify", TOCSIN_DATABASE_URL=address)
    assert rows(target) == before
    assert "Over HTTP" in tocsin("inbox", "--as", "ann@example.org", TOCSIN_DATABASE_URL=address)
    lines = tocsin("db", "roles", "--prefix", "back", "--out", str(there / "roles"), TOCSIN_DATABASE_URL=address)
    assert "back_desk" in lines or "back_desk" in "".join(path.read_text() for path in (there / "roles").iterdir())
    with psycopg.connect(target.dsn) as connection:
        (walled,) = connection.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'tocsin_case'").fetchone()
    assert walled, "the wall stands there as well"
    postgres_cluster.drop(target)


CHANGING = ("tocsin_fact", "tocsin_outbox")
"""Tables that workers write to between a backup and a count."""
