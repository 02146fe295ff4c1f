# SPDX-License-Identifier: Apache-2.0
"""A configuration as it would be used: each setting with where its value comes from, and what is wrong with it.

Nothing is started, opened or made: not the database, not the keys, no address is asked. What a running installation is
like is `boot.doctor`'s question. Precedence and names are those of `boot.config` (UX 2.6).
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.boot import config as configuration
from tocsin.boot.config import Config, ConfigError

DEFAULT: Final = "default"

OTHERS: Final = frozenset({
    "TOCSIN_AS", "TOCSIN_COMPLETE", "TOCSIN_CONFIG", "TOCSIN_FEED", "TOCSIN_FORCE_TTY", "TOCSIN_ROLE",
    "TOCSIN_SUPERVISED", "TOCSIN_TOKEN", "TOCSIN_TOKEN_FILE", "TOCSIN_WORKER",
})  # fmt: skip
"""Variables that are read elsewhere, and are no setting."""

_PREFIX: Final = "TOCSIN_"
_PASSWORD: Final = re.compile(r"(://[^/@:\s]*):[^@\s]*@")
_WORDS: Final = "egress.canaries"
_NAMES_A_FILE: Final = ("_file", ".authority", ".known_hosts")


class Setting(msgspec.Struct, frozen=True):
    """One setting: what it is, and whether the environment, the file or nobody said so. Passwords are left out."""

    name: str
    value: str
    origin: str


class Looked(msgspec.Struct, frozen=True):
    """A configuration that was looked at. `file` is "" where there is none; `problems` name setting and remedy."""

    file: str
    settings: tuple[Setting, ...]
    problems: tuple[str, ...]


def look(environment: Mapping[str, str], named: Path | None = None) -> Looked:
    """Look at the configuration that counts here, or at a file that is named, under the same environment."""
    path = named or configuration.find(environment)
    try:
        raw = configuration.read(path) if path else {}
    except ConfigError as error:
        return Looked(file=str(path), settings=(), problems=(str(error),))
    said = {
        f"{section}.{key}": variable for (section, key), variable in configuration.overlay(raw, environment).items()
    }
    written = dict(_flat(raw))
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        values, problems = written, _wrong(raw, str(error))
    else:
        places = {"storage.data": str(config.data_dir), "storage.keys": str(config.key_dir)}
        values = {**dict(_flat(msgspec.to_builtins(config))), **places}
        problems = list(_unusable(config, values))
    settings = tuple(
        Setting(name=name, value=_shown(name, value), origin=said.get(name) or _origin(name, written, path))
        for name, value in values.items()
    )
    problems += [*_open_to_others(path), *_unknown(environment)]
    return Looked(file=str(path or ""), settings=settings, problems=tuple(problems))


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, each in value.items():
        name = f"{before}{key}"
        if isinstance(each, dict) and each:
            yield from _flat(each, f"{name}.")
        else:
            yield name, each


def _origin(name: str, written: Mapping[str, Any], path: Path | None) -> str:
    return str(path) if name in written else DEFAULT


def _shown(name: str, value: Any) -> str:
    """A value for a terminal that somebody may look at: no password of an address, no planted word."""
    if name == _WORDS and isinstance(value, list | tuple):
        return f"{len(value)} planted" if value else "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return _PASSWORD.sub(r"\1:…@", str(value)) if value not in ("", {}) else "none"


def _wrong(raw: Mapping[str, Any], whole: str) -> list[str]:
    """Everything that is wrong, table by table, so that nobody mends one mistake to be told of the next."""
    found: list[str] = []
    for name, value in raw.items():
        try:
            msgspec.convert({name: value}, Config)
        except msgspec.ValidationError as error:
            found.append(str(error))
    return found or [whole]


def _unusable(config: Config, values: Mapping[str, Any]) -> Iterator[str]:
    if config.key_dir.resolve().is_relative_to(config.data_dir.resolve()):
        yield f"storage.keys: {config.key_dir} lies inside the data ({config.data_dir}): a copy of it would hold both"
    for name, value in values.items():
        file = _file_of(name, value)
        if file is not None and not file.is_file():
            yield f"{name}: there is no file {file}"


def _file_of(name: str, value: Any) -> Path | None:
    """The file that a setting names, if it is one that does."""
    if not isinstance(value, str) or not value:
        return None
    if name.endswith(_NAMES_A_FILE):
        return Path(value).expanduser()
    return Path(value.removeprefix("file:")) if name.startswith("database.") and value.startswith("file:") else None


def _open_to_others(path: Path | None) -> Iterator[str]:
    if path and path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield f"{path} can be changed by others: chmod go-w {path}"


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    """Variables that look as if they were ours and are read by nothing."""
    known = {*configuration.ENVIRONMENT, *OTHERS}
    for name in sorted(environment):
        if name.startswith(_PREFIX) and name not in known:
            yield f"{name}: no variable of this name is read; docs/reference/settings.md lists those that are"
