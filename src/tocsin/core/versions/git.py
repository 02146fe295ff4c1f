# SPDX-License-Identifier: Apache-2.0
"""Commits as versions. A commit is known by its hash; which of two came first only the repository's history can tell.

So `ordered` is off: ranges of commits are carried and compared for equality, never searched. Source: OSV schema 1.7.5,
ranges of type GIT.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.versions.dotted import no_lines
from tocsin.core.versions.scheme import Scheme

_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}", re.ASCII)


def _key(version: str) -> str:
    if not _COMMIT.fullmatch(version.lower()):
        raise ValueError(f"{version!r} is not a version: it is no hash of a commit")
    return version.lower()


SCHEME: Final = Scheme(
    name="git", key=_key, span=no_lines, cve_type="git", vers_type="git", osv_type="GIT", ordered=False
)
