# SPDX-License-Identifier: Apache-2.0
"""The OSV dump: every OSV document in one archive, as osv.dev has it.

Of all lists it costs the most, and who wants to know what is new reads `modified_id.csv`; so it rests longest, at
100,000 advisories about an hour.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Final, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from tocsin.services.ports.shelf import Document, ShelfCard
from tocsin.services.site.months import PAGE
from tocsin.services.site.writer import Writer, rested

BATCH: Final = 1000
RESTS: Final = 600
"""How many times as long as it took it rests."""

EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""The first instant that a zip file can name."""


def dump(writer: Writer, force: bool = False) -> bool:
    """Write the archive if something changed and it is time, or at once with `force`. True when it did."""
    state, now = writer.state(), writer.now()
    due = state.dumped != state.serial and rested(now, state.dumped_at, state.dump_cost, RESTS)
    if not force and not due:
        return False
    began = time.monotonic()
    writer.tree.stream("osv/all.zip", _archive(writer))
    cost = round(time.monotonic() - began, 3)
    writer.keep(msgspec.structs.replace(state, dumped=state.serial, dumped_at=now, dump_cost=cost))
    return True


def cards(writer: Writer) -> Iterator[ShelfCard]:
    """Every advisory, the one changed last first."""
    after = None
    while page := writer.shelf.changed(after, BATCH):
        yield from page
        after = (page[-1].modified_at, page[-1].id)


def _archive(writer: Writer) -> Iterator[bytes]:
    sink = _Sink()
    with ZipFile(cast("IO[bytes]", sink), "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for card, stored in _stored(writer):
            at = max(card.modified_at.astimezone(UTC), EPOCH)
            info = ZipInfo(stored.name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
            archive.writestr(info, stored.body, ZIP_DEFLATED)
            yield sink.taken()
    yield sink.taken()


def _stored(writer: Writer) -> Iterator[tuple[ShelfCard, Document]]:
    """The OSV documents, many at a time: a question to the store for each would take nine tenths of the time."""
    shown = cards(writer)
    while page := list(islice(shown, PAGE)):
        found = writer.shelf.in_format([card.id for card in page], "osv")
        yield from ((card, found[card.id]) for card in page if card.id in found)


class _Sink:
    """What a zip file is written to and taken from part by part; without a way back, so none is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since."""
        body = b"".join(self._parts)
        self._parts.clear()
        return body
