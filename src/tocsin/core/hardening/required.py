# SPDX-License-Identifier: Apache-2.0
"""Finds the settings and extensions that a text of an advisory asks for, in the statements it gives as code.

`ALTER SYSTEM SET demo.enabled = off;`, `SET x TO y`, `password_encryption = scram-sha-256`, `DROP EXTENSION plperl`.
Only what stands as code counts: words of a sentence are never taken for a setting.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.core.vocabulary import Value

_FENCE: Final = re.compile(r"^(```+|~~~+)[^\n]*\n(.*?)^\1", re.DOTALL | re.MULTILINE)
_SPAN: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SETTING: Final = re.compile(
    r"(?:ALTER\s+(?:SYSTEM|DATABASE\s+\S+|ROLE\s+\S+)\s+SET\s+|SET\s+(?:SESSION\s+|LOCAL\s+)?)?"
    r"(?P<name>[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)\s*(?:=|\s+TO\s+)\s*(?P<value>'[^']*'|[^\s;']+)\s*",
    re.ASCII | re.IGNORECASE,
)
_DROP: Final = re.compile(
    r"DROP\s+EXTENSION\s+(?:IF\s+EXISTS\s+)?\"?(?P<name>[\w-]+)\"?[^;]*", re.ASCII | re.IGNORECASE
)
_LONGEST: Final = 20_000
_TRUE: Final = frozenset({"on", "true", "yes", "1"})
_FALSE: Final = frozenset({"off", "false", "no", "0"})


class Setting(Value):
    """A setting that has to have a value."""

    name: str
    value: str

    def holds(self, actual: str) -> bool:
        """Whether the server's value is the one asked for, `on` and `true` being one."""
        return _plain(actual) == _plain(self.value)


class Absent(Value):
    """An extension that must not be installed."""

    name: str


def required(text: str) -> tuple[Setting | Absent, ...]:
    """What a Markdown text asks for, in the order in which it does, each once."""
    text = text[:_LONGEST]
    blocks = [found[2] for found in _FENCE.finditer(text)]
    spans = [found[1] for found in _SPAN.finditer(_FENCE.sub("", text))]
    indented = [line for line in text.split("\n") if line.startswith("    ")]
    bare = [text] if text.rstrip().endswith(";") and "`" not in text else []
    statements = [each.strip() for piece in (*blocks, *spans, *indented, *bare) for each in re.split(r"[;\n]", piece)]
    return tuple(dict.fromkeys(found for each in statements if (found := _read(each))))


def _read(statement: str) -> Setting | Absent | None:
    drop = _DROP.fullmatch(statement)
    if drop:
        return Absent(name=drop["name"])
    found = _SETTING.fullmatch(statement)
    return Setting(name=found["name"].lower(), value=found["value"].strip("'")) if found else None


def _plain(value: str) -> str:
    value = value.strip().strip("'").casefold()
    return "on" if value in _TRUE else "off" if value in _FALSE else value
