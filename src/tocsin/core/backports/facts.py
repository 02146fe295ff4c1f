# SPDX-License-Identifier: Apache-2.0
"""Where a fix stands on every line, and why: the question this package is for.

Sets of tips are integers (`graph`): the first bits are the lines' tips, those after them the releases. A fix is alive
where one of its commits is contained and not undone by a revert that is itself alive; so re-applied fixes and reverted
reverts need no rule of their own. Nothing is `not-affected` because nothing was found: only when the commit that
brought the fault is known and absent, or when the code that the fix changes was looked for and is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import Final

import msgspec

from tocsin.core.backports import equivalents
from tocsin.core.backports.commits import Commit, History
from tocsin.core.backports.equivalents import Confirmed, Match, Strength
from tocsin.core.backports.releases import Line, Release, Releases, home
from tocsin.core.vocabulary import Value

UNRELEASED: Final = "unreleased"


class State(StrEnum):
    """What is known of a fix on one line. These four words are the contract."""

    FIXED = "fixed"
    NEEDS_BACKPORT = "needs-backport"
    NOT_AFFECTED = "not-affected"
    REVIEW = "review"


class Evidence(Value):
    """One reason for a state: a stable rule, how far it can be trusted, and words for people."""

    rule: str
    says: str
    strength: Strength = Strength.STRONG
    commit: str = ""
    of: str = ""
    similarity: float | None = None


class LineFacts(Value):
    """What is known of one line.

    `fixed_in` is a version, `unreleased`, or "" where there is no fix; under review it is what would hold if a person
    confirmed what was found. `spared` says that the fix came before any final release of the line with the fault.
    """

    line: str
    state: State
    fixed_in: str = ""
    commit: str = ""
    evidence: tuple[Evidence, ...] = ()
    tag: str = ""
    version: str = ""
    introduced: str = ""
    supported: bool = True
    spared: bool = False


class Code(Value):
    """What a look at a line's code said: present, absent, or (neither) for a person to look at."""

    says: str
    present: bool = False
    absent: bool = False

    @property
    def rule(self) -> str:
        """The rule's stable name."""
        return "code-present" if self.present else "code-absent" if self.absent else "code-unclear"


class Change(msgspec.Struct, frozen=True, dict=True):
    """One commit (a fix, or what introduced the fault) with everything that does the same, as sets of tips."""

    commit: Commit
    members: tuple[Match, ...]
    weak: tuple[Match, ...]
    held: Mapping[str, int]
    alive: Mapping[str, int]
    undone_by: Mapping[str, tuple[str, ...]]

    @cached_property
    def everywhere(self) -> int:
        """Tips at which one of the commits is contained and not undone."""
        return reduce(or_, self.alive.values(), 0)

    @cached_property
    def ever(self) -> int:
        """Tips that contain one of the commits, undone or not."""
        return reduce(or_, self.held.values(), 0)

    def at(self, tip: int) -> str:
        """The commit that is alive at a tip; "" where none is."""
        return next((each for each, held in self.alive.items() if held >> tip & 1), "")


class Board(msgspec.Struct, frozen=True, dict=True):
    """Lines and releases of a repository, and `holds`: the set of tips that contain a commit, by its full id."""

    lines: tuple[Line, ...]
    releases: Releases
    holds: Callable[[str], int]

    @cached_property
    def line_bits(self) -> int:
        """The set of all lines' tips."""
        return (1 << len(self.lines)) - 1

    def bit(self, release: Release) -> int:
        """Number of a release's tip."""
        return len(self.lines) + self.releases.order[release.tag]

    @cached_property
    def loose(self) -> tuple[Release, ...]:
        """Releases that belong to no line with a version: those of the trunk."""
        return tuple(each for each in self.releases.all if home(self.lines, each.version) is None)

    @cached_property
    def homes(self) -> Mapping[str, tuple[Release, ...]]:
        """Releases of each line with a version, in version order, by the line's name."""
        found: dict[str, list[Release]] = {line.name: [] for line in self.lines}
        for release in self.releases.all:
            if line := home(self.lines, release.version):
                found[line.name].append(release)
        return {name: tuple(each) for name, each in found.items()}


def change(board: Board, history: History, commit: Commit, confirmed: Iterable[Confirmed] = ()) -> Change:
    """Find everything that does the same as a commit, and where it is alive."""
    matches = equivalents.find(history, commit, confirmed)
    held = {commit.id: board.holds(commit.id)}
    undoing = {commit.id: _undoing(board, history, commit.id, 0)}
    members: list[Match] = []
    weak: list[Match] = []
    for match in sorted(matches, key=lambda each: _rank(history, commit, each)):
        there = board.holds(match.commit)
        if not match.strong:
            weak.append(match)
            continue
        # On a line that already has a better one, the same words mean a follow-up, unless that one was undone.
        taken = reduce(or_, (held[each] & ~undone for each, (undone, _) in undoing.items()), 0) & board.line_bits
        if there & board.line_bits and not there & board.line_bits & ~taken:
            continue
        members.append(match)
        held[match.commit] = there & ~taken if there & taken else there
        undoing[match.commit] = _undoing(board, history, match.commit, 0)
    alive = _alive(history, held, undoing)
    return Change(
        commit=commit, members=tuple(members), weak=tuple(weak), held=held, alive=alive,
        undone_by={each: names for each, (_, names) in undoing.items() if names},
    )  # fmt: skip


