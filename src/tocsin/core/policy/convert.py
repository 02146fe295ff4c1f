# SPDX-License-Identifier: Apache-2.0
"""From TOML values to the typed policy, driven by the types of `model` alone, collecting every problem on the way.

`msgspec.convert` would stop at the first error and knows no lines; a person who edits a policy wants all of them.
"""

from __future__ import annotations

import re
import types
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin

import msgspec

from tocsin.core.clock import Calendar, Closure, Duration, at
from tocsin.core.clock.calendar import known_country
from tocsin.core.clock.instants import DAYS, zone
from tocsin.core.policy.model import Percent
from tocsin.core.policy.problem import Problem, nearest
from tocsin.core.policy.toml_lines import nearest_line

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED: Final = object()
"""Stands for a value that could not be read; its problem is already noted."""

_LARGEST: Final = 1_000_000
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES: Final = {str: "text", bool: "true or false", int: "a whole number", date: "a date like 2026-12-24"}


@cache
def _fields(cls: type[Any]) -> dict[str, msgspec.structs.FieldInfo]:
    """What a table of this type may hold, by the names of keys; looking at the types again costs half of a reading."""
    return {field.encode_name: field for field in msgspec.structs.fields(cls) if field.encode_name not in _OURS}


class Converter:
    """Reads one document. `problems` grows while reading; `lines` says where each key stands."""

    def __init__(self, lines: dict[str, int]) -> None:
        self.lines = lines
        self.problems: list[Problem] = []

    def note(self, path: str, code: str, message: str, remedy: str = "") -> object:
        """Keep a problem and return `FAILED`."""
        line = nearest_line(self.lines, path)
        self.problems.append(Problem(line=line, path=path, code=code, message=message, remedy=remedy))
        return FAILED

    def struct(self, cls: type[Any], raw: object, path: str) -> Any:
        """Read a table into `cls`; unknown and missing keys are problems."""
        if not isinstance(raw, dict):
            return self.note(path, "wrong-type", f"{path} must be a table")
        fields = _fields(cls)  # type: ignore[arg-type]  # mypy takes no type for hashable
        for key in raw:
            if key not in fields:
                self.note(_join(path, key), "unknown-key", f"unknown key {_join(path, key)!r}", nearest(key, fields))
        values: dict[str, Any] = {}
        for key, field in fields.items():
            if key in raw:
                values[field.name] = self.value(field.type, raw[key], _join(path, key))
            elif field.required:
                self.note(path, "missing-key", f"{_join(path, key)} is missing", f"add {key} = ...")
                values[field.name] = FAILED
        return FAILED if FAILED in values.values() else cls(**values)

    def value(self, hint: Any, raw: object, path: str) -> Any:
        """Read one value of type `hint`."""
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(part for part in get_args(hint) if part is not type(None))
        if hint in _SPECIAL:
            return _SPECIAL[hint](self, raw, path)
        if get_origin(hint) in (tuple, dict):
            return self._many(hint, raw, path)
        if get_origin(hint) is Literal:
            return self._word(get_args(hint), raw, path)
        if issubclass(hint, Enum):
            word = self._word(tuple(member.value for member in hint), raw, path)
            return word if word is FAILED else hint(word)
        if issubclass(hint, msgspec.Struct):
            return self.struct(hint, raw, path)
        return self._plain(hint, raw, path)

    def _many(self, hint: Any, raw: object, path: str) -> Any:
        if get_origin(hint) is dict:
            if not isinstance(raw, dict):
                return self.note(path, "wrong-type", f"{path} must be a table")
            named = {key: self.value(get_args(hint)[1], item, _join(path, key)) for key, item in raw.items()}
            return FAILED if FAILED in named.values() else named
        hint = get_args(hint)[0]
        if not isinstance(raw, list):
            return self.note(path, "wrong-type", f"{path} must be a list")
        items = tuple(self.value(hint, item, f"{path}.{index}") for index, item in enumerate(raw))
        return FAILED if FAILED in items else items

    def _word(self, known: tuple[Any, ...], raw: object, path: str) -> Any:
        if any(raw == word and type(raw) is type(word) for word in known):
            return raw
        named = [str(word).lower() if isinstance(word, bool) else str(word) for word in known if word != ""]
        return self.note(path, "unknown-value", f"{path} cannot be {raw!r}", nearest(str(raw), named))

    def _plain(self, hint: type[Any], raw: object, path: str) -> Any:
        if hint is date and isinstance(raw, str) and _ISO_DAY.fullmatch(raw):
            try:
                return date.fromisoformat(raw)
            except ValueError:
                return self.note(path, "wrong-type", f"{path} is no day: {raw!r}", "write it like 2026-12-24")
        if type(raw) is not hint:
            return self.note(path, "wrong-type", f"{path} must be {_NAMES.get(hint, hint.__name__)}, not {raw!r}")
        if isinstance(raw, int) and not 0 <= raw <= _LARGEST:
            return self.note(path, "out-of-range", f"{path} must lie between 0 and {_LARGEST}")
        return raw


