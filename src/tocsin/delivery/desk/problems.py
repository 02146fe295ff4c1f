# SPDX-License-Identifier: Apache-2.0
"""Where to mend what an advisory lacks: from a path in the record to the field of the desk where it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tocsin.core.advisory.checks import Problem

_TYPED: Final = (
    "title", "summary", "details", "impact", "detection", "mitigation", "no_mitigation_known", "required_configuration",
    "upgrade", "cwe", "aliases", "related", "discovered",
)  # fmt: skip
_PRODUCT: Final = {"name": "product", "scheme": "scheme", "purl": "purl", "cpe": "cpe", "package": "package"}


class Listed(NamedTuple):
    """One problem as shown: where to go, the field's name, what to do; `field` is empty outside the editor."""

    address: str
    where: str
    message: str
    field: str


def listed(ref: str, problems: Sequence[Problem]) -> tuple[Listed, ...]:
    """Say for each problem where it is mended."""
    return tuple(_one(ref, problem) for problem in problems)


def _one(ref: str, problem: Problem) -> Listed:
    head, _, rest = problem.field.partition(".")
    name = head.partition("[")[0]
    if name == "products" and rest.startswith("lines"):
        return Listed(f"/c/{ref}/lines#set-lines", "Affected lines", problem.message, "")
    if name in ("scores", "cve_id"):
        return Listed(f"/c/{ref}/score", "Score & CVE", problem.message, "")
    if name == "products" and head != "products[0]":
        return Listed(f"/c/{ref}/advisory#further", "Further products", problem.message, "")
    field = _PRODUCT.get(rest, "product") if name == "products" else name
    if field in _TYPED or name == "products":
        anchor = f"/c/{ref}/advisory#draft-advisory-{field}"
        return Listed(anchor, field.replace("_", " ").capitalize(), problem.message, field)
    if name in ("references", "credits"):
        return Listed(f"/c/{ref}/advisory#{name}", name.capitalize(), problem.message, "")
    return Listed(f"/c/{ref}/advisory", problem.field, problem.message, "")
