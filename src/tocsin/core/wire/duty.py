# SPDX-License-Identifier: Apache-2.0
"""Who is told first in a project, week by week, as it travels."""

from __future__ import annotations

from datetime import date

from tocsin.core.wire import Wire


class DutyWeek(Wire):
    """One week by its Monday: who is on duty (one after another, where somebody stands in), why the order was left, and
    the project's own days off, on which its promises stand still."""

    first: date
    people: tuple[str, ...]
    swapped: bool
    why: tuple[str, ...]
    days_off: tuple[str, ...]


class DutyMember(Wire):
    """Somebody who can be on duty: their `place` in the order (0: not in it), and whose public holidays they keep."""

    id: str
    name: str
    place: int
    country: str


class DutyAbsence(Wire):
    """Days on which somebody is away; `mine` are the caller's."""

    name: str
    first: date
    last: date
    mine: bool


class DutyNote(Wire):
    """What was left for who comes next."""

    name: str
    at: date
    text: str


class DutyRung(Wire):
    """Who is told when so many per cent of a promise's time are over, by name where it is known beforehand."""

    at: int
    to: str
    names: tuple[str, ...]


class DutyLoad(Wire):
    """How many open cases somebody leads, and how many of them are over."""

    leads: int
    over: int


class Duty(Wire):
    """The duty of one project. `now` is the name of who is on duty, "" for nobody: then everybody who triages is told.
    `me` says that it is the caller, `may` that they can be. `load` is the caller's own; nobody is told another's.
    `version` is the number of the rota's last change, 0 where none was set."""

    project: str
    version: int
    now: str
    me: bool
    may: bool
    weeks: tuple[DutyWeek, ...]
    members: tuple[DutyMember, ...]
    away: tuple[DutyAbsence, ...]
    notes: tuple[DutyNote, ...]
    ladder: tuple[DutyRung, ...]
    canaries: tuple[str, ...]
    load: DutyLoad
