# SPDX-License-Identifier: Apache-2.0
"""What a PostgreSQL says about itself that durability and the wall rest on: asked at start and by `tocsin doctor`.

An acknowledged report survives a power cut only where the server syncs (`fsync`), keeps whole pages
(`full_page_writes`) and lets commits wait (`synchronous_commit`): PostgreSQL's manual, “Reliability and the Write-Ahead
Log”.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.adapters.db.database import DEFAULT, Database

OLDEST: Final = 150_000
"""`server_version_num` of PostgreSQL 15, the oldest that the contract suite is run against."""

_NAMES: Final = ("fsync", "full_page_writes", "synchronous_commit", "server_version_num", "server_encoding")
_ASK: Final = f"SELECT name, setting FROM pg_settings WHERE name IN ({', '.join(['%s'] * len(_NAMES))})"  # noqa: S608
_OWNER: Final = "SELECT pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = to_regclass('tocsin_case')"
_POWERS: Final = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


class Standing(msgspec.Struct, frozen=True):
    """What was found. `weak` are settings under which acknowledged reports can be lost, each with its value; `unfit`
    says what else the server lacks; `walled` is whether row-level security holds for who asks."""

    weak: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    walled: bool = False


def standing(database: Database = DEFAULT) -> Standing:
    """Ask; of SQLite nothing is asked here, whose settings are ours (`configure`)."""
    if database.is_sqlite:
        return Standing()
    found = dict(database.rows(_ASK, _NAMES))
    weak = [f"{name}={found[name]}" for name in ("fsync", "full_page_writes") if found.get(name) != "on"]
    if found.get("synchronous_commit") == "off":
        weak.append("synchronous_commit=off")
    unfit = []
    if int(found["server_version_num"]) < OLDEST:
        unfit.append(f"it is older than PostgreSQL 15 ({found['server_version_num']})")
    if found.get("server_encoding", "UTF8") != "UTF8":
        unfit.append(f"its texts are {found['server_encoding']}, not UTF8")
    owner, powers = database.rows(_OWNER, ()), database.rows(_POWERS, ())
    return Standing(weak=tuple(weak), unfit=tuple(unfit), walled=not any(found for (found,) in (*owner, *powers)))
