# SPDX-License-Identifier: Apache-2.0
"""The product tree that CSAF 2.0 and 2.1 share: vendor, product, then versions, each with its status.

One range for each line and one version for each fix, so that no product is affected and fixed at once (test 6.1.6).
What differs between the versions of CSAF is in `Dialect`: which status a state has, and how a purl is written down.
Product ids are made of the place of the product, the line and a word; they stay the same from revision to revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


def entries(advisory: Advisory, dialect: Dialect) -> list[Entry]:
    """Every full product name in the order of products and lines; the fixes of a product follow its lines."""
    found: list[Entry] = []
    for place, product in enumerate(advisory.products, 1):
        found += _lines(product, place, dialect)
        found += [_fix(product, place, version, dialect) for version in dict.fromkeys(product.fixed_versions)]
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


def _lines(product: Product, place: int, dialect: Dialect) -> Iterator[Entry]:
    """The lines that the dialect has a word for; nameless ones, of which imported records have several, by number."""
    nameless = 0
    for line in product.lines:
        name = line.line or ("all" if not nameless else f"all.{nameless + 1}")
        nameless += not line.line
        if line.state in dialect.status:
            yield _line(product, f"P{place}-{name}-range", line, dialect)


def _line(product: Product, product_id: str, line: LineRange, dialect: Dialect) -> Entry:
    each = interval(product.order, line)
    if each.last and each.last == each.start:
        branch = _version(product, each.last, product_id, dialect)  # a range of one version is a version
    else:
        name = f"{product.name} {words.range_words(each)}"
        helper = _helper(product, product.purl, dialect)
        branch = _branch("product_version_range", vers(product.order, each), name, product_id, helper)
    return Entry(dialect.status[line.state], product_id, branch, product, line)


def _fix(product: Product, place: int, version: str, dialect: Dialect) -> Entry:
    product_id = f"P{place}-{version}-fixed"
    return Entry("fixed", product_id, _version(product, version, product_id, dialect), product)


def _version(product: Product, version: str, product_id: str, dialect: Dialect) -> dict[str, Any]:
    helper = _helper(product, with_version(product.purl, version) if product.purl else "", dialect)
    return _branch("product_version", version, f"{product.name} {version}", product_id, helper)


def _helper(product: Product, purl: str, dialect: Dialect) -> dict[str, Any]:
    """What identifies the product for machines: purl and CPE, or at least where its source is."""
    found = dialect.purl(purl) if purl else {}
    if product.cpe:
        found["cpe"] = product.cpe
    if not found and product.repository:
        found["x_generic_uris"] = [{"namespace": product.repository, "uri": product.repository}]
    return found


def _branch(category: str, name: str, text: str, product_id: str, helper: dict[str, Any]) -> dict[str, Any]:
    full: dict[str, Any] = {"name": text, "product_id": product_id}
    if helper:
        full["product_identification_helper"] = helper
    return {"category": category, "name": name, "product": full}
