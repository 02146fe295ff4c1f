# SPDX-License-Identifier: Apache-2.0
"""Starts Django for one process, and makes a new installation: directories, keys, configuration file, database."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import django
import msgspec
from django.core.management import call_command

from tocsin import __version__
from tocsin.boot import keys
from tocsin.boot.config import FILE, Config, Role, Server

PORTS: Final = (8080, 8081)
"""Where the listeners bind on loopback when their addresses name no port: a proxy that speaks TLS stands in front."""


def start(role: Role) -> Config:
    """Set Django up in this process and return the configuration. Raises `ConfigError` or `KeyFileRefused`."""
    os.environ["TOCSIN_ROLE"] = role.value
    os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.boot.settings"
    django.setup()
    from django.conf import settings

    config: Config = settings.CONFIG
    return config


def migrate() -> None:
    """Bring the database's tables up to this version, and what its roles may up to the tables.

    Each migration stands whole or not at all, so that what is stopped half-way goes on with the next. One process does
    it at a time; the others wait, and find it done.
    """
    from tocsin.adapters.db import other
    from tocsin.adapters.db.database import DEFAULT
    from tocsin.adapters.db.machine import DbFacts
    from tocsin.services.verify import EDITION

    with other.alone():
        new = not other.applied(DEFAULT)
        call_command("migrate", interactive=False, verbosity=0)
        _grant()
        if new:  # there are no rows that another version wrote
            DbFacts().note(EDITION, edition(), datetime.now(UTC))


def edition() -> str:
    """This version, its newest tables and the shape of its rows: what tells rows that an earlier one wrote."""
    from tocsin.adapters.db import other
    from tocsin.services import verify

    return f"{__version__} {other.newest()} {verify.shape()}"


def _grant() -> None:
    """Grant anew, where front and desk work under roles of their own."""
    from django.conf import settings

    from tocsin.adapters.db import roles

    config: Config = settings.CONFIG
    if not config.database.front:
        return
    name = urlsplit(config.database.reached_by(Role.FRONT)).username or ""
    prefix = name.removesuffix(f"_{roles.FRONT}")
    if prefix != name and roles.standing(prefix):
        roles.grant(prefix)


def waiting() -> tuple[str, ...]:
    """Migrations that the database has not seen yet."""
    from tocsin.adapters.db import other
    from tocsin.adapters.db.database import DEFAULT

    return other.behind(DEFAULT)


def create(directory: Path, data: Path, key_dir: Path, url: str, desk_url: str) -> Path:
    """Make keys and `tocsin.toml` of a new installation; returns the configuration file.

    Raises FileExistsError when there is a configuration file already, ValueError for addresses that cannot be served,
    and KeyFileRefused as `adapters.vault` does.
    """
    file = directory / FILE
    if file.exists():
        raise FileExistsError(f"{file} exists already; this installation was made before")
    server = _server(url, desk_url)
    keys.create(data, key_dir)
    from tocsin.adapters.openpgp import create_key  # not in every process that starts Django

    create_key(key_dir, f"Security advisories <{url}>")
    return _write(directory, data, key_dir, server)


def configure(directory: Path, data: Path, key_dir: Path, url: str, desk_url: str) -> Path:
    """Write `tocsin.toml` for data and keys that are there already; returns the file. ValueError as `create`."""
    return _write(directory, data, key_dir, _server(url, desk_url))


def _server(url: str, desk_url: str) -> Server:
    public, desk = urlsplit(url).port or PORTS[0], urlsplit(desk_url).port or PORTS[1]
    return Server(
        url=url,
        listen=f"127.0.0.1:{public}",
        desk_url=desk_url,
        desk_listen=f"127.0.0.1:{desk if desk != public else desk + 1}",
    )


def _write(directory: Path, data: Path, key_dir: Path, server: Server) -> Path:
    file = directory / FILE
    directory.mkdir(parents=True, exist_ok=True)
    told = {**msgspec.structs.asdict(server), "data": str(data), "keys": str(key_dir)}
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()}
    file.write_text(_TEMPLATE.format(**quoted), encoding="utf-8")
    return file


_TEMPLATE = """\
# tocsin.toml - everything else has a default: docs/reference/settings.md
[server]
url = {url}            # report form and advisories
listen = {listen}
desk_url = {desk_url}  # the desk has an address of its own
desk_listen = {desk_listen}

[storage]
data = {data}
keys = {keys}          # never inside the data directory, never in its backup
"""
