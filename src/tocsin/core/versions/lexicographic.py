# SPDX-License-Identifier: Apache-2.0
"""Plain bytes, for versions that follow no rule but sort as text. Source: vers specification, type `lexicographic`."""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import no_lines
from tocsin.core.versions.scheme import Scheme


def _key(version: str) -> bytes:
    if not version or "\0" in version:
        raise ValueError(f"{version!r} is not a version")
    return version.encode("utf-8", "surrogatepass")


def _speaks(version: str) -> None:
    if not re.match(r"\w", version):
        raise ValueError(f"{version!r} is not a version: it begins with neither letter nor digit")


SCHEME: Final = Scheme(
    name="lexicographic", key=_key, span=no_lines, cve_type="custom", vers_type="lexicographic", strict=_speaks
)
