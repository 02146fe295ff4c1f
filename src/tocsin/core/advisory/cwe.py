# SPDX-License-Identifier: Apache-2.0
"""Names weaknesses: `CWE-125` is `Out-of-bounds Read`.

CSAF demands the exact name beside the number (test 6.1.11), CVE records carry it as text. The list is that of CWE 4.20
(MITRE), shipped with the package and read once; whether a weakness fits is a person's judgement.
"""

from __future__ import annotations

from collections.abc import Iterator
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


def was_called(cwe: str, name: str) -> bool:
    """Whether a weakness has this name, or had it in an earlier edition of the list."""
    return name == cwe_name(cwe) or name in _former().get(cwe, ())


@cache
def _former() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, name in _rows("cwe-former.tsv"):
        found.setdefault(f"CWE-{number}", set()).add(name)
    return found


@cache
def _names() -> dict[str, str]:
    return {f"CWE-{number}": name for number, name in _rows("cwe.tsv")}


def _rows(file: str) -> Iterator[tuple[str, str]]:
    text = resources.files("tocsin.core.advisory").joinpath(file).read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            number, name = line.split("\t")
            yield number, name
