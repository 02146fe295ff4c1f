# SPDX-License-Identifier: Apache-2.0
"""Take `cite` and `choice` out of a raw policy and work out, for every single value, where it comes from.

Doing this per value, before a policy is merged with the one it extends, is what lets an inherited value keep its own
file and an overriding one lose it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.source import Source, parse_cite

if TYPE_CHECKING:
    from collections.abc import Callable

NEEDS_NO_SOURCE: Final = ("schema", "extends", "cite_file", "chosen", "project", "title", "passage", "security_txt")
"""Sections that promise nothing: names, addresses of the installation, and the file's own form."""

_KEYS: Final = frozenset({"cite", "choice"})
_Marks = tuple[tuple[int, Source] | None, tuple[int, Source] | None]


class Provenance:
    """Collects the sources of one file. `note` takes (path, code, message, remedy)."""

    def __init__(self, file: str, chosen: object, note: Callable[[str, str, str, str], object]) -> None:
        self.file = file
        self.note = note
        self.sources: dict[str, Source] = {}
        made = chosen if isinstance(chosen, dict) else {}
        for key in made.keys() - {"by", "on"}:
            note(f"chosen.{key}", "unknown-key", f"unknown key 'chosen.{key}'", "known here: by, on")
        self.by = str(made.get("by", ""))
        self.on = made["on"] if isinstance(made.get("on"), date) else None

    def strip(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Return `raw` without its marks and fill `sources`."""
        return self._table(raw, "", 0, (None, None))

    def _table(self, raw: dict[str, Any], path: str, depth: int, around: _Marks) -> dict[str, Any]:
        cites = self._marks(raw.get("cite"), path, self._cite)
        choices = self._marks(raw.get("choice"), path, self._choice)
        whole: _Marks = (
            (depth, cites[""]) if "" in cites else around[0],
            (depth, choices[""]) if "" in choices else around[1],
        )
        for key in (cites.keys() | choices.keys()) - raw.keys() - {""}:
            self.note(path, "mark-without-value", f"{path or 'the file'} marks {key!r}, which is not there", "")
        clean: dict[str, Any] = {}
        for key, value in raw.items():
            if key in _KEYS:
                continue
            marks: _Marks = (
                (depth + 1, cites[key]) if key in cites else whole[0],
                (depth + 1, choices[key]) if key in choices else whole[1],
            )
            clean[key] = self._value(value, f"{path}.{key}" if path else key, depth + 1, marks)
        return clean

    def _value(self, value: Any, path: str, depth: int, marks: _Marks) -> Any:
        if isinstance(value, dict):
            return self._table(value, path, depth, marks)
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            return [self._value(item, f"{path}.{index}", depth + 1, marks) for index, item in enumerate(value)]
        found = _combine(marks)
        if found:
            self.sources[path] = found
        return value

    def _marks(self, raw: object, path: str, read: Callable[[object, str], Source | None]) -> dict[str, Source]:
        """Read a mark that speaks for the whole table (key "") or for single values."""
        named = raw if isinstance(raw, dict) else {} if raw is None else {"": raw}
        read_marks = {key: read(value, path) for key, value in named.items()}
        return {key: mark for key, mark in read_marks.items() if mark}

    def _cite(self, raw: object, path: str) -> Source | None:
        try:
            return parse_cite(str(raw), self.file)
        except ValueError as wrong:
            self.note(f"{path}.cite" if path else "cite", "bad-cite", str(wrong), "")
            return None

    def _choice(self, raw: object, path: str) -> Source | None:
        if isinstance(raw, dict):
            on = raw.get("on")
            return Source(
                chosen=True,
                why=str(raw.get("why", "")),
                by=str(raw.get("by", self.by)),
                on=on if isinstance(on, date) else self.on,
            )
        if raw is True or isinstance(raw, str):
            return Source(chosen=True, why="" if raw is True else str(raw), by=self.by, on=self.on)
        at = f"{path}.choice" if path else "choice"
        self.note(at, "bad-choice", f"choice cannot be {raw!r}", "write true, or the reason")
        return None


def _combine(marks: _Marks) -> Source | None:
    """Join the nearest line and the nearest choice; a choice farther out than the line does not count."""
    cite, choice = marks
    if not cite:
        return choice[1] if choice else None
    if not choice or choice[0] < cite[0]:
        return cite[1]
    line, made = cite[1], choice[1]
    return Source(file=line.file, lines=line.lines, words=line.words, chosen=True, why=made.why, by=made.by, on=made.on)
