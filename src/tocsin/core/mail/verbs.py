# SPDX-License-Identifier: Apache-2.0
"""What a verified member does from mail: a first line that begins with a slash, and the words below it (UX 2.9).

    /accept             accept the report
    /need-info          ask the reporter; the words below are the question
    /reply              the words below go to the reporter
    /note               the words below stay with the team; so do words without any verb
    /assign             take the case

Only what may be undone, or says its own words, is done from mail. Who may, and whether it is possible, is decided where
it is for every door.
"""

from __future__ import annotations

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


class Verb(Value):
    """One verb and the words that go with it."""

    name: Name
    text: str


class Unknown(Value):
    """A first line that looks like a verb and is none: told to whoever wrote it, never guessed."""

    word: str


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
