# SPDX-License-Identifier: Apache-2.0
"""Who of a project is on duty: a rota by weeks, swaps of single weeks, days somebody is away, notes for who comes next.

Whoever is away is stood in for by the next in the order; if everybody is, nobody is on duty and everybody is told. A
public holiday where somebody lives counts as a day away while anybody else is there; a day that is one for all of them
stays with whose week it is. Weeks begin on Monday, in UTC, as ISO 8601 counts them; what a deadline is worth is the
policy's business. Holidays are those of the `holidays` library, by ISO 3166 country and subdivision.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import msgspec

from tocsin.core.clock.calendar import holiday, known_country
from tocsin.core.vocabulary import Refused, Value

WEEK: Final = timedelta(days=7)
MOST_PEOPLE: Final = 50
MOST_NOTE: Final = 2000
LONGEST_AWAY: Final = timedelta(days=366)


class Away(Value):
    """Days on which somebody is not there, the first and the last among them."""

    person: str
    first: date
    last: date


class Note(Value):
    """What whoever had the duty hands on."""

    by: str
    at: date
    text: str


class Rota(Value):
    """A project's duty: people in the order of their weeks, from the Monday on which the first one began. `homes` are
    the countries whose public holidays somebody keeps (`DE-BY`)."""

    people: tuple[str, ...] = ()
    since: date = date(2024, 1, 1)
    swaps: tuple[tuple[date, str], ...] = ()
    away: tuple[Away, ...] = ()
    notes: tuple[Note, ...] = ()
    homes: tuple[tuple[str, str], ...] = ()


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def planned(rota: Rota, day: date) -> str:
    """Whose week it is by order and swaps, whether they are there or not; "" without a rota."""
    week = monday(day)
    swapped = dict(rota.swaps).get(week)
    if swapped:
        return swapped
    return rota.people[(week - rota.since) // WEEK % len(rota.people)] if rota.people else ""


def on_duty(rota: Rota, day: date) -> str:
    """Who is on duty on a day: whose week it is, or the next in the order who is there; "" where nobody is."""
    first = planned(rota, day)
    at = rota.people.index(first) if first in rota.people else -1
    order = (first, *rota.people[at + 1 :], *rota.people[: max(at, 0)])
    there = [each for each in order if each and not is_away(rota, each, day)]
    working = (each for each in there if not holiday_of(rota, each, day))
    return next(working, there[0] if there else "")


def is_away(rota: Rota, person: str, day: date) -> bool:
    """Whether somebody said that they are not there."""
    return any(each.person == person and each.first <= day <= each.last for each in rota.away)


def holiday_of(rota: Rota, person: str, day: date) -> str:
    """The public holiday that a day is where somebody lives; "" where it is none, or nobody said where that is."""
    home = dict(rota.homes).get(person)
    return holiday(home, day) if home else ""


def ordered(rota: Rota, people: tuple[str, ...], today: date) -> Rota | Refused:
    """Begin a new order with this week; swaps of weeks that are over, and those of people who left it, go."""
    if len(set(people)) != len(people) or len(people) > MOST_PEOPLE:
        because = f"Name at most {MOST_PEOPLE} people, each once."
        return Refused(code="rota", because=because, rule="duty")
    week = monday(today)
    swaps = tuple(each for each in rota.swaps if each[0] >= week and each[1] in people)
    return msgspec.structs.replace(rota, people=people, since=week, swaps=swaps)


def swapped(rota: Rota, week: date, person: str, today: date) -> Rota | Refused:
    """Give one week to somebody; what their own week is stays as it is."""
    week = monday(week)
    if week < monday(today):
        return Refused(code="rota", because="That week is over.", rule="duty")
    others = tuple(each for each in rota.swaps if each[0] != week and each[0] >= monday(today))
    return msgspec.structs.replace(rota, swaps=tuple(sorted((*others, (week, person)))))


def absent(rota: Rota, away: Away, today: date) -> Rota | Refused:
    """Note that somebody is away; days that are over are forgotten."""
    if not away.first <= away.last or away.last < today or away.last - away.first > LONGEST_AWAY:
        because = f"Days away are a first and a last one, not over yet, at most {LONGEST_AWAY.days} days."
        return Refused(code="rota", because=because, rule="duty")
    kept = tuple(each for each in rota.away if each.last >= today and each != away)
    return msgspec.structs.replace(rota, away=(*kept, away))


def returned(rota: Rota, person: str, first: date, today: date) -> Rota | Refused:
    """Take back days away that somebody noted, named by their first one."""
    kept = tuple(each for each in rota.away if (each.person, each.first) != (person, first) and each.last >= today)
    if not any((each.person, each.first) == (person, first) for each in rota.away):
        return Refused(code="rota", because="No days away begin there.", rule="duty")
    return msgspec.structs.replace(rota, away=kept)


def at_home(rota: Rota, person: str, country: str) -> Rota | Refused:
    """Note whose public holidays somebody keeps, as the `holidays` library spells it (`DE`, `DE-BY`); "" for none."""
    if country and not known_country(country):
        because = "Write a country as ISO 3166 does, with its part where that matters: DE, DE-BY, US-CA."
        return Refused(code="rota", because=because, rule="duty")
    others = tuple(each for each in rota.homes if each[0] != person)
    return msgspec.structs.replace(rota, homes=(*others, (person, country)) if country else others)


def handed_on(rota: Rota, note: Note) -> Rota | Refused:
    """Leave a note for who comes next; the last ten are kept."""
    if not note.text.strip() or len(note.text) > MOST_NOTE:
        because = f"A note has one to {MOST_NOTE} characters."
        return Refused(code="rota", because=because, rule="duty")
    return msgspec.structs.replace(rota, notes=(*rota.notes, note)[-10:])
