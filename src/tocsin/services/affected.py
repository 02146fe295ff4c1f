# SPDX-License-Identifier: Apache-2.0
"""What is published, kept in memory so that anybody can ask whether a version is affected.

`Known` follows the shelf: each question looks whether something was published since, and takes in only that. It is
built from the published OSV documents and nothing else, so a feed file and the server give the same answers.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tocsin.core.affected import osv
from tocsin.core.affected.index import Index
from tocsin.services.ports.shelf import ShelfReader

FORMAT: Final = "osv"
BATCH: Final = 500


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
