# SPDX-License-Identifier: Apache-2.0
"""Reads the facts of a CSAF security advisory, 2.0 or 2.1, for the agreement checker.

Written against the standard and not against our own renderer, so that it also reads strangers' documents. Versions are
looked up by product name along the branches of the product tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.core.formats import facts
from tocsin.core.formats.format import PARTIAL, Facts
from tocsin.core.formats.purls import bare
from tocsin.core.severity import version_of

_TAKEN_BACK = frozenset({"csaf_withdrawn", "csaf_superseded"})
"""Profiles of 2.1 whose documents name no products (profiles 7 and 8)."""

Named = dict[str, tuple[str, str, str]]
"""Product id to (product name, name of its branch, purl)."""


def read_facts(document: bytes) -> Facts:
    """Facts of a CSAF document; with several vulnerabilities, those of the first."""
    found: dict[str, Any] = msgspec.json.decode(document)
    head, tracking = found["document"], found["document"]["tracking"]
    if head.get("category") in _TAKEN_BACK:
        return {
            "id": tracking["id"],
            "title": facts.plain(head["title"]),
            "published": tracking["initial_release_date"],
            "modified": tracking["current_release_date"],
            PARTIAL: str(head["category"]),
        }
    weakness: dict[str, Any] = next(iter(found.get("vulnerabilities") or ()), {})
    notes = {each.get("title"): each["text"] for each in weakness.get("notes") or ()}
    scores = list(_scores(weakness))
    noted = [str(text).split() for title, text in notes.items() if str(title).startswith("CVSS ")]
    return facts.stated(
        {
            "id": tracking["id"],
            "cve": weakness.get("cve", ""),
            "aliases": facts.many(each["text"] for each in weakness.get("ids") or () if each["text"] != tracking["id"]),
            "title": facts.plain(weakness.get("title") or head["title"]),
            "cwe": facts.many(_weaknesses(weakness, str(notes.get("Further weaknesses", "")))),
            "credits": facts.many(_credits(weakness)),
            "published": tracking["initial_release_date"],
            "modified": tracking["current_release_date"],
            **facts.scored([*(each["vectorString"] for each in scores), *(each[-1] for each in noted)]),
            **{f"score {each['version']}": facts.points(each["baseScore"]) for each in scores},
            **{f"score {version_of(each[-1])}": facts.points(each[0]) for each in noted},
            **_versions(found, weakness.get("product_status") or {}),
        }
    )


def _weaknesses(weakness: dict[str, Any], further: str) -> Iterator[str]:
    if "cwe" in weakness:
        yield weakness["cwe"]["id"]
    yield from (each["id"] for each in weakness.get("cwes") or ())
    yield from (each.split()[0] for each in further.split("; ") if each)


def _scores(weakness: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """CVSS objects: under `scores` in 2.0, under `metrics` in 2.1."""
    held = [*(weakness.get("scores") or ()), *(each["content"] for each in weakness.get("metrics") or ())]
    yield from (each[name] for each in held for name in ("cvss_v2", "cvss_v3", "cvss_v4") if name in each)


def _credits(weakness: dict[str, Any]) -> Iterator[str]:
    for each in weakness.get("acknowledgments") or ():
        behind = f" ({each['organization']})" if "organization" in each else ""
        yield from (f"{name}{behind}" for name in each.get("names") or ())


def _versions(found: dict[str, Any], status: dict[str, list[str]]) -> dict[str, str]:
    """Ranges and fixes by product name and, where the document gives one, by purl."""
    named: Named = {}
    for branch in (found.get("product_tree") or {}).get("branches") or ():
        _walk(branch, "", named)
    said: dict[str, list[str]] = {}
    for group, word in (("known_affected", "affected"), ("fixed", "fixed")):
        for product_id in status.get(group) or ():
            name, version, purl = named[product_id]
            value = facts.vers_span(version) if word == "affected" else version
            said.setdefault(f"{word} {name}", []).append(value)
            if purl:
                said.setdefault(f"purl-{word} {bare(purl)}", []).append(value)
    return {field: facts.many(values) for field, values in said.items()}


def _walk(branch: dict[str, Any], name: str, named: Named) -> None:
    if branch["category"] == "product_name":
        name = facts.plain(branch["name"])
    if "product" in branch:
        full = branch["product"]
        helper = full.get("product_identification_helper") or {}
        purl = helper.get("purl") or next(iter(helper.get("purls") or ()), "")
        named[full["product_id"]] = (name, branch["name"], purl)
    for each in branch.get("branches") or ():
        _walk(each, name, named)
