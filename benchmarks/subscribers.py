# SPDX-License-Identifier: Apache-2.0
"""What it costs to queue one advisory for everybody who asked to be told: a sealed letter for each, with links of its
own, in one transaction of a SQLite file. Wall and CPU time of this process."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")

import django

django.setup()

from benchmarks.measure import rows  # noqa: E402 - Django is set up above
from tests.services import acts  # noqa: E402
from tests.store.databases import connected, migrate  # noqa: E402
from tocsin.adapters.db.records import DbRecords  # noqa: E402
from tocsin.core.advisory.assemble import assemble  # noqa: E402
from tocsin.core.vocabulary import SYSTEM_ACTOR  # noqa: E402
from tocsin.services import cases  # noqa: E402
from tocsin.services.app import Desk  # noqa: E402
from tocsin.services.ports.store import NEVER  # noqa: E402
from tocsin.services.rollout import announcing, door  # noqa: E402
from tocsin.services.rollout.subscribers import Subscriber, subscriber_id, subscribers  # noqa: E402
from tocsin.testing.house import House, house  # noqa: E402

GOAL_SECONDS = 5.0


class Nowhere:
    """A way out that nothing takes: letters stay in the queue."""

    def session(self) -> object:
        """Never."""
        raise OSError


def subscribed(home: House, records: DbRecords, count: int) -> Desk:
    """A desk with so many subscribers."""
    desk = replace(
        home.desk,
        outside=replace(home.desk.outside, records=records),
        post=replace(home.desk.post, sends=Nowhere(), sender="security@example.org"),  # type: ignore[arg-type]
    )
    people = (f"s{number}@ops.example" for number in range(count))
    new = [
        (subscriber_id(desk, acts.PROJECT, to), Subscriber(wish=door.Wish(to=to), since=desk.now()), NEVER)
        for to in people
    ]
    subscribers(desk).add_new(acts.PROJECT, new)
    return desk


def main(count: int) -> None:
    """Queue one advisory for `count` subscribers."""
    with tempfile.TemporaryDirectory() as place, connected("", Path(place)) as database:
        migrate(database)
        home = house()
        ref = acts.report(home).case
        acts.ready(home, ref)
        opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "bench")
        if opened is None:
            raise SystemExit("no case")
        advisory = assemble(opened.case, opened.policy, home.desk.site.public_url, home.clock())
        desk = subscribed(home, DbRecords(database), count)
        wall, cpu = time.perf_counter(), time.process_time()
        queued = announcing.announce(desk, acts.PROJECT, advisory, 1)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rows(("subscribers", "queued", "wall s", "CPU s"), [(count, queued, wall, cpu)])
    print(f"{queued} letters: {wall:.1f} s (goal <= {GOAL_SECONDS:g}) {'ok' if wall <= GOAL_SECONDS else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
