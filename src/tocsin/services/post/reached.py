# SPDX-License-Identifier: Apache-2.0
"""Whether the mail with a case's words reached the reporter, for whoever reads the thread; and once more, where not.

Silence is most often a mail that never arrived. So what could not be delivered stands beside the words that it carried.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Value
from tocsin.services.app import Desk
from tocsin.services.book import Kept
from tocsin.services.ports.store import Conflict
from tocsin.services.post import answers, letters, writing
from tocsin.services.post.letters import Answer, Queued, State

LATEST: Final = 10
"""Messages that are looked at, the latest ones: each is a record to read."""


class Trouble(Value):
    """A letter that has not arrived: whether it is still tried, how often it was, and the server's code."""

    given_up: bool
    tries: int
    code: str


def troubles(desk: Desk, case: Case, lines: Iterable[int]) -> dict[int, Trouble]:
    """Say which of these journal lines could not be delivered to the reporter by mail, by line."""
    if desk.post.sends is None or answers.reporter(case) is None:
        return {}
    found = {}
    for seq in list(lines)[-LATEST:]:
        kept = _letter(desk, case, seq)
        if kept and kept.value.state is not State.SENT and kept.value.error:
            queued = kept.value
            found[seq] = Trouble(given_up=queued.state is State.GIVEN_UP, tries=queued.tries, code=queued.error)
    return found


def again(desk: Desk, case: Case, seq: int) -> bool:
    """Have the letter of a journal line sent again, now; False where there is none that failed."""
    kept = _letter(desk, case, seq)
    if kept is None or kept.value.state is State.SENT or not kept.value.error:
        return False
    fresh = replace(kept.value, state=State.WAITS, since=desk.now(), tries=0, error="")
    try:
        letters.book(desk).change(kept, fresh, desk.now())
    except Conflict:  # the worker has it at this moment, which is what was asked for
        return True
    return True


def _letter(desk: Desk, case: Case, seq: int) -> Kept[Queued] | None:
    return letters.book(desk).get(case.project, writing.answer_id(desk, Answer(case=case.ref, seq=seq)))
