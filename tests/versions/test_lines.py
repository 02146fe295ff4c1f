# SPDX-License-Identifier: Apache-2.0
"""Release lines become intervals, OSV events, CVE versions, vers strings and one sentence; all say the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.versions import (
    Interval,
    LineRange,
    contains,
    cve_versions,
    empty,
    osv_ranges,
    overlap,
    scheme,
    sentence,
    vers,
    vulnerable,
)
from tocsin.core.vocabulary import Affectedness as State

SEMVER = scheme("semver")
POSTGRES = scheme("postgres")

WAREHOUSE = (
    LineRange(line="7.4", state=State.FIXED, fixed_in="7.4.2"),
    LineRange(line="7.3", state=State.FIXED, fixed_in="7.3.4"),
    LineRange(line="6.29", state=State.NOT_AFFECTED),
)


def test_the_sentence_is_the_one_postgresql_writes() -> None:
    assert sentence(SEMVER, WAREHOUSE) == "Versions before 7.4.2 and 7.3.4 are affected; 6.29 is not."


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ""),
        (
            (LineRange(line="6.29", state=State.NOT_AFFECTED), LineRange(line="6.28", state=State.NOT_AFFECTED)),
            "6.29 and 6.28 are not affected.",
        ),
        (
            (*WAREHOUSE[:1], LineRange(line="7.3", state=State.AFFECTED, reason="ends this month")),
            "Versions before 7.4.2 are affected; 7.3 is affected and not fixed.",
        ),
        (
            (LineRange(line="7.4", state=State.FIXED, introduced="7.4.1", fixed_in="7.4.2"),),
            "Versions before 7.4.2 (from 7.4.1) are affected.",
        ),
        (
            (LineRange(line="7.4", state=State.AFFECTED, last_affected="7.4.1", reason="no fix yet"),),
            "Versions up to and including 7.4.1 are affected.",
        ),
        (
            (*WAREHOUSE[:1], LineRange(line="8.0", state=State.REVIEW), LineRange(line="5.0", state=State.UNSUPPORTED)),
            (
                "Versions before 7.4.2 are affected; 8.0 is still being investigated; "
                "5.0 is unsupported and not investigated."
            ),
        ),
        ((LineRange(line="", state=State.AFFECTED, reason="none"),), "Every version is affected and not fixed."),
    ],
)
def test_every_state_of_a_line_is_said(lines: tuple[LineRange, ...], expected: str) -> None:
    assert sentence(SEMVER, lines) == expected


def test_osv_events_rise_and_share_one_range() -> None:
    assert osv_ranges(SEMVER, WAREHOUSE) == [
        {
            "type": "SEMVER",
            "events": [{"introduced": "7.3.0"}, {"fixed": "7.3.4"}, {"introduced": "7.4.0"}, {"fixed": "7.4.2"}],
        }
    ]


def test_a_line_without_fix_stays_within_its_own_bounds() -> None:
    """Otherwise the newest line, which may be sound, would count as affected too."""
    lines = (LineRange(line="6.28", state=State.AFFECTED, reason="end of life"), *WAREHOUSE)
    ranges = osv_ranges(SEMVER, lines)
    assert ranges[1]["events"] == [{"introduced": "6.28.0"}, {"limit": "6.29.0"}]
    assert cve_versions(SEMVER, lines)[0]["lessThan"] == "6.29.0"
    assert not contains(SEMVER, vulnerable(SEMVER, lines), "6.29.0")


def test_a_last_affected_version_has_a_range_of_its_own() -> None:
    """OSV forbids `fixed` and `last_affected` in one range."""
    lines = (LineRange(line="6", state=State.AFFECTED, last_affected="6.1.9", reason="moved on"), WAREHOUSE[0])
    kinds = [{name for event in each["events"] for name in event} for each in osv_ranges(SEMVER, lines)]  # type: ignore[attr-defined]
    assert kinds == [{"introduced", "fixed"}, {"introduced", "last_affected"}]


def test_cve_versions_say_affected_unaffected_and_unknown() -> None:
    lines = (*WAREHOUSE, LineRange(line="5.0", state=State.UNSUPPORTED), LineRange(line="8.0", state=State.REVIEW))
    found = {each["version"]: each["status"] for each in cve_versions(SEMVER, lines)}
    assert found == {
        "7.4.0": "affected",
        "7.3.0": "affected",
        "6.29.0": "unaffected",
        "5.0.0": "unknown",
        "8.0.0": "unknown",
    }


def test_the_published_ranges_of_a_postgresql_record_come_out_as_published() -> None:
    """CVE-2024-7348, but for its versionType `rpm`, which is not PostgreSQL's numbering."""
    lines = [
        LineRange(line=line, state=State.FIXED, fixed_in=fixed, introduced=introduced)
        for line, introduced, fixed in [
            ("16", "", "16.4"),
            ("15", "", "15.8"),
            ("14", "", "14.13"),
            ("13", "", "13.16"),
            ("12", "0", "12.20"),
        ]
    ]
    assert [(each["version"], each["lessThan"]) for each in cve_versions(POSTGRES, lines)] == [
        ("16", "16.4"),
        ("15", "15.8"),
        ("14", "14.13"),
        ("13", "13.16"),
        ("0", "12.20"),
    ]
    assert sentence(POSTGRES, lines) == "Versions before 16.4, 15.8, 14.13, 13.16 and 12.20 are affected."


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(start="7.4.0", fixed="7.4.2"), "vers:semver/>=7.4.0|<7.4.2"),
        (Interval(start="0", fixed="7.4.2"), "vers:semver/<7.4.2"),
        (Interval(start="7.4.0", last="7.4.1"), "vers:semver/>=7.4.0|<=7.4.1"),
        (Interval(start="7.4.0", last="7.4.0"), "vers:semver/7.4.0"),
        (Interval(start="7.4.0"), "vers:semver/>=7.4.0"),
        (Interval(start="0"), "vers:all/*"),
    ],
)
def test_vers_strings(interval: Interval, expected: str) -> None:
    assert vers(SEMVER, interval) == expected


