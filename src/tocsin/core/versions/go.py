# SPDX-License-Identifier: Apache-2.0
"""Go modules and the Go distribution: Semantic Versioning with `v`, pseudo-versions, and `go1.22rc1` for the toolchain.

Pseudo-versions (`v0.0.0-20240101000000-abcdef123456`) are pre-releases and `+incompatible` is build metadata, so both
need no rule of their own. Sources: https://go.dev/ref/mod#versions and https://go.dev/doc/toolchain#version.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tocsin.core.versions import semver
from tocsin.core.versions.scheme import Key

_TOOLCHAIN: Final = re.compile(r"go(\d+(?:\.\d+){0,2})(?:(beta|rc)(\d+))?", re.ASCII)


def _key(version: str) -> Key:
    found = _TOOLCHAIN.fullmatch(version)
    if found:
        number, stage, count = found.groups()
        version = f"{number}-{stage}.{count}" if stage else number
    return semver.SCHEME.key(version)


SCHEME: Final = replace(semver.SCHEME, name="go", key=_key, vers_type="golang")
