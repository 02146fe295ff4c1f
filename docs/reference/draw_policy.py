# SPDX-License-Identifier: Apache-2.0
"""Write `docs/reference/policy-file.md`: every table and key of a policy file, from the types that read it.

python docs/reference/draw_policy.py
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from tocsin.core.clock import Calendar, Duration
from tocsin.core.policy.model import Percent, Policy

PAGE = Path(__file__).with_name("policy-file.md")

INTRODUCTION = """\
# The policy file

This page is written by `docs/reference/draw_policy.py` from the types that read the file. Two whole examples come with
the product: `examples/policies/community.toml` and `examples/policies/warehousepg.toml`.

A policy is one TOML file. What it does not state is not promised: there are no silent defaults for promises.

**Where a value comes from.** Beside the values of any table stand `cite` and `choice`. `cite = "L24"`, or with the
words `cite = "L24: Feedback will be sent"`, or `cite = "L22-L23"`, speaks for the whole table; `cite = { within =
"L24" }` for one value. `choice = true`, `choice = "why"` and `choice = { max = "why" }` mark what the project chose
itself; a table without either asks the table around it. `[chosen]` with `by` and `on` says who chose, and when.
`tocsin policy check` names every value that has neither.

**Extending another policy.** With `extends = "community"` (or a file name) tables merge, arrays replace, and an
inherited value keeps the citation of its own file.

**Durations** are written `3 business days`, `72 hours`, `28 days`, `2 weeks`, `1 month`, `15 minutes` or `immediate`.
A promise in words only is kept with `said = "promptly"` and has no clock until `within` gives it a number.

**Calendars** have `days` (`mon-fri`), `tz` (`Europe/Berlin`), `holidays` (countries `DE`, `DE-BY`, and single dates,
in one list) and `closures` (`first`, `last`, `why`).

Unknown keys, wrong values and terms that cannot hold together are refused, all at once, each with its line and a
remedy; the policy in force stays.
"""


def page() -> str:
    """Return the page."""
    return INTRODUCTION + "\n" + "\n\n".join(_tables(Policy, "")) + "\n"


def _tables(kind: Any, path: str) -> Iterator[str]:
    """Write one table and the tables in it."""
    fields = [field for field in msgspec.structs.fields(kind) if field.name not in ("sources", "version")]
    inner = [(field, _struct(field.type)) for field in fields]
    plain = [field for field, struct in inner if struct is None]
    title = f"## {path}" if path else "## The file"
    meaning = " ".join((kind.__doc__ or "").split()) if path else "Top level."
    lines = [title, "", meaning]
    if plain:
        lines += ["", "| key | value |", "|---|---|"]
        lines += [
            f"| `{field.encode_name}`{' (required)' if field.required else ''} | {_words(field.type)} |"
            for field in plain
        ]
    yield "\n".join(lines)
    for field, struct in inner:
        if struct is not None:
            name = f"{path}.{field.encode_name}" if path else field.encode_name
            yield from _tables(struct, f"{name}[]" if get_origin(_bare(field.type)) is tuple else name)


def _bare(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _struct(hint: Any) -> Any:
    """Return the table a key holds, or None for a plain value."""
    hint = _bare(hint)
    hint = get_args(hint)[0] if get_origin(hint) is tuple else hint
    table = isinstance(hint, type) and issubclass(hint, msgspec.Struct) and hint not in (Duration, Calendar)
    return hint if table else None


def _words(hint: Any) -> str:
    hint = _bare(hint)
    if get_origin(hint) is tuple:
        return f"list of: {_words(get_args(hint)[0])}"
    if get_origin(hint) is Literal:
        return ", ".join(
            f"`{str(word).lower() if isinstance(word, bool) else word}`" for word in get_args(hint) if word != ""
        )
    if isinstance(hint, type) and issubclass(hint, Enum):
        return ", ".join(f"`{member.value}`" for member in hint)
    named = {Duration: "duration", Calendar: "calendar", Percent: "share such as `50%`", date: "day such as 2026-12-24"}
    named |= {str: "text", bool: "`true` or `false`", int: "whole number"}
    return named[hint]


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
