# SPDX-License-Identifier: Apache-2.0
"""Makes schemes whose order `univers` has right on the public suites, so that we need none of our own.

The library is imported when the first such version is read: most projects never need it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Key, Scheme

LONGEST: Final = 256
"""Characters; some of the library's patterns would take long over a longer string, and no version is as long."""

_SPEAKS: Final = re.compile(r"[0-9A-Za-z]")


@cache
def _class_of(vers_type: str) -> Any:
    from univers.version_range import RANGE_CLASS_BY_SCHEMES

    return RANGE_CLASS_BY_SCHEMES[{"gentoo": "ebuild"}.get(vers_type, vers_type)].version_class


def _key_of(vers_type: str) -> Callable[[str], Key]:
    def key(version: str) -> Key:
        if not _SPEAKS.search(version) or len(version) > LONGEST:
            raise ValueError(f"{version[:20]!r} is not a version of the scheme {vers_type}")
        try:
            return _class_of(vers_type)(version)
        except (ValueError, TypeError, AttributeError, IndexError) as wrong:
            raise ValueError(f"{version!r} is not a version of the scheme {vers_type}") from wrong

    return key


def borrowed(name: str, vers_type: str) -> Scheme:
    """A scheme whose order is that of the library's class for this vers type."""
    return Scheme(
        name=name,
        key=_key_of(vers_type),
        span=prefix_span,
        cve_type="custom",
        vers_type=vers_type,
        strict=starts_with_digit,
    )
