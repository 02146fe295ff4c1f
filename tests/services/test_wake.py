# SPDX-License-Identifier: Apache-2.0
"""The clock looks at a case when there is something to say, and rests afterwards."""

from __future__ import annotations

from datetime import timedelta

from tests.services import acts
from tocsin.services import worker
from tocsin.testing.house import house


def test_a_clock_that_looks_late_tells_the_latest_share_once_and_rests() -> None:
    place = house()
    acts.report(place)
    place.clock.advance(timedelta(days=10))
    assert worker.run_once(place.desk).ticks == 1
    told = [notice.what for notice in place.told.notices]
    assert worker.run_once(place.desk).ticks == 0, "the shares before the told one are past, not to be told"
    assert [notice.what for notice in place.told.notices] == told


def test_a_clock_that_looks_in_time_tells_every_share() -> None:
    place = house()
    acts.report(place)
    ticks = 0
    for _ in range(10 * 24):
        place.clock.advance(timedelta(hours=1))
        ticks += worker.run_once(place.desk).ticks
    assert ticks == 4, "50 %, 80 %, 100 % and 150 % of three business days"
    assert not place.desk.inbox.to_wake(place.clock(), 10)
