# SPDX-License-Identifier: Apache-2.0
"""Targets of one publication that are worked on at the same time write to the same case: who is kept out by that waits
seconds, and asks nobody outside again for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.publication.places import order, places, run, served, states
from tests.services.acts import ready, report
from tocsin.services import cases, worker
from tocsin.services.ports.store import Change, Conflict
from tocsin.testing.house import house


@dataclass
class Crowded:
    """A journal to which somebody else writes first, so many times."""

    inner: Any
    others: int = 0

    def commit(self, change: Change) -> None:
        if self.others:
            self.others -= 1
            raise Conflict
        self.inner.commit(change)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def begun():
    """A publication whose next target is CVE Services, in a case that others may write to."""
    home = house()
    outside = places(home)
    crowd = Crowded(home.desk.journal)
    home = served(home, outside)
    home = replace(home, desk=replace(home.desk, journal=crowd))
    ref = report(home).case
    ready(home, ref)
    order(home, ref)
    return home, ref, outside, crowd


def test_who_was_kept_out_before_asking_anybody_tries_again_within_seconds():
    home, ref, outside, crowd = begun()
    run_site(home, ref)
    crowd.others = cases.ATTEMPTS
    worker.run_once(home.desk)
    assert crowd.others == 0
    while not worker.run_once(home.desk).idle:
        pass
    assert "planned" in states(home, ref).values()
    home.clock.advance(timedelta(seconds=2))
    run(home)
    assert states(home, ref)["chat"] == "readable"
    assert all(sum(each.writes.values()) == 1 for each in outside.values())


def run_site(home, ref) -> None:
    """The worker's turns until the page is out."""
    while states(home, ref)["site"] != "readable":
        assert not worker.run_once(home.desk).idle


@pytest.mark.parametrize("others", [cases.ATTEMPTS, 4 * cases.ATTEMPTS])
def test_a_result_that_others_keep_out_is_written_without_asking_the_target_again(others):
    home, ref, outside, crowd = begun()

    def crowded(what: str) -> None:
        if what == "after":
            crowd.others = others

    outside["cve"].fails = crowded
    run(home)
    assert states(home, ref)["chat"] == "readable"
    assert [what for what, _ in outside["cve"].turned_to] == ["find", "act", "after", "read"]
