# SPDX-License-Identifier: Apache-2.0
"""Tests of metrics that need no table of decision points: names that SSVC reserves."""

from __future__ import annotations

from typing import Any, Final

from tocsin.core.formats.csaf_suite.walk import Found, Test, objects, text, vulnerabilities

_RESERVED: Final = frozenset({"invalid", "x_invalid"})
"""SSVC's namespaces for what must never be valid."""


def _reserved_namespace(document: dict[str, Any]) -> Found:
    """6.1.48: a reserved namespace is treated as its definition says."""
    for at, vulnerability in vulnerabilities(document):
        for where, metric in objects(vulnerability, "metrics", at=at):
            for place, each in objects(metric, "content", "ssvc_v2", "selections", at=where):
                base = text(each, "namespace").partition("/")[0].partition("#")[0]
                if base in _RESERVED:
                    yield f"{place}/namespace", f"the namespace {base!r} is reserved for what is not valid"


ONLY_21: Final[dict[str, Test]] = {"6.1.48": _reserved_namespace}
