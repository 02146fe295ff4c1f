# SPDX-License-Identifier: Apache-2.0
"""Advisory ids: `WHPG-SA-2026-001`, counted up in public. A number is taken only for an acceptance that will hold, so
that a refusal leaves no gap for people to wonder about."""

from __future__ import annotations

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.vocabulary import Actor, Refused
from tocsin.services.app import Desk
from tocsin.services.cases import Opened


def numbered(desk: Desk, opened: Opened, actor: Actor, answer: cmd.Answer) -> cmd.Accept | Refused:
    """Return the acceptance of a case with its advisory id, reserved now if it has none yet, or why it is refused."""
    case, policy, now = opened.case, opened.policy, desk.now()
    command = cmd.Accept(advisory_id=case.advisory_id, answer=answer)
    decision = rules.decide(case, command, rules.Context(actor=actor, now=now, policy=policy))
    if isinstance(decision, Refused):
        return decision
    if case.advisory_id or not decision:
        return command
    number = desk.numbers.next_advisory(case.project, now.year)
    return msgspec.structs.replace(command, advisory_id=f"{policy.project.prefix}-SA-{now.year}-{number:03}")
