# SPDX-License-Identifier: Apache-2.0
"""npm: Semantic Versioning, read as leniently as node-semver does in loose mode (a leading `v` or `=`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tocsin.core.versions import semver
from tocsin.core.versions.scheme import Key


def _key(version: str) -> Key:
    return semver.SCHEME.key(version.lstrip("=v ").strip())


SCHEME: Final = replace(semver.SCHEME, name="npm", key=_key, vers_type="npm")
