# SPDX-License-Identifier: Apache-2.0
"""`tocsin completion`: what a shell needs to complete commands and options. Needs no installation."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from tocsin.delivery.cli.exits import Exit


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what SHELL has to read to complete `tocsin`: for bash, eval "$(tocsin completion bash)" in ~/.bashrc."""
    kind = get_completion_class(shell)
    if kind is None:
        ctx.exit(Exit.FAILED)
    root = ctx.find_root()
    click.echo(kind(root.command, {}, "tocsin", "_TOCSIN_COMPLETE").source())
