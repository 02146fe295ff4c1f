# SPDX-License-Identifier: Apache-2.0
"""Files that came with a form that could not be sent yet: the form carries them, sealed, so nobody uploads twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from tocsin.core.intake import MAX_FILES, Attachment
from tocsin.services.app import Desk
from tocsin.services.queries import words

KEPT_FOR: Final = timedelta(hours=12)
_PURPOSE: Final = "desk-file"


class Carried(NamedTuple):
    """A file as the form shows and carries it."""

    name: str
    size: str
    token: str


def carry(desk: Desk, files: Sequence[Attachment]) -> list[Carried]:
    """Seal files that are stored already for a form to carry."""
    until = desk.now() + KEPT_FOR
    return [Carried(each.name, words.size(each.size), desk.tokens.seal(each, _PURPOSE, until)) for each in files]


def carried(desk: Desk, tokens: Sequence[str]) -> tuple[tuple[Attachment, ...], bool]:
    """Open the files that a form brings back, and say whether one is left out that is too old, not ours or too many:
    nothing is sent without a file that somebody chose unless they are told."""
    opened = [desk.tokens.open(token, _PURPOSE, desk.now(), Attachment) for token in tokens[:MAX_FILES]]
    return tuple({each.blob: each for each in opened if each}.values()), None in opened or len(tokens) > MAX_FILES
