# SPDX-License-Identifier: Apache-2.0
"""What waits for a second person in a case: who asks for what exactly, and what the reader can do about it."""

from __future__ import annotations

import msgspec

from tocsin.core.access import may_move
from tocsin.core.case.approval import ALONE, Ask
from tocsin.core.case.decide import Context, approve
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Actor
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import words


class AskView(msgspec.Struct, frozen=True):
    """One wish. `may` says whether the reader can approve it now, `else_` names who else could; `from_` is the instant
    from which somebody without a second person can do it alone, empty where there is somebody."""

    digest: str
    act: str
    what: str
    by: str
    own: bool
    at: str
    until: str
    terms: tuple[tuple[str, str], ...]
    may: bool
    else_: tuple[str, ...]
    from_: str


def waiting(desk: Desk, actor: Actor, opened: Opened) -> tuple[AskView, ...]:
    """List the wishes of a case that are not too old, oldest first."""
    case, now = opened.case, desk.now()
    open_ = [each for each in case.asks if each.asked.until > now]
    if not open_:
        return ()
    context = cases.context_of(desk, opened, actor, approve.ASKING)
    return tuple(_view(case, each, actor, context) for each in open_)


def _view(case: Case, ask: Ask, actor: Actor, context: Context) -> AskView:
    asked, own = ask.asked, ask.by == actor.id
    move = approve.move_of(case, ask)
    able = approve.others(actor, move, context) if move else ()
    lone = own and not able
    ripe = not lone or case.public or context.now >= ask.at + ALONE
    return AskView(
        digest=asked.digest,
        act=asked.act.value,
        what=approve.MOVES[asked.act],
        by=ask.by_name or ask.by,
        own=own,
        at=words.instant(ask.at),
        until=words.instant(asked.until),
        terms=asked.terms,
        may=bool(move) and may_move(actor, move) and ripe and (lone or not own) if move else False,
        else_=able,
        from_=words.instant(ask.at + ALONE) if lone and not ripe else "",
    )
