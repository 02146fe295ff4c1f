# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.claims.extract import MAX_CLAIMS, Kind, extract

REPORT = """Out-of-bounds read in demo_decode()
Seen in WarehousePG 7.3.1 (commit 9f31c02) and since v6.29.2; like CVE-2026-12345.
The loop in src/demo_ext.c:311 trusts `payload_len`. Start the server with --enable-demo.
It links pkg:generic/zlib@1.2.13 and left-pad@1.3.0; see https://example.org/notes/other.c for pictures.

#0  0x00007f12 in demo_decode (buf=0x1) at src/demo_ext.c:311
  File "/usr/lib/python3/site-packages/demo/run.py", line 12, in load_all
    at org.example.Demo.parse(Demo.java:42)
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(claim.kind.value, claim.value) for claim in extract(text)]


def test_everything_that_a_report_cites_is_taken_once_as_it_is_spelt() -> None:
    assert set(told(REPORT)) == {
        ("symbol", "demo_decode"), ("version", "7.3.1"), ("commit", "9f31c02"), ("version", "6.29.2"),
        ("cve", "CVE-2026-12345"), ("file", "src/demo_ext.c"), ("line", "src/demo_ext.c:311"),
        ("symbol", "payload_len"), ("option", "--enable-demo"), ("package", "pkg:generic/zlib@1.2.13"),
        ("package", "left-pad@1.3.0"), ("frame", "demo_decode src/demo_ext.c:311"),
        ("frame", "load_all /usr/lib/python3/site-packages/demo/run.py:12"),
        ("frame", "org.example.Demo.parse Demo.java:42"), ("symbol", "WarehousePG"),
    }  # fmt: skip


def test_each_claim_says_on_which_line_of_the_report_it_stands() -> None:
    lines = {claim.value: claim.line for claim in extract(REPORT)}
    assert (lines["demo_decode"], lines["9f31c02"], lines["src/demo_ext.c"], lines["left-pad@1.3.0"]) == (1, 2, 3, 4)


@pytest.mark.parametrize(
    "prose",
    [
        "I think there is a problem when the server restarts, e.g. on Sundays.",
        "See https://example.org/a_b/c.py?x=1.2.3 and mail somebody@example.org.",
        "It costs 100 dollars, 50 % of the time, deadbeef or not.",
    ],
)
def test_prose_cites_nothing(prose: str) -> None:
    assert told(prose) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "hostile", ["a_" * 90_000 + "(", "+a" * 90_000, "a::" * 60_000, "#1 in a " * 20_000, "a/" * 90_000]
)
def test_a_hostile_text_is_read_to_its_end(hostile: str) -> None:
    assert len(extract(hostile)) <= MAX_CLAIMS


@given(st.text(alphabet="ab_./:()#0 1\n`-@", max_size=300))
def test_any_text_gives_claims_that_stand_in_it(text: str) -> None:
    for claim in extract(text):
        assert 1 <= claim.line <= text.count("\n") + 1
        if claim.kind in (Kind.FILE, Kind.SYMBOL, Kind.COMMIT):
            assert claim.value in text
