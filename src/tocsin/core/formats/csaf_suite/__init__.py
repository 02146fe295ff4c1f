# SPDX-License-Identifier: Apache-2.0
"""Our own tests of the CSAF test suites: those that the validator we use lacks, or has wrong on the public suites.

Sources: CSAF 2.0 with Errata 01 and CSAF 2.1 CSD03, section 6. Which of the validator's verdicts stand beside ours, and
which ours replace, is decided by `services.documents.csaf`; how both fare is in docs/reference/conformance.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tocsin.core.advisory.cwe import was_called
from tocsin.core.formats.csaf_suite import extensions, links, metrics, products, profiles, remediations, tracking
from tocsin.core.formats.csaf_suite.walk import Test, text

__all__ = ["OWN", "REPLACING", "Test", "excused", "found_by"]

OWN: Final[Mapping[str, Mapping[str, Test]]] = {
    "2.0": {**tracking.BOTH, **products.BOTH, **links.BOTH, **profiles.TESTS},
    "2.1": {
        **tracking.BOTH,
        **tracking.ONLY_21,
        **products.BOTH,
        **links.BOTH,
        **products.ONLY_21,
        **extensions.ONLY_21,
        **metrics.ONLY_21,
        **remediations.ONLY_21,
        "6.1.27.7": profiles.TESTS["6.1.27.7"],
    },
}
"""Tests by edition and number."""

REPLACING: Final[Mapping[str, frozenset[str]]] = {
    "2.0": frozenset({"6.1.16", "6.1.17", "6.1.21", "6.1.24", "6.1.27", "6.3.6", "6.3.7"}),
    "2.1": frozenset(
        {
            "6.1.27.7",
            "6.1.17",
            "6.1.21",
            "6.1.24",
            "6.1.35",
            "6.1.36",
            "6.1.55",
            "6.1.60",
            "6.2.3",
            "6.2.24",
            "6.3.6",
            "6.3.7",
            "6.3.9",
        }
    ),
}
"""Numbers under which the validator's own verdict does not count, because ours is right more often."""


def found_by(edition: str, number: str, document: dict[str, Any]) -> list[tuple[str, str]]:
    """What our test of that number finds: pointers and sentences."""
    return list(OWN[edition][number](document))


def excused(edition: str, number: str, document: dict[str, Any], pointer: str) -> bool:
    """Whether a finding of the validator does not count.

    CSAF 2.0 does not say which edition of the CWE list a name is taken from, so that a former name is valid (6.1.11).
    """
    if (edition, number) != ("2.0", "6.1.11"):
        return False
    found: Any = document
    for step in pointer.split("/")[1:]:
        if step == "name":
            break
        found = found[int(step)] if isinstance(found, list) else found[step]
    return was_called(text(found, "id"), text(found, "name"))
