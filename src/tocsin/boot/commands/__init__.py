# SPDX-License-Identifier: Apache-2.0
"""Commands about the machine itself: keys, recovery kit, backups, state of health, what to do after an incident.

They stand here and not in `delivery.cli` because they reach for files, keys and processes. Each imports what it needs
when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import click

from tocsin.boot import config as configuration
from tocsin.boot.config import Config, ConfigError
from tocsin.delivery.cli.exits import Exit
from tocsin.services.app import Desk

REFUSALS = (
    "ConfigError", "KeyFileRefused", "KeysRefused", "ShareRefused", "NoBackup", "NotAnArchive", "Unavailable",
    "FileExistsError",
)  # fmt: skip


def config() -> Config:
    """The configuration, or an end with what is wrong with it."""
    try:
        return configuration.load()
    except ConfigError as error:
        stop(str(error))


def desk(ctx: click.Context) -> Desk:
    """The installation, opened; or an end with what is wrong."""
    opened: Desk = guarded(ctx.obj)
    return opened


def guarded(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Do something; what is refused in words ends with these words."""
    try:
        return work(*given, **named)
    except Exception as error:
        if type(error).__name__ in REFUSALS:
            stop(str(error))
        raise


def stop(words: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say what happened and end as failed, or with a code that says more."""
    click.echo(f"tocsin: {words}", err=True)
    raise SystemExit(int(code))
