# SPDX-License-Identifier: Apache-2.0
"""Supported versions and cadence (S3-S5). Part of `core.policy.model`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from tocsin.core.clock import Duration
from tocsin.core.vocabulary import Value


class Supported(Value):
    """Which release lines get fixes: a rule over the released ones, or a list (S3)."""

    rule: Literal["latest", "latest-minors", "latest-majors", "listed"] = "listed"
    count: int | None = None
    branches: tuple[str, ...] = ()


class SupportLevel(StrEnum):
    """What a listed line can expect; being listed promises no fix by itself (S4)."""

    FULL = "full"
    CRITICAL_ONLY = "critical-only"
    END_OF_LIFE = "end-of-life"


class ReleaseLine(Value):
    """One release line with its level and its last day."""

    name: str
    support: SupportLevel = SupportLevel.FULL
    until: date | None = None


class Versions(Value):
    """Supported versions and cadence (S3-S5). `overlap` is how long an old line lives on after the next release."""

    scheme: str = "semver"
    source: Literal["manual", "github-releases", "git-tags"] = "manual"
    supported: Supported | None = None
    line: tuple[ReleaseLine, ...] = ()
    cadence: Duration | None = None
    overlap: Duration | None = None
    see: str = ""
