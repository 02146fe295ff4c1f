# SPDX-License-Identifier: Apache-2.0
"""Starts Django for one process, and makes a new installation: directories, keys, configuration file, database."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.core.management import call_command

from tocsin.boot import keys
from tocsin.boot.config import FILE, Config, Role


def start(role: Role) -> Config:
    """Set Django up in this process and return the configuration. Raises `ConfigError` or `KeyFileRefused`."""
    os.environ["TOCSIN_ROLE"] = role.value
    os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.boot.settings"
    django.setup()
    from django.conf import settings

    config: Config = settings.CONFIG
    return config


def migrate() -> None:
    """Bring the database's tables up to this version."""
    call_command("migrate", interactive=False, verbosity=0)


def create(directory: Path, data: Path, key_dir: Path, url: str, desk_url: str) -> Path:
    """Make keys and `tocsin.toml` of a new installation; returns the configuration file.

    Raises FileExistsError when there is a configuration file already, and KeyFileRefused as `adapters.vault` does.
    """
    file = directory / FILE
    if file.exists():
        raise FileExistsError(f"{file} exists already; this installation was made before")
    keys.create(data, key_dir)
    directory.mkdir(parents=True, exist_ok=True)
    file.write_text(_TEMPLATE.format(url=url, desk_url=desk_url, listen=_listen(url), desk_listen=_listen(desk_url),
                                     data=data, keys=key_dir), encoding="utf-8")  # fmt: skip
    return file


def _listen(url: str) -> str:
    """Return the loopback address a listener binds to; anything public is reached through a proxy that does TLS."""
    port = url.rsplit(":", 1)[-1] if url.count(":") == 2 else ""
    return f"127.0.0.1:{port.rstrip('/') or '8080'}"


_TEMPLATE = """\
# tocsin.toml - everything else has a default: docs/reference/settings.md
[server]
url = "{url}"            # report form and advisories
listen = "{listen}"
desk_url = "{desk_url}"  # the desk has an address of its own
desk_listen = "{desk_listen}"

[storage]
data = "{data}"
keys = "{keys}"          # never inside the data directory, never in its backup
"""
