# SPDX-License-Identifier: Apache-2.0
"""Where a value of the policy comes from: a cited line of the project's document, the project's own choice, or both.

In the file, `cite` and `choice` stand beside the values of a table. `cite = "L24"` (with the words, if you like:
`cite = "L24: Feedback will be sent"`) speaks for the whole table, `cite = { within = "L24" }` for one value;
`choice = true`, `choice = "why"` and `choice = { max = "why" }` likewise. A table without either asks the table around
it. A choice that is nearer to the value than the cited line wins over it, and both are told: "promptly" was written,
three days were chosen.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from tocsin.core.vocabulary import Value

CITE: Final = re.compile(r"^L(?P<first>\d+)(?:\s*-\s*L?(?P<last>\d+))?(?:\s*:\s*(?P<words>.+))?$", re.S)
"""`L24`, `L22-L23`, `L24: the words`."""


class Source(Value):
    """Origin of one value. `lines` is `24` or `22-23`, `why` the reason of a choice, `by` and `on` who made it."""

    file: str = ""
    lines: str = ""
    words: str = ""
    chosen: bool = False
    why: str = ""
    by: str = ""
    on: date | None = None

    @property
    def known(self) -> bool:
        """Whether the value is cited or chosen at all."""
        return bool(self.lines or self.chosen)

    @property
    def cite(self) -> str:
        """The cited line, `SECURITY.md:24`; empty when there is none."""
        return f"{self.file}:{self.lines}" if self.lines else ""

    def __str__(self) -> str:
        """Say it in words: the quoted sentence, its line, and who chose the value."""
        parts = [f'from "{self.words}"'] if self.words else []
        if self.lines:
            parts.append(self.cite if self.words else f"from {self.cite}")
        if self.chosen:
            who = f" by {self.by}" if self.by else " by the project"
            when = f" on {self.on.isoformat()}" if self.on else ""
            parts.append(f"value chosen{who}{when}" + (f": {self.why}" if self.why else ""))
        return ", ".join(parts) or "neither cited nor marked as a choice"


NOWHERE: Final = Source()
"""The source of a value that says nothing about its origin; `policy check` reports each."""


def parse_cite(text: str, file: str) -> Source:
    """Read `L24`, `L22-L23` or `L24: the words`; raises ValueError for anything else."""
    found = CITE.match(text.strip())
    if not found:
        raise ValueError(f'not a line: {text!r}; write cite = "L24" or cite = "L22-L23: the sentence"')
    lines = found["first"] + (f"-{found['last']}" if found["last"] else "")
    return Source(file=file, lines=lines, words=" ".join((found["words"] or "").split()))
