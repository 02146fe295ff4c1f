# SPDX-License-Identifier: Apache-2.0
"""Tests of CSAF 2.1 that its tables decide: remediations among each other and beside statuses, metrics, CWE editions.

Sources: CSAF 2.1 CSD03, 3.2.4.16 (both tables of remediation categories), 6.1.35, 6.1.36, 6.2.3, 6.2.24.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final

from tocsin.core.formats.csaf_suite.walk import Found, Test, members, objects, strings, text, vulnerabilities

_ANYTHING: Final = frozenset(
    {"workaround", "mitigation", "vendor_fix", "none_available", "fix_planned", "no_fix_planned"}
)
_CONTRADICTS: Final = {
    "workaround": frozenset({"optional_patch", "none_available"}),
    "mitigation": frozenset({"optional_patch", "none_available"}),
    "vendor_fix": frozenset({"optional_patch", "none_available", "fix_planned", "no_fix_planned"}),
    "optional_patch": _ANYTHING,
    "none_available": (_ANYTHING | {"optional_patch"}) - {"none_available"},
    "fix_planned": frozenset({"vendor_fix", "optional_patch", "none_available", "no_fix_planned"}),
    "no_fix_planned": frozenset({"vendor_fix", "optional_patch", "none_available", "fix_planned"}),
}
_PROHIBITED: Final = {
    "first_affected": frozenset({"optional_patch"}),
    "known_affected": frozenset({"optional_patch"}),
    "last_affected": frozenset({"optional_patch"}),
    "known_not_affected": frozenset({"workaround", "mitigation", "vendor_fix", "none_available"}),
    "first_fixed": _ANYTHING,
    "fixed": _ANYTHING,
}
_AFFECTED: Final = ("first_affected", "known_affected", "last_affected")
_EDITIONS: Final = {
    "2017-01-19": "2.10", "2017-05-05": "2.11", "2017-11-08": "3.0", "2018-03-29": "3.1", "2019-01-03": "3.2",
    "2019-06-20": "3.3", "2019-09-19": "3.4", "2019-09-23": "3.4.1", "2020-02-24": "4.0", "2020-06-25": "4.1",
    "2020-08-20": "4.2", "2020-12-10": "4.3", "2021-03-15": "4.4", "2021-07-20": "4.5", "2021-10-28": "4.6",
    "2022-04-28": "4.7", "2022-06-28": "4.8", "2022-10-13": "4.9", "2023-01-31": "4.10", "2023-04-27": "4.11",
    "2023-06-29": "4.12", "2023-10-26": "4.13", "2024-02-29": "4.14", "2024-07-16": "4.15", "2024-11-19": "4.16",
    "2025-04-03": "4.17", "2025-09-09": "4.18", "2025-12-11": "4.19", "2026-01-21": "4.19.1", "2026-04-30": "4.20",
}  # fmt: skip
"""Editions of the CWE list by the day of their release."""
_DAYS: Final = sorted(_EDITIONS)


def _categories(document: dict[str, Any], vulnerability: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Categories of remediation by product, with the place of the first such remediation."""
    found: dict[str, dict[str, int]] = {}
    for place, (_, each) in enumerate(objects(vulnerability, "remediations")):
        for product in members(document, each):
            found.setdefault(product, {}).setdefault(text(each, "category"), place)
    return found


def _contradicting(document: dict[str, Any]) -> Found:
    """6.1.35."""
    for at, vulnerability in vulnerabilities(document):
        for product, categories in sorted(_categories(document, vulnerability).items()):
            for name, place in categories.items():
                clash = sorted(_CONTRADICTS.get(name, frozenset()) & set(categories))
                if clash:
                    yield (
                        f"{at}/remediations/{place}",
                        f"{product} has both {name} and {clash[0]}",
                    )


def _beside_status(document: dict[str, Any]) -> Found:
    """6.1.36."""
    for at, vulnerability in vulnerabilities(document):
        found = _categories(document, vulnerability)
        for status, prohibited in _PROHIBITED.items():
            for product in strings(vulnerability, "product_status", status):
                for name in sorted(set(found.get(product, ())) & prohibited):
                    where = f"{at}/remediations/{found[product][name]}"
                    yield where, f"{product} is {status}, and {name} is not for those"


def _metrics(document: dict[str, Any]) -> Found:
    """6.2.3."""
    for at, vulnerability in vulnerabilities(document):
        covered = {each for _, metric in objects(vulnerability, "metrics") for each in strings(metric, "products")}
        for status in _AFFECTED:
            for place, product in enumerate(strings(vulnerability, "product_status", status)):
                if product not in covered:
                    yield f"{at}/product_status/{status}/{place}", f"no metric covers {product}"


def _cwe_edition(document: dict[str, Any]) -> Found:
    """6.2.24: the newest edition at the time of the last revision, neither older nor newer."""
    dates = sorted(text(each, "date") for _, each in objects(document, "document", "tracking", "revision_history"))
    place = bisect_right(_DAYS, dates[-1][:10]) if dates else 0
    if not place or (place == len(_DAYS) and not _known(document)):
        return
    newest = _EDITIONS[_DAYS[place - 1]]
    for at, version in _versions(document):
        if version and version != newest:
            yield at, f"the newest edition at the last revision was {newest}, and not {version}"


def _versions(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for at, vulnerability in vulnerabilities(document):
        for where, each in objects(vulnerability, "cwes", at=at):
            yield f"{where}/version", text(each, "version")


def _known(document: dict[str, Any]) -> bool:
    """Whether every edition that is named is one we know: of a newer one we cannot say what was the newest."""
    return all(version in _EDITIONS.values() for _, version in _versions(document) if version)


ONLY_21: Final[dict[str, Test]] = {
    "6.1.35": _contradicting,
    "6.1.36": _beside_status,
    "6.2.3": _metrics,
    "6.2.24": _cwe_edition,
}
