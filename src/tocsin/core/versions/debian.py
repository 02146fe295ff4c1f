# SPDX-License-Identifier: Apache-2.0
"""Debian: `[epoch:]upstream[-revision]`, compared run by run; `~` sorts before everything, even before the end.

Source: Debian Policy 5.6.12 and deb-version(7).
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Scheme

_FORM: Final = re.compile(r"(?:(\d+):)?([A-Za-z0-9.+~:-]*?)(?:-([A-Za-z0-9.+~]*))?", re.ASCII)
_RUNS: Final = re.compile(r"(\D*)(\d*)", re.ASCII)

_Runs = tuple["tuple[int, ...] | int", ...]
_Key = tuple[int, _Runs, _Runs]


def _key(version: str) -> _Key:
    found = _FORM.fullmatch(version)
    if not found or not (found[2] or found[3]):
        raise ValueError(f"{version!r} is not a Debian version")
    return int(found[1] or 0), _runs(found[2]), _runs(found[3] or "")


def _runs(text: str) -> _Runs:
    """Words and numbers in turn, a word first; the closing empty word says that the end sorts after `~`."""
    pairs = _RUNS.findall(text)[:-1] or [("", "")]  # the last match is always the empty one at the end
    return (*(run for word, number in pairs for run in (_word(word), int(number or 0))), _word(""))


def _word(word: str) -> tuple[int, ...]:
    """Letters before other characters, `~` before the end of the word."""
    return (*((-1 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256) for char in word), 0)


SCHEME: Final = Scheme(
    name="debian", key=_key, span=prefix_span, cve_type="dpkg", vers_type="deb", strict=starts_with_digit
)
