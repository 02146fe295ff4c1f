# SPDX-License-Identifier: Apache-2.0
"""The page on conformance tells what a fresh run of the public suites gives."""

from __future__ import annotations

import importlib.util
import os
import re

import pytest

from tests.formats.suites import scores
from tests.support import ROOT, shared

PAGE = ROOT / "docs" / "reference" / "conformance.md"
VERDICTS = ROOT / "docs" / "reference" / "csaf-verdicts.md"
ROWS = re.compile(r"^\| [^|]+ \| \d+ \| \d+ \|$", re.MULTILINE)


@pytest.mark.slow
def test_the_scores_on_the_page_are_those_of_a_fresh_run() -> None:
    rows = [f"| {each.suite} | {each.right} | {each.cases} |" for each in scores(shared("standards"))]
    page = PAGE.read_text(encoding="utf-8")
    told = ROWS.findall(page)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(page.replace("\n".join(told), "\n".join(rows)), encoding="utf-8")
        told = ROWS.findall(PAGE.read_text(encoding="utf-8"))
    assert told == rows


@pytest.mark.slow
def test_our_verdicts_on_csaf_documents_are_those_of_a_fresh_run() -> None:
    spec = importlib.util.spec_from_file_location("draw_verdicts", VERDICTS.with_name("draw_verdicts.py"))
    assert spec is not None
    assert spec.loader is not None
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    assert VERDICTS.read_text(encoding="utf-8") == drawing.draw(shared("standards"))


def test_no_engine_is_right_on_more_documents_than_we_are() -> None:
    page = VERDICTS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| CSAF .+? \| \d+ \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    assert len(rows) == 4
    assert all(int(ours) >= max(int(theirs), int(peer)) for ours, theirs, peer in rows)
