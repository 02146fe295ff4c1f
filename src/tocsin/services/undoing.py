# SPDX-License-Identifier: Apache-2.0
"""Take back what a person did last in a case, by the act that the protocol has for it (`core.case.undoing`)."""

from __future__ import annotations

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import undoing
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Actor, Refused
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries.options import options


def undo(desk: Desk, opened: Opened, actor: Actor, line: int = 0) -> Case | Refused:
    """Take back the actor's last act; with `line`, only if it is the one that wrote that journal line.

    Refuses where others acted since, where nothing leads back, and whatever the act that takes back is refused for.
    Costs O(journal).
    """
    case = opened.case
    lines = desk.journal.entries(case.ref)
    entries = sealing.open_entries(sealing.Places(desk.sealer.instance), opened.key, case.ref, lines)
    found = undoing.undoing(entries, actor.id, line)
    if isinstance(found, Refused):
        return found
    command = found.command
    if isinstance(command, cmd.Assign) and command.lead:
        roles = options(desk, opened.policy, case.project).roles(command.lead)
        command = msgspec.structs.replace(command, lead_roles=roles)
    return cases.handle(desk, case.ref, command, actor, seen=case.seq)
