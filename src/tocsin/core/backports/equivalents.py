# SPDX-License-Identifier: Apache-2.0
"""Which other commits do the same as a fix, by what signs, and how far each sign can be trusted.

No single sign is enough: equal patch ids find a third of real backports, equal subjects cannot tell two fixes of one
afternoon apart. So every sign is collected, each with its reason, and only those that were right on published histories
count as strong. What is merely alike is shown to a person, who says yes or no; a confirmed pair beats any rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from tocsin.core.backports.commits import Commit, History
from tocsin.core.backports.similarity import similarity
from tocsin.core.vocabulary import Value

WINDOW: Final = 30.0
"""Days within which one author's equal subjects mean one change; later ones are reruns (`Update translations`)."""
ALIKE: Final = 0.5
"""Share of common lines from which a patch counts without any other sign."""
AKIN: Final = 0.3
"""Share of common lines that confirms another sign."""
NEARLY: Final = 0.9
"""Likeness of two subjects worth showing."""
HARDLY_OTHER: Final = 0.97
"""Likeness of two subjects that differ by a typing error only."""
_MOMENT: Final = 1.0
_MINUTES: Final = 10 / 1440
_PUBLIC_ID: Final = re.compile(r"cve-\d{4}-\d+|ghsa(?:-[0-9a-z]{4}){3}")
_NUMBERS: Final = re.compile(r"\d+")
_IDENTIFIER: Final = re.compile(r"[a-z0-9]*(?:_[a-z0-9]|\{[a-z0-9]\})[\w{}]*|[a-z]\w{3,}(?=\()")
_WEEK: Final = 7.0
_NAMED: Final = re.compile(r"cve-\d{4}-\d+|ghsa-|#\d{2,}|\b[a-z]{2,}-\d{2,}\b")
_WORDS: Final = 3
_CONFIRMED_BY_LINES: Final = frozenset({"subject-author", "subject", "subject-near"})
_YEAR: Final = 366.0


class Strength(StrEnum):
    """Whether a match counts by itself or waits for a person."""

    STRONG = "strong"
    WEAK = "weak"


class Sign(Value):
    """One reason to take two commits for the same change. `rule` is stable, `says` is for people."""

    rule: str
    strength: Strength
    says: str


class Match(Value):
    """A commit that may do the same as the fix, with every sign of it."""

    commit: str
    of: str
    title: str
    signs: tuple[Sign, ...]
    similarity: float | None = None

    @property
    def strong(self) -> bool:
        """Whether one sign counts by itself."""
        return any(sign.strength is Strength.STRONG for sign in self.signs)


class Confirmed(Value):
    """What a person said about a pair: `same` or not."""

    commit: str
    of: str
    same: bool
    by: str = ""


Note = Callable[[Commit, Sign], None]


def find(history: History, fix: Commit, confirmed: Iterable[Confirmed] = ()) -> tuple[Match, ...]:
    """Find what does the same as `fix`, strong matches first. `fix` itself is not among them."""
    signs: dict[str, list[Sign]] = {}
    known: dict[str, Commit] = {}

    def note(commit: Commit, sign: Sign) -> None:
        if commit.id != fix.id:
            known[commit.id] = commit
            signs.setdefault(commit.id, []).append(sign)

    _recorded(history, fix, note)
    _worded(history, fix, note)
    patches = _compared(history, fix, known, signs, note)
    for said in confirmed:
        commit = history.commit(said.commit) if said.of == fix.id else None
        if commit is not None:
            signs.pop(commit.id, None)
            if said.same:
                note(
                    commit,
                    Sign(rule="confirmed", strength=Strength.STRONG, says=f"confirmed by {said.by or 'a person'}"),
                )
    found = [
        Match(
            commit=each, of=fix.id, title=known[each].title, signs=tuple(marks),
            similarity=round(alike, 3) if (alike := patches.get(each)) is not None else None,
        )
        for each, marks in signs.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda match: (not match.strong, known[match.commit].committed, match.commit)))


