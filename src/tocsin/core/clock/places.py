# SPDX-License-Identifier: Apache-2.0
"""The name of a time zone from what people write: `Asia/Tokyo`, `tokyo`, `New York`.

Source: the IANA time zone database, as the standard library reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

LONGEST: Final = 60
"""Characters of a name; every one of the database is shorter."""


def place(text: str) -> str:
    """Return the zone that is meant: by its name, in any case, or by its city where only one zone has it; "" else."""
    if len(text) > LONGEST:
        return ""
    return _names().get("_".join(text.split()).casefold(), "")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    everything = [each for each in sorted(available_timezones()) if not each.startswith(("posix/", "right/", "Etc/"))]
    for name in everything:
        area, _, city = name.rpartition("/")
        if not area:
            continue
        key = city.casefold()
        if key in found:
            twice.add(key)
        found[key] = name
    cities = {key: name for key, name in found.items() if key not in twice}
    return cities | {each.casefold(): each for each in everything}
