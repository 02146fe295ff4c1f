# SPDX-License-Identifier: Apache-2.0
"""One finding of a check."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tocsin.core.vocabulary import Value

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How much a finding matters. `INFO` says what was found; the others ask for something."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(Value):
    """Something a check found on a line. `code` is stable, `message` names what and the remedy."""

    line: int
    code: str
    severity: Severity
    message: str


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the gravest severity among findings, None when there are none."""
    order = list(Severity)
    return min((each.severity for each in findings), key=order.index, default=None)
