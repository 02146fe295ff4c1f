# SPDX-License-Identifier: Apache-2.0
"""The one place from which people are told that something happened: each notice goes to every notifier there is.

A notifier that speaks to others is told beside the turn, so that a chat that hangs holds up no clock; mail and log are
what people rely on.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from tocsin.core import egress
from tocsin.core.notices import Notice
from tocsin.core.vocabulary import ProjectId
from tocsin.services import credentials, incident, outgoing
from tocsin.services.app import Desk
from tocsin.services.ports.http import Held
from tocsin.services.ports.notifier import Notifier, Reach
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.services.post import telling

_log: Final = logging.getLogger("tocsin.notice")


def tell(desk: Desk, notice: Notice, cause: str, project: ProjectId = "") -> str:
    """Tell everybody whom a notice means; `cause` names what it comes of, in letters, digits, dots and dashes, and
    `project` whose it is where it is of no case. Returns the code of what kept it in, empty where nothing did.

    Raises what a notifier at hand raises: then none behind it was told, and the same notice is to be told again.
    """
    if outgoing.held(desk, notice):  # a notice says that something happened, never what: this one would be a mistake
        return egress.HELD
    row = desk.inbox.row(notice.case) if notice.case else None
    project = row.project if row else project
    for notifier in desk.notifiers:
        if notifier.address:
            _far(desk, notifier, notice, cause, project)
        else:
            notifier.tell(notice, _reach(desk, cause))
    return ""


def _far(desk: Desk, notifier: Notifier, notice: Notice, cause: str, project: ProjectId) -> None:
    kept = credentials.of(desk, project, f"{credentials.NOTIFY}{notifier.name}") if project else None
    if kept is None:
        return
    say = partial(_say, desk, notifier, notice, _reach(desk, cause, kept.secret.strip()))
    if desk.aside is None:
        say()
    else:
        desk.aside(say)


def _say(desk: Desk, notifier: Notifier, notice: Notice, reach: Reach) -> None:
    if incident.halted(desk):
        return
    try:
        notifier.tell(notice, reach)
    except (OSError, Held, Rejected, Trouble) as error:
        because = getattr(error, "because", "") or type(error).__name__
        _log.warning("%s cannot be told by %s: %s", notice.case, notifier.name, because)


def _reach(desk: Desk, cause: str, address: str = "") -> Reach:
    return Reach(
        cause=cause,
        desk_url=desk.site.desk_url,
        address=address,
        mail=partial(_mail, desk),
        chat=desk.outside.chat,
        http=desk.outside.http,
    )


def _mail(desk: Desk, notice: Notice, cause: str) -> int:
    return telling.tell(desk, notice.case, notice.what, notice.to, cause)
