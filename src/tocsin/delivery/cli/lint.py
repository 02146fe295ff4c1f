# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint`: check documents that a project publishes. Needs no installation, no network and no framework."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from tocsin.core.clock import at
from tocsin.core.policy.lint import lint_security_md, lint_security_txt
from tocsin.core.policy.lint.security_md import CODES as SECURITY_MD
from tocsin.core.policy.lint.security_txt import CODES as SECURITY_TXT
from tocsin.delivery.cli.findings import content, show

_json = click.option("--json", "form", flag_value="json", help="Print one JSON object.")
_sarif = click.option("--sarif", "form", flag_value="sarif", help="Print SARIF 2.1.0.")
_text = click.option("--text", "form", flag_value="text", default="text", help="Print a line a finding.  [default]")


@click.group()
def lint() -> None:
    """Check SECURITY.md and security.txt. Exit code 3 when something asks for attention."""


@lint.command("security-md")
@click.argument("file")
@_json
@_sarif
@_text
def security_md(file: str, form: str) -> None:
    """Check FILE, a SECURITY.md; `-` reads standard input."""
    show(file, lint_security_md(content(file)), form, SECURITY_MD)


@lint.command("security-txt")
@click.argument("file")
@click.option("--url", default="", help="Where the file was found, to compare with Canonical.")
@click.option("--as-of", default="", metavar="INSTANT", help="Check as it stands then.  [default: now]")
@_json
@_sarif
@_text
def security_txt(file: str, url: str, as_of: str, form: str) -> None:
    """Check FILE, a security.txt (RFC 9116); `-` reads standard input."""
    show(file, lint_security_txt(content(file), instant(as_of), url), form, SECURITY_TXT)


def instant(text: str) -> datetime:
    """Read an instant from the command line; now when nothing is given."""
    try:
        return at(text) if text else datetime.now(UTC)
    except (ValueError, KeyError) as error:
        raise click.BadParameter(str(error)) from None
