# SPDX-License-Identifier: Apache-2.0
"""Composer (PHP): `version_compare` over what Composer normalises a version to.

Source: PHP's `version_compare` and `Composer\\Semver\\VersionParser`: dev < alpha < beta < RC < release < patch.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import prefix_span, starts_with_digit
from tocsin.core.versions.scheme import Scheme

_RUN: Final = re.compile(r"\d+|[a-z]+", re.ASCII)
_RANK: Final = {"dev": 1, "alpha": 2, "a": 2, "beta": 3, "b": 3, "rc": 4, "c": 4, "#": 5, "pl": 6, "p": 6, "patch": 6}
_UNKNOWN, _END, _NUMBER = 0, 5, 7
_STABLE: Final = re.compile(r"[-_.]?stable\Z")
_BUILD: Final = re.compile(r"\+.*\Z")

_Key = tuple[tuple[int, int, str], ...]


def _key(version: str) -> _Key:
    text = _STABLE.sub("", _BUILD.sub("", version.strip().lower().removeprefix("v")))
    runs = _RUN.findall(text)
    if not runs:
        raise ValueError(f"{version!r} is not a Composer version")
    return (*map(_part, runs), (_END, 0, ""))


def _part(run: str) -> tuple[int, int, str]:
    if run.isdigit():
        return _NUMBER, int(run), ""
    rank = _RANK.get(run, _UNKNOWN)
    return rank, 0, run if rank == _UNKNOWN else ""


SCHEME: Final = Scheme(
    name="composer", key=_key, span=prefix_span, cve_type="custom", vers_type="composer", strict=starts_with_digit
)
