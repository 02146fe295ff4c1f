# SPDX-License-Identifier: Apache-2.0
"""A live server of the PostgreSQL family, asked and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from tocsin.core.hardening.checks import Check
from tocsin.core.hardening.report import Rows, Server


class Unreachable(Exception):
    """The server cannot be asked; says why, without the password."""


class LiveServer(Protocol):
    """One connection, read-only from its first moment."""

    def facts(self) -> Server:
        """Version, extensions and settings. Raises Unreachable."""

    def ask(self, checks: Iterable[Check]) -> Mapping[Check, Rows]:
        """Ask the checks, one by one. What the server refuses is an answer; Unreachable where the connection ends."""

    def close(self) -> None:
        """Let go of the server."""
