# SPDX-License-Identifier: Apache-2.0
"""Telling a list that is told before anybody else (linux-distros): shown first, byte for byte, then sent by what was
shown, once. The case notes when, so that the list's own clock begins.

What is shown is what is signed and encrypted: only signature and ciphertext, which differ each time, are added. The
word that lets it go names the instant in its header and a digest of its bytes.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from tocsin.core import access
from tocsin.core.case.record_commands import RecordMoment
from tocsin.core.mail_out.announce import Announcement
from tocsin.core.mail_out.model import File
from tocsin.core.vocabulary import Actor, MoveName, Refused, Value
from tocsin.services import cases, publication
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.mail_out import Delivered, Fate
from tocsin.services.post import lists

FRESH: Final = timedelta(hours=1)
"""How long what was shown may be sent: a mail's date is when it was written."""

_AT: Final = "%Y%m%dT%H%M%SZ"
CHANGED: Final = Refused(
    code="changed",
    because="The mail is not the one that was shown any more, or it was shown more than an hour ago. Look at it again.",
    rule="post",
)


class Shown(Value):
    """A mail to a list as it would leave: `body` is what is signed and encrypted, `word` what lets exactly that go."""

    made: Announcement
    body: bytes
    word: str


def show(
    desk: Desk, opened: Opened, to: str, files: tuple[File, ...] = (), at: datetime | None = None
) -> Shown | Refused:  # fmt: skip
    """The mail about a case to the list `to`; refuses what the list does not take."""
    at, case = (at or desk.now()).replace(microsecond=0), opened.case
    ends_at = None if case.published_at else case.embargo_until
    advisory = publication.preview(desk, opened, at).advisory
    made = lists.drafted(desk, case.project, advisory, to, at, ends_at, files)
    if isinstance(made, Refused):
        return made
    body = lists.unsigned(made)
    digest = hashlib.sha256(f"{made.mail.to.address}\n".encode() + body).hexdigest()
    return Shown(made=made, body=body, word=f"{at.astimezone(UTC):{_AT}}-{digest[:24]}")


def tell(
    desk: Desk, opened: Opened, actor: Actor, to: str, word: str, files: tuple[File, ...] = ()
) -> Delivered | Refused:  # fmt: skip
    """Send what was shown with `word`, and note it in the case. Raises OSError where the server cannot be reached: then
    nothing left. Refuses a public list (publishing writes to it), one that was told, and a mail that changed."""
    if refused := access.guard(actor, MoveName.WRITE):
        return refused
    shown = _shown(desk, opened, to, word, files)
    if isinstance(shown, Refused):
        return shown
    rules = shown.made.rules
    if refused := _not_theirs(opened, rules.name, rules.moment):
        return refused
    done = lists.send(desk, opened.case.project, shown.made)
    if isinstance(done, Refused) or done.fate is not Fate.SENT:
        return done
    note = f"{shown.made.mail.to.address} <{shown.made.mail.id}>"
    noted = cases.handle(desk, opened.case.ref, RecordMoment(moment=rules.moment, note=note), actor)
    return noted if isinstance(noted, Refused) else done


def _shown(desk: Desk, opened: Opened, to: str, word: str, files: tuple[File, ...]) -> Shown | Refused:
    try:
        at = datetime.strptime(word.partition("-")[0], _AT).replace(tzinfo=UTC)
    except ValueError:
        return CHANGED
    if not timedelta() <= desk.now() - at <= FRESH:
        return CHANGED
    shown = show(desk, opened, to, files, at)
    return CHANGED if isinstance(shown, Shown) and shown.word != word else shown


def _not_theirs(opened: Opened, name: str, moment: str) -> Refused | None:
    because = ""
    if not moment:
        because = f"{name} is public: it is written to when the advisory is published."
    elif any(each.name == moment for each in opened.case.recorded):
        because = f"The case notes that {name} was told already ({moment})."
    return Refused(code="list-rules", because=because, rule="post") if because else None
