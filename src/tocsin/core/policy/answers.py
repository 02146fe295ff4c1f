# SPDX-License-Identifier: Apache-2.0
"""Puts people's answers to the importer's questions into the proposed tables, each marked as the project's own choice."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from tocsin.core.policy.choices import Choice

CHOSEN: Final = "answered when the policy was imported"


def proposal(choice: Choice) -> str:
    """Write the proposed answer as a person would edit it: the bare word, or TOML for anything with parts."""
    value = choice.proposal
    if value is None or isinstance(value, str):
        return value or ""
    from tocsin.core.policy.toml_write import write

    return write({"answer": value}).removeprefix("answer = ").strip() if not isinstance(value, list) else _listed(value)


def _listed(value: list[Any]) -> str:
    from tocsin.core.policy.toml_write import _value

    return _value(value)


def answer(tables: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the tables with the answers in them. Raises ValueError naming a path whose answer is no TOML value.

    An empty answer leaves the value out: the policy then does not speak of it.
    """
    found: dict[str, Any] = deepcopy(dict(tables))
    for path, text in answers.items():
        if text.strip():
            _put(found, path, _read(path, text.strip()))
    return found
