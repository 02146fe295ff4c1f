# SPDX-License-Identifier: Apache-2.0
"""What tells too much, what does not, and where."""

from __future__ import annotations

import pytest

from tocsin.core.backports import leak, names
from tocsin.core.backports.leak import Place


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("fix-cve-2026-12345", "leak-id"),
        ("Fix GHSA-2345-6789-cfgh", "leak-id"),
        ("WHPG-2026-h7x4m: check length", "leak-id"),
        ("Fix heap buffer overflow in decoder", "leak-kind"),
        ("prevent use-after-free", "leak-kind"),
        ("Avoid OOB read", "leak-kind"),
        ("SECURITY: validate input", "leak-security"),
        ("stop attackers from reading memory", "leak-security"),
        ("close the exploit", "leak-security"),
        ("thank you, quiet-canary", "leak-canary"),
    ],
)
def test_words_that_tell_are_found(words: str, code: str) -> None:
    assert code in {each.code for each in leak.text(Place.MESSAGE, "message", words, ["quiet-canary"])}


@pytest.mark.parametrize(
    "words",
    ["Check the length of a frame before copying it", "Handle overflow of the text box", "Rename the limit",
     "Force a rebuild", "Use the source", "Support secure connections", "release 2026-11"],
)  # fmt: skip
def test_words_of_ordinary_work_are_not(words: str) -> None:
    assert list(leak.text(Place.MESSAGE, "message", words)) == []


def test_code_may_name_anything_its_comments_may_not() -> None:
    assert list(leak.added("src/a.c", 7, "int buffer_overflow = security_check();")) == []
    (found,) = leak.added("src/a.c", 7, "x = 1; // the exploit writes here")
    assert (found.code, found.place, found.where) == ("leak-security", Place.COMMENT, "src/a.c:7")


def test_names_of_tests_are_looked_at() -> None:
    (found,) = leak.added("tests/test_frames.py", 3, "def test_use_after_free_of_a_frame():")
    assert (found.code, found.place) == ("leak-kind", Place.TEST)
    assert list(leak.added("src/frames.py", 3, "def use_after_free_guard():")) == []
    assert [each.code for each in leak.file_name("tests/test_cve_2026_12345.py")] == ["leak-id"]


def test_a_branch_for_private_work_says_nothing_and_is_always_the_same() -> None:
    name = names.branch("WHPG-2026-h7x4m", "7.4")
    assert name == names.branch("WHPG-2026-h7x4m", "7.4")
    assert name != names.branch("WHPG-2026-h7x4p", "7.4")
    assert "h7x4m" not in name
    assert not list(leak.text(Place.BRANCH, name, name))


@pytest.mark.parametrize(
    ("name", "line", "safe"),
    [("CVE-2026-00000", "7.4", "cve-2026-00000-7_4.patch"), ("../x", "a/b", "x-a-b.patch"), ("-f", "", "f-x.patch"),
     ("ümlaut; rm", "1.0", "mlaut--rm-1_0.patch")],
)  # fmt: skip
def test_a_patchs_name_is_safe_for_every_list(name: str, line: str, safe: str) -> None:
    assert names.patch(name, line) == safe
