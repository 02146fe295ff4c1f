# SPDX-License-Identifier: Apache-2.0
"""Names weaknesses: `CWE-125` is `Out-of-bounds Read`.

CSAF demands the exact name beside the number (test 6.1.11), CVE records carry it as text. The list is that of CWE 4.20
(MITRE), shipped with the package and read once; whether a weakness fits is a person's judgement.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from tocsin.core.vocabulary import Value

CWE_VERSION: Final = "4.20"
"""Version of the list that ships with this package."""


class Weakness(Value):
    """A number of the CWE list and its name."""

    id: str
    name: str


def cwe_name(cwe: str) -> str | None:
    """Name of a weakness by its id (`CWE-125`); None where the list has no such id."""
    return _names().get(cwe)


def weaknesses() -> tuple[Weakness, ...]:
    """The whole list in numerical order, for a page that offers a choice."""
    return tuple(Weakness(id=number, name=name) for number, name in _names().items())


@cache
def _names() -> dict[str, str]:
    text = resources.files("tocsin.core.advisory").joinpath("cwe.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {f"CWE-{number}": name for number, name in rows}
