# SPDX-License-Identifier: Apache-2.0
"""The checks that come with the product: every TOML file in this folder is one, and nothing else has to be changed.

`sql` is a read-only query of one text column; each row is one thing that is wrong. `needs` names catalogue relations
without which the question cannot be asked there (older servers, missing rights), and then it is told as not asked.
`topic` is the part of the policy's posture statement that the check carries out.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec


class Topic(StrEnum):
    """What operators have to configure, in the words of the seeds' posture statement (S69)."""

    SETTINGS = "settings"
    ROLES = "role based access control"
    AUTHENTICATION = "authentication"
    RESOURCES = "resource limits"


class Weight(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check. `since` and `until` are PostgreSQL's version number of the server (90426, 150004), 0 for any."""

    id: str
    title: str
    topic: Topic
    weight: Weight
    why: str
    remedy: str
    sql: str
    needs: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    source: str = ""

    def fits(self, server: int) -> bool:
        """Whether the check is meant for a server of this version number."""
        return self.since <= server and (not self.until or server < self.until)


_SUFFIX: Final = ".toml"


@lru_cache(maxsize=1)
def checks() -> tuple[Check, ...]:
    """Every check, by topic and id."""
    found = [
        msgspec.convert(tomllib.loads(each.read_text("utf-8")), Check)
        for each in files(__package__).iterdir()
        if each.name.endswith(_SUFFIX)
    ]
    order = list(Topic)
    return tuple(sorted(found, key=lambda each: (order.index(each.topic), each.id)))
