# SPDX-License-Identifier: Apache-2.0
"""Orders versions, tells ranges, and writes them in every notation that advisories use.

`SCHEMES` is the registry: one file and one line for each scheme (and a folder of pairs under tests/data/versions).
Everything else works on a `Scheme` and on `LineRange`, one release line with its state. Where a name of a scheme comes
from a person or a document, `scheme` looks it up; a string that is no version of its scheme raises ValueError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tocsin.core.versions import debian, generic, go, maven, npm, pep440, postgres, rpm, semver
from tocsin.core.versions.lines import Interval, LineRange, contains, empty, interval, overlap, vulnerable
from tocsin.core.versions.render import cve_status, cve_versions, osv_ranges, vers
from tocsin.core.versions.scheme import Scheme
from tocsin.core.versions.sentence import join_words, sentence

__all__ = [
    "SCHEMES",
    "Interval",
    "LineRange",
    "Scheme",
    "compare",
    "contains",
    "cve_status",
    "cve_versions",
    "empty",
    "interval",
    "is_version",
    "join_words",
    "osv_ranges",
    "overlap",
    "scheme",
    "sentence",
    "sort",
    "vers",
    "vulnerable",
]

SCHEMES: Final[tuple[Scheme, ...]] = (
    semver.SCHEME,
    postgres.SCHEME,
    pep440.SCHEME,
    debian.SCHEME,
    rpm.SCHEME,
    maven.SCHEME,
    npm.SCHEME,
    go.SCHEME,
    generic.SCHEME,
)

_BY_NAME: Final = {each.name: each for each in SCHEMES}


def scheme(name: str) -> Scheme:
    """The registered scheme of that name; raises KeyError for an unknown one."""
    return _BY_NAME[name]


def compare(name: str, first: str, second: str) -> str:
    """`<`, `=` or `>`. Raises KeyError for an unknown scheme, ValueError for a string that is no version of it."""
    key = scheme(name).key
    left, right = key(first), key(second)
    if left == right:
        return "="
    return "<" if left < right else ">"


def sort(name: str, versions: Iterable[str]) -> list[str]:
    """Versions in ascending order; errors as for `compare`."""
    return sorted(versions, key=scheme(name).key)


def is_version(each: Scheme, text: str) -> bool:
    """Whether a new advisory may call `text` a version of the scheme."""
    try:
        (each.strict or each.key)(text)
    except ValueError:
        return False
    return True
