# SPDX-License-Identifier: Apache-2.0
"""The reference pages say what the clauses and their stories say."""

from __future__ import annotations

import runpy

from tests.support import ROOT

REFERENCE = ROOT / "docs" / "reference"


def test_every_clause_page_is_the_one_that_would_be_written():
    drawn = runpy.run_path(str(REFERENCE / "draw_clauses.py"))["pages"]()
    kept = {path.name: path.read_text(encoding="utf-8") for path in (REFERENCE / "clauses").glob("*.md")}
    assert kept == drawn, "run python docs/reference/draw_clauses.py and read the difference"


def test_the_page_of_lint_codes_is_the_one_that_would_be_written():
    drawn = runpy.run_path(str(REFERENCE / "draw_clauses.py"))["codes"]()
    assert (REFERENCE / "lint-codes.md").read_text(encoding="utf-8") == drawn


def test_the_page_of_the_policy_file_is_the_one_that_would_be_written():
    drawn = runpy.run_path(str(REFERENCE / "draw_policy.py"))["page"]()
    assert (REFERENCE / "policy-file.md").read_text(encoding="utf-8") == drawn
