# SPDX-License-Identifier: Apache-2.0
"""Asks a repository where a fix stands: finds the lines, reads history, looks at code where history is silent.

Sequences `ports.git` and `core.backports`; decides nothing itself. One `Reading` of a repository answers many questions
with one pass over its graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from tocsin.core.backports import releases as rel
from tocsin.core.backports.commits import History
from tocsin.core.backports.equivalents import Confirmed
from tocsin.core.backports.facts import Board, Change, Code, LineFacts, Query, State, change, judge, merged
from tocsin.core.backports.ranges import Ranges, ranges
from tocsin.core.backports.releases import Line, Releases
from tocsin.core.backports.similarity import distinctive, is_code, presence
from tocsin.core.versions import scheme
from tocsin.core.vocabulary import Value
from tocsin.services.ports.git import GitFailed, Ref, Repository

_HEADS: Final = "refs/heads/"
_TAGS: Final = "refs/tags/"


class Ask(Value):
    """One question: every fix commit is needed; `lines` is a glob over branch and line names, "" for all."""

    fix: tuple[str, ...]
    introduced: tuple[str, ...] = ()
    lines: str = ""
    scheme: str = ""
    confirmed: tuple[Confirmed, ...] = ()


class Told(Value):
    """The answer: every line's state with its evidence, the ranges that follow, and what could not be read."""

    lines: tuple[LineFacts, ...]
    ranges: Ranges
    notes: tuple[str, ...] = ()


