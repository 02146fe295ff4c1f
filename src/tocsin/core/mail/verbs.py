# SPDX-License-Identifier: Apache-2.0
"""What a verified member does from mail: a first line that begins with a slash, and the words below it (UX 2.9).

    /accept             accept the report
    /need-info          ask the reporter; the words below are the question
    /reply              the words below go to the reporter
    /note               the words below stay with the team; so do words without any verb
    /assign             take the case
    /snooze 3d          put the case out of your own sight for so many days (or 2w); words below stay with the team

Only what may be undone, or says its own words, is done from mail. Who may, and whether it is possible, is decided where
it is for every door.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import Value


class Name(StrEnum):
    """The verbs."""

    ACCEPT = "accept"
    ASSIGN = "assign"
    NEED_INFO = "need-info"
    NOTE = "note"
    REPLY = "reply"
    SNOOZE = "snooze"


class Verb(Value):
    """One verb and the words that go with it."""

    name: Name
    text: str


class Unknown(Value):
    """A first line that looks like a verb and is none: told to whoever wrote it, never guessed."""

    word: str


LONGEST: Final = 31
"""Days for which a case can be put aside."""

_FOR: Final = re.compile(r"([1-9][0-9]?)\s?(d|days?|w|weeks?)?", re.ASCII | re.IGNORECASE)


def days(text: str) -> tuple[int, str] | None:
    """How long to put a case aside, from the first line below or beside `/snooze`, and the words after it: `3d`, `2w`,
    `5` days; None for what is no such time, or longer than a month."""
    first, _, rest = text.partition("\n")
    found = _FOR.fullmatch(first.strip())
    if found is None:
        return None
    count = int(found[1]) * (7 if (found[2] or "d").lower().startswith("w") else 1)
    return (count, rest.strip("\n")) if count <= LONGEST else None


ALL: Final = ", ".join(f"/{each.value}" for each in Name)


def read(text: str) -> Verb | Unknown | None:
    """Return the verb that a text begins with, or None for words without one."""
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith("/"):
        return None
    word, _, behind = first.strip().partition(" ")
    told = "\n".join(part for part in (behind.strip(), rest.strip("\n")) if part.strip())
    try:
        return Verb(name=Name(word[1:].lower()), text=told)
    except ValueError:
        return Unknown(word=word[:40])
