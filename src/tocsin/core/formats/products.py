# SPDX-License-Identifier: Apache-2.0
"""The products of an advisory as documents list them, worked out once: every format asks the same of every line.

What a format makes of them stands with the format.
"""

from __future__ import annotations

from itertools import count

import msgspec

from tocsin.core.advisory import Advisory, Product
from tocsin.core.formats.words import once, range_words
from tocsin.core.versions import Interval, LineRange, Scheme, ascending, cve_status, interval, vers


class Line(msgspec.Struct, frozen=True, gc=False):
    """A release line and the versions that it speaks of, also as a vers string and in words; `hit` where some of them
    are affected. `single` is the one version that it speaks of, or "": a range of one is written as a version. `status`
    is the word of CVE and of CycloneDX for its state."""

    line: LineRange
    versions: Interval
    hit: bool
    single: str
    written: str
    words: str
    status: str


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A product with its place from 1 on, the first fixed version of each line, each once, and the affected intervals
    in ascending order."""

    number: int
    product: Product
    order: Scheme
    lines: tuple[Line, ...]
    fixed: tuple[str, ...]
    hit: bool
    affected: tuple[Interval, ...]


@once
def listed(advisory: Advisory) -> tuple[Listed, ...]:
    """Every product, in the order of the record. Raises ValueError for a line that its scheme cannot read."""
    return tuple(map(_listed, count(1), advisory.products))


def _listed(number: int, product: Product) -> Listed:
    order = product.order
    lines = tuple([_line(order, each) for each in product.lines])
    found = [each.versions for each in lines if each.hit]
    fixed = tuple(dict.fromkeys([each.fixed for each in found if each.fixed]))
    return Listed(number, product, order, lines, fixed, bool(found), ascending(order, found))


def _line(order: Scheme, line: LineRange) -> Line:
    found = interval(order, line)
    single = found.last if found.last == found.start else ""
    return Line(line, found, line.vulnerable, single, vers(order, found), range_words(found), cve_status(line.state))


@once
def is_hit(advisory: Advisory) -> bool:
    """Whether any line has affected versions."""
    return bool([each for each in listed(advisory) if each.hit])
