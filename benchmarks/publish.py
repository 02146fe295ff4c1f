# SPDX-License-Identifier: Apache-2.0
"""What one more advisory costs the published tree, with 1,000 and with 100,000 of twenty years on the shelf: documents,
hashes, signatures, head pages of the feeds, and the row in the database. CPU and wall time of this process, bytes
written, and how much of it is waiting for the disk. Then, off that way, what the lists of everything cost: made whole,
made again after that one more, and the OSV dump."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")

import django

django.setup()

import msgspec  # noqa: E402 - Django is set up above

from benchmarks.measure import rows  # noqa: E402
from tests.site import published  # noqa: E402
from tests.store.databases import connected, migrate  # noqa: E402
from tocsin.adapters.db.models.shelf import Publication, PublishedAdvisory, PublishedDocument  # noqa: E402
from tocsin.adapters.db.shelf import DbShelf  # noqa: E402
from tocsin.adapters.db.shelf_writer import DbShelfWriter  # noqa: E402
from tocsin.adapters.openpgp import create_key, load_signer  # noqa: E402
from tocsin.adapters.publishers.site import FileTree  # noqa: E402
from tocsin.core.policy.seeds import seed  # noqa: E402
from tocsin.services import publication, site  # noqa: E402
from tocsin.services.ports.shelf import ShelfCard  # noqa: E402
from tocsin.services.site.dump import dump  # noqa: E402
from tocsin.services.site.writer import State  # noqa: E402
from tocsin.testing.world import MemoryProjects, VirtualClock  # noqa: E402

SIZES = (1_000, 100_000)
ROUNDS = 15
SPAN = timedelta(days=20 * 365)
"""How long ago the first of them was published."""
LATER = timedelta(minutes=30)
"""Until the lists are written again: they rest at most for this long here, and the dump for longer."""
T0 = datetime(2026, 3, 3, 9, tzinfo=UTC)


class Counted(FileTree):
    """A tree that counts what is written, and the seconds that syncing takes."""

    written, synced, syncing = 0, 0.0, 0.0

    def _put(self, place: str, body: bytes) -> None:
        super()._put(place, body)
        self.written += len(body)

    def flush(self) -> None:
        """Sync, and count the time."""
        began, spent = time.perf_counter(), time.process_time()
        super().flush()
        self.synced += time.perf_counter() - began
        self.syncing += time.process_time() - spent


def fill(alias: str, count: int) -> None:
    """Put so many advisories on the shelf as rows, with one document each."""
    advisories, documents, log = [], [], []
    body = publication.documents(published.advisory(1, T0))
    osv = next(each.body for each in body if each.format == "osv")
    for number in range(count):
        at = T0 - SPAN * ((count - number) / count)
        name = f"WHPG-SA-{at.year}-{number:06}"
        title, affected = f"Out-of-bounds read no. {number}", "Versions before 7.4.2 and 7.3.4 are affected."
        card = ShelfCard(id=name, project=published.PROJECT, title=title, summary="s" * 80, severity="High", score=8.8,
                         cve_id="", affected=affected, fixed="7.4.2", published_at=at, modified_at=at)  # fmt: skip
        advisories.append(PublishedAdvisory(revision=1, **msgspec.structs.asdict(card)))
        documents.append(PublishedDocument(advisory_id=name, format="osv", position=0, name=f"x_{name}.json",
                                           media_type="application/json", body=osv, sha256=""))  # fmt: skip
        log.append(Publication(serial=number + 1, project=published.PROJECT, number=number + 1, advisory=name,
                               revision=1, at=at, card=msgspec.json.encode(card)))  # fmt: skip
    for kind, batch in ((PublishedAdvisory, advisories), (PublishedDocument, documents), (Publication, log)):
        kind.objects.using(alias).bulk_create(batch, batch_size=2000)  # type: ignore[attr-defined]


class Cost(NamedTuple):
    """Medians of one publication: milliseconds of CPU and of the wall without syncing, bytes. Then CPU seconds of the
    lists whole with the dump, of the dump alone, of the lists after one more."""

    cpu: float
    wall: float
    size: float
    whole: float
    dump: float
    again: float


def measure(count: int, home: Path) -> Cost:
    """Fill a shelf, publish, and write the lists."""
    with connected(f"sqlite:///{home / 'bench.db'}", home) as database:
        migrate(database)
        fill(database.alias, count)
        projects = MemoryProjects()
        projects.adopt(seed("warehousepg") or "", "bench", T0)
        keys = home / "keys"
        keys.mkdir()
        create_key(keys, "bench")
        shelf, shelf_writer, tree, signer = (
            DbShelf(database),
            DbShelfWriter(database),
            Counted(home / "tree"),
            load_signer(keys),
        )
        clock = VirtualClock(T0 + timedelta(days=1))
        writer = site.Writer(shelf, projects, tree, published.URL, clock, signer)
        months = tuple(sorted({f"{T0 - SPAN * (number / count):%Y-%m}" for number in range(1, count + 1)}))
        writer.keep(State(made=writer.made, serial=count, months=months))
        cpu, wall, sizes = [], [], []

        def publish(number: int) -> None:
            record = published.advisory(number, T0 + timedelta(minutes=number))
            cleared = published.cleared(record, T0)
            began, spent = time.perf_counter(), time.process_time()
            tree.written, tree.synced, tree.syncing = 0, 0.0, 0.0
            documents = publication.signed_by(signer, publication.documents(record))
            shelf_writer.put(cleared, documents, publication.card(cleared))
            site.grow(writer)
            cpu.append((time.process_time() - spent - tree.syncing) * 1000)
            wall.append((time.perf_counter() - began - tree.synced) * 1000)
            sizes.append(tree.written + sum(len(each.body) + len(each.signature) for each in documents))

        def took(work: Callable[[], object]) -> float:
            began = time.process_time()
            work()
            return time.process_time() - began

        for number in range(ROUNDS + 3):
            publish(number)
        whole = took(lambda: site.assemble(writer, force=True))
        dumping = took(lambda: dump(writer, force=True))
        writer.keep(msgspec.structs.replace(writer.state(), cost=0.0, dump_cost=2 * LATER.total_seconds()))
        publish(ROUNDS + 3)
        clock.advance(LATER)
        again = took(lambda: site.assemble(writer))
        middle = [statistics.median(each[3:-1]) for each in (cpu, wall, sizes)]
        return Cost(*middle, whole, dumping, again)


def main() -> None:
    """Measure and print."""
    found = {}
    for count in SIZES:
        with tempfile.TemporaryDirectory() as home:
            found[count] = measure(count, Path(home))
    head = ("advisories", "CPU ms without fsync", "wall ms without fsync", "KB written")
    lists = ("all lists and the dump, CPU s", "the dump, CPU s", "lists after one more, CPU s")
    rows((*head, *lists), [
        (count, each.cpu, each.wall, each.size / 1000, each.whole, each.dump, each.again)
        for count, each in found.items()
    ])  # fmt: skip
    small, large = (found[count] for count in SIZES)
    print(f"one more at {SIZES[1]:,} / at {SIZES[0]:,}: {large.cpu / small.cpu:.2f} (goal <= 1.3)")
    print(f"at {SIZES[1]:,}: {large.cpu:.1f} ms of CPU (goal <= 10 plus fsyncs)")
    print(f"at {SIZES[1]:,}: {large.size / 1000:.0f} KB written (goal <= 400)")
    print(f"at {SIZES[1]:,}: lists after one more / lists whole: {large.again / (large.whole - large.dump):.3f}")
    sys.stdout.flush()


main()
