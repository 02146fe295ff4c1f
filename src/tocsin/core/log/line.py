# SPDX-License-Identifier: Apache-2.0
"""A checkpoint on one line, for what is sent to people anyway: every mail that carries it is a witness of the log.

Whoever makes a digest puts `fold(newest checkpoint)` on a line of its own below the rest; whoever kept one gives it to
`tocsin witness`, which tells whether the log still continues it. Folding keeps the log's own signature only, so that a
line fits into a mail; nothing is checked here.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.log import note
from tocsin.core.vocabulary import Refused

MARK: Final = "Log-Checkpoint:"
"""Begins the line, wherever it stands."""


def fold(published: str) -> str:
    """Return a published checkpoint as one line, or an empty text for what is none: then there is nothing to say."""
    written = note.decode(published)
    said = written if isinstance(written, Refused) else note.checkpoint(written)
    if isinstance(written, Refused) or isinstance(said, Refused):
        return ""
    own = next((each for each in written.signatures if each.name == said.origin), None)
    if own is None:
        return ""
    words = note.encode(note.Note(text=written.text, signatures=(own,))).split()
    origin, size, root, _, _, signature = words
    return f"{MARK} {origin} {size} {root} {signature}"


def unfold(text: str) -> str | Refused:
    """Find the first such line in `text` and return the checkpoint as the log published it; refuses `log-malformed`."""
    for each in text.splitlines():
        before, mark, rest = each.partition(MARK)
        words = rest.split()
        if mark and not before.strip("> ") and len(words) == 4:
            origin, size, root, signature = words
            published = f"{origin}\n{size}\n{root}\n\n— {origin} {signature}\n"
            written = note.decode(published)
            said = written if isinstance(written, Refused) else note.checkpoint(written)
            return said if isinstance(said, Refused) else published
    return Refused(code="log-malformed", because=f"There is no line “{MARK}” in it.", rule="C2SP tlog-checkpoint")