def _duration(converter: Converter, raw: object, path: str) -> Any:
    try:
        return Duration.parse(str(raw))
    except ValueError as wrong:
        remedy = "" if not isinstance(raw, str) else f"keep the words with said = {raw!r} and choose a number"
        return converter.note(path, "not-a-duration", f"{path}: {wrong}", remedy)


def _instant(converter: Converter, raw: object, path: str) -> Any:
    try:
        return at(str(raw))
    except (ValueError, KeyError) as wrong:
        return converter.note(path, "not-an-instant", f"{path}: {wrong}")


def _percent(converter: Converter, raw: object, path: str) -> Any:
    text = str(raw)
    if text.endswith("%") and text[:-1].isascii() and text[:-1].isdigit() and 1 <= int(text[:-1]) <= 1000:
        return Percent(int(text[:-1]))
    return converter.note(path, "not-a-share", f"{path} must be a share like '50%', not {raw!r}")


def _weekdays(text: str) -> tuple[int, ...]:
    """Read `mon-fri`, `sun-thu` or `mon, wed`; raises ValueError."""
    names = [day.lower() for day in DAYS]
    days: set[int] = set()
    for part in text.lower().replace(",", " ").split():
        first, _, last = part.partition("-")
        start, end = names.index(first[:3]), names.index((last or first)[:3])
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return tuple(sorted(days))


def _calendar(converter: Converter, raw: object, path: str) -> Any:
    """Read `{ days, tz, holidays, closures }`; holidays are country codes and single dates in one list."""
    if not isinstance(raw, dict):
        return converter.note(path, "wrong-type", f"{path} must be a table")
    before = len(converter.problems)
    for key in raw.keys() - _CALENDAR:
        converter.note(_join(path, key), "unknown-key", f"unknown key {_join(path, key)!r}", nearest(key, _CALENDAR))
    days: tuple[int, ...] = ()
    try:
        days = _weekdays(str(raw.get("days", "mon-fri")))
    except ValueError:
        converter.note(_join(path, "days"), "unknown-day", f"{path}.days cannot be {raw['days']!r}", "write 'mon-fri'")
    if not days:
        remedy = "name at least one day, such as days = 'mon-fri'"
        converter.note(_join(path, "days"), "no-working-days", f"{path} has no working days", remedy)
    tz = str(raw.get("tz", "UTC"))
    try:
        zone(tz)
    except (KeyError, ValueError, OSError):
        converter.note(_join(path, "tz"), "unknown-zone", f"no zone is called {tz!r}", "write it like Europe/Berlin")
    countries, dates = _holidays(converter, raw.get("holidays", []), _join(path, "holidays"))
    closures = converter.value(tuple[Closure, ...], raw.get("closures", []), _join(path, "closures"))
    if len(converter.problems) > before:
        return FAILED
    return Calendar(days=days, tz=tz, countries=countries, dates=dates, closures=closures)


def _holidays(converter: Converter, raw: object, path: str) -> tuple[tuple[str, ...], tuple[date, ...]]:
    countries: list[str] = []
    dates: list[date] = []
    for item in raw if isinstance(raw, list) else [raw]:
        if isinstance(item, date) and not isinstance(item, datetime):
            dates.append(item)
        elif isinstance(item, str) and known_country(item):
            countries.append(item)
        else:
            remedy = "write a country ('DE', 'DE-BY') or a date (2026-12-24)"
            converter.note(path, "unknown-holiday", f"{path} cannot hold {item!r}", remedy)
    return tuple(countries), tuple(dates)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


_OURS: Final = frozenset({"sources", "version"})
_CALENDAR: Final = frozenset({"days", "tz", "holidays", "closures"})
_SPECIAL: Final[dict[Any, Callable[[Converter, object, str], Any]]] = {
    Duration: _duration,
    Calendar: _calendar,
    datetime: _instant,
    Any: lambda _, raw, __: raw,
    Percent: _percent,
}
