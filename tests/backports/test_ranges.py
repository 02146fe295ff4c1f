# SPDX-License-Identifier: Apache-2.0
"""Events, evaluated by their own rule, give back the releases they were made from: over random histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.backports.commits import Commit, Patch
from tocsin.core.backports.facts import Board, Query, State, change, judge
from tocsin.core.backports.graph import contain, from_parents
from tocsin.core.backports.ranges import again, line_fact, ranges
from tocsin.core.backports.releases import Line, read_tags
from tocsin.core.versions import LineRange, contains, scheme, vulnerable
from tocsin.core.vocabulary import Affectedness


class Silent:
    """A history without words."""

    def commit(self, commit: str) -> Commit:
        return Commit(id=commit, author="", email="", authored=0, committed=0, title="", subject="")

    def same_subject(self, subject: str) -> Sequence[Commit]:
        return ()

    naming = same_subject

    def resolve(self, written: str) -> str | None:
        return None

    def near(self, commit: Commit, days: float) -> Sequence[Commit]:
        return ()

    def touching(self, commit: Commit) -> Sequence[Commit]:
        return ()

    def patches(self, commits: Sequence[str]) -> Mapping[str, Patch]:
        return {}


@st.composite
def boards(draw: st.DrawFn) -> tuple[Board, str, str]:
    """A trunk and some lines cut from it, each with releases; a commit that breaks and one that mends, on the trunk."""
    parents: list[list[int]] = [[]]
    lines, tags = [], []

    def grow(tip: int) -> int:
        parents.append([tip])
        return len(parents) - 1

    tip, trunk = 0, [0]
    for minor in range(draw(st.integers(1, 4))):
        for _ in range(draw(st.integers(1, 4))):
            tip = grow(tip)
            trunk.append(tip)
        at = tip
        for patch in range(draw(st.integers(1, 3))):
            at = grow(at)
            tags.append((f"1.{minor}.{patch}", f"c{at}", 0))
        lines.append(Line(name=f"1.{minor}", ref="", commit=f"c{at}", version=f"1.{minor}"))
    lines.append(Line(name="main", ref="", commit=f"c{tip}"))
    broke, mended = sorted(draw(st.lists(st.sampled_from(trunk), min_size=2, max_size=2)))
    releases = read_tags(tags)
    tips = [int(each.commit[1:]) for each in (*lines, *releases.all)]
    contained = contain(from_parents(parents), tips)
    board = Board(lines=tuple(lines), releases=releases, holds=lambda commit: contained.of(int(commit[1:])))
    return board, f"c{broke}", f"c{mended}"


@given(boards())
def test_events_give_their_releases_back(made: tuple[Board, str, str]) -> None:
    board, broke, mended = made
    history = Silent()
    query = Query(
        fixes=(change(board, history, history.commit(mended)),),
        introduced=(change(board, history, history.commit(broke)),),
    )
    facts = judge(board, query, lambda line: None)
    found = ranges(board, query, facts)
    assert found.exact
    events = found.ecosystem[0].events if found.ecosystem else ()
    assert again(board.releases.all, events) == set(found.affected)
    expected = {
        each.tag
        for each in board.releases.all
        if board.holds(broke) >> board.bit(each) & 1 and not board.holds(mended) >> board.bit(each) & 1
    }
    assert set(found.affected) == expected


@given(boards())
def test_the_lines_of_a_case_say_the_same_as_git(made: tuple[Board, str, str]) -> None:
    """What an advisory is rendered from, evaluated over the releases, is what containment says."""
    board, broke, mended = made
    history = Silent()
    query = Query(
        fixes=(change(board, history, history.commit(mended)),),
        introduced=(change(board, history, history.commit(broke)),),
    )
    facts = judge(board, query, lambda line: None)
    found = set(ranges(board, query, facts).versions)
    order = scheme("semver")
    rows = []
    for each in facts:
        fact = line_fact(each)
        if each.version and not each.spared and fact.state in (Affectedness.AFFECTED, Affectedness.FIXED):
            rows.append(LineRange(line=fact.line, state=fact.state, introduced=fact.introduced, fixed_in=fact.fixed_in))
    hit = vulnerable(order, rows)
    assert {each.version for each in board.releases.all if contains(order, hit, each.version)} == found


@given(boards())
def test_only_a_known_and_absent_fault_is_not_affected_where_nothing_can_be_looked_at(
    made: tuple[Board, str, str],
) -> None:
    board, broke, mended = made
    history = Silent()
    fixes = (change(board, history, history.commit(mended)),)
    blind = judge(board, Query(fixes=fixes), lambda line: None)
    assert all(each.state in (State.FIXED, State.REVIEW) for each in blind)
    told = judge(
        board, Query(fixes=fixes, introduced=(change(board, history, history.commit(broke)),)), lambda line: None
    )
    for each, line in zip(told, board.lines, strict=True):
        if each.state is State.NOT_AFFECTED:
            assert not board.holds(broke) >> board.lines.index(line) & 1
