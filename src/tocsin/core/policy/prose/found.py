# SPDX-License-Identifier: Apache-2.0
"""What a rule found in a document: a value of the policy, the words it rests on, and their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tocsin.core.policy.prose.markdown import Unit
from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterable


class Found(Value):
    """`path` gets `value`; `add` appends it to a list there. `unit` is the index of the sentence."""

    path: str
    value: Any
    unit: int
    line: int
    last: int
    words: str
    mode: Literal["set", "add"] = "set"

    @property
    def cite(self) -> str:
        """The mark that goes beside the value: `L22-L23: the words`."""
        lines = f"L{self.line}" if self.line == self.last else f"L{self.line}-L{self.last}"
        return f"{lines}: {self.words}" if self.words else lines


class Page(Value):
    """A document as its units, with a few things a rule may want to know of all of it."""

    units: tuple[Unit, ...]
    emails: tuple[str, ...] = ()
    forge: str = ""


def found(index: int, unit: Unit, path: str, value: Any, mode: Literal["set", "add"] = "set") -> Found:
    """Build a finding that rests on a whole sentence."""
    words = unit.text if len(unit.text) <= 400 else f"{unit.text[:397]}..."
    return Found(path=path, value=value, unit=index, line=unit.first, last=unit.last, words=words, mode=mode)


def first(findings: Iterable[Found], path: str) -> Found | None:
    """Return the first finding for a path."""
    return next((each for each in findings if each.path == path), None)
