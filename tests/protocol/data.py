# SPDX-License-Identifier: Apache-2.0
"""The published tables as rows; where they come from is in tests/data/protocol/SOURCES.md."""

from __future__ import annotations

from fractions import Fraction

from tests.support import DATA

FOLDER = DATA / "protocol"


def lines(name: str) -> list[str]:
    """Lines of a plain list."""
    return (FOLDER / name).read_text(encoding="utf-8").split()


def table(name: str) -> list[list[str]]:
    """Rows of a tab-separated table, without its heading."""
    return [row.split("\t") for row in (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]]


def fraction(text: str) -> Fraction:
    """An exact fraction as the tables print it."""
    return Fraction(text)
