# SPDX-License-Identifier: Apache-2.0
"""From the order of one advisory to every local target read back: page, feeds, CSAF, OSV, listings, and a small CVE
Services beside. An installation with its store in memory and its published tree on disk; one worker takes turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import rows
from tests.publication.places import order, states
from tests.services.acts import PROJECT, ready, report
from tocsin.adapters.cna import CveRecords, CveServices
from tocsin.adapters.publishers.site import FileTree
from tocsin.core.case import commands as cmd
from tocsin.core.policy.seeds import seed
from tocsin.services import worker
from tocsin.services.cases import handle
from tocsin.services.ports.cna import Account
from tocsin.testing.cna.double import KEY, ORG, ORG_ID, USER, CveServicesDouble
from tocsin.testing.house import House, house

ROUNDS = 15


def prepared(folder: Path) -> tuple[House, str]:
    """A case that is ready, in an installation whose project is its own CNA."""
    home = house()
    client = CveServices(Account(org=ORG, org_id=ORG_ID, user=USER, key_file="-"), KEY, CveServicesDouble(home.clock))
    own = (seed(PROJECT) or "").replace('route = "mitre"', 'route = "own-cna"')
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


def one() -> float:
    """Seconds from the approved order until nothing is left to do."""
    with tempfile.TemporaryDirectory() as folder:
        home, ref = prepared(Path(folder))
        order(home, ref)
        began = time.perf_counter()
        while not worker.run_once(home.desk).idle:
            pass
        took = time.perf_counter() - began
        served = {name: state for name, state in states(home, ref).items() if state != "planned"}
        assert set(served.values()) == {"readable"}, served
        return took


def main() -> None:
    """Print the table."""
    one()
    found = sorted(one() for _ in range(ROUNDS))
    rows(
        ("one advisory, order to read back everywhere", "seconds"),
        [("median", f"{statistics.median(found):.2f}"), ("slowest of 15", f"{found[-1]:.2f}")],
    )


if __name__ == "__main__":
    main()
