# SPDX-License-Identifier: Apache-2.0
"""Reading a public document of another instance."""

from __future__ import annotations

from typing import Protocol


class Fetch(Protocol):
    """Reads one document over the network, and nothing that is large."""

    def __call__(self, url: str) -> bytes:
        """Return the document at `url`; raises OSError, in words for a person, for everything that is not one."""
