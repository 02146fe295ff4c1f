# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint`: check documents that a project publishes. Needs no installation, no network and no framework."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import msgspec

from tocsin.core.clock import at
from tocsin.core.formats.judge.detect import ALIASES, FORMATS, NAMES
from tocsin.core.formats.judge.reading import LARGEST
from tocsin.core.policy.lint import lint_security_md, lint_security_txt
from tocsin.core.policy.lint.security_md import CODES as SECURITY_MD
from tocsin.core.policy.lint.security_txt import CODES as SECURITY_TXT
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.findings import beginning, content, printable, show
from tocsin.delivery.cli.leak import leak
from tocsin.services.documents import lint as judge

_json = click.option("--json", "form", flag_value="json", help="Print one JSON object.")
_sarif = click.option("--sarif", "form", flag_value="sarif", help="Print SARIF 2.1.0.")
_text = click.option("--text", "form", flag_value="text", default="text", help="Print a line a finding.  [default]")

_LISTED = "|".join(FORMATS)


@click.group()
def lint() -> None:
    """Check SECURITY.md, security.txt, advisories. Exit code 3 when something asks for attention."""


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


@lint.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "named",
    type=click.Choice(NAMES),
    metavar="|".join(FORMATS),
    default=None,
    help="What it is.  [default: look]",
)
@click.option("--as-of", default="", metavar="INSTANT", help="Check as it stands then.  [default: now]")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object a file.")
def document(files: tuple[str, ...], named: str | None, as_of: str, json_: bool) -> None:
    """Check advisories in CSAF, CVE, OSV, OpenVEX, CycloneDX, GHSA, and security.txt; `-` reads standard input.

    Several documents with one advisory's id are also held against each other.
    """
    now, named = instant(as_of), ALIASES.get(named or "", named)
    bodies = {file: beginning(file, LARGEST + 1) for file in dict.fromkeys(files)}
    verdicts = {file: judge.lint(file, body, now, named or "") for file, body in bodies.items()}
    if len(bodies) > 1:
        kinds = {file: judge.kind_of(body, named or "") for file, body in bodies.items()}
        read = {file: (kind, bodies[file]) for file, kind in kinds.items() if kind and judge.format_name(kind)}
        for file, more in judge.agree(read).items():
            verdicts[file] = judge.with_findings(verdicts[file], more)
    for verdict in verdicts.values():
        if json_:
            click.echo(msgspec.json.encode(verdict))
        else:
            _tell(verdict)
    grave = any(each.severity != "info" for verdict in verdicts.values() for each in verdict.findings)
    raise SystemExit(int(Exit.FINDINGS if grave else Exit.OK))


def _tell(verdict: judge.Verdict) -> None:
    kind = f"{verdict.format} {verdict.version}".strip()
    click.echo(f"{printable(verdict.file)}: {printable(kind)}, {'valid' if verdict.valid else 'not valid'}")
    for each in verdict.findings:
        where = f" {printable(each.path)}" if each.path else ""
        click.echo(f"  {each.severity[0].upper()} {each.test}{where}: {printable(each.message)}")


def instant(text: str) -> datetime:
    """Read an instant from the command line; now when nothing is given."""
    try:
        return at(text) if text else datetime.now(UTC)
    except (ValueError, KeyError) as error:
        raise click.BadParameter(str(error)) from None


lint.add_command(leak)
