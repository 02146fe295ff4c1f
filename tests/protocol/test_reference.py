# SPDX-License-Identifier: Apache-2.0
"""The reference page is what the tables say, and participants have as many states as published."""

from __future__ import annotations

import runpy

from tests.support import ROOT, golden
from tocsin.core.case.spaces import SIZES

DOCS = ROOT / "docs" / "reference"


def test_the_reference_page_is_drawn_from_the_tables() -> None:
    drawn = runpy.run_path(str(DOCS / "draw_protocol.py"))["page"]()
    golden(DOCS / "protocol.md", drawn)


def test_a_participant_has_as_many_states_as_published() -> None:
    assert dict(SIZES) == {
        "naive product": 1_400,
        "anybody": 352,
        "vendor who deploys": 128,
        "vendor": 100,
        "deployer": 100,
        "coordinator and others": 72,
        "finder or reporter": 29,
    }
