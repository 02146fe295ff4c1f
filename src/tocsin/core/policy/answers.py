# SPDX-License-Identifier: Apache-2.0
"""Puts people's answers to the importer's questions into the proposed tables, each marked as the project's choice."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, Final

from tocsin.core.policy.choices import UNNAMED, Choice, slug
from tocsin.core.policy.toml_write import inline

CHOSEN: Final = "answered when the policy was imported"


def proposed(choice: Choice) -> str:
    """Write the proposed answer as a person would edit it: bare words, or TOML for anything with parts."""
    value = choice.proposal
    return "" if value is None else value if isinstance(value, str) else inline(value)


def answer(tables: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the tables with the answers in them, by the path of each choice.

    An empty answer leaves the value out: the policy then does not speak of it. Whether the values make sense is what
    `load` says of the whole.
    """
    found: dict[str, Any] = _copied(tables)
    for path, text in answers.items():
        if text.strip():
            _put(found, path, _read(text.strip()))
    if answers.get("project.name", "").strip() and found["project"].get("id") == slug(UNNAMED):
        found["project"]["id"] = slug(found["project"]["name"])
    return found


def _read(text: str) -> Any:
    """Read an answer as TOML where it is some, else as the words themselves."""
    try:
        return tomllib.loads(f"answer = {text}")["answer"]
    except tomllib.TOMLDecodeError:
        return text


def _put(tables: dict[str, Any], path: str, value: Any) -> None:
    if path == "intake.channel":
        value = {"kind": "email", "address": value} if isinstance(value, str) else value
        doors = tables.setdefault("intake", {}).setdefault("channel", [])
        doors.append(value | {"choice": CHOSEN} if isinstance(value, dict) else value)
        return
    if path == "intake.channel.key":
        doors = tables.get("intake", {}).get("channel", [])
        door = next((each for each in doors if each.get("encryption") and "key" not in each), None)
        if door is not None:
            _set(door, "key", value)
        return
    *parents, leaf = path.split(".")
    table = tables
    for name in parents:
        table = table.setdefault(name, {})
    _set(table, leaf, value)


def _set(table: dict[str, Any], leaf: str, value: Any) -> None:
    table[leaf] = value
    marks = table.setdefault("choice", {})
    if isinstance(marks, dict):
        marks[leaf] = CHOSEN


def _copied(value: Any) -> Any:
    """Copy tables and lists, so that the import itself stays as it was."""
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value
