# SPDX-License-Identifier: Apache-2.0
"""The product tree that CSAF 2.0 and 2.1 share: vendor, product, then versions, each with its status.

One range for each line and one version for each fix, so that no product is affected and fixed at once (test 6.1.6).
What differs between the versions of CSAF is in `Dialect`: which status a state has, and how a purl is written down.
Product ids are made of the place of the product, the line and a word; they stay the same from revision to revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tocsin.core.advisory import Advisory, Product
from tocsin.core.formats import words
from tocsin.core.formats.purls import with_version
from tocsin.core.versions import LineRange, interval, vers
from tocsin.core.vocabulary import Affectedness


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one version of CSAF says it. A state that is missing in `status` has no word there."""

    status: Mapping[Affectedness, str]
    purl: Callable[[str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One full product name: its status group, its branch, and the line it stands for (None for a fix)."""

    group: str
    product_id: str
    branch: dict[str, Any]
    product: Product
    line: LineRange | None = None


class Place(NamedTuple):
    """A full product name before a dialect writes it down; `purl` with the version where it is of one."""

    product_id: str
    category: str
    name: str
    text: str
    purl: str
    product: Product
    line: LineRange | None = None


def entries(advisory: Advisory, dialect: Dialect) -> list[Entry]:
    """Every full product name in the order of products and lines; the fixes of a product follow its lines."""
    return [
        Entry(
            dialect.status[place.line.state] if place.line else "fixed",
            place.product_id,
            _branch(place, _helper(place.product, place.purl, dialect)),
            place.product,
            place.line,
        )
        for place in places(advisory)
        if place.line is None or place.line.state in dialect.status
    ]


@words.once
def places(advisory: Advisory) -> list[Place]:
    """The same for every dialect, computed once."""
    found: list[Place] = []
    for number, product in enumerate(advisory.products, 1):
        found += _lines(product, number)
        found += [
            _version(product, version, f"P{number}-{version}-fixed")
            for version in dict.fromkeys(product.fixed_versions)
        ]
    return found


def branches(found: list[Entry]) -> list[dict[str, Any]]:
    """The tree: vendors, below them products, below them versions and ranges."""
    vendors: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for entry in found:
        vendors.setdefault(entry.product.vendor, {}).setdefault(entry.product.name, []).append(entry.branch)
    return [
        {
            "category": "vendor",
            "name": vendor,
            "branches": [
                {"category": "product_name", "name": name, "branches": versions} for name, versions in products.items()
            ],
        }
        for vendor, products in vendors.items()
    ]


def status(found: list[Entry]) -> dict[str, list[str]]:
    """Product ids by status group."""
    groups: dict[str, list[str]] = {}
    for entry in found:
        groups.setdefault(entry.group, []).append(entry.product_id)
    return groups


def _lines(product: Product, number: int) -> Iterator[Place]:
    """The lines; nameless ones, of which imported records have several, are numbered."""
    nameless = 0
    for line in product.lines:
        name = line.line or ("all" if not nameless else f"all.{nameless + 1}")
        nameless += not line.line
        yield _line(product, f"P{number}-{name}-range", line)


def _line(product: Product, product_id: str, line: LineRange) -> Place:
    each = interval(product.order, line)
    if each.last and each.last == each.start:
        return _version(product, each.last, product_id, line)  # a range of one version is a version
    written, text = vers(product.order, each), f"{product.name} {words.range_words(each)}"
    return Place(product_id, "product_version_range", written, text, product.purl, product, line)


def _version(product: Product, version: str, product_id: str, line: LineRange | None = None) -> Place:
    purl = with_version(product.purl, version) if product.purl else ""
    return Place(product_id, "product_version", version, f"{product.name} {version}", purl, product, line)


def _helper(product: Product, purl: str, dialect: Dialect) -> dict[str, Any]:
    """What identifies the product for machines: purl and CPE, or at least where its source is."""
    found = dialect.purl(purl) if purl else {}
    if product.cpe:
        found["cpe"] = product.cpe
    if not found and product.repository:
        found["x_generic_uris"] = [{"namespace": product.repository, "uri": product.repository}]
    return found


def _branch(place: Place, helper: dict[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {"name": place.text, "product_id": place.product_id}
    if helper:
        full["product_identification_helper"] = helper
    return {"category": place.category, "name": place.name, "product": full}
