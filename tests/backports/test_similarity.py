# SPDX-License-Identifier: Apache-2.0
"""How alike changes are, whether code is there, and what messages say."""

from __future__ import annotations

import pytest

from tocsin.core.backports import message
from tocsin.core.backports.commits import Patch
from tocsin.core.backports.similarity import Hunk, distinctive, is_code, presence, similarity


def patch(*added: str, removed: tuple[str, ...] = ()) -> Patch:
    return Patch(removed={"a.c": removed}, added={"a.c": added})


def test_similarity_is_the_shared_part_of_the_larger_change_whatever_the_spacing() -> None:
    assert similarity(patch("if (length > limit)", "return -1;"), patch("if(length>limit)", "return   -1;")) == 1.0
    assert similarity(patch("int alpha;", "int beta;"), patch("int alpha;", "int gamma;")) == 0.5
    assert similarity(patch("int alpha;"), patch(removed=("int alpha;",))) == 0.0
    assert similarity(patch("}"), patch("}")) == 0.0


def test_code_is_there_by_its_own_lines_not_by_braces() -> None:
    hunks = [Hunk(path="a.c", before=("  size_t wanted = prefix(input);", "{", "}", "  return 0;"))]
    there = presence(hunks, {"a.c": ("size_t wanted = prefix(input);",)})
    gone = presence(hunks, {"a.c": ("{", "}", "return 0;")})
    assert there
    assert there.present
    assert gone
    assert gone.absent
    assert not gone.present


def test_where_a_fix_expects_nothing_nothing_is_said() -> None:
    assert presence([Hunk(path="a.c", before=("}",))], {}) is None
    assert presence([], {}) is None


def test_a_file_that_is_not_there_counts_as_missing_code() -> None:
    found = presence([Hunk(path="a.c", before=("a line of some code",))], {})
    assert found
    assert found.absent


def test_moved_code_is_looked_for_by_its_longest_lines() -> None:
    hunks = [Hunk(path="a.c", before=("short", "  a_rather_long_line_of_code(that, stands, alone);", "}"))]
    assert distinctive(hunks) == ("a_rather_long_line_of_code(that, stands, alone);",)


@pytest.mark.parametrize(
    ("path", "code"),
    [("src/backend/a.c", True), ("doc/src/release.sgml", False), ("tests/a.py", False), ("ssl/ssl_test.cc", False),
     ("CHANGES.md", False), ("contrib/x/expected/x.out", False), ("crypto/testing_tools.c", True)],
)  # fmt: skip
def test_documents_and_tests_are_no_code(path: str, code: bool) -> None:
    assert is_code(path) is code


@pytest.mark.parametrize(
    "line",
    ["[5.2.x] Fixed CVE-2024-1 -- Checked it", "Fixed CVE-2024-1 -- Checked it. (#812)",
     "fixed  cve-2024-1 -- checked it",
     "backport: Fixed CVE-2024-1 -- Checked it", "[PATCH] [7.3] Fixed CVE-2024-1 -- Checked it"],
)  # fmt: skip
def test_a_subject_is_compared_without_what_backporting_adds(line: str) -> None:
    assert message.subject(line) == "fixed cve-2024-1 -- checked it"


def test_only_recorded_forms_name_a_commit() -> None:
    full = "0123456789abcdef0123456789abcdef01234567"
    written = f"Fix it\n\n(cherry picked from commit {full})\nSee deadbeef1.\nThis reverts commit abcdef0.\n"
    said = message.said(written)
    assert (said.picked, said.reverts) == ((full,), ("abcdef0",))
    several = message.said("This reverts commits abcdef0, 1234567 and feedbee.")
    assert several.reverts == ("abcdef0", "1234567", "feedbee")
    assert message.said(f"Backport of {full} from main.").picked == (full,)
    assert message.said(f"commit {full} upstream.").picked == (full,)
    assert message.said(f"[ Upstream commit {full} ]").picked == (full,)
    assert message.said(f"Follow-up to {full}, which broke the build").picked == ()
