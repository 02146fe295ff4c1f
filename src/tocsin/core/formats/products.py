# SPDX-License-Identifier: Apache-2.0
"""The products of an advisory as documents list them, worked out once: every format asks the same of every line.

What a format makes of them stands with the format.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final, NamedTuple

from tocsin.core.advisory import Advisory, Product
from tocsin.core.formats.words import once
from tocsin.core.versions import Interval, LineRange, Scheme, interval

_HIT: Final = attrgetter("hit")


class Line(NamedTuple):
    """A release line and the versions that it speaks of; `hit` where some of them are affected."""

    line: LineRange
    versions: Interval
    hit: bool

    @property
    def single(self) -> str:
        """The one version that it speaks of, or "": a range of one version is written as a version."""
        return self.versions.last if self.versions.last == self.versions.start else ""


class Listed(NamedTuple):
    """A product with its place from 1 on, and the first fixed version of each line, each once."""

    number: int
    product: Product
    order: Scheme
    lines: tuple[Line, ...]
    fixed: tuple[str, ...]
    hit: bool


@once
def listed(advisory: Advisory) -> tuple[Listed, ...]:
    """Every product, in the order of the record. Raises ValueError for a line that its scheme cannot read."""
    return tuple(_listed(number, each) for number, each in enumerate(advisory.products, 1))


def _listed(number: int, product: Product) -> Listed:
    order = product.order
    lines = tuple([Line(each, interval(order, each), each.vulnerable) for each in product.lines])
    fixed = tuple(dict.fromkeys(product.fixed_versions))
    return Listed(number, product, order, lines, fixed, any(map(_HIT, lines)))


@once
def is_hit(advisory: Advisory) -> bool:
    """Whether any line has affected versions."""
    return any(map(_HIT, listed(advisory)))
