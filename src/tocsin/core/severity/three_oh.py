# SPDX-License-Identifier: Apache-2.0
"""Rounds CVSS 3.0 temporal and environmental scores the way FIRST's 3.0 calculator did.

That calculator multiplied in binary floating point and then rounded up, so `5.0 x 0.92` became 4.7 and not 4.6. FIRST
publishes both numbers for one vector as the reason for 3.1's new rounding (v3.1 user guide 2.6, "Roundup"). The `cvss`
library computes 3.0 with decimals and so gives the 3.1 answer; base scores are the same either way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import cvss
from cvss import constants3

_TEMPORAL = ("E", "RL", "RC")


def overall(metrics: Mapping[str, str]) -> float:
    """Environmental score of a 3.0 vector given by its metrics; it equals the base score where only those are given."""
    still = "/".join(f"{name}:{value}" for name, value in metrics.items() if name not in _TEMPORAL)
    points = float(cvss.CVSS3(f"CVSS:3.0/{still}").scores()[2])
    for name in _TEMPORAL:
        points *= float(constants3.METRICS_VALUES[name][metrics.get(name, "X")])
    return math.ceil(points * 10) / 10