class Reading:
    """One repository, read once and asked often."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._boards: dict[tuple[str, str], Board] = {}
        self._changes: dict[tuple[str, Board | None, tuple[Confirmed, ...]], Change] = {}

    def board(self, pattern: str = "", scheme_name: str = "") -> Board:
        """Lines and releases with their containment. Raises GitFailed where the repository cannot say."""
        known = self._boards.get((pattern, scheme_name))
        if known is None:
            known = self._boards[pattern, scheme_name] = _board(self.repository, pattern, scheme_name)
        return known

    def facts(self, ask: Ask) -> Told:
        """Answer one question. Raises GitFailed for unknown or ambiguous commits."""
        board = self.board(ask.lines, ask.scheme)
        fixes = [self._change(board, each, ask.confirmed) for each in ask.fix]
        introduced = [self._change(board, each, ask.confirmed) for each in ask.introduced]
        query = Query(fixes=merged(fixes), introduced=tuple(introduced))
        lines = judge(board, query, lambda line: look(self.repository, query, line))
        return Told(lines=lines, ranges=ranges(board, query, lines), notes=self.repository.notes)

    def _change(self, board: Board, given: str, confirmed: tuple[Confirmed, ...]) -> Change:
        history: History = self.repository.history
        full = given if len(given) in (40, 64) and history.commit(given) else self.repository.resolve(given)
        commit = history.commit(full)
        if commit is None:
            raise GitFailed(f"{given} is in no branch and no tag of this repository")
        return change(board, history, commit, confirmed)


def _board(repository: Repository, pattern: str, scheme_name: str) -> Board:
    refs = repository.refs()
    if not refs:
        raise GitFailed("the repository has no branches and no tags")
    tags = [(ref.name.removeprefix(_TAGS), ref.commit, ref.at) for ref in refs if ref.name.startswith(_TAGS)]
    releases = rel.read_tags(tags, scheme_name)
    lines = _lines(repository, refs, releases, pattern)
    if not lines:
        raise GitFailed(f"no branch, tag or release line is called {pattern or 'like a release line'}")
    tips = repository.tips([*(line.commit for line in lines), *(each.commit for each in releases.all)])
    return Board(lines=lines, releases=releases, holds=tips.holds)


def _lines(repository: Repository, refs: Sequence[Ref], releases: Releases, pattern: str) -> tuple[Line, ...]:
    """Branches that are release lines, and lines that live on in their tags only."""
    tagged = {_TAGS + each.tag for each in releases.all}
    found = []
    for ref in refs:
        short = ref.name.removeprefix(_HEADS).removeprefix(_TAGS)
        version = rel.line_version(short)
        branch = ref.name.startswith(_HEADS)
        chosen = fnmatchcase(short, pattern) and bool(branch or version) if pattern else branch and version is not None
        if chosen and ref.name not in tagged:
            found.append(Line(name=short, ref=ref.name, commit=ref.commit, version=version or ""))
    if not found and not pattern:
        found = [Line(name=ref.name.removeprefix(_HEADS), ref=ref.name, commit=ref.commit)
                 for ref in refs if ref.name.startswith(_HEADS)][:1]  # fmt: skip
    order = scheme(releases.scheme)
    unique = {line.name: line for line in reversed(found)}
    if not pattern or not found:
        for line in _tag_lines(repository, tuple(unique.values()), releases):
            if not pattern or fnmatchcase(line.name, pattern):
                unique.setdefault(line.name, line)
    return rel.order_lines(unique.values(), order)


def _tag_lines(repository: Repository, lines: tuple[Line, ...], releases: Releases) -> list[Line]:
    """Lines without a branch: releases that belong to no line and were not cut from one, by their leading numbers."""
    loose = [each for each in releases.all if rel.home(lines, each.version) is None]
    if not loose:
        return []
    tips = repository.tips([*(line.commit for line in lines), *(each.commit for each in loose)])
    mask = (1 << len(lines)) - 1
    depth = max((len(rel.numbers(line.version)) for line in lines), default=2) or 2
    found: dict[str, Line] = {}
    for each in loose:
        if not tips.holds(each.commit) & mask:
            name = ".".join(map(str, rel.numbers(each.version)[:depth]))
            found[name] = Line(name=name, ref=_TAGS + each.tag, commit=each.commit, version=name)
    return list(found.values())


def look(repository: Repository, query: Query, line: Line) -> Code | None:
    """Look at a line's code: does the fix apply cleanly, and is what it changes there at all? None without trees.

    Absent is said only after looking for the same code in every other file of the line: it may have moved.
    """
    try:
        return _looked(repository, query, line)
    except GitFailed:
        return None


def _looked(repository: Repository, query: Query, line: Line) -> Code | None:
    said: list[str] = []
    present, absent = False, True
    for each in query.fixes:
        name = each.commit.id[:12]
        pick = repository.pick((each.commit.id,), line.commit)
        hunks = tuple(hunk for hunk in repository.hunks(each.commit.id) if is_code(hunk.path))
        there = presence(hunks, repository.files(line.commit, [hunk.path for hunk in hunks])) if hunks else None
        if pick is None and there is None:
            return None
        clean = pick is not None and pick.clean
        gone = there is not None and there.absent and not clean
        said.append(f"{name} applies cleanly" if clean else f"{name} does not apply cleanly")
        if there is not None:
            said.append(f"{there.overall:.0%} of the code it changes is here")
        if gone and (lines := distinctive(hunks)):
            moved = repository.anywhere(line.commit, lines) / len(lines)
            gone = moved < MOVED
            said.append(f"{moved:.0%} of it in other files" if moved else "none of it in other files")
        present = present or clean or (there is not None and there.present)
        absent = absent and gone
    return Code(present=present, absent=absent and not present, says="; ".join(said))


MOVED: Final = 0.2
"""Share of distinctive lines found elsewhere from which code counts as moved rather than absent."""


class Tried(Value):
    """One pick in memory: onto which line, from which commit, and how it went. `same` is None without a backport."""

    line: str
    start: str
    clean: bool
    conflicts: tuple[str, ...] = ()
    same: bool | None = None

    @property
    def row(self) -> tuple[str, str, bool, tuple[str, ...], bool | None]:
        """The fields in order, for a table."""
        return self.line, self.start, self.clean, self.conflicts, self.same

    @property
    def words(self) -> str:
        """How it went, for people."""
        if self.same is not None:
            there = "cleanly and equals" if self.same else "cleanly, but is not" if self.clean else "with conflicts to"
            return f"{there} the backport that is there"
        return "cleanly" if self.clean else f"conflicts in {', '.join(self.conflicts)}"


def picks(reading: Reading, told: Told, fixes: Sequence[str], pattern: str = "") -> tuple[Tried, ...]:
    """Pick the fix onto every line that may need it: one commit from the nearest newer line that has it, and where a
    line has a backport onto what was there before it, to compare; several in the order in which they were made."""
    repository = reading.repository
    tips = {line.name: line.commit for line in reading.board(pattern).lines}
    wanted = [each for each in told.lines if each.line in tips and each.state is not State.NOT_AFFECTED]
    if len(fixes) > 1:
        ordered = _in_order(repository, fixes)
        tried = ((each, repository.pick(ordered, tips[each.line])) for each in wanted if each.state is not State.FIXED)
        return tuple(
            Tried(line=each.line, start=ordered[0], clean=pick.clean, conflicts=pick.conflicts)
            for each, pick in tried
            if pick is not None
        )
    start = repository.resolve(fixes[0])
    found = []
    for each in wanted:
        backport = each.commit if each.state is State.FIXED and each.commit != start else ""
        pick = repository.pick((start,), f"{backport}^" if backport else tips[each.line])
        if pick is not None and each.commit != start:
            same = pick.clean and pick.tree == repository.tree(backport) if backport else None
            found.append(Tried(line=each.line, start=start, clean=pick.clean, conflicts=pick.conflicts, same=same))
        start = backport or (each.commit if each.state is State.FIXED else start)
    return tuple(found)


def _in_order(repository: Repository, fixes: Sequence[str]) -> tuple[str, ...]:
    """Full ids of the commits of a fix, in the order in which they were committed."""
    known = [repository.history.commit(repository.resolve(each)) for each in fixes]
    return tuple(each.id for each in sorted((each for each in known if each), key=lambda each: each.committed))
