# SPDX-License-Identifier: Apache-2.0
"""Whose clock says what: an instant of an embargo on the clocks of those who work on the case.

UTC stays what is agreed on, and stands first everywhere. Beside it stand the zones that reporter and parties told, in
their rooms or by the team that wrote it down, those that people of the project named for their mail, the zone of the
policy's calendar, and any that somebody asks for. Nobody outside has to say where they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from tocsin.core.case.model import Case
from tocsin.core.clock.instants import DAYS, zone
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Value
from tocsin.services.app import Desk
from tocsin.services.post import members

MOST: Final = 8
"""Clocks beside an instant; more than that nobody reads."""


class Clock(Value):
    """One zone, and who lives by it: reporter and parties, the project's people, the calendar, or "asked for"."""

    zone: str
    whose: str

    @property
    def place(self) -> str:
        """The zone's city: `Kolkata`."""
        return self.zone.rpartition("/")[2].replace("_", " ")

    def at(self, instant: datetime) -> str:
        """The instant on this clock, with its day: `Tue 20:30 Kolkata`."""
        local = instant.astimezone(zone(self.zone))
        return f"{DAYS[local.weekday()]} {local:%H:%M} {self.place}"


def clocks(desk: Desk, case: Case, policy: Policy, asked: Iterable[str] = ()) -> tuple[Clock, ...]:
    """List the clocks of a case's outside people, as far as they told, of the project's people, of its policy's
    calendar, and those asked for; never UTC, each once."""
    project = case.project
    whose: dict[str, list[str]] = {}
    for name, who in (
        (case.reporter_zone, "the reporter"),
        *((each.zone, each.name) for each in case.parties if each.here),
    ):
        if name:
            whose.setdefault(name, []).append(who)
    for person, _ in desk.people.members(project):
        whose.setdefault(members.member(desk, project, person.id).wishes.zone, []).append(person.name)
    whose.setdefault(policy.calendar.tz, []).append("the policy's calendar")
    for name in asked:
        whose.setdefault(" ".join(name.split())[:60], []).append("asked for")
    found = (Clock(zone=name, whose=", ".join(dict.fromkeys(who))) for name, who in whose.items() if name != "UTC")
    return tuple(each for each in found if _known(each.zone))[:MOST]


def mine(desk: Desk, person: str) -> Clock | None:
    """The clock of one person; None for somebody who lives by UTC or never said."""
    name = members.of(desk, person).wishes.zone
    return Clock(zone=name, whose="you") if name != "UTC" and _known(name) else None


def beside(instant: datetime | None, found: Iterable[Clock]) -> str:
    """Write an instant on several clocks: `Tue 07:00 Los Angeles · Tue 16:00 Berlin`."""
    return " \N{MIDDLE DOT} ".join(each.at(instant) for each in found) if instant else ""


def _known(name: str) -> bool:
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
