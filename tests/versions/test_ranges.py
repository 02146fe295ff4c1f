# SPDX-License-Identifier: Apache-2.0
"""Ranges are read as others write them, and what we write is read back as it was meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.versions.test_order import numbers
from tocsin.core.formats.imports.cve import read as read_cve
from tocsin.core.formats.imports.osv import read as read_osv
from tocsin.core.versions import (
    Interval,
    LineRange,
    canonical,
    contains,
    cve_versions,
    holds,
    intervals,
    native,
    osv_ranges,
    parse_vers,
    read_range,
    read_sentence,
    scheme,
    sentence,
    strict_vers,
    vers,
    vulnerable,
)
from tocsin.core.versions.ranges import overlap, parse_vls
from tocsin.core.vocabulary import Affectedness


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("generic", ">= 1.0, < 1.2", "vers:generic/>=1.0|<1.2"),
        ("generic", "= 1.0", "vers:generic/1.0"),
        ("semver", "< 1.2.0 || >= 2.0.0, < 2.1.4", "vers:semver/<1.2.0|>=2.0.0|<2.1.4"),
        ("maven", "[1.0,2.0)", "vers:maven/>=1.0|<2.0"),
        ("maven", "(,1.0],[1.2,)", "vers:maven/<=1.0|>=1.2"),
        ("maven", "[1.0]", "vers:maven/1.0"),
        ("npm", "^1.2.3", "vers:npm/>=1.2.3|<2.0.0"),
        ("pep440", "~=1.4.2", "vers:pypi/>=1.4.2|<1.5"),
        ("pep440", "==1.4.*", "vers:pypi/>=1.4|<1.5"),
        ("postgres", "*", "vers:generic/*"),
    ],
)
def test_native_notations_become_vers(name: str, written: str, meant: str) -> None:
    assert str(native(scheme(name), written)) == meant


@pytest.mark.parametrize(
    "written",
    [
        "vers:npm/>=1.0.0| <2.0.0",
        "vers:npm/|>=1.0.0",
        "vers:npm/>=1.0.0|",
        "vers:npm/1.0%2G0",
        "vers:npm/",
        "vers:npm/*|1",
        "npm/1",
        "vers:/1",
        "vers:npm/" + "1|" * 10_000,
    ],
)
def test_what_is_no_vers_string_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=re.compile(".+")):
        parse_vers(written)


@pytest.mark.parametrize("written", ["vers:npm/>=2.0.0|<1.0.0", "vers:npm/1.0.0|1.0.0", "vers:npm/1.0.0%2b1"])
def test_what_is_not_canonical_is_refused_where_that_is_asked(written: str) -> None:
    with pytest.raises(ValueError, match=re.compile("sorted|two|canonical")):
        strict_vers(written, scheme("npm"))


@pytest.mark.parametrize(
    "written", ["^^1", ">>1", "1..2", "1.2.3.4", "1 -", "^1 | ^2", "=>1", "=" * 16_000, "1 - " * 4_000, "> " * 8_000]
)
@pytest.mark.parametrize("name", ["npm", "semver", "go"])
def test_what_node_semver_does_not_read_is_refused_and_not_half_read(name: str, written: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        native(scheme(name), written)


@pytest.mark.parametrize("written", ["~ 1.0.3", "1.2.3 - 2.3.4", "^1 || >=3, <4", "v1.x", "=1.2.3-rc.1+build", ""])
def test_what_node_semver_reads_is_read(written: str) -> None:
    native(scheme("npm"), written)


@pytest.mark.parametrize("written", ["", "~x", "[1.0", "1.0 or so", ">" * 50, "(" * 5_000, "a" * 20_000])
def test_what_is_no_range_is_refused_at_once(written: str) -> None:
    for name in ("maven", "npm", "generic", "pep440"):
        if written or name in ("pep440",):
            with pytest.raises(ValueError, match=re.compile(".+", re.DOTALL)):
                read_range(scheme(name), written or "~")


def test_none_holds_nothing_and_all_everything() -> None:
    assert not holds(scheme("semver"), parse_vers("vers:none/*"), "1.0.0")
    assert holds(scheme("semver"), parse_vers("vers:all/*"), "1.0.0")


@given(st.lists(numbers, min_size=2, max_size=6, unique=True), st.booleans(), st.booleans(), numbers)
def test_a_range_that_we_write_is_read_back_exactly(
    bounds: list[str], closed: bool, open_end: bool, probe: str
) -> None:
    each = scheme("semver")
    ordered = sorted(set(bounds), key=each.key)
    found = [
        Interval(start=low, last=high) if closed else Interval(start=low, fixed=high)
        for low, high in zip(ordered[::2], ordered[1::2], strict=False)
    ]
    if open_end:
        found.append(Interval(start=ordered[-1])) if len(ordered) % 2 else None
    written = "|".join(vers(each, one).partition("/")[2] for one in found)
    read = canonical(parse_vers(f"vers:semver/{written}"), each)
    assert intervals(each, read) == tuple(found)
    assert holds(each, read, probe) is contains(each, found, probe)


@given(st.lists(st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 8)), min_size=1, max_size=4))
def test_two_ranges_overlap_where_some_version_lies_in_both(pieces: list[tuple[str, int]]) -> None:
    each = scheme("intdot")
    first = parse_vls("|".join(f"{sign.replace('=', '') if sign == '=' else sign}{at}.5" for sign, at in pieces[:2]))
    second = (
        parse_vls("|".join(f"{sign.replace('=', '') if sign == '=' else sign}{at}.5" for sign, at in pieces[2:]))
        if (pieces[2:])
        else parse_vls(">=3")
    )
    ranges = [parse_vers("vers:intdot/*").__class__(type="intdot", constraints=one) for one in (first, second)]
    probes = [f"{whole}.{part}" for whole in range(11) for part in ("1", "5", "9")]
    expected = any(all(holds(each, one, probe) for one in ranges) for probe in probes)
    assert overlap(each, first, second) is expected


@st.composite
def boards(draw: st.DrawFn) -> tuple[LineRange, ...]:
    """Release lines 1.0 to 9.3 of a product, each in some state."""
    names = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=6, unique=True))
    lines = []
    for major, minor in names:
        low, high = draw(st.integers(0, 9)), draw(st.integers(10, 20))
        start = draw(st.sampled_from(["", f"{major}.{minor}.{low + 1}"]))
        name, end = f"{major}.{minor}", f"{major}.{minor}.{high}"
        lines.append(
            draw(
                st.sampled_from(
                    [
                        LineRange(line=name, state=Affectedness.FIXED, introduced=start, fixed_in=end),
                        LineRange(line=name, state=Affectedness.AFFECTED, introduced=start, last_affected=end),
                        LineRange(line=name, state=Affectedness.AFFECTED, introduced=start),
                        LineRange(line=name, state=Affectedness.NOT_AFFECTED),
                        LineRange(line=name, state=Affectedness.REVIEW),
                        LineRange(line=name, state=Affectedness.UNSUPPORTED),
                    ]
                )
            )
        )
    return tuple(lines)


@given(boards(), st.sampled_from(["semver", "postgres", "pep440", "debian", "maven", "npm"]))
def test_the_sentence_for_people_is_read_back_exactly(lines: tuple[LineRange, ...], name: str) -> None:
    each = scheme(name)
    back = read_sentence(each, sentence(each, lines), [line.line for line in lines])
    assert sorted(back, key=lambda line: line.line) == sorted(lines, key=lambda line: line.line)


def test_the_sentence_of_postgresql_is_read_and_another_is_refused() -> None:
    read = read_sentence(
        scheme("postgres"), "Versions before 17.6, 16.10 and 15.14 are affected; 13 is not.", ["17", "16", "15"]
    )
    assert [(line.line, line.fixed_in) for line in read][:3] == [("17", "17.6"), ("16", "16.10"), ("15", "15.14")]
    assert read[3] == LineRange(line="13", state=Affectedness.NOT_AFFECTED)
    with pytest.raises(ValueError, match="no statement"):
        read_sentence(scheme("postgres"), "All of it is bad.", [])


@given(boards(), st.sampled_from(["semver", "postgres", "debian", "maven", "npm", "generic"]))
def test_ranges_of_random_boards_go_through_osv_cve_and_vers_exactly(lines: tuple[LineRange, ...], name: str) -> None:
    each = scheme(name)
    meant = vulnerable(each, lines)
    affected = [line for line in lines if line.vulnerable]
    osv = {"id": "X-1", "affected": [{"package": {"ecosystem": name, "name": "x"}, "ranges": osv_ranges(each, lines)}]}
    cve = {"containers": {"cna": {"affected": [{"product": "x", "versions": cve_versions(each, affected)}]}}}
    for document, read in ((osv, read_osv), (cve, read_cve)):
        if affected:
            product = read(document).products[0]
            got = {(one.start, one.before, one.last) for one in vulnerable(each, product.lines)}
            assert got == {(one.start, one.before, one.last) for one in meant}, document
    for one in meant:
        spans = intervals(each, parse_vers(vers(each, one)))
        assert [(span.start, span.before, span.last) for span in spans] == [(one.start, one.before, one.last)]
