# SPDX-License-Identifier: Apache-2.0
"""Clocks that others set: lists, coordinators, CVE rules, law. A new one is a file in `data` and a name in `NAMES`.

What a project promises itself is `core.policy`; how limits and promises become one window is `core.case.window`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from tocsin.core.clock import Duration
from tocsin.core.limits.model import Applies, Clock, Kind, Limit

__all__ = ["COMMON", "DERIVED", "NAMES", "Applies", "Clock", "Kind", "Limit", "all_limits", "limit", "moments"]

NAMES: Final = (
    "cert-cc",
    "cna",
    "cra-manufacturer",
    "cra-steward",
    "google",
    "kubernetes",
    "linux-distros",
    "linux-kernel",
    "ocert",
    "openpsirt",
    "openssf",
    "postgresql",
)
"""Every limit that comes with the product, each in `data/NAME.toml`."""

DERIVED: Final = frozenset(
    {"received", "decided", "accepted", "fix-ready", "first-feedback", "cve-published", "disclosed"}
)
"""Moments the case knows by itself; nobody records them."""

COMMON: Final = frozenset(
    {
        "communication-plan",
        "distributors-told",
        "erased",
        "retrospective",
        "release-announced",
        "update",
        "upstream-told",
        "urgent-call",
        "users-told",
    }
)
"""Moments that policies speak of; the others are those the limits name."""


@cache
def limit(name: str) -> Limit | None:
    """Return the limit called `name`, or None. Raises msgspec.ValidationError for a data file that is wrong."""
    if name not in NAMES:
        return None
    raw = tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8"))
    clocks = [{**each, "within": msgspec.to_builtins(Duration.parse(each["within"]))} for each in raw.pop("clock", ())]
    return msgspec.convert({"name": name, "clock": clocks, **raw}, Limit)


@cache
def all_limits() -> tuple[Limit, ...]:
    """Return every limit, by name."""
    return tuple(found for name in NAMES if (found := limit(name)))


@cache
def moments() -> frozenset[str]:
    """Return every moment a person may record."""
    named = frozenset(moment for each in all_limits() for moment in each.moments)
    return (named | COMMON) - DERIVED
