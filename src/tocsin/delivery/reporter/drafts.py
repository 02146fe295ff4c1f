# SPDX-License-Identifier: Apache-2.0
"""A report that is not sent yet. It lies in the reporter's browser: answers in the clear, files and nonce sealed.

The nonce makes sending safe to repeat. The receipt's phrase comes from the form's nonce *and* what it says, so the
same form sent twice is one case with one phrase, while a form that was changed after sending (browser, Back) is another
report and never a lost one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import msgspec
from django.http import QueryDict

from tocsin.core.intake import MAX_FILES, Attachment, FieldError, Report, problems
from tocsin.delivery.reporter.answers import Answers, from_post, report
from tocsin.delivery.uploads import Body
from tocsin.services.app import Front

KEPT_FOR: Final = timedelta(hours=24)
"""How long a form can lie open and a file already sent be used."""

_FORM: Final = "form-nonce"
_FILE: Final = "draft-file"


@dataclass(frozen=True)
class KeptFile:
    """A file that is here already, as the form carries it."""

    blob: str
    name: str
    size: int
    token: str


@dataclass(frozen=True)
class Draft:
    """A report on its way: what was answered, the report as it would be sent, and what is wrong with it. `form` is the
    number of the form that it came on; empty where that had none."""

    answers: Answers
    report: Report
    form: str
    wrong: tuple[FieldError, ...] = field(default=())


def blank(front: Front) -> Draft:
    """Begin a form."""
    return Draft(answers=Answers(), report=report(Answers(), ()), form=seal_form(front))


LOST: Final = FieldError(field="files", message="A file you chose is a day old; choose it again.")

NO_ROOM: Final = FieldError(
    field="files",
    message="We cannot keep more files before a report is sent just now. Send it without them, and add them in your "
    "room right after.",
)


def take_up(front: Front, body: Body) -> Draft:
    """Read a draft from a form: fields, files sent before, files sent now; `wrong` lists what to mend."""
    kept, lost = kept_files(front, body.post)
    answers = from_post(body.post)
    said = report(answers, (*kept, *body.files))
    wrong = (
        *([body.refused] if body.refused else []),
        *([LOST] if lost else []),
        *problems(said),
    )
    return Draft(answers=answers, report=said, form=str(body.post.get("form", "")), wrong=wrong)


def seal_form(front: Front) -> str:
    """Seal a fresh nonce for a form."""
    return front.tokens.seal(front.mint.nonce(), _FORM, front.now() + KEPT_FOR)


def nonce(front: Front, draft: Draft) -> bytes | None:
    """Return the nonce of exactly this report from this form; None when the form is too old or not ours. One without a
    number is another one every time."""
    seed = front.tokens.open(draft.form, _FORM, front.now(), bytes) if draft.form else front.mint.nonce()
    return hashlib.sha256(seed + msgspec.msgpack.encode(draft.report)).digest() if seed else None


def without(draft: Draft, gone: tuple[Attachment, ...], why: FieldError) -> Draft:
    """Return a draft without files that are no longer here, saying so."""
    said = draft.report
    left = tuple(each for each in said.attachments if each not in gone)
    return replace(draft, report=msgspec.structs.replace(said, attachments=left), wrong=(*draft.wrong, why))


def seal_files(front: Front, files: tuple[Attachment, ...]) -> list[KeptFile]:
    """Seal files that are here for the form to carry."""
    until = front.now() + KEPT_FOR
    return [KeptFile(each.blob, each.name, each.size, front.tokens.seal(each, _FILE, until)) for each in files]


def kept_files(front: Front, post: QueryDict) -> tuple[tuple[Attachment, ...], bool]:
    """Open the files that a form carries, without those marked for removal; say whether one could not be opened."""
    now, dropped = front.now(), set(post.getlist("drop"))
    opened = [front.tokens.open(token, _FILE, now, Attachment) for token in post.getlist("kept")[: MAX_FILES + 1]]
    found = {each.blob: each for each in opened if each is not None and each.blob not in dropped}
    return tuple(found.values()), None in opened
