# SPDX-License-Identifier: Apache-2.0
"""What somebody keeps for themselves alone, as it travels: cases that they put aside for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from tocsin.core.wire import Wire


class Snooze(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days a case is to be out of the caller's sight by the installation's clock, or until when: a month
    ahead at most."""

    days: Annotated[int, msgspec.Meta(ge=1, le=31)] = 3
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Snoozed(Wire):
    """A case that the caller put aside. It `sleeps` until then, unless anything new happens in it or a promise comes
    due within a day: then it stands in their lists again. Nobody else sees any of this."""

    case: str
    until: datetime
    sleeps: bool
