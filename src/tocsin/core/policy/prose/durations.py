# SPDX-License-Identifier: Apache-2.0
"""Times in sentences: `within five working days`, `24-48 hours`, `a week`; and the words that promise none.

Of a range the longer end is taken, because that is what can be relied on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tocsin.core.clock import Duration, Unit
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty-five": 45, "sixty": 60, "ninety": 90,
}  # fmt: skip
_NUMBER: Final = rf"(?:\d{{1,4}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_TIME: Final = re.compile(
    rf"\b(?P<first>{_NUMBER})(?:\s*\(\d{{1,4}}\))?"
    rf"(?:\s*(?:-|\u2013|\u2014|to|or|and)\s*(?P<second>{_NUMBER})(?:\s*\(\d{{1,4}}\))?)?"
    r"[\s-]*(?:full\s+|calendar\s+|consecutive\s+)?"
    r"(?P<unit>minutes?|mins?|hours?|hrs?|h|(?:business|working|work|week)[\s-]?days?|days?|weeks?|months?|years?)\b",
    re.I,
)
_OR_TWO: Final = re.compile(r" or two\b", re.I)
_EVERY: Final = re.compile(r"\b(?P<word>daily|weekly|fortnightly|monthly|biweekly|bi-weekly)\b", re.I)
_AGAIN: Final = {
    "daily": "1 day",
    "weekly": "7 days",
    "fortnightly": "14 days",
    "biweekly": "14 days",
    "bi-weekly": "14 days",
    "monthly": "1 month",
}
_BEFORE: Final = re.compile(
    r"(?P<every>\bevery|\bonce(?: per| every| in)?)\s+(?:at least\s+)?$|(?P<least>\bat least|\bminimum(?: of)?)\s+$",
    re.I,
)

VAGUE: Final = re.compile(
    r"\b(?:promptly|prompt (?:response|reply|manner)|as soon as (?:possible|we can|practical|practicable|feasible)"
    r"|(?:in a |in an? )?timely(?: manner| fashion)?|swiftly|speedily|shortly|quickly|without undue delay"
    r"|(?:within |in )?(?:a )?reasonable (?:time ?frame|time|period(?: of time)?|amount of time)"
    r"|(?:within |in |to )?(?:a few|a couple(?: of)?|several|some) (?:hours|(?:business |working )?days|weeks|months)"
    r"|(?:in an )?urgent and expeditious(?: manner)?|expeditious(?:ly)?"
    r"|(?:on a )?(?:best|reasonable)[ -]effort(?:s)?(?: basis)?|where practical|when time permits)\b",
    re.I,
)
"""Words that sound like a promise and cannot be measured (S21)."""


class Time(Value):
    """A time in a sentence. `every` marks one that comes round again, `least` a lower bound."""

    duration: str
    start: int
    end: int
    every: bool = False
    least: bool = False


def times(text: str) -> Iterator[Time]:
    """Yield the times of a sentence in their order."""
    for found in _TIME.finditer(text):
        amount = 2 if _OR_TWO.match(text, found.end()) else _amount(found["second"] or found["first"])
        before = _BEFORE.search(text[max(0, found.start() - 24) : found.start()])
        duration = _duration(amount, found["unit"].lower())
        single = found["first"].lower() in ("a", "an") and not found["second"]
        if duration and not (single and _idle(text, found.end(), before)):
            yield Time(
                duration=str(duration),
                start=found.start(),
                end=found.end(),
                every=bool(before and before["every"]) or _per(text, found.start()),
                least=bool(before and before["least"]),
            )
    for found in _EVERY.finditer(text):
        yield Time(duration=_AGAIN[found["word"].lower()], start=found.start(), end=found.end(), every=True)


def _amount(word: str) -> int:
    return int(word) if word.isdecimal() else _WORDS[word.lower()]


def _duration(amount: int, unit: str) -> Duration | None:
    if not 0 < amount <= 9999:
        return None
    if unit.startswith("year"):
        return Duration(amount=amount * 12, unit=Unit.MONTH) if amount < 100 else None
    if unit.startswith(("business", "work", "weekday", "week day", "week-day")):
        return Duration(amount=amount, unit=Unit.BUSINESS_DAY)
    units = {"m": Unit.MINUTE, "h": Unit.HOUR, "d": Unit.DAY, "w": Unit.WEEK, "mo": Unit.MONTH}
    return Duration(amount=amount, unit=units.get(unit[:2], units[unit[0]]))


def _idle(text: str, end: int, before: re.Match[str] | None) -> bool:
    """`a day` is a time after `within`, `every` or `in`; elsewhere it is only a day."""
    return not before and not re.search(
        r"\b(?:within|in|every|per|than|up to|for|least)\s+an?\b[^.]{0,12}$", text[:end], re.I
    )


def _per(text: str, start: int) -> bool:
    return bool(re.search(r"\b(?:once|twice|time|times) $", text[max(0, start - 8) : start], re.I))
