# SPDX-License-Identifier: Apache-2.0
"""The tabs of a case, by the word that stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TABS: Final[Mapping[str, str]] = {
    "talk": "Talk",
    "decide": "Investigate & decide",
    "branches": "Branches",
    "claims": "Claims",
    "lines": "Affected lines",
    "score": "Score & CVE",
    "fix": "Fix",
    "embargo": "Embargo",
    "people": "People",
    "distributors": "Distributors",
    "forge": "Forge",
    "advisory": "Advisory",
    "publish": "Publish",
    "approve": "Second person",
    "history": "History",
}
"""In the order in which a report walks through them; the first one is the case's own address."""

BESIDE: Final = frozenset({"claims", "people", "distributors", "forge", "approve"})
"""Tabs that many reports never need: they stand under *More*, except the one that is open."""
