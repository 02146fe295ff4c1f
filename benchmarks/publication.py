# SPDX-License-Identifier: Apache-2.0
"""From the order of one advisory to every local target read back: page, feeds, CSAF, OSV, listings, a small CVE
Services beside, and a letter queued for each of so many subscribers (`./bench publication 10000`). An installation with
its journal in memory, its letters in a SQLite file and its published tree on disk; one worker takes turns."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")

import django

django.setup()

from benchmarks.measure import rows  # noqa: E402 - Django is set up above
from benchmarks.subscribers import subscribed  # noqa: E402
from tests.publication.places import order, states  # noqa: E402
from tests.services.acts import PROJECT, ready, report  # noqa: E402
from tests.store.databases import connected, migrate  # noqa: E402
from tocsin.adapters.cna import CveRecords, CveServices  # noqa: E402
from tocsin.adapters.db.records import DbRecords  # noqa: E402
from tocsin.adapters.publishers.site import FileTree  # noqa: E402
from tocsin.core.case import commands as cmd  # noqa: E402
from tocsin.core.policy.seeds import seed  # noqa: E402
from tocsin.services import worker  # noqa: E402
from tocsin.services.cases import handle  # noqa: E402
from tocsin.services.ports.cna import Account  # noqa: E402
from tocsin.services.post import letters  # noqa: E402
from tocsin.testing.cna.double import KEY, ORG, ORG_ID, USER, CveServicesDouble  # noqa: E402
from tocsin.testing.house import House, house  # noqa: E402

GOAL_SECONDS = 5.0
ROUNDS = 5


def prepared(folder: Path, records: DbRecords, count: int) -> tuple[House, str]:
    """A case that is ready, in an installation whose project is its own CNA and has so many subscribers."""
    home = house()
    home = replace(home, desk=subscribed(home, records, count))
    client = CveServices(Account(org=ORG, org_id=ORG_ID, user=USER, key_file="-"), KEY, CveServicesDouble(home.clock))
    own = (seed(PROJECT) or "").replace('route = "mitre"', 'route = "own-cna"')
    before, listed, after = own.partition('[[publish.channel]]\nkind = "mailing-list"')  # it waits for a mail server
    own = before + after[after.index("[[publish.channel]]") :] if listed else own
    home.desk.projects.adopt(own, "bench", home.clock())
    assert home.desk.press
    desk = replace(
        home.desk, targets=(CveRecords({PROJECT: client}),), press=replace(home.desk.press, tree=FileTree(folder))
    )
    home = replace(home, desk=desk)
    ref = report(home).case
    ready(home, ref)
    actor = desk.people.actor(home.dana, PROJECT)
    assert actor
    handle(desk, ref, cmd.SetCve(cve_id=client.reserve(2026).id, assigner=ORG_ID, assigner_name=ORG), actor)
    return home, ref


def out(home: House, ref: str) -> bool:
    """Whether everything is out; what a person announces stays planned."""
    served = states(home, ref)
    return served["subscribers"] == "readable" and set(served.values()) <= {"readable", "planned"}


def one(count: int) -> float:
    """Seconds from the approved order until all that needs nobody outside is read back, and every letter is queued."""
    with tempfile.TemporaryDirectory() as folder, connected("", Path(folder)) as database:
        migrate(database)
        home, ref = prepared(Path(folder) / "tree", DbRecords(database), count)
        order(home, ref)
        began = time.perf_counter()
        while not out(home, ref):
            if worker.run_once(home.desk).idle:
                raise SystemExit(f"nothing is left to do, and this is how far it is: {states(home, ref)}")
        took = time.perf_counter() - began
        queued = sum(1 for each in letters.book(home.desk).all(PROJECT))
        if queued < count:
            raise SystemExit(f"{queued} letters for {count} subscribers")
        return took


def main(count: int) -> None:
    """Print the table."""
    one(count)
    found = sorted(one(count) for _ in range(ROUNDS))
    rows(
        (f"one advisory and {count} subscribers, order to read back everywhere", "seconds"),
        [("median", f"{statistics.median(found):.2f}"), (f"slowest of {ROUNDS}", f"{found[-1]:.2f}")],
    )
    print(f"goal <= {GOAL_SECONDS:g} s: {'ok' if found[-1] <= GOAL_SECONDS else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
