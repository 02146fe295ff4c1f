# SPDX-License-Identifier: Apache-2.0
"""What bandit may find is written down by file; anything else has to be looked at."""

from __future__ import annotations

from tests.scan.source import explained, unexplained
from tests.support import ROOT

OUTBOX = "src/tocsin/adapters/db/outbox.py"


def test_every_explained_file_is_there() -> None:
    assert [file for _, file in explained() if not (ROOT / file).exists()] == []


def test_what_is_explained_is_passed_over() -> None:
    assert unexplained([("B608", "MEDIUM", OUTBOX)] * explained()["B608", OUTBOX]) == []


def test_control_one_more_one_elsewhere_and_everything_high_has_to_be_looked_at() -> None:
    more = explained()["B608", OUTBOX] + 1
    assert unexplained([("B608", "MEDIUM", OUTBOX)] * more)
    assert unexplained([("B608", "MEDIUM", "src/tocsin/core/case/decide.py")])
    assert unexplained([("B608", "HIGH", OUTBOX)])
