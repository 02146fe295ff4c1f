# SPDX-License-Identifier: Apache-2.0
"""Who is told first in a project, to be read and changed. Changes are made on what was read: a change by somebody else
meanwhile raises Conflict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

import msgspec

from tocsin.client.http import Http
from tocsin.client.http import seen as on
from tocsin.core.wire.around import DutyDays, DutyHome, DutyOrder, DutySwap, DutyWord
from tocsin.core.wire.duty import Duty


class Rota:
    """The duty of a project. Each change gives what it is then."""

    def __init__(self, http: Http, project: str) -> None:
        self._http = http
        self._path = f"/projects/{quote(project, safe='')}/duty"

    def read(self) -> Duty:
        """Read it, week by week."""
        return self._http.get(self._path, Duty)

    def order(self, seen: Duty, people: Sequence[str]) -> Duty:
        """Set who is on duty one after another, beginning with this week."""
        return self._put("order", DutyOrder(people=tuple(people)), seen)

    def swap(self, seen: Duty, week: date, person: str) -> Duty:
        """Give the week that a day stands in to somebody else who triages."""
        return self._put("swap", DutySwap(week=week, person=person), seen)

    def away(self, seen: Duty, first: date, last: date) -> Duty:
        """Note days on which one is not there oneself."""
        return self._put("away", DutyDays(first=first, last=last), seen)

    def back(self, seen: Duty, first: date) -> Duty:
        """Take one's own days away back that begin on this day."""
        return self._http.delete(f"{self._path}/away/{first.isoformat()}", Duty, on(seen.version))

    def home(self, seen: Duty, country: str) -> Duty:
        """Note whose public holidays one keeps: `DE`, `DE-BY`."""
        return self._put("home", DutyHome(country=country), seen)

    def note(self, text: str) -> Duty:
        """Leave a note for who comes next."""
        return self._http.post(f"{self._path}/notes", DutyWord(text=text), Duty)

    def _put(self, what: str, wish: msgspec.Struct, seen: Duty) -> Duty:
        return self._http.put(f"{self._path}/{what}", wish, Duty, on(seen.version))
