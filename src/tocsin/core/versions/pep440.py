# SPDX-License-Identifier: Apache-2.0
"""Python's PEP 440, read by the reference implementation `packaging` and ordered as it orders: by plain tuples, which
compare many times faster than its objects (tests/versions holds the two together).

Old advisories hold versions from before PEP 440 (`0.9-eevee`). They are no versions for a new advisory, but they still
have a place when an old one is read: below every proper version and among themselves as setuptools once ordered them.
"""

from __future__ import annotations

import re
from typing import Any, Final

from packaging.version import InvalidVersion, Version

from tocsin.core.versions.dotted import prefix_span
from tocsin.core.versions.scheme import Scheme

_PIECE: Final = re.compile(r"(\d+|[a-z]+|\.|-)")
_MEANING: Final = {"pre": "c", "preview": "c", "rc": "c", "-": "final-", "dev": "@"}

_CANONICAL: Final = re.compile(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?", re.ASCII)
"""The canonical form of PEP 440, appendix B, without epoch and local part: nearly every version there is, and read many
times faster than what can hold every other spelling."""

_NEVER: Final = float("inf")
_END: Final = -1
"""Stands behind a release's last number that is not zero: `1.0` is `1`, and all of 1.0's kinds come before `1.1`."""

_FINAL: Final = (_END, 1, "", 0, -1, _NEVER)
"""What stands behind the numbers of a plain release: end, no pre-release, no post-release, no development release."""

_Key = tuple[Any, ...]


def _proper(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion as wrong:
        raise ValueError(f"{version!r} is not a PEP 440 version") from wrong


def _key(version: str) -> _Key:
    canonical = _CANONICAL.fullmatch(version)
    if canonical:
        numbers, letter, before, post, dev = canonical.groups()
        release = _trimmed([*map(int, numbers.split("."))])
        if canonical.end(1) == len(version):
            return 0, *release, *_FINAL
        pre = (letter, int(before)) if letter else None
        return 0, *release, _END, *_kind(pre, int(post) if post else None, int(dev) if dev else None)
    try:
        found = Version(version)
    except InvalidVersion:
        return -1, _legacy(version)
    return (
        found.epoch,
        *_trimmed(list(found.release)),
        _END,
        *_kind(found.pre, found.post, found.dev),
        *(_local(part) for part in (found.local or "").split(".") if part),
    )


def _kind(pre: tuple[str, int] | None, post: int | None, dev: int | None) -> _Key:
    """What stands behind the release: a development release alone comes before every pre-release."""
    bare_dev = pre is None and post is None and dev is not None
    return (
        *((0, *pre) if pre else (-1 if bare_dev else 1, "", 0)),
        -1 if post is None else post,
        _NEVER if dev is None else dev,
    )


def _local(part: str) -> tuple[int, int, str]:
    """A part of a local version: numbers come after words."""
    return (1, int(part), "") if part.isdigit() else (0, 0, part)


def _trimmed(release: list[int]) -> list[int]:
    while release and release[-1] == 0:
        release.pop()
    return release


def _legacy(version: str) -> tuple[str, ...]:
    """Order of setuptools before PEP 440: zeros and dashes before a word that sinks a version do not count."""
    if not re.search(r"[0-9a-z]", version.lower()):
        raise ValueError(f"{version!r} is not a version of any Python package")
    parts: list[str] = []
    for piece in (*filter(None, _PIECE.split(version.lower())), "final"):
        word = _MEANING.get(piece, piece)
        if word == ".":
            continue
        if word[0].isdigit():
            parts.append(word.zfill(8))
            continue
        if word < "final":
            while parts and parts[-1] == "*final-":
                parts.pop()
        while parts and parts[-1] == "00000000":
            parts.pop()
        parts.append(f"*{word}")
    return tuple(parts)


SCHEME: Final = Scheme(name="pep440", key=_key, span=prefix_span, cve_type="python", vers_type="pypi", strict=_proper)
