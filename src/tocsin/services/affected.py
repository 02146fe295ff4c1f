# SPDX-License-Identifier: Apache-2.0
"""What is published, kept in memory so that anybody can ask whether a version is affected.

`Known` follows the shelf: each question looks whether something was published since, and takes in only that. It is
built from the published OSV documents and nothing else, so a feed file and the server give the same answers.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from weakref import WeakKeyDictionary

from tocsin.core.affected import osv
from tocsin.core.affected.index import Index
from tocsin.services.ports.shelf import ShelfReader

FORMAT: Final = "osv"
BATCH: Final = 500

_log = logging.getLogger("tocsin.affected")


@contextmanager
def unhurried() -> Iterator[None]:
    """Load much that stays, without the collector looking through all of it again and again, now and at every question
    after: it would find nothing, and takes as long as the loading."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if on:
            gc.enable()


class Known:
    """The index of one shelf, and how far it has read. Questions and changes take turns."""

    def __init__(self, shelf: ShelfReader) -> None:
        self._shelf = shelf
        self._index = Index()
        self._serial = 0
        self._turn = threading.Lock()

    @contextmanager
    def asking(self) -> Iterator[Index]:
        """The index as the shelf stands now, for as long as the question lasts."""
        newest = self._shelf.serial()
        with self._turn:
            if newest > self._serial:
                self._catch_up(newest)
            yield self._index

    def _catch_up(self, newest: int) -> None:
        if newest - self._serial > BATCH:
            with unhurried():
                self._read()
        else:
            self._read()

    def _read(self) -> None:
        while found := self._shelf.publications(self._serial, BATCH):
            for name in dict.fromkeys(each.card.id for each in found):
                self._take(name)
            self._serial = found[-1].serial

    def _take(self, advisory: str) -> None:
        document = self._shelf.document(advisory, FORMAT)
        if document is None:
            return
        try:
            self._index.put(osv.read(document.body))
        except ValueError as error:
            _log.error("%s cannot be asked about: %s", advisory, error)


_KNOWN: WeakKeyDictionary[ShelfReader, Known] = WeakKeyDictionary()


def known(shelf: ShelfReader) -> Known:
    """The one index of a shelf in this process."""
    return _KNOWN.setdefault(shelf, Known(shelf)) if shelf not in _KNOWN else _KNOWN[shelf]
