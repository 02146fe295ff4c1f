# SPDX-License-Identifier: Apache-2.0
"""Words of this room in the reader's language: fixed sentences wherever they were written, instants, spans, sizes.

Sentences that rules make (a policy's terms, why something could not be done) stay as they are, marked as English: a
promise is what the project wrote. Days and hours stay in digits and UTC.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as marked

from tocsin.core.clock.instants import zone
from tocsin.core.intake import FieldError
from tocsin.delivery.reporter.languages import spoken
from tocsin.services.queries import words

_SHAPED: Final = (
    (
        re.compile(r"“(?P<name>.*)” is over 50 MiB\. Send it in parts, or only a part\."),
        marked("“%(name)s” is over 50 MiB. Send it in parts, or only a part."),
    ),
    (re.compile(r"(?P<n>\d+) business days?"), marked("%(n)s business days")),
    (re.compile(r"(?P<n>\d+) (?:calendar )?days?"), marked("%(n)s days")),
    (re.compile(r"(?P<n>\d+) hours?"), marked("%(n)s hours")),
    (re.compile(r"(?P<n>\d+) weeks?"), marked("%(n)s weeks")),
)
"""Sentences with something in them, as other layers write them, and the same with its place marked."""

ELSEWHERE: Final = (
    marked("Shorten the title to 300 characters; details go below."),
    marked("The text is over 1 MiB; attach the long part as a file."),
    marked("The text is over 1 MiB; send it as a file."),
    marked("At most 20 files; put the rest in one archive."),
    marked("The files are over 200 MiB together; send the rest later."),
    marked("The files are over 200 MiB together. Send the rest later."),
    marked("First feedback"),
    marked("Conversation"),
    marked("Disclosure"),
    marked("Urgent call"),
    marked("Not fully understood"),
    marked("Not well tested"),
)
"""Sentences that other layers put together, as they come out; names of promises and of reasons to wait."""


def told(text: str) -> str:
    """Return a sentence of ours in the reader's language; what is nobody's stays as it is."""
    if not text or spoken() == "en":
        return text
    for shape, pattern in _SHAPED:
        if found := shape.fullmatch(text):
            return gettext(pattern) % found.groupdict()
    return gettext(text)


def mistakes(wrong: tuple[FieldError, ...]) -> tuple[FieldError, ...]:
    """Return mistakes in the reader's language."""
    return tuple(FieldError(field=each.field, message=told(each.message)) for each in wrong)


def instant(at: datetime | None) -> str:
    """`Tue 2026-12-08 15:00 UTC`, with the day of the week in the reader's language."""
    said = words.instant(at)
    if not said or at is None or spoken() == "en":
        return said
    return f"{WEEKDAYS_ABBR[at.weekday()]}{said[3:]}"


def clocked(at: datetime | None, place: str) -> str:
    """`Wed 2026-12-09 00:00 Tokyo`: an instant on the clock of somebody who said which it is; "" without either."""
    try:
        local = at.astimezone(zone(place)) if at and place else None
    except (KeyError, ValueError, OSError):
        return ""
    if local is None:
        return ""
    city = place.rpartition("/")[2].replace("_", " ")
    return f"{instant(local).removesuffix(' UTC')} {city}"


def until(due: datetime, now: datetime) -> str:
    """`in 2 d 23 h`, or `3 h 05 min over`."""
    said = words.until(due, now)
    if spoken() == "en":
        return said
    span = words.span(due - now)
    for unit, name in (("d", marked("%(n)s d")), ("min", marked("%(n)s min")), ("h", marked("%(n)s h"))):
        span = re.sub(rf"(\d+) {unit}\b", lambda found, name=name: gettext(name) % {"n": found[1]}, span)  # type: ignore[misc]
    return (gettext("in %(span)s") if due > now else gettext("%(span)s over")) % {"span": span}
