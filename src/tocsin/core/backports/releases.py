# SPDX-License-Identifier: Apache-2.0
"""Which tags are releases of which line, in what order, and what came next: read off names, never off dates.

A tag is a release when it holds a version after a prefix that the project uses throughout (`REL`, `v`, `curl-`), with
nothing behind it but a pre-release word. `REL9_6_24`, `OpenSSL_1_0_2zg` and `v7.4.0-rc1` are; `stable/5.0.x`,
`before_reformat` and another product's `tiny-curl-8_4_0` are not, and are listed so that a person can see it.
Order is that of `core.versions`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from tocsin.core.versions import Scheme, is_version, scheme
from tocsin.core.vocabulary import Value

_WORD: Final = r"(?:alpha|beta|rc|preview|pre|dev|snapshot|milestone|a|b|c|m)"
_VERSION: Final = re.compile(
    r"^(?P<prefix>.*?)(?P<numbers>\d+(?:[._-]\d+)*)(?P<letters>(?!rc)[a-z]{1,2}(?![a-z0-9]))?"
    rf"(?P<before>[-._]?{_WORD}[-._]?\d*)?$",
    re.IGNORECASE,
)
_LINE: Final = re.compile(
    r"(?:^|[^\d.])(?P<numbers>\d+(?:[._]\d+)*)(?:[._]?x)*(?:[-_/]?(?:stable|maint|maintenance|branch|lts|release|bugfixes))?$",
    re.IGNORECASE,
)
_TRUNKS: Final = ("main", "master", "trunk", "develop", "devel", "dev")
_SHARE: Final = 0.1
_SCHEMES: Final = ("semver", "pep440", "generic")


class Release(Value):
    """One release: the tag, the version it spells, the commit, and when it was tagged (seconds since 1970)."""

    tag: str
    version: str
    commit: str
    at: int = 0
    preview: bool = False


class Line(Value):
    """One line of releases: `name` as the project's refs call it, `version` its prefix ("" for a trunk)."""

    name: str
    ref: str
    commit: str
    version: str = ""
    supported: bool = True


class Releases(Value, dict=True):
    """Every release of a repository in version order, and the tags that are none."""

    scheme: str
    all: tuple[Release, ...]
    ignored: tuple[str, ...] = ()

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Place of each tag in version order."""
        return {release.tag: place for place, release in enumerate(self.all)}


def spelled(tag: str) -> tuple[str, str, bool] | None:
    """Prefix, version and whether it is a pre-release, as a tag spells them; None where it spells no version."""
    found = _VERSION.match(tag)
    if not found or re.search(r"\d[._]\d", found["prefix"]):
        return None
    before, letters = (found["before"] or "").replace("_", "").lower(), (found["letters"] or "").lower()
    dotted = re.sub(r"[._-]", ".", found["numbers"])
    return found["prefix"].lower(), f"{dotted}{letters}{before}", bool(before)


def read_tags(tags: Iterable[tuple[str, str, int]], scheme_name: str = "") -> Releases:
    """Make releases of (tag, commit, seconds since 1970). Raises KeyError for an unknown scheme."""
    rows = [(tag, commit, at, spelled(tag)) for tag, commit, at in tags]
    families = Counter(_family(spelt[0]) for *_, spelt in rows if spelt)
    usual = _usual(families)
    kept = [
        Release(tag=tag, version=spelt[1], commit=commit, at=at, preview=spelt[2])
        for tag, commit, at, spelt in rows if spelt and _family(spelt[0]) in usual
    ]  # fmt: skip
    used = scheme_name or next(
        name
        for name in _SCHEMES
        if name == _SCHEMES[-1] or all(is_version(scheme(name), each.version) for each in kept)
    )
    order = scheme(used)
    kept = [each for each in kept if is_version(order, each.version)]
    kept.sort(
        key=lambda each: (
            order.key(_lettered(each.version) if used == _SCHEMES[-1] else each.version),
            len(each.tag),
            each.tag,
        )
    )
    held = {each.tag for each in kept}
    return Releases(scheme=used, all=tuple(kept), ignored=tuple(sorted(tag for tag, *_ in rows if tag not in held)))


def _lettered(version: str) -> str:
    """A version to sort by: OpenSSL's 1.0.2a follows 1.0.2, although `a` alone is read as alpha elsewhere."""
    return re.sub(r"(?<=\d)([a-z]{1,2})(?![a-z0-9])", r".x\1", version)


def _family(prefix: str) -> str:
    return re.sub(r"[^a-z/]", "", prefix).removesuffix("v")


def _usual(families: Mapping[str, int]) -> set[str]:
    total = sum(families.values())
    main = max(families, key=lambda each: families[each], default="")
    return {
        each for each, count in families.items() if count >= total * _SHARE or (each and each in main) or each == main
    }


def line_version(name: str) -> str | None:
    """The version prefix that a branch's name spells (`REL9_3_STABLE`: 9.3), "" for a trunk, None for neither."""
    bare = name.rsplit("/", 1)[-1]
    if bare.lower() in _TRUNKS:
        return ""
    found = _LINE.search(bare)
    return re.sub(r"_", ".", found["numbers"]) if found else None


def numbers(version: str) -> tuple[int, ...]:
    """Leading dotted numbers of a version."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def home(lines: Sequence[Line], version: str) -> Line | None:
    """The line a version belongs to by its numbers: the one with the longest fitting prefix."""
    mine = numbers(version)
    fitting = [line for line in lines if line.version and mine[: len(numbers(line.version))] == numbers(line.version)]
    return max(fitting, key=lambda line: len(numbers(line.version)), default=None)


def order_lines(lines: Iterable[Line], used: Scheme) -> tuple[Line, ...]:
    """Trunk first, then the newest line."""

    def key(line: Line) -> tuple[Any, ...]:
        return (1,) if not line.version else (0, numbers(line.version))

    return tuple(sorted(sorted(lines, key=lambda line: line.name), key=key, reverse=True))
