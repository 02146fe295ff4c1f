# SPDX-License-Identifier: Apache-2.0
"""Tests of the product tree: circles, package URLs, hashes, branch categories, version ranges and their overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, groupby
from typing import Any, Final

from tocsin.core.advisory import purl
from tocsin.core.formats.csaf_suite.walk import (
    Found,
    Test,
    branches,
    full_names,
    objects,
    strings,
    text,
    vulnerabilities,
)
from tocsin.core.versions import Constraint, Scheme, parse_vers, scheme_called
from tocsin.core.versions.ranges import overlap, parse_vls

_ORDER: Final = ("vendor", "product_name", "product_version")
_GROUPS: Final = {
    "affected": ("first_affected", "known_affected", "last_affected"),
    "not affected": ("known_not_affected",),
    "fixed": ("first_fixed", "fixed"),
    "under investigation": ("under_investigation",),
    "recommended": ("recommended",),
    "unknown": ("unknown",),
}
MOST: Final = 200
"""Ranges below one product that are compared with each other; a document with more is not slowed down by it."""


def _circles(document: dict[str, Any]) -> Found:
    """6.1.3 in 2.1: no product path leads, through whatever products, to itself."""
    leads: dict[str, set[str]] = {}
    places: dict[str, str] = {}
    for at, path in objects(document, "product_tree", "product_paths"):
        own = text(path, "full_product_name", "product_id")
        places[own] = at
        nexts = (text(each, "next_product_reference") for _, each in objects(path, "subpaths"))
        leads.setdefault(own, set()).update({text(path, "beginning_product_reference"), *nexts} - {""})
    for own, at in places.items():
        if own and own in _reached(own, leads):
            yield at, f"{own} is defined through itself"


def _reached(start: str, leads: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(leads.get(start, ()))
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo.extend(leads.get(each, ()))
    return found


def _package_urls(document: dict[str, Any]) -> Found:
    """6.1.13 by the rules of each type too."""
    for at, each in full_names(document):
        helper = each.get("product_identification_helper")
        one = text(helper, "purl")
        given = [("purl", one)] if one else []
        given += [(f"purls/{place}", found) for place, found in enumerate(strings(helper, "purls"))]
        for where, written in given:
            try:
                purl.parse(written)
            except ValueError as wrong:
                yield f"{at}/product_identification_helper/{where}", f"{written!r} is no package URL: {wrong}"


def _lower_purls(document: dict[str, Any]) -> Found:
    """6.1.13 in 2.1: a purl is given as its type spells it, so small letters where case does not count."""
    yield from _package_urls(document)
    for at, each in full_names(document):
        for place, written in enumerate(strings(each, "product_identification_helper", "purls")):
            try:
                name = purl.parse(written).name
            except ValueError:
                continue
            path = re.split(r"[?#@]", written.partition(":")[2])[0]
            if name != path.rpartition("/")[2] and name.lower() == path.rpartition("/")[2].lower():
                yield f"{at}/product_identification_helper/purls/{place}", f"the name is spelt {name!r}"


def _hash_algorithms(document: dict[str, Any]) -> Found:
    """6.1.25; the names of algorithms know no case."""
    for at, each in full_names(document):
        for where, entry in objects(each, "product_identification_helper", "hashes", at=at):
            names = [text(one, "algorithm").lower() for _, one in objects(entry, "file_hashes")]
            if len(names) != len(set(names)):
                yield f"{where}/file_hashes", "an algorithm is used more than once for the same file"


def _branch_categories(document: dict[str, Any]) -> Found:
    """6.3.9: vendor, product name and version stand above each product in this order; one may be split."""
    for at, branch, above in branches(document):
        if not isinstance(branch.get("product"), dict):
            continue
        path = [text(each, "category") for each in (*above, branch)]
        if tuple(category for category, _ in groupby(each for each in path if each in _ORDER)) != _ORDER:
            yield at, f"the branches above are {' > '.join(path)} and not vendor > product_name > product_version"


def _all_versions(document: dict[str, Any]) -> Found:
    """6.1.50: `vers:all/` takes a star and nothing else."""
    for at, branch, _ in branches(document):
        name = text(branch, "name")
        if (
            text(branch, "category") == "product_version_range"
            and name.startswith("vers:all/")
            and name != "vers:all/*"
        ):
            yield f"{at}/name", "vers:all/ takes * only"


# --------------------------------------------------------------------------------------------- overlapping ranges

_Versions = tuple[Scheme, tuple[Constraint, ...]]


def _read(branch: dict[str, Any], scheme: Scheme) -> _Versions | None:
    """What a branch says about versions, None for what cannot be read."""
    name = text(branch, "name")
    try:
        if text(branch, "category") == "product_version":
            scheme.key(name)
            return scheme, (Constraint(sign="=", version=name),)
        if name.startswith("vers:"):
            read = parse_vers(name)
            return scheme_called(read.type), read.constraints
        return scheme, parse_vls(name)
    except (KeyError, ValueError):
        return None


def _kind(branch: dict[str, Any]) -> str:
    """How a branch tells versions: `vers`, `vls`, `version`; "" for other categories."""
    category = text(branch, "category")
    if category == "product_version":
        return "version"
    if category != "product_version_range":
        return ""
    return "vers" if text(branch, "name").startswith("vers:") else "vls"


def _clash(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether what two branches say about versions overlaps; False where it cannot be told."""
    scheme = scheme_called("intdot")
    for each in (first, second):
        name = text(each, "name")
        if name.startswith("vers:"):
            try:
                scheme = scheme_called(parse_vers(name).type)
            except (KeyError, ValueError):
                return False
    left, right = _read(first, scheme), _read(second, scheme)
    if left is None or right is None or left[0] is not right[0]:
        return False
    try:
        return overlap(left[0], left[1], right[1])
    except ValueError:
        return False


