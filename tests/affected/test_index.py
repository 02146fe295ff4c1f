# SPDX-License-Identifier: Apache-2.0
"""Laws of the index: what it answers by bisection is what looking at every range one by one answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tocsin.core.affected import cuts
from tocsin.core.affected.cuts import PARSERS, Cuts
from tocsin.core.affected.index import Index
from tocsin.core.affected.statements import Listed, Record, Statement
from tocsin.core.versions import Interval, contains, scheme
from tocsin.core.vocabulary import Affectedness

T0 = datetime(2026, 3, 3, tzinfo=UTC)
NAME = ("PyPI", "thing")

versions = st.builds("{}.{}".format, st.integers(0, 6), st.integers(0, 9)) | st.sampled_from(
    ["1.0rc1", "2.0.dev3", "3.0.post1", "4.0+local.7", "5.0a2"]
)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start = draw(st.just("0") | versions)
    end = draw(st.sampled_from(["fixed", "last", "limit", ""]))
    return Interval(start=start, **({end: draw(versions)} if end else {}))


def statement(span: Interval, name: tuple[str, str] = NAME, **more: object) -> Statement:
    values: dict[str, object] = {"state": Affectedness.FIXED, "fixed": span.fixed, "scheme": "pep440"}
    return Statement(names=(name,), interval=span, **values | more)


def record(number: int, *said: Statement, **more: object) -> Record:
    return Record(id=f"A-{number}", modified=T0, statements=said, **more)


def hit(index: Index, name: tuple[str, str], version: str) -> list[str]:
    return list(index.hit(name, version))


@given(st.lists(intervals(), max_size=12), versions)
def test_an_answer_by_bisection_is_the_answer_by_looking_at_every_range(spans: list[Interval], version: str) -> None:
    index = Index(record(number, statement(span)) for number, span in enumerate(spans))
    order = scheme("pep440")
    right = {f"A-{number}" for number, span in enumerate(spans) if contains(order, [span], version)}
    assert set(hit(index, NAME, version)) == right
    assert len(hit(index, NAME, version)) == len(right)


@given(st.lists(intervals(), min_size=1, max_size=40), versions)
def test_kept_changes_give_the_same_pieces_as_kept_answers(spans: list[Interval], version: str) -> None:
    whole = Cuts("pep440", spans)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "WHOLE", 3)
        patch.setattr(cuts, "STRIDE", 4)
        changes = Cuts("pep440", spans)
        key = PARSERS["pep440"](version)
        assert set(changes.at(key)) == set(whole.at(key))


@given(st.lists(intervals(), min_size=1, max_size=40), versions)
def test_looking_among_keys_that_begin_alike_finds_the_same_piece(spans: list[Interval], version: str) -> None:
    plain, key = Cuts("pep440", spans), PARSERS["pep440"](version)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "MANY", 0)
        short = Cuts("pep440", spans)
    assert short.place(key) == plain.place(key)
    assert short.at(key) == plain.at(key) == plain.piece(plain.place(key))


def test_a_package_beyond_4096_cuts_keeps_changes_and_still_answers() -> None:
    spans = [Interval(start=f"{number}.0", fixed=f"{number + 900}.0") for number in range(3000)]
    index = Index(record(number, statement(span)) for number, span in enumerate(spans))
    assert hit(index, NAME, "2500.1") == [f"A-{number}" for number in range(1601, 2501)]


def test_a_newer_revision_replaces_what_was_said() -> None:
    index = Index([record(1, statement(Interval(start="0", fixed="2.0"))), record(2, statement(Interval(start="0")))])
    assert hit(index, NAME, "1.0") == ["A-1", "A-2"]
    index.put(record(1, statement(Interval(start="0", fixed="1.0"))))
    assert hit(index, NAME, "1.0") == ["A-2"]
    index.drop("A-2")
    assert hit(index, NAME, "0.5") == ["A-1"]
    assert len(index) == 1


def test_withdrawn_advisories_say_nothing() -> None:
    index = Index([record(1, statement(Interval(start="0")), withdrawn=True)])
    assert hit(index, NAME, "1.0") == []
    assert index.record("A-1") is not None


def test_versions_named_one_by_one_are_found_as_they_are_written() -> None:
    said = Listed(names=(NAME,), scheme="pep440", versions=("1.0", "odd name"))
    index = Index([Record(id="A-1", modified=T0, listed=(said,))])
    assert hit(index, NAME, "odd name") == ["A-1"]
    assert hit(index, NAME, "1.0.1") == []


def test_a_bound_that_is_no_version_leaves_the_others_standing_and_is_told() -> None:
    bad, good = statement(Interval(start="---", fixed="2.0")), statement(Interval(start="0", fixed="2.0"))
    index = Index([record(1, bad), record(2, good)])
    assert hit(index, NAME, "1.0") == ["A-2"]
    package = index.package(NAME)
    assert package is not None
    assert list(package.unreadable) == ["A-1"]


def test_debian_asks_all_releases_and_one_release_only_itself() -> None:
    def of(release: str) -> Statement:
        return statement(Interval(start="0", fixed="2.0-1"), (f"Debian:{release}", "curl"), scheme="debian")

    index = Index([record(1, of("12")), record(2, of("13"))])
    assert hit(index, ("Debian", "curl"), "1.9-1") == ["A-1", "A-2"]
    assert hit(index, ("Debian:13", "curl"), "1.9-1") == ["A-2"]
    assert index.of(("Debian", "curl")) == ["A-1", "A-2"]


pep440 = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["", "1!"]),
    st.lists(st.integers(0, 3).map(str), min_size=1, max_size=4).map(".".join),
    st.sampled_from(["", "a0", "b2", "rc1"]),
    st.sampled_from(["", ".post0", ".post3"]),
    st.sampled_from(["", ".dev0", ".dev4"]),
    st.sampled_from(["", "+1", "+a", "+1.b", "+b.2"]),
)


@given(pep440, pep440)
def test_the_keys_of_python_versions_compare_as_the_reference_compares(first: str, second: str) -> None:
    key = scheme("pep440").key
    assert (key(first) < key(second)) == (Version(first) < Version(second))
    assert (key(first) == key(second)) == (Version(first) == Version(second))
