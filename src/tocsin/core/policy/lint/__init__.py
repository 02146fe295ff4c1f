# SPDX-License-Identifier: Apache-2.0
"""Checks of published documents: SECURITY.md, security.txt. Codes are stable, every finding has a line and a remedy."""

from tocsin.core.policy.lint.finding import Finding, Severity, worst
from tocsin.core.policy.lint.sarif import sarif
from tocsin.core.policy.lint.security_md import lint_security_md
from tocsin.core.policy.lint.security_txt import lint_security_txt

__all__ = ["Finding", "Severity", "lint_security_md", "lint_security_txt", "sarif", "worst"]
