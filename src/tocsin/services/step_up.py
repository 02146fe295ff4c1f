# SPDX-License-Identifier: Apache-2.0
"""Step-up: what is weighty takes a second factor once more, at the desk in the browser, at the terminal as a code.

At the terminal it shows that the person who is named sits there. It holds up a script, a tool or somebody who borrowed
the shell; it does not hold up whoever owns the machine, who has the database and, without a key provider, the keys.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.vocabulary import Refused
from tocsin.services.app import Desk
from tocsin.services.ports.machine import Alarm

STEPPED: Final = frozenset({"publish", "approve", "end-embargo", "decide-embargo", "shred", "break-glass"})
"""Names of the moves that take it. People, tokens, exports and keys take it as well, each at its own door."""

WRONG: Final = "step-up"
"""Kind of the alarm of a wrong code."""

NONE: Final = Refused(
    code="step-up",
    because="This takes your second factor, and you have none yet. Set one up at the desk.",
    rule="step-up",
    missing=("second factor",),
)
NOT_SHOWN: Final = Refused(
    code="step-up",
    because="That is neither the code of your authenticator app nor a recovery code of yours.",
    rule="step-up",
    missing=("second factor",),
)


def asks(desk: Desk, person: str) -> bool:
    """Whether somebody has to show a code before what is weighty: all who have a factor; in production everybody."""
    return not desk.doors.trial and (desk.doors.production or desk.factors.held(person))


def prove(desk: Desk, person: str, code: str) -> Refused | None:
    """Take a code; None says that it was right. A wrong one sounds the alarm, for nobody guesses there by accident."""
    if not desk.factors.held(person):
        return NONE
    if desk.factors.shown(person, code):
        return None
    desk.machine.alarms.sound(Alarm(at=desk.now(), kind=WRONG, case="", actor=person))
    return NOT_SHOWN