@pytest.mark.parametrize(
    ("version", "hit"),
    [
        ("7.4.0", True),
        ("7.4.1", True),
        ("7.4.2", False),
        ("7.4.2-rc.1", True),
        ("7.3.3", True),
        ("7.3.4", False),
        ("6.29.1", False),
        ("8.0.0", False),
    ],
)
def test_a_version_is_found_in_its_range(version: str, hit: bool) -> None:
    assert contains(SEMVER, vulnerable(SEMVER, WAREHOUSE), version) is hit


def test_overlapping_and_empty_ranges_are_seen() -> None:
    assert overlap(SEMVER, (Interval(start="1.0.0", fixed="2.0.0"), Interval(start="1.9.0", fixed="3.0.0")))
    assert overlap(SEMVER, (Interval(start="0"), Interval(start="1.9.0", fixed="3.0.0")))
    assert overlap(SEMVER, (Interval(start="0", fixed="1.0.0"), Interval(start="0", fixed="3.0.0")))
    assert not overlap(SEMVER, (Interval(start="1.0.0", fixed="2.0.0"), Interval(start="2.0.0", fixed="3.0.0")))
    assert not overlap(SEMVER, (Interval(start="1.0.0", last="1.9.0"), Interval(start="2.0.0")))
    assert empty(SEMVER, Interval(start="2.0.0", fixed="2.0.0"))
    assert not empty(SEMVER, Interval(start="2.0.0", last="2.0.0"))


@st.composite
def some_lines(draw: st.DrawFn) -> tuple[LineRange, ...]:
    lines = []
    for minor in draw(st.lists(st.integers(0, 9), unique=True, max_size=5)):
        state = draw(st.sampled_from(list(State)))
        first = draw(st.integers(0, 4))
        end = draw(st.integers(first + 1, 9))
        ending = draw(st.sampled_from(["fixed_in", "last_affected", ""])) if state is State.AFFECTED else "fixed_in"
        ends = {ending: f"7.{minor}.{end}"} if ending and state in (State.FIXED, State.AFFECTED) else {}
        lines.append(LineRange(line=f"7.{minor}", state=state, introduced=f"7.{minor}.{first}", **ends))
    return tuple(lines)


def _osv_says(ranges: list[dict[str, object]], version: str) -> bool:
    """OSV's published evaluation algorithm, written from its specification and independent of our intervals."""
    key = SEMVER.key

    def hit(events: list[dict[str, str]]) -> bool:
        limits = [event["limit"] for event in events if "limit" in event]
        if limits and all(key(version) >= key(limit) for limit in limits):
            return False
        inside = False
        for event in sorted(events, key=lambda each: key(next(iter(each.values())))):
            if "introduced" in event and (event["introduced"] == "0" or key(version) >= key(event["introduced"])):
                inside = True
            elif ("fixed" in event and key(version) >= key(event["fixed"])) or (
                "last_affected" in event and key(version) > key(event["last_affected"])
            ):
                inside = False
        return inside

    return any(hit(each["events"]) for each in ranges)  # type: ignore[arg-type]


def _cve_says(versions: list[dict[str, str]], version: str) -> bool:
    """CVE Record Format: the status of the first entry that matches."""
    at = SEMVER.key(version)
    for each in versions:
        upper = each.get("lessThan"), each.get("lessThanOrEqual")
        starts = each["version"] == "0" or SEMVER.key(each["version"]) <= at
        inside = (
            (upper[0] is not None and at < SEMVER.key(upper[0]))
            or upper[1] == "*"
            or (upper[1] is not None and upper[1] != "*" and at <= SEMVER.key(upper[1]))
            or (upper == (None, None) and at == SEMVER.key(each["version"]))
        )
        if starts and inside:
            return each["status"] == "affected"
    return False


@given(lines=some_lines(), minor=st.integers(0, 9), patch=st.integers(0, 12))
def test_every_notation_gives_the_same_answer_for_every_version(
    lines: tuple[LineRange, ...], minor: int, patch: int
) -> None:
    version = f"7.{minor}.{patch}"
    expected = contains(SEMVER, vulnerable(SEMVER, lines), version)
    assert _osv_says(osv_ranges(SEMVER, lines), version) is expected
    assert _cve_says(cve_versions(SEMVER, lines), version) is expected
