# SPDX-License-Identifier: Apache-2.0
"""The typed policy back to the plain tables of a file, without marks; and tables as one value a path, for comparing."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tocsin.core.clock import Calendar, Duration
from tocsin.core.clock.instants import DAYS
from tocsin.core.policy.model import Step

if TYPE_CHECKING:
    from tocsin.core.policy.model import Policy

_NOT_SAID: Final = frozenset({"sources", "version"})
_IDENTITY: Final = ("kind", "id", "name", "address", "url")


def tables(policy: Policy) -> dict[str, Any]:
    """Return what a policy states as tables; values at their default are left out."""
    plain: dict[str, Any] = _plain(policy)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, Calendar):
        return _calendar(value)
    if isinstance(value, Step):
        return {"at": f"{value.at}%", "to": value.to.value}
    if isinstance(value, msgspec.Struct):
        fields = [field for field in msgspec.structs.fields(value) if field.name not in _NOT_SAID]
        stated = ((field, getattr(value, field.name)) for field in fields)
        return {field.encode_name: _plain(item) for field, item in stated if field.required or item != field.default}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _calendar(calendar: Calendar) -> dict[str, Any]:
    closures = [_plain(closure) for closure in calendar.closures]
    return {
        "days": ", ".join(DAYS[day].lower() for day in calendar.days),
        "tz": calendar.tz,
        "holidays": [*calendar.countries, *(day.isoformat() for day in calendar.dates)],
        **({"closures": closures} if closures else {}),
    }


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Return one value a path. Items of a list of tables are named by what they are: `intake.channel[email a@b]`."""
    if isinstance(value, dict):
        return {key: item for name, inner in value.items() for key, item in flat(inner, _join(path, name)).items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return {
            key: inner
            for number, item in enumerate(value)
            for key, inner in flat(item, _named(path, number, item)).items()
        }
    return {path: value}


def _named(path: str, number: int, item: dict[str, Any]) -> str:
    name = " ".join(str(item[key]) for key in _IDENTITY if item.get(key))
    return f"{path}[{name or number}]"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
