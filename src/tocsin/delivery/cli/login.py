# SPDX-License-Identifier: Apache-2.0
"""What `tocsin auth login` keeps: the address of an installation elsewhere and a token for it, for this user alone.

One file in the user's configuration directory (XDG Base Directory), readable by nobody else. It counts where neither a
flag nor the environment names an installation and none is configured on this machine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

_FILE: Final = "login.json"
_CONFIGURATION: Final = "tocsin.toml"


class Login(msgspec.Struct, frozen=True):
    """An address, and the token that speaks there."""

    url: str
    token: str


def place(environment: Mapping[str, str] = os.environ) -> Path:
    """Where it is kept."""
    home = environment.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "tocsin" / _FILE


def read() -> Login | None:
    """Return what is kept; None for nothing, and for what is no login."""
    try:
        return msgspec.json.decode(place().read_bytes(), type=Login)
    except (OSError, RuntimeError, msgspec.MsgspecError):
        return None


def keep(login: Login) -> Path:
    """Keep it in place of any before; raises OSError. Nobody but its user can read it, from the first byte on."""
    path = place()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{_FILE}.part")
    unfinished.unlink(missing_ok=True)
    opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(msgspec.json.encode(login))
    unfinished.replace(path)
    return path


def forget() -> bool:
    """Forget it; False where there was nothing."""
    try:
        place().unlink()
    except FileNotFoundError:
        return False
    return True


def counts(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether a login decides where commands go: nothing nearer configures an installation of this machine."""
    nearer = (Path(_CONFIGURATION), place(environment).with_name(_CONFIGURATION))
    return not environment.get("TOCSIN_CONFIG") and not any(each.is_file() for each in nearer)
