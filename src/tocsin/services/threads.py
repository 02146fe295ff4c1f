# SPDX-License-Identifier: Apache-2.0
"""Sending words on to somebody who does not have them: first shown with what they would learn, then sent.

A message is never moved: it stays in its thread, and what was sent on stands in the other one, whole. The command is
made here, from the journal line itself, so that no form can claim that an internal note was something else (S64).
"""

from __future__ import annotations

import msgspec

from tocsin.core.case import decide as rules
from tocsin.core.case import threads
from tocsin.core.case.party_commands import Resend
from tocsin.core.case.threads import DiffLine, Words
from tocsin.core.intake import Attachment
from tocsin.core.vocabulary import Actor, Audience, Refused
from tocsin.services import sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened


class Sending(msgspec.Struct, frozen=True):
    """Words on their way to a wider audience, and what its readers would learn: lines, and files they do not have."""

    command: Resend
    original: Words
    lines: tuple[DiffLine, ...]
    new_files: tuple[str, ...]
    cut_files: tuple[str, ...]


class Wish(msgspec.Struct, frozen=True):
    """What somebody wants to send on: line `of` to an audience; without `text` the words as they stand."""

    of: int
    audience: Audience
    party: str = ""
    text: str | None = None
    files: tuple[str, ...] | None = None
    """Blobs of the attachments that go along; None for all."""


def prepare(desk: Desk, opened: Opened, actor: Actor, wish: Wish) -> Sending | Refused:
    """Say what the readers would learn that they do not have, without sending anything; refuses what may not be."""
    every = everything(desk, opened)
    original = next((each for each in every if each.seq == wish.of), None)
    if original is None:
        because = f"Line {wish.of} of the journal is no message."
        return Refused(code="no-message", because=because, rule="threads", missing=("a message",))
    text = original.text if wish.text is None else wish.text
    goes = tuple(each for each in original.attachments if wish.files is None or each.blob in wish.files)
    command = Resend(
        of=wish.of,
        source=original.audience,
        source_party=original.party,
        audience=wish.audience,
        party=wish.party if wish.audience is Audience.PARTY else "",
        text=text,
        attachments=goes,
    )
    context = rules.Context(actor=actor, now=desk.now(), policy=opened.policy)
    decision = rules.decide(opened.case, command, context)
    if isinstance(decision, Refused):
        return decision
    had = [each for each in every if threads.has(each, command.audience, command.party)]
    held = {file.sha256 for each in had for file in each.attachments}
    return Sending(
        command=command,
        original=original,
        lines=threads.diff(original.text, text, (each.text for each in had)),
        new_files=_names(goes, held),
        cut_files=tuple(each.name for each in original.attachments if each not in goes),
    )


def _names(files: tuple[Attachment, ...], held: set[str]) -> tuple[str, ...]:
    return tuple(each.name for each in files if each.sha256 not in held)


def everything(desk: Desk, opened: Opened) -> list[Words]:
    """Read all words of a case, in order, each with who has them."""
    places, ref = sealing.Places(desk.sealer.instance), opened.case.ref
    entries = sealing.open_entries(places, opened.key, ref, desk.journal.entries(ref))
    return [found for entry in entries if (found := threads.words(entry))]
