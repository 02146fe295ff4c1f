# SPDX-License-Identifier: Apache-2.0
"""Two people who agree: for whoever plays both of them, as demos and tests do."""

from __future__ import annotations

from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Actor, CaseRef, Refused
from tocsin.services import cases
from tocsin.services.app import Desk


def together(desk: Desk, ref: CaseRef, command: cmd.Command, one: Actor, other: Actor) -> Case | Refused:
    """Carry a command out as `one`; where it takes two, `other` approves exactly what `one` asked for."""
    done = cases.handle(desk, ref, command, one)
    if not isinstance(done, Refused) or done is not cases.ask(desk, ref, command, one, done):
        return done
    opened = cases.open_case(desk, ref, other, "case.approve")
    asked = [each for each in opened.case.asks if each.by == one.id] if opened else []
    return cases.handle(desk, ref, cmd.Approve(digest=asked[-1].asked.digest), other) if asked else done