def _recorded(history: History, fix: Commit, note: Note) -> None:
    """Follow recorded trailers both ways, and to siblings picked from the same commit."""
    origins = {fix.id}
    for written in fix.said.picked:
        origin = history.resolve(written)
        if origin and (commit := history.commit(origin)):
            origins.add(origin)
            note(commit, _strong("trailer", f"the fix says it was picked from {origin[:12]}"))
    for origin in origins:
        for commit in history.naming(origin):
            if any(origin.startswith(written) for written in commit.said.picked):
                note(commit, _strong("trailer", f"says it was picked from {origin[:12]}"))


def _worded(history: History, fix: Commit, note: Note) -> None:
    """Compare subjects, authors and dates."""
    specific = len(fix.subject.split()) >= _WORDS
    for commit in history.same_subject(fix.subject):
        days = commit.days_from(fix)
        if commit.by(fix):
            trusted = days <= _MOMENT or (specific and days <= WINDOW)
            note(commit, _sign("subject-author", trusted, f"same subject and author, {_apart(days)}"))
        elif min(days, abs(commit.committed - fix.committed) / 86400) <= _WEEK:
            named = bool(_NAMED.search(fix.subject))
            note(commit, _sign("subject", specific and named, f"same subject by another author, {_apart(days)}"))
    for commit in history.near(fix, _MOMENT):
        if commit.subject == fix.subject:
            continue
        alike = _alike(commit.subject, fix.subject)
        if alike >= NEARLY:
            trusted = _same_ids(commit.subject, fix.subject) and (
                alike >= HARDLY_OTHER or bool(_PUBLIC_ID.search(fix.subject))
            )
            note(commit, _sign("subject-near", trusted, "nearly the same subject, same author, same day"))
        elif commit.days_from(fix) <= _MINUTES and (shared := _identifiers(commit.subject) & _identifiers(fix.subject)):
            note(commit, _sign("moment", False, f"same author, same minutes, both name {min(shared)}"))


def _same_ids(first: str, second: str) -> bool:
    """Whether two subjects name the same numbers: `4.2` and `5.0`, or two CVE ids, are two matters."""
    return _NUMBERS.findall(first) == _NUMBERS.findall(second)


def _identifiers(subject: str) -> set[str]:
    """Words of a subject that are names in code."""
    return set(_IDENTIFIER.findall(subject))


def _compared(
    history: History, fix: Commit, known: Mapping[str, Commit], signs: Mapping[str, list[Sign]], note: Note
) -> dict[str, float]:
    """Compare differences: of every candidate so far, of the author's week, and of what touches the same files then."""
    mine = history.patches([fix.id]).get(fix.id)
    if mine is None or not (mine.removed or mine.added or mine.id):
        return {}
    others = {commit.id: commit for commit in (*history.near(fix, _WEEK), *history.touching(fix))}
    candidates = {**others, **known}
    candidates.pop(fix.id, None)
    measured: dict[str, float] = {}
    for each, theirs in history.patches(tuple(candidates)).items():
        commit = candidates[each]
        if mine.id and mine.id == theirs.id:
            note(commit, _sign("patch-id", commit.days_from(fix) <= _YEAR, "equal stable patch id"))
        if not mine.paths or not theirs.paths:
            continue
        alike = similarity(mine, theirs)
        if alike < AKIN:
            continue
        measured[each] = alike
        if alike >= ALIKE:
            note(commit, _sign("similar", True, f"{alike:.0%} of the changed lines are the same"))
        elif any(sign.rule in _CONFIRMED_BY_LINES for sign in signs.get(each, ())) or commit.by(fix):
            note(
                commit,
                _sign("similar-worded", True, f"{alike:.0%} of the changed lines are the same, and the words agree"),
            )
    return measured


def _alike(first: str, second: str) -> float:
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= NEARLY and matcher.quick_ratio() >= NEARLY else 0.0


def _apart(days: float) -> str:
    return (
        "same author date"
        if days < 1 / 1440
        else f"{days:.1f} days apart"
        if days < _WEEK
        else f"{days:.0f} days apart"
    )


def _strong(rule: str, says: str) -> Sign:
    return Sign(rule=rule, strength=Strength.STRONG, says=says)


def _sign(rule: str, strong: bool, says: str) -> Sign:
    return Sign(rule=rule, strength=Strength.STRONG if strong else Strength.WEAK, says=says)
