# SPDX-License-Identifier: Apache-2.0
"""Names that say nothing: branches for private work, and files of patches for distributors.

A branch is named after its line and a few letters made from the case's reference, so that the same case always gets the
same name and nobody can tell which case it is. A patch's name holds only letters, digits, `.`, `-` and `_`, and begins
with neither of the last three (linux-distros list policy).
"""

from __future__ import annotations

import re
from hashlib import sha256

from tocsin.core.vocabulary import GHSA_ALPHABET, CaseRef


def branch(case: CaseRef, line: str) -> str:
    """`work/7.4-h3xq9c`: the line, and six letters that only the case's own people can tell apart."""
    digest = sha256(f"branch of {case}".encode()).digest()
    letters = "".join(GHSA_ALPHABET[byte % len(GHSA_ALPHABET)] for byte in digest[:6])
    return f"work/{_safe(line)}-{letters}"


def patch(name: str, line: str, number: int = 0) -> str:
    """`cve-2026-00000-7_4.patch`: safe for every list and file system. `name` is a CVE id or an advisory's."""
    part = f"-{number}" if number else ""
    return f"{_safe(name).lower()}-{_safe(line).replace('.', '_')}{part}.patch"


def _safe(text: str) -> str:
    """Letters, digits, `.`, `-` and `_` only, none of the last three first or last, no two dots in a row."""
    plain = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9._-]", "-", text)).strip("._-")
    return plain.removesuffix(".lock") or "x"
