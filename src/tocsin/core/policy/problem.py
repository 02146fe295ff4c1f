# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a policy file: all of it at once, each with its line and its remedy."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(Value):
    """One thing that keeps a policy from being adopted. `code` is stable, `path` the key, `remedy` what mends it."""

    line: int
    path: str
    code: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        """Write the problem on one line, as a compiler would."""
        return f"line {self.line}: {self.code}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


class Invalid(Value, tag="invalid"):
    """A policy that was refused. The one in force stays in force."""

    problems: tuple[Problem, ...]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a remedy that names the nearest known word, or all of them when none is near."""
    listed = sorted(known)
    close = get_close_matches(word, listed, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(listed)}"
