# SPDX-License-Identifier: Apache-2.0
"""From facts to ranges: the set of affected releases first, then every notation from that one set.

A release is affected when it has what brought the fault (every release, where that is not known) and not all of the
fix. From the set come git events, ecosystem events and the lines that an advisory is made of; `again` evaluates events
by their own rules, and they must give the same set back.

Sources: OSV schema 1.7.5, `affected[].ranges[].events` and its evaluation algorithm; `core.versions` for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from msgspec.structs import replace

from tocsin.core.backports.facts import Board, LineFacts, Query, State, fixed_at
from tocsin.core.backports.releases import Release, home
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import Affectedness, Value


class Event(Value):
    """One turn in a range: exactly one of the two is set."""

    introduced: str = ""
    fixed: str = ""


class Range(Value):
    """An OSV range. `type` is GIT or ECOSYSTEM."""

    type: str
    events: tuple[Event, ...]


class Ranges(Value):
    """Affected releases as tags and versions, what is not known of, and the events that say the same."""

    affected: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    git: tuple[Range, ...] = ()
    ecosystem: tuple[Range, ...] = ()
    scheme: str = ""
    exact: bool = True


def ranges(board: Board, query: Query, facts: Sequence[LineFacts]) -> Ranges:
    """Derive every notation. `exact` says whether the events, evaluated again, give the same releases."""
    hit = affected(board, query, facts)
    review = {each.line for each in facts if each.state is State.REVIEW}
    unknown = [each for each in hit if (line := home(board.lines, each.version)) and line.name in review]
    tags = {each.tag for each in hit}
    events = _events(board.releases.all, tags)
    found = Ranges(
        affected=tuple(each.tag for each in hit),
        versions=tuple(each.version for each in hit),
        unknown=tuple(each.tag for each in unknown) if not query.introduced else (),
        git=(Range(type="GIT", events=_git(query)),),
        ecosystem=(Range(type="ECOSYSTEM", events=events),) if events else (),
        scheme=board.releases.scheme,
    )
    same = again(board.releases.all, events) == tags
    return found if same else replace(found, exact=False)


def affected(board: Board, query: Query, facts: Sequence[LineFacts]) -> list[Release]:
    """Releases that have the fault, in version order; those of lines that proved not affected are not among them."""
    done = fixed_at(board, query)
    brought = reduce(or_, (each.everywhere for each in query.introduced), 0) if query.introduced else -1
    spared = set() if query.introduced else {each.line for each in facts if each.state is State.NOT_AFFECTED}
    hit = [each for each in board.releases.all if brought >> board.bit(each) & 1 and not done >> board.bit(each) & 1]
    if not spared:
        return hit
    return [each for each in hit if not (line := home(board.lines, each.version)) or line.name not in spared]


def _git(query: Query) -> tuple[Event, ...]:
    started = [Event(introduced=each) for change in query.introduced for each in change.alive] or [
        Event(introduced="0")
    ]
    return (*started, *(Event(fixed=each) for change in query.fixes for each in change.alive))


def _events(releases: Sequence[Release], hit: set[str]) -> tuple[Event, ...]:
    """Runs of affected releases in version order; the first run begins at 0 when the oldest release is in it."""
    found: list[Event] = []
    inside = False
    for place, release in enumerate(releases):
        now = release.tag in hit
        if now and not inside:
            found.append(Event(introduced="0" if place == 0 else release.version))
        elif inside and not now:
            found.append(Event(fixed=release.version))
        inside = now
    return tuple(found)


def again(releases: Sequence[Release], events: Iterable[Event]) -> set[str]:
    """Evaluate ecosystem events by OSV's own rule over the releases in version order."""
    places = {release.version: place for place, release in reversed(list(enumerate(releases)))}
    turns = sorted(
        (places[each.introduced or each.fixed] if (each.introduced or each.fixed) != "0" else -1, bool(each.introduced))
        for each in events
    )
    hit, inside, waiting = set(), False, list(turns)
    for place, release in enumerate(releases):
        while waiting and waiting[0][0] <= place:
            inside = waiting.pop(0)[1]
        if inside:
            hit.add(release.tag)
    return hit


_STATES = {
    State.FIXED: Affectedness.FIXED,
    State.NEEDS_BACKPORT: Affectedness.AFFECTED,
    State.NOT_AFFECTED: Affectedness.NOT_AFFECTED,
    State.REVIEW: Affectedness.REVIEW,
}


def line_fact(each: LineFacts, standing: LineFact | None = None) -> LineFact:
    """What the board says of a line in the case's own words.

    `standing` is what the case says now; waivers, reasons and tests by people stay. An unreleased fix leaves the line
    affected: nobody can install it yet.
    """
    held = standing or LineFact(line=each.line)
    released = each.state is State.FIXED and bool(each.tag)
    state = _STATES[each.state] if released or each.state is not State.FIXED else Affectedness.AFFECTED
    return replace(
        held, state=state, commit=each.commit or held.commit, fixed_in=each.fixed_in if released else "",
        introduced=each.introduced or held.introduced, supported=held.supported and each.supported,
    )  # fmt: skip
