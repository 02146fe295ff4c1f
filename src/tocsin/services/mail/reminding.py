# SPDX-License-Identifier: Apache-2.0
"""Reminding people of mail that is held: it may be a report, no promise runs for it, and its sender believes that it
was received. So whoever is on duty is told within a minute, and every day while anything waits; once an hour at most,
because anybody can send mail. What is said names no sender and no word of any mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.mail_out import quiet, words
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.notices import Notice
from tocsin.core.vocabulary import ProjectId, Value
from tocsin.services import duty, notifying
from tocsin.services.app import Desk
from tocsin.services.mail import held
from tocsin.services.ports.machine import Fact
from tocsin.services.post import letters, members, telling
from tocsin.services.post.letters import Fixed, Wish

WAITS: Final = "mail-held/"
"""Facts of this name say how many mails wait for a person in a project; each stands `at` when somebody was told."""

WHAT: Final = "mail.held"
AGAIN: Final = timedelta(days=1)
LEAST: Final = timedelta(hours=1)


def remind(desk: Desk) -> int:
    """Look at every project's mail and tell whom it concerns; returns for how many projects somebody was told."""
    if desk.mail is None:
        return 0
    facts = desk.machine.facts.all()
    return sum(_remind(desk, info.id, facts.get(WAITS + info.id)) for info in desk.projects.all())


def _remind(desk: Desk, project: ProjectId, told: Fact | None) -> bool:
    now, before = desk.now(), _counted(told)
    waits = held.waiting(desk, (project,))
    # Whoever deals with one has `count` lower what was told, so that one which comes in its place is fresh too.
    fresh = told is None or waits > before.told
    due = bool(waits) and (told is None or now - told.at >= (LEAST if fresh else AGAIN))
    if due:
        _tell(desk, project, waits)
    counted = Counted(waits=waits, told=waits if due else min(before.told, waits))
    if due or counted != before:
        _note(desk, project, counted, now if due or told is None else told.at)
    return due


class Counted(Value):
    """How many mails wait, and of how many of them people were told."""

    waits: int = 0
    told: int = 0


def _counted(fact: Fact | None) -> Counted:
    return msgspec.json.decode(fact.value, type=Counted) if fact else Counted()


def _note(desk: Desk, project: ProjectId, counted: Counted, at: datetime) -> None:
    desk.machine.facts.note(WAITS + project, msgspec.json.encode(counted).decode(), at)


def _tell(desk: Desk, project: ProjectId, count: int) -> None:
    now, on_duty = desk.now(), duty.on_duty(desk, project)
    notifying.tell(desk, Notice(case="", what=WHAT, to=telling.DUTY[0]), f"held-{now:%Y%m%d%H%M}", project)
    wishes = []
    for person in telling.meant(desk, project, telling.DUTY[0], "", on_duty):
        wanted = members.member(desk, project, person.id).wishes
        if not wanted.each and wanted.digest_at is not None:
            continue  # it stands in their daily mail
        letter = Fixed(
            subject=words.held_subject(project),
            text=words.held(project, count, desk.site.desk_url),
            person=person.id,
        )
        name = letters.letter_id(desk, f"held-{now:%Y%m%d%H%M}", 0, f"{project} {person.id}")
        to = Mailbox(address=person.email, name=person.name)
        wishes.append(Wish(id=name, to=to, letter=letter, due_at=quiet.send_at(wanted, now)))
    letters.queue(desk, project, wishes)


def count(desk: Desk, project: ProjectId) -> None:
    """Note how many mails wait, at once: somebody has just dealt with one."""
    told = desk.machine.facts.get(WAITS + project)
    if told is not None:
        waits = held.waiting(desk, (project,))
        _note(desk, project, Counted(waits=waits, told=min(_counted(told).told, waits)), told.at)


def waiting(facts: Mapping[str, Fact], projects: tuple[ProjectId, ...]) -> int:
    """How many mails wait for a person in these projects, as of a minute ago."""
    return sum(_counted(facts.get(WAITS + project)).waits for project in projects)
