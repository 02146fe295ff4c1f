# SPDX-License-Identifier: Apache-2.0
"""An open room, kept in the visitor's browser: a sealed cookie that holds the phrase and ends soon.

The server stores nothing. Every page opens the room anew with the phrase and forgets it again. The cookie is set only
when somebody has typed a phrase, or goes on from the receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpResponseBase

from tocsin.core.vocabulary import ProjectId, Value
from tocsin.delivery.reporter.request import RoomRequest
from tocsin.services import room
from tocsin.services.app import Front

QUIET: Final = timedelta(minutes=30)
"""A visit ends after this time without a page."""

LONGEST: Final = timedelta(hours=12)
"""A visit ends after this time in any case."""

PATH: Final = "/"
"""Where the cookie is sent: `__Host-` demands it, and the pages of a room begin with a language, or with none."""

_PURPOSE: Final = "room"


class Pass(Value):
    """What the cookie says. Secret: with the instance's intake keys the phrase opens the room."""

    phrase: str
    project: ProjectId
    began: datetime


@dataclass(frozen=True)
class Visit:
    """Somebody in an open room, for one request."""

    door: room.Door
    pass_: Pass


def enter(front: Front, phrase: str) -> Visit | None:
    """Open the room of a phrase; None for every kind of wrong. The project is the one whose case it is."""
    door = room.enter(front, phrase)
    prefix = door.room.case.split("-", 1)[0] if door else ""
    owner = next((each.id for each in front.projects.all() if each.prefix == prefix), None)
    if door is None or owner is None:
        return None
    return Visit(door=door, pass_=Pass(phrase=phrase, project=owner, began=front.now()))


def resume(request: RoomRequest, project: ProjectId) -> Visit | None:
    """Go on with the visit of a request's cookie; None when there is none, it ended, or its room is gone."""
    front = request.front
    token = request.COOKIES.get(_name(front), "")
    found = front.tokens.open(token, _PURPOSE, front.now(), Pass)
    if found is None or found.project != project:
        return None
    door = room.enter(front, found.phrase)
    return Visit(door=door, pass_=found) if door else None


def keep(front: Front, visit: Visit, answer: HttpResponseBase) -> None:
    """Give the visitor the cookie, good for another while."""
    now = front.now()
    until = min(now + QUIET, visit.pass_.began + LONGEST)
    answer.set_cookie(
        _name(front),
        front.tokens.seal(visit.pass_, _PURPOSE, until),
        max_age=until - now,
        path=PATH,
        secure=_secure(front),
        httponly=True,
        samesite="Strict",
    )


def end(front: Front, answer: HttpResponseBase) -> None:
    """Take the cookie back, and ask the browser to forget what it kept of these pages.

    Not of cookies: `Clear-Site-Data` would clear those of the whole registrable domain, the company's shop included.
    """
    answer.set_cookie(
        _name(front),
        "",
        max_age=0,
        path=PATH,
        secure=_secure(front),
        httponly=True,
        samesite="Strict",
    )
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'


def _secure(front: Front) -> bool:
    return front.site.public_url.startswith("https://")


def _name(front: Front) -> str:
    """`__Host-` keeps neighbouring hosts from planting a cookie (RFC 6265bis, 4.1.3); browsers take it over https."""
    return "__Host-tocsin-room" if _secure(front) else "tocsin-room"
