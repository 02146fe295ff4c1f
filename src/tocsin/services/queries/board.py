# SPDX-License-Identifier: Apache-2.0
"""The publish board: what would go where, and how far every target is, in words (UX 3.9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.publication import Progress, Run, State
from tocsin.services.cases import Opened
from tocsin.services.publishing import Plan
from tocsin.services.queries import words

_SAID: Final = {
    State.PLANNED: ("", "\N{MIDDLE DOT} planned"),
    State.INTENDED: ("warn", "\N{HORIZONTAL ELLIPSIS} under way"),
    State.DONE: ("warn", "\N{HORIZONTAL ELLIPSIS} accepted, not readable yet"),
    State.READABLE: ("ok", "\N{CHECK MARK} read back"),
    State.REFUSED: ("bad", "\N{BALLOT X} needs a person"),
    State.SKIPPED: ("", "\N{EN DASH} left out"),
}


class LightView(msgspec.Struct, frozen=True):
    """One target of the order that stands: `look` is `ok`, `warn` or `bad`, `more` what is in the way or where it is
    read."""

    name: str
    stage: str
    look: str
    state: str
    more: str
    link: str


class AimView(msgspec.Struct, frozen=True):
    """One target of a dry run, with the bytes that it would be given, as text."""

    name: str
    stage: str
    about: str
    text: str
    by_hand: bool
    problem: str
    owner: str


class BoardView(msgspec.Struct, frozen=True):
    """The order that stands: when it goes or went out, and its targets. `waits` while it can be taken back."""

    at: str
    when: str
    armed: bool
    waits: bool
    complete: bool
    lights: tuple[LightView, ...]


def board(opened: Opened, now: datetime) -> BoardView | None:
    """Show how far the order is that stands; None without one."""
    case, run = opened.case, opened.case.run
    if run is None:
        return None
    return BoardView(
        at=words.instant(run.at),
        when=words.until(run.at, now) if run.at > now else words.ago(run.at, now),
        armed=run.armed,
        waits=bool(case.ordered_digest) and not run.begun,
        complete=run.complete,
        lights=tuple(_light(run, each, now) for each in run.targets),
    )


def _light(run: Run, each: Progress, now: datetime) -> LightView:
    look, said = _SAID[each.state]
    if each.target.by_hand and each.state is State.PLANNED:
        said = "\N{MIDDLE DOT} by hand"
    pending = now > run.at and each.state in (State.INTENDED, State.DONE)
    since = f" for {words.span(now - run.at)}" if pending else ""
    trouble = f"{each.trouble} (for {words.span(now - each.trouble_since)})" if each.trouble_since else each.trouble
    link = each.where if each.where.startswith("https://") else ""
    more = trouble or ("" if link else each.where)
    return LightView(
        name=each.target.name, stage=each.target.stage.value, look=look, state=said + since, more=more, link=link
    )


def aims(plan: Plan) -> tuple[AimView, ...]:
    """Show a dry run."""
    return tuple(
        AimView(
            name=each.target.name,
            stage=each.target.stage.value,
            about=each.payload.about if each.payload else "",
            text=each.payload.body.decode("utf-8", "replace") if each.payload else "",
            by_hand=each.target.by_hand,
            problem=each.problem,
            owner=each.owner,
        )
        for each in plan.targets
    )