def _rank(history: History, commit: Commit, match: Match) -> tuple[bool, int, float, float]:
    """Best match first: strong ones, by number of signs, likeness and nearness in time."""
    other = history.commit(match.commit)
    days = other.days_from(commit) if other else 0.0
    strong = sum(sign.strength is Strength.STRONG for sign in match.signs)
    return (not match.strong, -strong, days, -(match.similarity or 0.0))


_DEPTH: Final = 8


def _undoing(board: Board, history: History, commit: str, depth: int) -> tuple[int, tuple[str, ...]]:
    """Tips at which a commit is undone, and the reverts that do it; a revert of a revert restores."""
    undone, names = 0, []
    for other in history.naming(commit) if depth < _DEPTH else ():
        if any(commit.startswith(written) for written in other.said.reverts):
            again, _ = _undoing(board, history, other.id, depth + 1)
            undone |= board.holds(other.id) & ~again
            names.append(other.id)
    return undone, tuple(names)


def _alive(
    history: History, held: Mapping[str, int], undoing: Mapping[str, tuple[int, tuple[str, ...]]]
) -> dict[str, int]:
    """Tips at which each commit counts. A revert that names the fix also undoes its older equivalents beside it."""
    alive = {}
    for each, there in held.items():
        mine = history.commit(each)
        undone = undoing[each][0]
        for other, (elsewhere, names) in undoing.items():
            later = [name for name in names if mine and (by := history.commit(name)) and by.committed >= mine.committed]
            if other != each and later:
                undone |= elsewhere & ~held[other]
        alive[each] = there & ~undone
    return alive


class Query(msgspec.Struct, frozen=True):
    """What is asked: every fix commit is needed, any introducing one is enough to be affected."""

    fixes: tuple[Change, ...]
    introduced: tuple[Change, ...] = ()


