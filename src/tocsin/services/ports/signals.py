# SPDX-License-Identifier: Apache-2.0
"""What published lists say of CVE ids: attacks that are known (CISA KEV), and how likely they are (FIRST EPSS).

Both come as files that somebody fetched; nothing is asked of a network, so nobody learns which ids are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tocsin.core.case.priority import Signal
from tocsin.core.severity.lists import KnownAttacks
from tocsin.core.vocabulary import Value


class Loaded(Value):
    """What is known at the moment: how many ids, and of which day."""

    attacks: int = 0
    attacks_as_of: str = ""
    likelihoods: int = 0
    likelihoods_as_of: str = ""


class Signals(Protocol):
    """The lists an installation was given."""

    def of(self, cve: str) -> Signal | None:
        """What the lists say of an id; None where they say nothing."""

    def loaded(self) -> Loaded:
        """What is there."""

    def take_attacks(self, attacks: KnownAttacks) -> None:
        """Put a catalogue in place of the one before."""

    def take_likelihoods(self, rows: Iterable[tuple[str, float, float]], as_of: str) -> int:
        """Put (id, probability, percentile) in place of those before; returns how many."""


class NoSignals:
    """An installation that was given no list."""

    def of(self, cve: str) -> Signal | None:
        """Nothing."""
        return None

    def loaded(self) -> Loaded:
        """Nothing."""
        return Loaded()

    def take_attacks(self, attacks: KnownAttacks) -> None:
        """Have no place for it."""
        raise NotImplementedError("this installation keeps no lists")

    def take_likelihoods(self, rows: Iterable[tuple[str, float, float]], as_of: str) -> int:
        """Have no place for it."""
        raise NotImplementedError("this installation keeps no lists")
