# SPDX-License-Identifier: Apache-2.0
"""Ways through a CSAF document that may be anything: what is not of the expected kind is passed over.

Tests also run on documents that fail the schema, so nothing here raises on a wrong type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Found = Iterator[tuple[str, str]]
"""What a test found: JSON pointers and sentences."""

Test = Callable[[dict[str, Any]], Found]
"""One test of the standard over a document; it yields nothing where the document passes."""

Placed = tuple[str, dict[str, Any]]


def get(value: Any, *names: str) -> Any:
    """The value below nested objects, None where one of them is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any, *names: str) -> str:
    """A string below nested objects, "" where there is none."""
    found = get(value, *names)
    return found if isinstance(found, str) else ""


def strings(value: Any, *names: str) -> list[str]:
    """The strings of a list below nested objects."""
    found = get(value, *names)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def objects(value: Any, *names: str, at: str = "") -> Iterator[Placed]:
    """The objects of a list below nested objects, with their pointers."""
    found = get(value, *names)
    for place, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, dict):
            yield "/".join((at, *names, str(place))), each


def vulnerabilities(document: dict[str, Any]) -> Iterator[Placed]:
    """Every vulnerability."""
    yield from objects(document, "vulnerabilities")


def branches(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], tuple[dict[str, Any], ...]]]:
    """Every branch of the product tree with its pointer and the branches above it, the root's first."""
    todo = [(at, each, ()) for at, each in objects(document, "product_tree", "branches")]
    todo.reverse()
    while todo:
        at, branch, above = todo.pop()
        yield at, branch, above
        below: Any = [(inner, each, (*above, branch)) for inner, each in objects(branch, "branches", at=at)]
        todo.extend(reversed(below))


def full_names(document: dict[str, Any]) -> Iterator[Placed]:
    """Every full product name: in branches, in the flat list, in relationships (2.0) and product paths (2.1)."""
    for at, branch, _ in branches(document):
        if isinstance(branch.get("product"), dict):
            yield f"{at}/product", branch["product"]
    yield from objects(document, "product_tree", "full_product_names")
    for group in ("relationships", "product_paths"):
        for at, each in objects(document, "product_tree", group):
            if isinstance(each.get("full_product_name"), dict):
                yield f"{at}/full_product_name", each["full_product_name"]


def members(document: dict[str, Any], entry: dict[str, Any]) -> set[str]:
    """Product ids that an entry speaks of: its own, and those of its groups."""
    groups = {
        text(each, "group_id"): strings(each, "product_ids")
        for _, each in objects(document, "product_tree", "product_groups")
    }
    named = strings(entry, "group_ids")
    return {*strings(entry, "product_ids"), *(each for name in named for each in groups.get(name, ()))}


def spoken_of(document: dict[str, Any], entries: Iterable[dict[str, Any]]) -> set[str]:
    """Product ids that any of the entries speaks of."""
    return {each for entry in entries for each in members(document, entry)}
