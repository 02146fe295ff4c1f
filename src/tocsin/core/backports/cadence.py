# SPDX-License-Identifier: Apache-2.0
"""When the next release of a line is to be expected: from the policy's cadence, or from the past where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from tocsin.core.backports.releases import Release

_LATELY: Final = 6


def last_release(releases: Sequence[Release]) -> datetime | None:
    """When the newest final release of a line was tagged; None where no date is known."""
    dated = [each.at for each in releases if each.at and not each.preview]
    return datetime.fromtimestamp(max(dated), UTC) if dated else None


def usual_gap(releases: Sequence[Release]) -> float | None:
    """Median days between the latest final releases; None with fewer than three."""
    dated = sorted(each.at for each in releases if each.at and not each.preview)[-_LATELY:]
    gaps = sorted(later - earlier for earlier, later in pairwise(dated))
    return gaps[len(gaps) // 2] / 86400 if len(gaps) > 1 else None
