# SPDX-License-Identifier: Apache-2.0
"""What a version scheme is: an order over version strings, and where a release line begins and ends.

Each scheme lives in its own file and exports `SCHEME`; `tocsin.core.versions.SCHEMES` lists them. Ranges, documents and
sentences are built from these four answers and never look inside a version themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Key = Any
"""Something that compares with `<` and `==`, meaningful only within one scheme."""

Span = tuple[str, str]
"""First version of a release line and first version after it; either is "" where the scheme cannot tell."""


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """One way of numbering releases. There is one object of each, so that they are told apart by identity.

    `key` orders versions and raises ValueError for a string that is none. `span` turns a line (`7.4`) into its bounds
    (`7.4.0`, `7.5.0`). `cve_type`, `vers_type` and `osv_type` are the names that CVE records, vers strings and OSV
    ranges use for it. `strict` refuses (ValueError) what `key` still orders because old documents hold it. Without
    `ordered`, keys tell whether two versions are the same and no more.
    """

    name: str
    key: Callable[[str], Key]
    span: Callable[[str], Span]
    cve_type: str
    vers_type: str
    osv_type: str = "ECOSYSTEM"
    strict: Callable[[str], object] | None = None
    ordered: bool = True
