# SPDX-License-Identifier: Apache-2.0
"""Looks into a mailbox and keeps what is new in it, a message at a time: kept first, marked as seen after. Of a message
that is too large its beginning is kept, because nobody would send it back, and it would lie there unseen by anybody.

A mailbox that cannot be looked into is tried again after a minute, then less often, and ten minutes at most after the
last try, so that what waited there is here within a quarter of an hour of its return. How long it has been away is a
fact about the machine, which the desk is told of.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.mail.bounds import MAX_BYTES
from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk, Front
from tocsin.services.mail import arriving
from tocsin.services.ports.machine import Fact
from tocsin.services.ports.mail import Fetched, Fetches

LEAST: Final = timedelta(minutes=1)
MOST: Final = timedelta(minutes=10)
"""Between two tries while a mailbox is away."""

AWAY: Final = "mailbox/"
"""Facts of this name say that a project's mailbox is away; each stands `at` the next try. Empty after its return."""

KEPT: Final = "mailbox-kept/"
"""Facts of this name say where the next look into a project's mailbox begins."""

_log = logging.getLogger("tocsin.mail")


class Away(msgspec.Struct, frozen=True):
    """A mailbox that cannot be looked into: since when, how often it was tried, and the kind of the last failure."""

    since: datetime
    tries: int
    because: str


def away(facts: Mapping[str, Fact]) -> Mapping[ProjectId, Away]:
    """The mailboxes that cannot be looked into now, by project."""
    told = {name.removeprefix(AWAY): fact.value for name, fact in facts.items() if name.startswith(AWAY)}
    return {project: msgspec.json.decode(value, type=Away) for project, value in told.items() if value}


def fetch(desk: Desk, project: ProjectId, mailbox: Fetches) -> int:
    """Keep what is new in a project's mailbox; returns how many were. One that cannot be looked into is left alone for
    a while, and the reason is in the log."""
    facts, now = desk.machine.facts.all(), desk.now()
    was = away(facts).get(project)
    if desk.mail is None or (was and now < facts[AWAY + project].at):
        return 0
    kept, before = 0, facts[KEPT + project].value if KEPT + project in facts else ""
    place = before
    try:
        for message in mailbox(before):
            kept += _keep(desk.mail.front, project, message)
            place = message.place or place
    except OSError as error:
        _log.warning("the mailbox of %s cannot be looked into: %s", project, type(error).__name__)
        _note(desk, project, was, type(error).__name__)
    else:
        if was:
            desk.machine.facts.note(AWAY + project, "", desk.now())
    if place != before:
        desk.machine.facts.note(KEPT + project, place, desk.now())
    return kept


def _keep(front: Front, project: ProjectId, message: Fetched) -> bool:
    raw, envelope = message.raw, message.envelope
    if len(raw) > MAX_BYTES:
        raw, envelope = raw[:MAX_BYTES], msgspec.structs.replace(envelope, cut=True)
    return arriving.receive(front, project, arriving.pieces(raw), envelope, message.name) is True


def _note(desk: Desk, project: ProjectId, was: Away | None, because: str) -> None:
    """Keep that a try failed, and when the next one may come."""
    now = desk.now()  # after the try, which may have taken half a minute
    told = Away(since=was.since if was else now, tries=was.tries + 1 if was else 1, because=because)
    wait = min(LEAST * 2 ** min(told.tries - 1, 4), MOST)
    desk.machine.facts.note(AWAY + project, msgspec.json.encode(told).decode(), now + wait)
