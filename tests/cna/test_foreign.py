# SPDX-License-Identifier: Apache-2.0
"""Somebody else's edit of our record is noticed at the next look, told, and never written over."""

from __future__ import annotations

import copy
from datetime import timedelta

from tests.cna.test_publishing import ready_with_id
from tests.publication.places import order, run
from tocsin.services import cve_watch
from tocsin.testing.doubles import Fault


def published(place) -> None:
    order(place.home, ready_with_id(place))
    run(place.home, 2)
    assert cve_watch.look(place.home.desk) == 0, "what we wrote ourselves is no foreign edit"


def alarms(place) -> list[tuple[str, str]]:
    found = place.home.desk.machine.alarms.since(place.home.clock() - timedelta(days=1), 50)
    return [(each.kind, each.place) for each in found]


def edit(place, **changes) -> None:
    record = place.service.records["CVE-2026-0001"]
    place.home.clock.advance(timedelta(minutes=3))
    record["containers"]["cna"] |= changes
    record["cveMetadata"]["dateUpdated"] = f"{place.home.clock():%Y-%m-%dT%H:%M:%S}.000Z"


def test_a_foreign_edit_is_noticed_at_the_next_look_and_left_as_it_is(place):
    published(place)
    edit(place, title="Nothing to see here")
    theirs = copy.deepcopy(place.service.records)
    place.home.clock.advance(cve_watch.EVERY)
    assert cve_watch.look(place.home.desk) == 1
    assert alarms(place) == [(cve_watch.FOREIGN_EDIT, "CVE-2026-0001")]
    assert place.service.records == theirs
    assert timedelta(minutes=15) >= cve_watch.EVERY


def test_a_look_that_failed_misses_nothing(place):
    published(place)
    edit(place, title="Nothing to see here")
    with place.service.failing(Fault.BROKEN):
        assert cve_watch.look(place.home.desk) == 0
    place.home.clock.advance(timedelta(hours=3))
    assert cve_watch.look(place.home.desk) == 1


def test_our_own_revision_is_no_foreign_edit(place):
    published(place)
    place.home.clock.advance(timedelta(minutes=12))
    assert cve_watch.look(place.home.desk) == 0
    assert alarms(place) == []
    assert place.service.wrong == []
