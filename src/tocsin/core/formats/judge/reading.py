# SPDX-License-Identifier: Apache-2.0
"""Reads JSON from anywhere: what is wrong with the bytes is told in words, and nothing they hold can take long.

A document over 32 MiB or nested deeper than 100 levels is not read at all: the largest advisories that exist are a
fifth of that size and a quarter as deep (CSAF 2.0, appendix C, names 15 MB and 30 branches).
Sources: RFC 8259 (UTF-8 without a byte order mark, unique names); I-JSON, RFC 7493.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

from tocsin.core.vocabulary import Value

LARGEST: Final = 32 << 20
DEEPEST: Final = 100

_MARKS: Final = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_BOM: Final = b"\xef\xbb\xbf"
_SHOWN: Final = 20


class Problem(Value):
    """What is wrong with the bytes: a stable code, a JSON pointer or `line:column`, a sentence."""

    test: str
    path: str
    message: str
    grave: bool = True


class Unreadable(Exception):
    """There is no document to look at; `problem` says why."""

    def __init__(self, test: str, message: str, path: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(test=test, path=path, message=message)


def read(body: bytes) -> tuple[Any, tuple[Problem, ...]]:
    """The JSON value of `body` and what is wrong with its writing; raises `Unreadable` where there is none."""
    if len(body) > LARGEST:
        raise Unreadable("input.size", f"larger than {LARGEST >> 20} MiB; a document as large is not read")
    found: list[Problem] = []
    text = _text(body, found)
    twice: list[str] = []
    try:
        value = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, twice), parse_constant=_constant)
    except json.JSONDecodeError as wrong:
        raise Unreadable("input.json", f"not JSON: {wrong.msg}", f"{wrong.lineno}:{wrong.colno}") from None
    except RecursionError:
        raise Unreadable("input.depth", f"nested deeper than {DEEPEST} levels") from None
    except ValueError as wrong:
        raise Unreadable("input.json", f"not JSON: {str(wrong)[:200]}") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST and too_deep(value):
        raise Unreadable("input.depth", f"nested deeper than {DEEPEST} levels")
    found += (
        Problem(test="input.duplicate-key", path="", message=f"the name {name!r} is given twice in one object")
        for name in twice[:_SHOWN]
    )
    return value, tuple(found)


def _text(body: bytes, found: list[Problem]) -> str:
    for mark, name in _MARKS.items():
        if body.startswith(mark):
            raise Unreadable("input.encoding", f"the bytes are {name}; JSON is exchanged as UTF-8 (RFC 8259, 8.1)")
    if body.startswith(_BOM):
        message = "a byte order mark stands in front; JSON has none (RFC 8259, 8.1)"
        found.append(Problem(test="input.encoding", path="", message=message, grave=False))
        body = body.removeprefix(_BOM)
    try:
        text = body.decode()
    except UnicodeDecodeError as wrong:
        raise Unreadable("input.encoding", f"not UTF-8: {wrong.reason} at byte {wrong.start}") from None
    if "\\ud" in text or "\\uD" in text:
        _no_halves(text)
    return text


def _no_halves(text: str) -> None:
    """Refuse escapes for half a character: no other program could write them down again."""
    try:
        json.dumps(json.loads(text), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unreadable("input.encoding", "a string holds half of a character (a lone surrogate)") from None
    except (ValueError, RecursionError):
        return  # told by the reading itself


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _unique(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice.extend(sorted(name[:80] for name, count in counted.items() if count > 1)[:_SHOWN])
    return value


def too_deep(value: Any, deepest: int = DEEPEST) -> bool:
    """Whether lists and objects are nested deeper than that."""
    level = [value]
    for _ in range(deepest):
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(one for one in each.values() if isinstance(one, (dict, list)))
            elif isinstance(each, list):
                below.extend(one for one in each if isinstance(one, (dict, list)))
        if not below:
            return False
        level = below
    return True
