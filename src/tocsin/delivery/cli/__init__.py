# SPDX-License-Identifier: Apache-2.0
"""The command line: noun first, verb second. Commands are found in the visible registry below and imported when used,
so that `tocsin lint` needs neither Django nor an installation.

`context.obj` is given by boot: a function that opens the local installation and returns its `services.app.Desk`. Exit
codes are those of `exits`. What starts processes (`init`, `serve`, `demo`) stands in boot.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click

from tocsin import __version__
from tocsin.delivery.cli.spelled import LIST, meant, verbless

COMMANDS: Final[Mapping[str, str]] = {
    "advisory": "advisory:advisory",
    "affected": "affected:affected",
    "auth": "auth:auth",
    "branch": "branch:branch",
    "case": "case:case",
    "channel": "channel:channel",
    "claims": "claims:claims",
    "completion": "completion:completion",
    "credential": "credential:credential",
    "cve": "cve:cve",
    "cvss": "cvss:cvss",
    "distributor": "distributor:distributor",
    "doc": "doc:doc",
    "drill": "drill:drill",
    "duty": "duty:duty",
    "embargo": "embargo:embargo",
    "fix": "fix:fix",
    "forge": "forge:forge",
    "git": "git:git",
    "harden": "harden:harden",
    "inbox": "inbox:inbox",
    "intake": "pausing:intake",
    "limits": "limits:limits",
    "lint": "lint:lint",
    "log": "log:log",
    "mail": "mail:mail",
    "metrics": "metrics:metrics",
    "people": "people:people",
    "policy": "policy:policy",
    "project": "project:project",
    "protocol": "protocol:protocol",
    "publish": "publish:publish",
    "radar": "radar:radar",
    "release": "release:release",
    "report": "report:report",
    "rollout": "rollout:rollout",
    "signals": "signals:signals",
    "similar": "similar:similar",
    "site": "site:command",
    "sla": "sla:sla",
    "token": "token:token",
    "verify": "verify:verify",
    "versions": "versions:versions",
    "webhook": "webhook:webhook",
    "witness": "witness:witness",
}
"""Command and where it stands: module of this package, and the object in it."""


SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Cases, day by day": (
        "inbox", "case", "report", "claims", "similar", "branch", "fix", "cvss", "embargo", "advisory", "cve",
        "publish", "distributor", "sla",
    ),
    "Without an installation": (
        "affected", "contents", "doc", "drill", "feed", "git", "harden", "lint", "protocol", "versions",
    ),
    "A project": (
        "policy", "project", "people", "duty", "intake", "mail", "channel", "forge", "webhook", "credential", "limits",
        "metrics", "radar", "release", "rollout", "signals",
    ),
}  # fmt: skip
"""What `--help` lists, by who looks for it and in the order of the work; what is left belongs to the machine."""
REST: Final = "The installation"


class Tree(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in order of the alphabet."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, name = place.split(":")
        found: Any = getattr(import_module(f"{__name__}.{module}"), name)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands in sections."""
        there = self.list_commands(ctx)
        named = {name for names in SECTIONS.values() for name in names}
        rest = tuple(name for name in there if name not in named)
        room = formatter.width - 6 - max(map(len, there))
        for title, names in {**SECTIONS, REST: rest}.items():
            found = [(name, self.get_command(ctx, name)) for name in names if name in there]
            with formatter.section(title):
                formatter.write_dl([(name, each.get_short_help_str(room)) for name, each in found if each])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find what is meant: under another spelling too, and a noun alone lists what there is of it."""
        name, command, rest = super().resolve_command(ctx, meant(args))
        lists = isinstance(command, click.Group) and not command.invoke_without_command and command.commands.get(LIST)
        if lists and verbless(rest) and not any(each.required for each in lists.params):
            rest = [LIST, *rest]
        return name, command, rest


@click.group(cls=Tree, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tocsin")
@click.option("--url", default="", help="Work on the installation at this address (TOCSIN_URL with a token).")
@click.option("--token", envvar="TOCSIN_TOKEN", default="", help="Token; others on this machine may see it here.")
@click.option("--no-color", is_flag=True, help="No colour, as with NO_COLOR.")
@click.pass_context
def cli(ctx: click.Context, url: str, token: str, no_color: bool) -> None:
    """Run a project's security release process. Without a command: what needs a person now."""
    if no_color:
        os.environ["NO_COLOR"] = "1"
    if ctx.invoked_subcommand is None:
        command = cli.get_command(ctx, "inbox")
        if command is not None:
            command.invoke(command.make_context("inbox", [], parent=ctx))
