# SPDX-License-Identifier: Apache-2.0
"""The socket's address, also below a directory whose name is too long for one (unix(7): 108 bytes with the end)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LONGEST: Final = 100


@contextmanager
def address(path: Path) -> Iterator[str]:
    """Give an address for `path` that bind and connect take; raises OSError where its directory cannot be opened."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
