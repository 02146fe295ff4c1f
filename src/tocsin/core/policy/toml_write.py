# SPDX-License-Identifier: Apache-2.0
"""Write a policy as TOML 1.0 that people like to read: one table a section, marks beside the values they speak of."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

_WIDEST: Final = 100


def write(tables: dict[str, Any]) -> str:
    """Write tables of plain values; raises TypeError for a value TOML has no form for."""
    return "\n".join(_table(tables, "")).strip("\n") + "\n"


def inline(value: Any) -> str:
    """Write one value as it stands after an equals sign; raises TypeError for a value TOML has no form for."""
    return _value(value)


def _table(table: dict[str, Any], path: str) -> list[str]:
    """Write the plain values of a table, then the tables in it."""
    inline = {key: value for key, value in table.items() if not _deep(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in inline.items()]
    for key, value in sorted(table.items(), key=lambda pair: isinstance(pair[1], list)):
        if key in inline:
            continue
        below = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, list):
            for item in value:
                lines.extend(["", f"[[{below}]]", *_table(item, below)])
        else:
            inside = _table(value, below)
            lines.extend(inside if inside[:1] == [""] else ["", f"[{below}]", *inside])
    return lines


def _deep(value: Any) -> bool:
    """Say whether a value gets a table of its own."""
    if isinstance(value, dict):
        return any(isinstance(item, dict | list) for item in value.values()) or len(_value(value)) > _WIDEST
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    raise TypeError(f"TOML has no form for {type(value).__name__}")


def _text(value: str) -> str:
    """Write a basic string; JSON's escapes are TOML's, except that TOML also forbids DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
