# SPDX-License-Identifier: Apache-2.0
"""Findings as SARIF 2.1.0, which code hosts show beside the lines (OASIS, section 3: run, result, location)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tocsin.core.policy.lint.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tocsin.core.policy.lint.finding import Finding

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(uri: str, findings: Sequence[Finding], rules: Mapping[str, str], version: str) -> dict[str, Any]:
    """Return one SARIF log with one run. `rules` maps codes to their sentence, `uri` is the file's relative path."""
    used = sorted({finding.code for finding in findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "tocsin lint",
                        "version": version,
                        "rules": [{"id": code, "shortDescription": {"text": rules.get(code, code)}} for code in used],
                    }
                },
                "results": [
                    {
                        "ruleId": finding.code,
                        "ruleIndex": used.index(finding.code),
                        "level": _LEVELS[finding.severity],
                        "message": {"text": finding.message},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": uri},
                                    "region": {"startLine": finding.line},
                                }
                            }
                        ],
                    }
                    for finding in findings
                ],
            }
        ],
    }
