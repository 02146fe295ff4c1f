# SPDX-License-Identifier: Apache-2.0
"""Telling people that something happened in a case, and never what: notifications end in chat rooms and inboxes.

A notifier gets a `Notice` and a `Reach`, and neither holds a case, a key or anything that opens one. What carries words
is no notifier and has ports of its own: letters to reporters and parties (`services.post.answers`), announcements of
what is public (`services.outward`), hooks for programs (`services.hooks`). What is asked for rather than told is none
either: the daily mail, `tocsin inbox --digest` on a desktop, metrics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tocsin.core.notices import Notice
from tocsin.services.ports.chat import Chat, no_chat
from tocsin.services.ports.http import Http, no_http


def no_mail(notice: Notice, cause: str) -> int:
    """Nobody is written to."""
    return 0


@dataclass(frozen=True)
class Reach:
    """All that a notifier may tell through.

    `cause` names for good what the notice comes of: the same cause is the same notice. `address` is what the project
    keeps for this notifier, often with a password in it: it is for its receiver alone. `mail` queues a letter for each
    person whom the notice means and returns how many are new.
    """

    cause: str
    desk_url: str
    address: str = ""
    mail: Callable[[Notice, str], int] = no_mail
    chat: Chat = no_chat
    http: Http = no_http


class Notifier(Protocol):
    """One way of telling. `address` says in words what a project has to keep before anybody is told this way
    (`tocsin credential set PROJECT notify-NAME`); empty where nothing is needed.

    One that needs an address speaks to others, who may not answer: it is told beside the worker's turn, once, and what
    goes wrong is only logged. One that needs none may be told twice of the same notice.
    """

    @property
    def name(self) -> str:
        """Small letters and dashes."""

    @property
    def address(self) -> str:
        """What is to be kept for it, in words."""

    def tell(self, notice: Notice, reach: Reach) -> None:
        """Tell that `notice.what` happened in `notice.case`. Raises OSError when it cannot tell now; one that speaks to
        others raises what its port raises."""