def merged(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Fixes that are really asked for.

    The same change given by its commits on two lines is one. A fix whose revert is itself among the fixes was meant to
    go: it asks for nothing.
    """
    given = {each for change in changes for each in change.held}
    kept: list[Change] = []
    for each in changes:
        known = any(each.commit.id in other.held for other in kept)
        taken_back = any(name in given for names in each.undone_by.values() for name in names)
        if not known and not taken_back:
            kept.append(each)
    return tuple(kept) or tuple(changes)


def judge(board: Board, query: Query, look: Callable[[Line], Code | None]) -> tuple[LineFacts, ...]:
    """Say for every line where the fix stands. `look` examines a line's code, and only where history is silent."""
    return tuple(_line(board, query, at, line, look) for at, line in enumerate(board.lines))


def fixed_at(board: Board, query: Query) -> int:
    """Tips at which every fix they need is alive."""
    newest = next((at for at, line in enumerate(board.lines) if not line.version), 0)
    general = [each for each in query.fixes if each.ever >> newest & 1]
    own = [each for each in query.fixes if each not in general]
    if not general:
        some = reduce(or_, (each.everywhere for each in own), 0)
        return reduce(lambda done, each: done & ~(each.ever & ~each.everywhere), own, some)
    done = reduce(lambda held, each: held & each.everywhere, general, -1)
    return reduce(lambda held, each: held & ~(each.ever & ~each.everywhere), own, done)


def _line(board: Board, query: Query, tip: int, line: Line, look: Callable[[Line], Code | None]) -> LineFacts:
    done = fixed_at(board, query)
    first = first_fixed(board, query, tip, line, done)
    facts = LineFacts(line=line.name, state=State.REVIEW, version=line.version, supported=line.supported)
    facts = msgspec.structs.replace(facts, introduced=_since(board, query, line))
    found = tuple(_present(each, tip) for each in query.fixes if each.everywhere >> tip & 1)
    if done >> tip & 1:
        return msgspec.structs.replace(
            facts, state=State.FIXED, commit=found[0].commit, evidence=found,
            fixed_in=first.version if first else UNRELEASED, tag=first.tag if first else "",
            spared=_spared(board, query, line, done),
        )  # fmt: skip
    undone = tuple(
        _reverted(each.commit.id, name)
        for each in query.fixes for held, names in each.undone_by.items() for name in names
        if each.held[held] >> tip & 1 and not each.everywhere >> tip & 1 and board.holds(name) >> tip & 1
    )  # fmt: skip
    if undone:
        return msgspec.structs.replace(facts, state=State.NEEDS_BACKPORT, evidence=(*undone, *found))
    if first:
        lost = Evidence(rule="tag-only", says=f"{first.tag} holds the fix and the branch does not: was it rewritten?")
        return msgspec.structs.replace(facts, evidence=(lost,), fixed_in=first.version, tag=first.tag)
    return _unfixed(board, query, tip, facts, found, look(line) if not query.introduced else None)


def _spared(board: Board, query: Query, line: Line, done: int) -> bool:
    """Whether no final release of a line has the fault; of a trunk, none that belongs to no other line."""
    brought = reduce(or_, (each.everywhere for each in query.introduced), 0) if query.introduced else -1
    own = board.homes[line.name] if line.version else board.loose
    return not any(
        brought >> board.bit(each) & 1 and not done >> board.bit(each) & 1 for each in own if not each.preview
    )


def _reverted(fix: str, by: str) -> Evidence:
    return Evidence(rule="reverted", says=f"{fix[:12]} was undone here by {by[:12]}", commit=by, of=fix)


def _unfixed(
    board: Board, query: Query, tip: int, facts: LineFacts, found: tuple[Evidence, ...], code: Code | None
) -> LineFacts:
    """A line without the fix: does it need it?"""
    weak = tuple(
        _matched(match) for each in query.fixes if not each.everywhere >> tip & 1
        for match in each.weak if board.holds(match.commit) >> tip & 1
    )  # fmt: skip
    missing = [each.commit.id[:12] for each in query.fixes if not each.everywhere >> tip & 1]
    if found:
        partly = Evidence(
            rule="partly", says=f"{len(found)} of {len(query.fixes)} fixes are here, {', '.join(missing)} not"
        )
        found = (partly, *found)
    commit = weak[0].commit if weak else found[-1].commit if found else ""
    state, reason = _affected(board, query, tip, code)
    if (weak or found) and state is not State.REVIEW:
        state = State.REVIEW
    first = _if_confirmed(board, facts.line, [each.commit for each in (*weak, *found) if each.commit])
    return msgspec.structs.replace(
        facts, state=state, commit=commit, evidence=(*weak, *found, *reason),
        fixed_in=first.version if first else UNRELEASED if commit else "", tag=first.tag if first else "",
    )  # fmt: skip


def _if_confirmed(board: Board, line: str, commits: Sequence[str]) -> Release | None:
    """First final release of a line that has all of these: what it would be fixed in, should a person confirm."""
    held = reduce(lambda both, each: both & board.holds(each), commits, -1) if commits else 0
    return next((each for each in board.homes[line] if not each.preview and held >> board.bit(each) & 1), None)


def _affected(board: Board, query: Query, tip: int, code: Code | None) -> tuple[State, tuple[Evidence, ...]]:
    if query.introduced:
        for each in query.introduced:
            if each.everywhere >> tip & 1:
                at = each.at(tip)
                return State.NEEDS_BACKPORT, (
                    Evidence(rule="introduced", says=f"{at[:12]} brought the fault here", commit=at),
                )
        likely = tuple(
            _matched(match) for each in query.introduced for match in each.weak if board.holds(match.commit) >> tip & 1
        )
        if likely:
            return State.REVIEW, likely
        names = ", ".join(each.commit.id[:12] for each in query.introduced)
        undone = any(each.ever >> tip & 1 for each in query.introduced)
        says = (
            f"{names} was undone here" if undone else f"neither {names} nor anything that does the same is in this line"
        )
        return State.NOT_AFFECTED, (Evidence(rule="introducer-absent", says=says),)
    if code is None:
        return State.REVIEW, (
            Evidence(rule="unknown", says="no fix was found here, and nothing says whether it is needed"),
        )
    state = State.NEEDS_BACKPORT if code.present else State.NOT_AFFECTED if code.absent else State.REVIEW
    return state, (Evidence(rule=code.rule, says=code.says),)


def _present(each: Change, tip: int) -> Evidence:
    at = each.at(tip)
    if at == each.commit.id:
        return Evidence(rule="contained", says=f"contains {at[:12]} itself", commit=at, of=at)
    match = next(match for match in each.members if match.commit == at)
    return _matched(match)


def _matched(match: Match) -> Evidence:
    strength = Strength.STRONG if match.strong else Strength.WEAK
    says = "; ".join(sign.says for sign in match.signs)
    rule = "+".join(sign.rule for sign in match.signs)
    return Evidence(
        rule=rule, says=says, strength=strength, commit=match.commit, of=match.of, similarity=match.similarity
    )


def first_fixed(board: Board, query: Query, tip: int, line: Line, done: int) -> Release | None:
    """First final release of a line that has the fix; of a trunk, the first that has the trunk's own commits."""
    if line.version:
        return next((each for each in board.homes[line.name] if not each.preview and done >> board.bit(each) & 1), None)
    own = {each.at(tip) for each in query.fixes} - {""}
    held = reduce(lambda both, each: both & board.holds(each), own, done) if own else 0
    return next((each for each in board.releases.all if not each.preview and held >> board.bit(each) & 1), None)


def _since(board: Board, query: Query, line: Line) -> str:
    """First final release of a line that has the fault, where the introducing commit is known."""
    if not query.introduced or not line.version:
        return ""
    brought = reduce(or_, (each.everywhere for each in query.introduced), 0)
    having = (each for each in board.homes[line.name] if not each.preview and brought >> board.bit(each) & 1)
    return next((each.version for each in having), "")
