# SPDX-License-Identifier: Apache-2.0
"""A calendar for programs (RFC 5545): opaque titles, instants in UTC, one UID for each date so that a moved date moves.

What a calendar shows ends on phones and in other people's clouds. So an entry says a case's reference and the kind of
date, or with `quiet` not even that; a summary, a component or a name never.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tocsin.services.queries.calendar import Entry

if TYPE_CHECKING:
    from icalendar import Event

QUIET: Final = "Security deadline"
LENGTH: Final = timedelta(minutes=30)
BEFORE: Final = (timedelta(days=1), timedelta(hours=1))
"""When a program is asked to remind."""


def host(desk_url: str) -> str:
    """Whose dates these are: what stands behind the `@` of every UID."""
    return urlsplit(desk_url).hostname or "localhost"


def render(entries: Iterable[Entry], desk_url: str, host: str, now: datetime, *, quiet: bool) -> bytes:
    """Write the dates as iCalendar."""
    from icalendar import Calendar  # six megabytes that a desk without calendars does not need

    calendar = Calendar()
    calendar.add("prodid", "-//Tocsin//Desk//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Security deadlines")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for each in entries:
        calendar.add_component(_event(each, desk_url, host, now, quiet=quiet))
    return bytes(calendar.to_ical())


def _event(each: Entry, desk_url: str, host: str, now: datetime, *, quiet: bool) -> Event:
    from icalendar import Alarm, Event

    title = QUIET if quiet else f"{each.case} {each.what}"
    event = Event()
    event.add("uid", f"{each.key.lower()}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", each.at)
    event.add("dtend", each.at + LENGTH)
    event.add("sequence", each.seq)
    event.add("summary", title)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("status", _status(each))
    if not quiet:
        event.add("url", f"{desk_url}/c/{each.case}")
    if each.cancelled:
        return event
    for span in BEFORE:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -span)
        event.add_component(alarm)
    return event


def _status(each: Entry) -> str:
    """The status of a date (RFC 5545, 3.8.1.11); programs strike out what is cancelled instead of keeping it."""
    if each.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if each.key.endswith("-proposed") else "CONFIRMED"
