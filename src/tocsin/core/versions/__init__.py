# SPDX-License-Identifier: Apache-2.0
"""Orders versions, tells ranges, and writes them in every notation that advisories use.

`SCHEMES` is the registry: one file and one line for each scheme (and a folder of pairs under tests/data/versions).
Everything else works on a `Scheme` and on `LineRange`, one release line with its state. Where a name of a scheme comes
from a person or a document, `scheme` looks it up; a string that is no version of its scheme raises ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tocsin.core.versions import (
    alpine,
    arch,
    composer,
    conan,
    datetime,
    debian,
    gem,
    generic,
    gentoo,
    git,
    go,
    intdot,
    lexicographic,
    maven,
    nginx,
    npm,
    nuget,
    openssl,
    pep440,
    postgres,
    rpm,
    semver,
)
from tocsin.core.versions.lines import Interval, LineRange, ascending, contains, empty, interval, overlap, vulnerable
from tocsin.core.versions.ranges import Constraint, Range, canonical, holds, intervals, native, parse_vers, strict_vers
from tocsin.core.versions.render import cve_status, cve_version, cve_versions, osv_events, osv_ranges, vers
from tocsin.core.versions.scheme import Scheme
from tocsin.core.versions.sentence import join_words, read_sentence, sentence

__all__ = [
    "SCHEMES",
    "Constraint",
    "Interval",
    "LineRange",
    "Range",
    "Scheme",
    "ascending",
    "canonical",
    "compare",
    "contains",
    "cve_status",
    "cve_version",
    "cve_versions",
    "empty",
    "holds",
    "interval",
    "intervals",
    "is_version",
    "join_words",
    "native",
    "osv_events",
    "osv_ranges",
    "overlap",
    "parse_vers",
    "read_range",
    "read_sentence",
    "scheme",
    "scheme_called",
    "sentence",
    "sort",
    "strict_vers",
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
    nuget.SCHEME,
    gem.SCHEME,
    composer.SCHEME,
    alpine.SCHEME,
    arch.SCHEME,
    conan.SCHEME,
    gentoo.SCHEME,
    nginx.SCHEME,
    openssl.SCHEME,
    intdot.SCHEME,
    datetime.SCHEME,
    lexicographic.SCHEME,
    git.SCHEME,
    generic.SCHEME,
)

_ONE: Final = re.compile(r"[0-9A-Za-z][\w.+:~^@/-]{0,255}", re.ASCII)
_BY_NAME: Final = {each.name: each for each in SCHEMES}
_ALIASES: Final = {
    **{each.vers_type: each.name for each in reversed(SCHEMES)},
    "alpm": "arch", "cargo": "semver", "crates": "semver", "dpkg": "debian", "ebuild": "gentoo",
    "greenplum": "postgres", "hex": "semver", "packagist": "composer", "postgresql": "postgres", "pub": "semver",
    "pypi": "pep440", "python": "pep440", "redhat": "rpm", "rubygems": "gem", "swift": "semver", "ubuntu": "debian",
    "warehousepg": "postgres",
}  # fmt: skip
"""Other names that people and documents use: vers types, purl types, ecosystems."""


def scheme(name: str) -> Scheme:
    """The registered scheme of that name; raises KeyError for an unknown one."""
    return _BY_NAME[name]


def scheme_called(name: str) -> Scheme:
    """The scheme by its name or any other that is in use for it (`pypi`, `deb`); KeyError for an unknown."""
    lowered = name.strip().lower().partition(":")[0].removesuffix(".io")
    return _BY_NAME.get(lowered) or _BY_NAME[_ALIASES[lowered]]


def read_range(each: Scheme, text: str) -> Range:
    """A range as somebody wrote it: a vers string, a native notation, or one version. ValueError for anything else."""
    if text.startswith("vers:"):
        return parse_vers(text)
    try:
        return native(each, text)
    except ValueError:
        if not (_ONE.fullmatch(text) and is_version(each, text)):
            raise
        return Range(type=each.vers_type, constraints=(Constraint(sign="=", version=text),))


def compare(name: str, first: str, second: str) -> str:
    """`<`, `=` or `>`. Raises KeyError for an unknown scheme, ValueError for a string that is no version of it."""
    found = scheme_called(name)
    left, right = found.key(first), found.key(second)
    if left == right:
        return "="
    if not found.ordered:
        raise ValueError(f"only the repository can tell which of {first!r} and {second!r} came first")
    return "<" if left < right else ">"


def sort(name: str, versions: Iterable[str]) -> list[str]:
    """Versions in ascending order; errors as for `compare`."""
    return sorted(versions, key=scheme_called(name).key)


def is_version(each: Scheme, text: str) -> bool:
    """Whether a new advisory may call `text` a version of the scheme."""
    try:
        (each.strict or each.key)(text)
    except ValueError:
        return False
    return True
