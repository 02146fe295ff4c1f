# SPDX-License-Identifier: Apache-2.0
"""RPM: `[epoch:]version[-release]`, compared segment by segment; `~` sorts before the end, `^` just after it.

Source: rpm's `rpmvercmp` and rpm-version(7). Everything but ASCII letters, digits, `~` and `^` only parts segments.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Scheme

_SEGMENT: Final = re.compile(r"\d+|[A-Za-z]+|~|\^", re.ASCII)
_TILDE, _END, _CARET, _WORD, _NUMBER = range(5)

_Segment = tuple[int, int, str]
_Key = tuple[tuple[_Segment, ...], tuple[_Segment, ...], tuple[_Segment, ...]]


def _key(version: str) -> _Key:
    if not version or version.isspace() or "\0" in version:
        raise ValueError(f"{version!r} is not a version of an RPM package")
    epoch, colon, rest = version.partition(":")
    number, _, release = (rest if colon else version).rpartition("-")
    if not number:
        number, release = release, ""
    return _segments(epoch if colon else "0"), _segments(number), _segments(release)


def _segments(text: str) -> tuple[_Segment, ...]:
    return (*map(_segment, _SEGMENT.findall(text)), (_END, 0, ""))


def _segment(text: str) -> _Segment:
    if text.isdigit():
        return _NUMBER, int(text), ""
    return {"~": (_TILDE, 0, ""), "^": (_CARET, 0, "")}.get(text, (_WORD, 0, text))


SCHEME: Final = Scheme(
    name="rpm", key=_key, span=prefix_span, cve_type="rpm", vers_type="rpm", strict=starts_with_digit
)
