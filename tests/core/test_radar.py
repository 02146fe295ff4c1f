# SPDX-License-Identifier: Apache-2.0
"""A public commit of an embargoed fix is seen, whatever its message; what is merely alike is not."""

from __future__ import annotations

import random

from tocsin.core.radar import Radar, Strength, Watched

FIX = """diff --git a/src/auth.c b/src/auth.c
index 1..2 100644
--- a/src/auth.c
+++ b/src/auth.c
@@ -10,6 +10,9 @@ int check(struct user *user)
 \tsize_t length = packet->length;
-\tmemcpy(buffer, packet->data, length);
+\tif (length > sizeof(buffer))
+\t\treturn report_overrun(user, length);
+\tmemcpy(buffer, packet->data, sizeof(buffer));
 \treturn 0;
"""
CASE = "WHPG-2026-k7x4m"


def log(diff: str, message: str = "Tidy up") -> str:
    return f"commit {'a' * 40}\nAuthor: Somebody\n\n    {message}\n\n{diff}"


def test_the_fix_is_known_again_under_another_message_indented_otherwise_and_in_another_place() -> None:
    moved = FIX.replace("src/auth.c", "lib/authentication.c").replace("\t", "    ").replace("@@ -10,6", "@@ -410,6")
    (hit,) = Radar([Watched(case=CASE, diff=FIX)]).look(log(moved))
    assert (hit.case, hit.strength, hit.where) == (CASE, Strength.SAME, "a" * 40)


def test_half_a_fix_is_shown_as_a_part() -> None:
    half = FIX.replace("-\tmemcpy(buffer, packet->data, length);\n", "")
    (hit,) = Radar([Watched(case=CASE, diff=FIX)]).look(log(half))
    assert hit.strength is Strength.PART
    assert 0.34 <= hit.share < 0.8


def test_braces_returns_and_context_are_no_hit() -> None:
    other = FIX.replace("+\tif (length > sizeof(buffer))", "+\t}").replace(
        "+\t\treturn report_overrun(user, length);", "+\treturn 0;"
    )
    other = "\n".join(line for line in other.splitlines() if "memcpy" not in line)
    assert Radar([Watched(case=CASE, diff=FIX)]).look(log(other)) == ()


def test_a_word_is_seen_in_any_text_and_case() -> None:
    radar = Radar([Watched(case=CASE, words=(CASE, "CVE-1900-0001", "heron-tin-kettle"))])
    (hit,) = radar.look("Issue 14: is this heron-TIN-kettle again? see whpg-2026-K7X4M")
    assert (hit.strength, hit.seen) == (Strength.WORD, (CASE, "heron-tin-kettle"))
    assert radar.look("nothing to see in whpg") == ()


def test_among_many_commits_only_the_one_is_named() -> None:
    chance = random.Random(7)
    noise = "".join(
        log(
            "".join(
                f"@@ -{n} +{n} @@\n+    value_{chance.random()} = compute_{chance.random()}(input);\n" for n in range(9)
            )
        ).replace("a" * 40, f"{number:040x}")
        for number in range(200)
    )
    hits = Radar([Watched(case=CASE, diff=FIX)]).look(noise + log(FIX))
    assert [hit.where for hit in hits] == ["a" * 40]


def test_nothing_watched_finds_nothing() -> None:
    assert Radar([]).look(log(FIX)) == ()
    assert Radar([Watched(case=CASE)]).look(log(FIX)) == ()
