# SPDX-License-Identifier: Apache-2.0
"""What is said without saying anything: subjects and texts that hold no word of a case but its reference.

Subjects are never encrypted on their way, and a notification that nobody can decrypt ends in inboxes and on locked
screens. So these texts are fixed here, and what a case is about never comes near them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from tocsin.core.clock.instants import at, show, zone
from tocsin.core.notices import Step
from tocsin.core.vocabulary import CaseRef, ProjectId

PRIVATE: Final = "PRIVATE to: {who}"
"""First line of every mail of a thread, so that nobody has to guess who else reads it."""

_HAPPENED: Final[Mapping[str, str]] = {
    "report.received": "A new report has come in",
    "message.received": "The reporter wrote",
    "case.appealed": "The reporter asks for another look at the decision",
    "approval.asked": "A second person is asked for",
    "party.consented": "A party agreed to the terms",
    "party.declined": "A party declined",
    "party.left": "A party left",
    "mail.undeliverable": "A mail of this case could not be delivered",
    "mail.held": "Mail is held for a person",
    "key.expires": "An OpenPGP key ends soon",
    "glass.broken": "An administrator asked to read this case",
    "case.shredded": "This case was destroyed for good",
    "publication.failed": "Publishing did not work",
    "target.refused": "A place refused what was published",
    "target.troubled": "A place where we publish needs a person",
    "urgent-call": "A report needs all of you at once",
    "propose-unsafe-default": "A decision is proposed",
    "propose-invalid": "The reporter was asked and is silent: a decision is proposed",
    "propose-communication-plan": "It is time to plan how users are told",
    "propose-earlier-date": "An earlier date could be proposed",
    "hardening-backlog": "Something was put on the hardening backlog",
    "announce": "An announcement waits for a person",
    "propose-coordinator": "Nobody has answered: a coordinator could be asked in",
    "alarm": "An alarm was sounded",
}
"""Neutral, because these are the subjects of mails that nobody may have encrypted: what is proposed is not said."""


def happened(what: str) -> str:
    """What happened, in neutral words; a promise that is close to its end is named by its clause."""
    known = _HAPPENED.get(what) or _HAPPENED.get(what.partition(":")[0])
    if known:
        return known
    promise, at, share = what.partition(" at ")
    if at and share.endswith(" %"):
        named = promise.replace("-", " ").capitalize()
        return f"{named} is {'overdue' if int(share[:-2]) >= 100 else 'due soon'}: {share} of its time has passed"
    return "Something happened that needs somebody"


def subject(case: CaseRef, what: str) -> str:
    """`[WHPG-2026-k7x4m] A new report has come in`."""
    return f"[{case}] {happened(what)}"


def notice(case: CaseRef, what: str, desk: str) -> str:
    """The whole text of a notification."""
    return (
        f"{happened(what)}.\n\nCase {case}: {desk}/c/{case}\n\n"
        "This mail says nothing about the case, because it is not encrypted. Add your OpenPGP key to your mail "
        "settings on the desk, and mail to you is encrypted and says more."
    )


KEY_REMOVED: Final = "Your OpenPGP key was removed"


def key_removed(fingerprint: str, desk: str) -> str:
    """What somebody is told whose own key was removed in their name."""
    return (
        f"Your OpenPGP key was removed from your mail settings, and mail to you is not encrypted to it any more:\n\n"
        f"{fingerprint}\n\n"
        f"If it was not you, sign in and give it again, and tell whoever runs this installation: {desk}/me/mail"
    )


def answer_subject(case: CaseRef) -> str:
    """Subject of an answer to a reporter or another party."""
    return f"[{case}] An answer to you"


def answer_waits(case: CaseRef, room: str) -> str:
    """What somebody is told who has to fetch the answer, because it cannot be encrypted to them."""
    return (
        f"There is an answer for you in case {case}.\n\nRead it with your return phrase: {room}\n\n"
        "It is not in this mail, because this mail is not encrypted. If you send us your OpenPGP key, or attach it to "
        "your answer, we can encrypt what we write to you."
    )


_INSTANT: Final = re.compile(r"(?<![\d-])(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::\d\d)? ?(?:UTC|Z)\b", re.ASCII)
_MOST_INSTANTS: Final = 8


def on_clock(text: str, place: str) -> str:
    """The instants of a mail on the clock of somebody who said which is theirs, to stand below its words, which nobody
    changes: `2026-12-08 15:00 UTC is Wed 2026-12-09 00:00`. Empty without a clock, or without an instant."""
    lines = tuple(_clocked(text, place)) if place and place != "UTC" else ()
    return "\n".join((f"On your clock ({place}):", *lines)) if lines else ""


def _clocked(text: str, place: str) -> Iterator[str]:
    named = dict.fromkeys(f"{day} {hour} UTC" for day, hour in _INSTANT.findall(text))
    for each in list(named)[:_MOST_INSTANTS]:
        if local := _local(each, place):
            yield f"{each} is {local:%a %Y-%m-%d %H:%M}"


def _or_utc(place: str) -> str:
    try:
        zone(place)
    except (KeyError, ValueError, OSError):
        return "UTC"
    return place


def _local(instant: str, place: str) -> datetime | None:
    """None for what only looks like an instant, and for a clock that nobody knows (any more)."""
    try:
        return at(instant).astimezone(zone(place))
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def standing(steps: Sequence[Step], place: str) -> str:
    """Where a case stands, a line for each step after the first, which they know of: the picture of the reporter's
    page in text (UX 3.4), on the clock of `place`."""
    place = _or_utc(place)
    width = max(len(each.name) for each in steps)
    lines = (f"[{'x' if each.done else ' '}] {each.name:<{width}}  {_when(each, place)}".rstrip() for each in steps[1:])
    return "\n".join(("Where it stands:", *lines))


def _when(step: Step, place: str) -> str:
    if step.at is not None:
        return show(step.at, place)
    return f"by {show(step.due, place)}" if step.due is not None else ""


def banner(who: str) -> str:
    """The first line of a mail with content."""
    return PRIVATE.format(who=who)


def held_subject(project: ProjectId) -> str:
    """Of the mail that tells of mail that is held."""
    return f"[{project}] Mail waits for a person"


def held(project: ProjectId, count: int, desk: str) -> str:
    """The whole text of a mail that tells of mail that is held."""
    return (
        f"In {project}, {mails_wait(count)}. No rule could place it, and it may be a report: no promise runs for it "
        f"until a person makes it one.\n\n{desk}/mail"
    )


def mails_wait(count: int) -> str:
    """How much mail is held, of whichever project."""
    return "1 mail waits for a person" if count == 1 else f"{count} mails wait for a person"


def digest_subject(waiting: int) -> str:
    """Subject of somebody's daily mail."""
    return f"Your cases today: {waiting} {'waits' if waiting == 1 else 'wait'} for the team"
