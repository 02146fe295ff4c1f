# SPDX-License-Identifier: Apache-2.0
"""Time as promises count it: durations people write, calendars projects keep, instants with a zone.

Nothing here asks what time it is; every instant comes in as an argument. What a duration is promised for is the
policy's affair.
"""

from tocsin.core.clock.calendar import Calendar, Closure, Due
from tocsin.core.clock.duration import Duration, Unit
from tocsin.core.clock.instants import at, show, show_day

__all__ = ["Calendar", "Closure", "Due", "Duration", "Unit", "at", "show", "show_day"]
