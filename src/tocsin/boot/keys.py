# SPDX-License-Identifier: Apache-2.0
"""Makes and finds the keys of an installation. What each key opens is told in `adapters.vault`."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from tocsin.adapters.vault import KeyFileRefused, create_instance_keys
from tocsin.adapters.vault.durable import create_file
from tocsin.adapters.vault.keyfiles import INSTANCE_FILE

DESK_FILE: Final = "desk.secret"

_RING: Final = frozenset({".kek", ".logkey"})
_SMALL: Final = 64 * 1024


def create(data_dir: Path, key_dir: Path) -> Path:
    """Make every key of a new installation; returns the file of the key-encryption key."""
    key_file = create_instance_keys(data_dir, key_dir)
    secret = key_dir / DESK_FILE
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    return key_file


def look_for(data_dir: Path) -> None:
    """Raise KeyFileRefused where no installation has its data in this directory."""
    if not (data_dir / INSTANCE_FILE).is_file():
        raise _nowhere(f"{data_dir} holds no {INSTANCE_FILE}")


def _nowhere(seen: str) -> KeyFileRefused:
    return KeyFileRefused(
        f"no installation is found: {seen}. Name its tocsin.toml in TOCSIN_CONFIG, make one with “tocsin init”, or try "
        "“tocsin demo”"
    )


def key_file(key_dir: Path) -> Path:
    """Return the one key-encryption key in a key directory. Raises KeyFileRefused when there is none, or several."""
    found = sorted(key_dir.glob("*.kek"))
    if not found:
        raise _nowhere(f"{key_dir} holds no key file (*.kek)")
    if len(found) > 1:
        raise KeyFileRefused(f"{key_dir} holds {len(found)} key files (*.kek) instead of one")
    return found[0]


def desk_secret(key_dir: Path) -> str:
    """Read the secret that signs the desk's cookies and forms: a credential of the service manager, else the file among
    the keys. Raises KeyFileRefused where it is missing or open."""
    given = Path(os.environ.get("CREDENTIALS_DIRECTORY", os.devnull)) / DESK_FILE
    if given.is_file():
        return given.read_text(encoding="ascii").strip()
    path = key_dir / DESK_FILE
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyFileRefused(f"{path} can be read or written by others; run: chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise KeyFileRefused(f"{path} cannot be read: {error.strerror}; run “tocsin init”") from None


def other_files(key_dir: Path) -> dict[str, bytes]:
    """The small files beside the keys that an installation needs as well, by name, for the recovery kit."""
    found = (path for path in key_dir.iterdir() if path.is_file() and path.suffix not in _RING)
    return {path.name: path.read_bytes() for path in found if path.stat().st_size <= _SMALL}


def write_files(key_dir: Path, files: dict[str, bytes]) -> None:
    """Write such files into a key directory; raises FileExistsError rather than touch one that is there."""
    for name, content in files.items():
        create_file(key_dir / Path(name).name, content)
