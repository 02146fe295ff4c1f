# SPDX-License-Identifier: Apache-2.0
"""What an effect of a case means for mail: letters are written down, all of them or none, and nothing is sent here."""

from __future__ import annotations

from tocsin.core import notices
from tocsin.services.app import Desk
from tocsin.services.post import answers, telling


def carry(desk: Desk, deed: notices.Deed, effect: str) -> None:
    """Queue the letters that a deed calls for; repeating it adds none. `effect` names the deed for good."""
    match deed:
        case notices.Notice(case=case, what=what, to=to):
            telling.tell(desk, case, what, to, effect)
        case notices.Said():
            answers.queue(desk, deed)
        case _:
            pass
