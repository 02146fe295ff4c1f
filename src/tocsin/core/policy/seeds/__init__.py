# SPDX-License-Identifier: Apache-2.0
"""The two policies that come with the product, and what `extends` finds without an installation.

They are package data, read as modules are: part of the program, never of the machine it runs on. `examples/policies`
links to the same files.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

NAMES: Final = ("community", "warehousepg")
"""`community` is the generic Security Release Process, `warehousepg` that of WarehousePG."""

_ALIASES: Final = {"community-template": "community"}


@lru_cache(maxsize=4)
def seed(name: str) -> str | None:
    """Return the text of a policy that comes with the product, or None when there is none of that name."""
    known = _ALIASES.get(name, name)
    return files(__package__).joinpath(f"{known}.toml").read_text("utf-8") if known in NAMES else None
