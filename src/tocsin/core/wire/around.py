# SPDX-License-Identifier: Apache-2.0
"""What stands around the cases: held mail, the forge, one's own dates and duty, who looked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from tocsin.core.wire import Typed, Wire
from tocsin.core.wire.outside import Line, Words

# ------------------------------------------------------------------------------------------------------------ held mail


class HeldMail(Wire):
    """Mail that no rule could place: why it is held, what is proven about its sender, and what became of it. `case` is
    the one it seems to belong to, `original` who seems to have written what was forwarded."""

    id: str
    project: str
    received_at: datetime
    sender: str
    subject: str
    because: tuple[str, ...]
    proof: str
    state: str
    case: str
    original: str
    by: str
    reason: str
    went_to: str
    may_place: bool


class HeldMails(Wire):
    """One page of held mail, newest last. `next` is the id to go on after, empty on the last page."""

    tlp: str
    items: tuple[HeldMail, ...]
    next: str


class HeldFile(Wire):
    """A file that a held mail carries."""

    name: str
    size: int


class OpenMail(Wire):
    """A held mail with its text, cut where `cut` says so, and its files. A stranger wrote it."""

    tlp: str
    mail: HeldMail
    text: str
    files: tuple[HeldFile, ...]
    cut: bool


class ReportOf(Typed):
    """Make a report of a held mail; with `passed_on`, of the mail that it passes on."""

    passed_on: bool = False


class AddTo(Typed):
    """Add a held mail to a case: as the team's note or, with `theirs`, as the reporter's words."""

    case: Line
    theirs: bool = False


class Discard(Typed):
    """Why a held mail is discarded; it is all that is left of it later."""

    reason: Words


class Placed(Wire):
    """Where a held mail went; no case, where it was discarded."""

    mail: str
    case: str


# ---------------------------------------------------------------------------------------------------------------- forge


class PublicIssue(Wire):
    """A public issue that may be a report: for how many minutes everybody could read it, and what spoke for it.
    `answer` is empty while nobody decided."""

    number: int
    url: str
    title: str
    login: str
    opened_at: datetime
    minutes: int
    signs: tuple[str, ...]
    answer: str
    case: str
    reply_asked: bool
    replied: bool


class ForgeStanding(Wire):
    """How it goes with the forge of a project. `lacks` says what has to be set up first; `reply` is the neutral reply,
    the same whatever the matter."""

    kind: str
    place: str
    lacks: str
    reporting: str
    trouble: str
    issues: tuple[PublicIssue, ...]
    reply: str


class ForgeLinked(Wire):
    """The advisory of a case on the forge. `conflict` names what somebody else changed there since."""

    ghsa: str
    url: str
    state: str
    conflict: tuple[str, ...]
    cve_asked: bool
    ours: bool


class CaseForge(Wire):
    """The forge of a case: what is linked, and what was asked for last and stands in the way."""

    lacks: str
    linked: ForgeLinked | None
    wish: str
    waits: bool
    trouble: str


# ------------------------------------------------------------------------------------------------------------------ own


class DateOf(Wire):
    """One date of one case that the caller may see: a promise, the end of an embargo, an answer wanted."""

    case: str
    project: str
    key: str
    what: str
    at: datetime


class MailWishes(Wire):
    """When the caller is written to: hours on the clock of `zone`, empty for never; `key` is the fingerprint of the
    OpenPGP key that their mail is encrypted to. Changed by the person, at the desk."""

    zone: str
    quiet_from: int | None
    quiet_until: int | None
    digest_at: int | None
    each: bool
    key: str


# ----------------------------------------------------------------------------------------------------------------- duty


class DutyOrder(Typed):
    """Who is on duty one after another, beginning with this week: ids of people who triage."""

    people: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)]


class DutySwap(Typed):
    """Give one week, by its Monday, to somebody who triages."""

    week: date
    person: Line


class DutyDays(Typed):
    """Days on which the caller is not there."""

    first: date
    last: date


class DutyHome(Typed):
    """Whose public holidays the caller keeps: a country's two letters."""

    country: Line


class DutyWord(Typed):
    """A note for who comes next."""

    text: Words


# ----------------------------------------------------------------------------------------------------------- who looked


class Looker(Wire):
    """Somebody looked at a case under embargo: who, when, what for, and how long the journal was."""

    at: datetime
    by: str
    name: str
    purpose: str
    seq: int


class Looks(Wire):
    """One page of looks, oldest first. `next` is how many to pass over for the next page, 0 on the last."""

    tlp: str
    items: tuple[Looker, ...]
    next: int


class Likeness(Wire):
    """Something that may be the same matter: a case that the caller may see, or a published advisory (then `phase` is
    empty). `evidence` says in words what it shares."""

    id: str
    title: str
    project: str
    score: float
    phase: str
    evidence: tuple[str, ...]


# ----------------------------------------------------------------------------------------------------- sending words on


class LearnedLine(Wire):
    """One line of words that are sent on: `new` to their readers, `known` to them, or `cut` from the original."""

    change: str
    text: str


class Learning(Wire):
    """What the readers of words that are sent on would learn: lines, names of files that they do not have, and of files
    of the original that do not go along. Nothing was sent."""

    tlp: str
    lines: tuple[LearnedLine, ...]
    new_files: tuple[str, ...]
    cut_files: tuple[str, ...]
