# SPDX-License-Identifier: Apache-2.0
"""The page on conformance tells what a fresh run of the public suites gives."""

from __future__ import annotations

import re

import pytest

from tests.formats.suites import scores
from tests.support import ROOT, shared

PAGE = ROOT / "docs" / "reference" / "conformance.md"


@pytest.mark.slow
def test_the_scores_on_the_page_are_those_of_a_fresh_run() -> None:
    told = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    measured = [(each.suite, str(each.right), str(each.cases)) for each in scores(shared("standards"))]
    assert told == measured
