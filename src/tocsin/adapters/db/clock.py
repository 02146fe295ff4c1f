# SPDX-License-Identifier: Apache-2.0
"""The clock of the machine that the database runs on: the one that all machines of an installation share."""

from __future__ import annotations

from datetime import datetime

from tocsin.adapters.db.database import DEFAULT, Database, instant


def clock(database: Database = DEFAULT) -> datetime | None:
    """What the database's clock says now; None for one file, which machines do not share. Raises `Unavailable`."""
    if database.is_sqlite:
        return None
    ((at,),) = database.rows("SELECT clock_timestamp()", ())
    return instant(at)
