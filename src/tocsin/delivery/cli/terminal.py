# SPDX-License-Identifier: Apache-2.0
"""What a terminal gets beyond plain text: weight and colour that repeat a mark, columns cut to the window, a bar while
long work runs. A pipe, a screen reader's log and NO_COLOR get the same words without any of it.

`NO_COLOR` (no-color.org) switches colour off, `CLICOLOR_FORCE` and `TOCSIN_FORCE_TTY` treat a pipe as a terminal.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import click

_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "!!": {"fg": "red", "bold": True},
    "!": {"fg": "yellow", "bold": True},
    "Critical": {"fg": "red", "bold": True},
    "High": {"fg": "red"},
    "embargo": {"fg": "magenta"},
}
"""How a cell that begins with a word is shown. The word itself says the same."""


def is_terminal() -> bool:
    """Say whether somebody looks at what is printed."""
    return sys.stdout.isatty() or any(os.environ.get(name) for name in ("CLICOLOR_FORCE", "TOCSIN_FORCE_TTY"))


def in_colour() -> bool:
    """Say whether it may have colour."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def head(text: str) -> str:
    """Show the head of a table."""
    return click.style(text, bold=True) if in_colour() else text


def cell(text: str, padded: str) -> str:
    """Show one cell, padded already."""
    style = _STYLES.get(text.split(" ", 1)[0]) if in_colour() else None
    return click.style(padded, **style) if style else padded


LEAST: Final = 28
"""Columns in which a title can still be told from another; with fewer it stands on a line of its own."""


def folds(last: Iterable[str], used: int) -> bool:
    """Say whether a window leaves so little room that the last cells of a table stand below their rows."""
    room = shutil.get_terminal_size((80, 24)).columns - used
    return is_terminal() and room < LEAST and any(len(text) > room for text in last)


def cut(text: str, used: int) -> str:
    """Cut the last cell of a line to the window; a pipe gets it whole."""
    if not is_terminal():
        return text
    room = max(shutil.get_terminal_size((80, 24)).columns - used, 12)
    return text if len(text) <= room else text[: room - 1] + "…"


def line(text: str) -> None:
    """Print a line, with its colour where there is any to show."""
    click.echo(text, color=True if in_colour() else None)


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """Show how far long work is, on standard error and only to somebody who looks; gives what counts on."""
    if quiet or not sys.stderr.isatty():
        yield lambda steps: None
        return
    with click.progressbar(length=0, label=label, file=sys.stderr, show_eta=False, show_pos=True) as bar:
        yield bar.update
