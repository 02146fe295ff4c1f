# SPDX-License-Identifier: Apache-2.0
"""A limit that somebody else sets: a list, a coordinator, a root authority, a law. Each is one data file.

Every clock has its own zero point, a *moment* that is recorded in the case, because "fourteen days" means nothing until
somebody says from when: linux-distros counts from the posting, the kernel team from a robust fix, the law from becoming
aware. The files state what their source says and when it was read; nothing here is a legal verdict.
"""

from __future__ import annotations

import re
from datetime import date, time
from enum import StrEnum
from typing import Final, Literal

from tocsin.core.clock import Duration
from tocsin.core.vocabulary import Value

MOMENT: Final = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")


class Kind(StrEnum):
    """What a clock asks for once its zero point is known."""

    DISCLOSE_BY = "disclose-by"
    DISCLOSE_AFTER = "disclose-after"
    ACT_BY = "act-by"


class Applies(StrEnum):
    """When a limit binds a case: once somebody records its moment, or because the project's policy names it."""

    MOMENT = "moment"
    POLICY = "policy"


class Clock(Value):
    """One clock of a limit.

    `zero` is the moment it starts from; `needs` another that must be on record too; `kept_by` the moment that ends an
    `act-by` clock. `must` tells a rule from a recommendation. `cite` is the section of the source.
    """

    name: str
    title: str
    kind: Kind
    zero: str
    within: Duration
    must: bool = True
    needs: str = ""
    kept_by: str = ""
    cite: str = ""
    asks: tuple[str, ...] = ()


class Limit(Value):
    """One source of clocks. `weekdays` (0 = Monday) and `hour` are wishes about the day, in UTC.

    `days_in` says whose calendar its days follow: `UTC`, or `project` for the zone of the policy. `since` is the first
    zero point it binds. `setting` is what a project must state before it applies, shown where it does not.
    """

    name: str
    title: str
    source: str
    read_on: date
    applies: Applies
    clock: tuple[Clock, ...]
    version: str = ""
    note: str = ""
    days_in: Literal["UTC", "project"] = "UTC"
    since: date | None = None
    weekdays: tuple[int, ...] = ()
    hour: time | None = None

    @property
    def moments(self) -> frozenset[str]:
        """The moments whose recording this limit understands."""
        named = {each for clock in self.clock for each in (clock.zero, clock.needs, clock.kept_by)}
        return frozenset(named - {""})
