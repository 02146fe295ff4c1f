# SPDX-License-Identifier: Apache-2.0
"""The product tree that CSAF 2.0 and 2.1 share: vendor, product, then versions, each with its status.

One range for each line and one version for each fix, so that no product is affected and fixed at once (test 6.1.6).
What differs between the versions of CSAF is in `Dialect`: which status a state has, and how a purl is written down.
Product ids are made of the place of the product, the line and a word; they stay the same from revision to revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap

import msgspec

from tocsin.core.advisory import Advisory, Product
from tocsin.core.formats import words
from tocsin.core.formats.csaf_parts import Branch, FullName, Helper, Statuses
from tocsin.core.formats.products import Line, Listed, listed
from tocsin.core.formats.purls import with_version
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import Affectedness


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one version of CSAF says it. A state that is missing in `status` has no word there, a fix stands under None;
    `many` says whether there may be several purls."""

    status: Mapping[Affectedness | None, str]
    many: bool


class Place(msgspec.Struct, frozen=True, gc=False):
    """A full product name before a dialect writes it down; `purl` with the version where it is of one.

    A fix is a place without `line`.
    """

    product_id: str
    category: str
    name: str
    text: str
    purl: str
    product: Product
    line: LineRange | None = None
    hit: bool = False


def tree(advisory: Advisory, dialect: Dialect) -> tuple[tuple[Branch, ...], Statuses]:
    """The branches (vendors, below them products, below them versions and ranges), and product ids by status."""
    vendors: dict[str, dict[str, list[Branch]]] = {}
    groups: dict[str, list[str]] = {}
    for found in places(advisory):
        branches: list[Branch] = []
        for place in found:
            group = dialect.status.get(place.line.state if place.line else None)
            if group:
                groups.setdefault(group, []).append(place.product_id)
                helper = _helper(place.product, place.purl, dialect.many)
                full = FullName(name=place.text, product_id=place.product_id, product_identification_helper=helper)
                branches.append(Branch(category=place.category, name=place.name, product=full))
        if branches:
            product = found[0].product
            vendors.setdefault(product.vendor, {}).setdefault(product.name, []).extend(branches)
    return tuple(starmap(_vendor, vendors.items())), Statuses(**groups)


def _vendor(name: str, products: Mapping[str, list[Branch]]) -> Branch:
    below = [Branch(branches=versions, category="product_name", name=each) for each, versions in products.items()]
    return Branch(branches=below, category="vendor", name=name)


@words.once
def places(advisory: Advisory) -> tuple[tuple[Place, ...], ...]:
    """Every full product name by product, in the order of the record; the fixes of a product follow its lines."""
    return tuple([(*_lines(each), *_fixes(each)) for each in listed(advisory)])


@words.once
def stated(advisory: Advisory) -> tuple[tuple[Place, LineRange], ...]:
    """The places of lines, without the fixes."""
    return tuple([(place, place.line) for found in places(advisory) for place in found if place.line])


@words.once
def hit_ids(advisory: Advisory) -> tuple[str, ...]:
    """Product ids of the affected lines."""
    return tuple([place.product_id for place, _ in stated(advisory) if place.hit])


def _lines(shown: Listed) -> list[Place]:
    """The lines; nameless ones, of which imported records have several, are numbered."""
    nameless = 0
    found: list[Place] = []
    for each in shown.lines:
        name = each.line.line
        if not name:
            nameless += 1
            name = "all" if nameless == 1 else f"all.{nameless}"
        found.append(_line(shown, f"P{shown.number}-{name}-range", each))
    return found


def _fixes(shown: Listed) -> list[Place]:
    return [_version(shown.product, version, f"P{shown.number}-{version}-fixed") for version in shown.fixed]


def _line(shown: Listed, product_id: str, each: Line) -> Place:
    product, single = shown.product, each.single
    if single:
        return _version(product, single, product_id, each.line, hit=each.hit)
    text = f"{product.name} {each.words}"
    return Place(product_id, "product_version_range", each.written, text, product.purl, product, each.line, each.hit)


def _version(
    product: Product, version: str, product_id: str, line: LineRange | None = None, *, hit: bool = False
) -> Place:
    purl = with_version(product.purl, version) if product.purl else ""
    return Place(product_id, "product_version", version, f"{product.name} {version}", purl, product, line, hit)


def _helper(product: Product, purl: str, many: bool) -> Helper | None:
    """What identifies the product for machines: purl and CPE, or at least where its source is."""
    if purl or product.cpe:
        return Helper(cpe=product.cpe, purls=(purl,)) if purl and many else Helper(cpe=product.cpe, purl=purl)
    source = product.repository
    return Helper(x_generic_uris=({"namespace": source, "uri": source},)) if source else None