def _siblings(document: dict[str, Any]) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Branches that tell versions, those below one branch together."""
    below: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for at, branch, _ in branches(document):
        if _kind(branch):
            below.setdefault(at.rpartition("/")[0], []).append((at, branch))
    yield from (each[:MOST] for each in below.values())


def _products(branch: dict[str, Any]) -> set[str]:
    """Ids of all products at and below a branch."""
    found, todo = set(), [branch]
    while todo:
        each = todo.pop()
        found.add(text(each, "product", "product_id"))
        todo.extend(one for _, one in objects(each, "branches"))
    return found - {""}


def _in_one_group(document: dict[str, Any], kinds: frozenset[str]) -> Found:
    """Overlaps between products of which a vulnerability says the same."""
    statuses = [
        (f"{at}/product_status", {each for name in names for each in strings(vulnerability, "product_status", name)})
        for at, vulnerability in vulnerabilities(document)
        for names in _GROUPS.values()
    ]
    for _, first, second in _overlapping(document, kinds):
        mine, theirs = _products(first), _products(second)
        for where, named in statuses:
            if mine & named and theirs & named:
                yield where, f"{text(first, 'name')!r} and {text(second, 'name')!r} overlap in one group"


def _overlapping(
    document: dict[str, Any], kinds: frozenset[str]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Pairs of a range and something of the other kind below the same branch that share a version."""
    for siblings in _siblings(document):
        for (_, first), (at, second) in combinations(siblings, 2):
            found = {_kind(first), _kind(second)}
            if found & {"vers", "vls"} and found & kinds and _fits(found, kinds) and _clash(first, second):
                yield at, first, second


def _fits(found: set[str], kinds: frozenset[str]) -> bool:
    """Two ranges for tests of ranges; a range and a version for tests of versions."""
    return ("version" in found) is ("version" in kinds)


def _vers_in_group(document: dict[str, Any]) -> Found:
    yield from _in_one_group(document, frozenset({"vers"}))


def _vls_in_group(document: dict[str, Any]) -> Found:
    yield from _in_one_group(document, frozenset({"vls"}))


def _version_in_group(document: dict[str, Any]) -> Found:
    yield from _in_one_group(document, frozenset({"version"}))


def _in_branch(document: dict[str, Any], kinds: frozenset[str]) -> Found:
    named = _named(vulnerabilities(document))
    for at, first, second in _overlapping(document, kinds):
        if not named or named & (_products(first) | _products(second)):
            yield f"{at}/name", f"{text(first, 'name')!r} and {text(second, 'name')!r} overlap"


def _named(weaknesses: Iterable[tuple[str, dict[str, Any]]]) -> set[str]:
    return {
        each
        for _, weakness in weaknesses
        for names in _GROUPS.values()
        for name in names
        for each in strings(weakness, "product_status", name)
    }


def _range_in_branch(document: dict[str, Any]) -> Found:
    yield from _in_branch(document, frozenset({"vers", "vls"}))


def _version_in_branch(document: dict[str, Any]) -> Found:
    yield from _in_branch(document, frozenset({"version"}))


BOTH: Final[dict[str, Test]] = {"6.1.25": _hash_algorithms}
ONLY_21: Final[dict[str, Test]] = {
    "6.1.3": _circles,
    "6.1.13": _lower_purls,
    "6.1.50": _all_versions,
    "6.3.9": _branch_categories,
    "6.3.19.1": _vers_in_group,
    "6.3.19.2": _vls_in_group,
    "6.3.19.3": _version_in_group,
    "6.3.19.4": _range_in_branch,
    "6.3.19.5": _version_in_branch,
}
