# SPDX-License-Identifier: Apache-2.0
"""Writes an imported document back without losing anything: what the record knows is ours, all else stays as it was.

Three ways: `base` is what we would have written when the document came in, `now` what we write today. Where the two
differ, somebody changed the record, and the new value counts; everywhere else the original stands, letter by letter.
"""

from __future__ import annotations

from typing import Any, Final

_ABSENT: Final = object()


def merged(original: Any, base: Any, now: Any) -> Any:
    """The original with the changes from `base` to `now` applied to it."""
    if base == now:
        return original
    if isinstance(original, dict) and isinstance(base, dict) and isinstance(now, dict):
        return _objects(original, base, now)
    if isinstance(original, list) and isinstance(base, list) and isinstance(now, list):
        return _lists(original, base, now)
    return now


def _objects(original: dict[str, Any], base: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*original, *(each for each in now if each not in original)):
        was, before, after = (each.get(name, _ABSENT) for each in (original, base, now))
        value = was if before is after or before == after else merged(was, before, after)
        if value is not _ABSENT:
            found[name] = value
    return found


def _lists(original: list[Any], base: list[Any], now: list[Any]) -> list[Any]:
    """Item by item where nothing came or went; otherwise today's list with the originals of what is still in it."""
    if len(original) == len(base) == len(now):
        return [merged(*each) for each in zip(original, base, now, strict=True)]
    kept = list(zip(base, original, strict=False)) if len(base) == len(original) else []
    return [next((old for before, old in kept if before == each), each) for each in now]
