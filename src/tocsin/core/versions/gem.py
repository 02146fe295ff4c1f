# SPDX-License-Identifier: Apache-2.0
"""RubyGems: runs of digits and letters; a letter sinks a version below its release, trailing zeros do not count.

Source: `Gem::Version` (https://docs.ruby-lang.org/en/master/Gem/Version.html).
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Scheme

_SEGMENT: Final = re.compile(r"\d+|[a-z]+", re.ASCII | re.IGNORECASE)
_WORD, _END, _NUMBER = range(3)

_Key = tuple[tuple[int, int, str], ...]


def _key(version: str) -> _Key:
    segments = _SEGMENT.findall(version.strip().removeprefix("v"))
    if not segments:
        raise ValueError(f"{version!r} is not a version of a gem")
    parts: list[tuple[int, int, str]] = []
    for segment in (*segments, ""):
        part = (_NUMBER, int(segment), "") if segment.isdigit() else (_WORD, 0, segment) if segment else (_END, 0, "")
        # zeros before a word and at the end say nothing: 1.0.a equals 1.a
        while part[0] != _NUMBER and parts and parts[-1] == (_NUMBER, 0, ""):
            parts.pop()
        parts.append(part)
    return tuple(parts)


SCHEME: Final = Scheme(
    name="gem", key=_key, span=prefix_span, cve_type="custom", vers_type="gem", strict=starts_with_digit
)
