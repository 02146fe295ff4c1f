# SPDX-License-Identifier: Apache-2.0
"""What somebody can do at the front: ask to be told, confirm it, leave, say that they have updated.

Links carry sealed tokens, so that nothing is stored before somebody confirms and a link says nothing to others. A page
that is only looked at changes nothing: mail servers follow links, people press buttons.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec

from tocsin.core.mail_out.model import is_address
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.core.webhooks import is_receiver
from tocsin.services import book
from tocsin.services.app import Front
from tocsin.services.ports.tokens import Tokens
from tocsin.services.ports.world import ProjectInfo

ASKED: Final = "subscribe"
CONFIRMED: Final = "subscribed"
LEFT: Final = "unsubscribe"
SAID: Final = "updated"

CONFIRM_WITHIN: Final = timedelta(days=3)
LONG: Final = timedelta(days=3650)
LONGEST: Final = 500
MOST_LINES: Final = 20

ANSWERS: Final = {"updated": "We have updated", "not-affected": "We are not affected", "not-yet": "Not yet"}


class Wish(msgspec.Struct, frozen=True):
    """Who wants to be told of what: a mail address or an https address, lines (all where there is none), reminders."""

    to: str
    lines: tuple[str, ...] = ()
    remind: bool = False

    @property
    def is_hook(self) -> bool:
        """Whether it is a webhook."""
        return self.to.startswith("https://")


class Person(msgspec.Struct, frozen=True):
    """Whose link it is: the subscriber's id; for a roll-out, the advisory too."""

    id: str
    advisory: str = ""


class Word(msgspec.Struct, frozen=True):
    """What somebody said of themselves: about which advisory, and which answer."""

    id: str
    advisory: str
    answer: str


def offered(front: Front, project: ProjectInfo) -> tuple[str, ...]:
    """The lines of a project that can be asked about."""
    policy = front.projects.policy(project.id, project.policy)
    return tuple(each.name for each in (policy.versions.line if policy.versions else ()))[:MOST_LINES]


def ask(front: Front, project: ProjectId, wish: Wish) -> Refused | None:
    """Ask to be told. One address is written to once a day at most, however often it is typed in."""
    to = wish.to.strip()
    if len(to) > LONGEST or not (is_receiver(to, "https") or is_address(to)) or len(wish.lines) > MOST_LINES:
        return Refused(code="address", because="Give a mail address, or an https address.", rule="subscriptions")
    day = f"{front.now():%Y-%m-%d}"
    name = front.tokens.mark("subscribe", f"{project}/{to.lower()}/{day}").hex()
    book.leave(front, ASKED, project, msgspec.structs.replace(wish, to=to), (name,))
    return None


def link(tokens: Tokens, base: str, project: ProjectId, page: str, token: str) -> str:
    """An address with a token."""
    return f"{base}/p/{project}/{page}?{urlencode({'t': token})}"


def confirmed(front: Front, project: ProjectId, token: str) -> Wish | None:
    """What a confirmation link stands for; None for one that is no good."""
    return front.tokens.open(token, f"{ASKED}/{project}", front.now(), Wish)


def confirm(front: Front, project: ProjectId, token: str) -> bool:
    """Confirm; durable when this returns. False for a link that is no good."""
    wish = confirmed(front, project, token)
    if wish is None:
        return False
    book.leave(front, CONFIRMED, project, wish, (_once(front, token),))
    return True


def person(front: Front, project: ProjectId, token: str, use: str) -> Person | None:
    """Whose link it is, for leaving or for saying something; None for one that is no good."""
    return front.tokens.open(token, f"{use}/{project}", front.now(), Person)


def leave(front: Front, project: ProjectId, token: str) -> bool:
    """Leave the list; durable when this returns."""
    who = person(front, project, token, LEFT)
    if who is None:
        return False
    book.leave(front, LEFT, project, who)
    return True


def say(front: Front, project: ProjectId, token: str, answer: str) -> bool:
    """Say how far one is with an advisory. The last word counts."""
    who = person(front, project, token, SAID)
    if who is None or answer not in ANSWERS:
        return False
    book.leave(front, SAID, project, Word(id=who.id, advisory=who.advisory, answer=answer))
    return True


def _once(front: Front, token: str) -> str:
    return front.tokens.mark("token", hashlib.sha256(token.encode()).hexdigest()).hex()
