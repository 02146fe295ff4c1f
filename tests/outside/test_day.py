# SPDX-License-Identifier: Apache-2.0
"""Each service outside fails in each way for a day: intake and desk never notice, it is tried once a minute at most,
and what waited is through within a quarter of an hour of its return. Lists of known and likely attacks are not among
them: they come from files, and nothing is asked of a network for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from tests.outside.neighbours import NEIGHBOURS, Neighbour
from tests.services import acts
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience
from tocsin.services import cve_watch
from tocsin.services.hooks import deliveries
from tocsin.services.mail import fetching
from tocsin.testing.doubles import Fault

carry = import_module("tocsin.services.publishing.carry")  # a function of that name stands before the module

FINE = timedelta(seconds=20)
"""Between two looks of the worker in the first hour and after the return, so that a try too many is seen."""

COARSE = timedelta(minutes=10)
HOUR, DAY, RETURN = timedelta(hours=1), timedelta(days=1), timedelta(minutes=15)

ACCEPTED = {("webhook", Fault.GARBAGE)}
"""What is no failure: whatever a receiver says after 200 is its own matter."""


def days() -> list[tuple[str, Fault]]:
    return [(name, fault) for name in NEIGHBOURS for fault in Fault if (name, fault) not in ACCEPTED]


def live(neighbour: Neighbour, span: timedelta, step: timedelta) -> None:
    """Let time pass, and the worker work."""
    until = neighbour.home.clock() + span
    while neighbour.home.clock() < until:
        neighbour.turn()
        neighbour.home.clock.advance(step)
    neighbour.turn()


def away(neighbour: Neighbour, fault: Fault, middle: timedelta = DAY - HOUR) -> None:
    """Fail for a day, in which people go on working."""
    neighbour.fault = fault
    live(neighbour, HOUR, FINE)
    work(neighbour)
    live(neighbour, middle, COARSE)


def work(neighbour: Neighbour) -> None:
    """A report is taken and answered while the service is away; nobody asks it anything for that."""
    asked = len(neighbour.tries)
    ref = acts.report(neighbour.home).case
    acts.act(neighbour.home, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you. We are on it."))
    assert len(neighbour.tries) == asked


def back(neighbour: Neighbour) -> None:
    """It works again; where only a person can know what became of the last try, they look."""
    neighbour.fault = None
    neighbour.person()
    live(neighbour, RETURN, FINE)


def too_often(tries: list[datetime]) -> list[datetime]:
    """Tries that came less than a minute after the one before."""
    return [after for before, after in pairwise(tries) if after - before < timedelta(minutes=1)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fault"), days())
def test_a_day_of_any_fault_is_nobody_elses_trouble(name: str, fault: Fault, tmp_path: Path) -> None:
    neighbour = NEIGHBOURS[name](tmp_path)
    away(neighbour, fault)
    assert neighbour.tries, "it was never tried"
    assert not neighbour.through(), "the fault did nothing"
    assert not too_often(neighbour.tries)
    back(neighbour)
    assert neighbour.through()


@pytest.mark.parametrize(
    ("name", "where", "what"),
    [
        ("cve_record", carry, {"FIRST_TRY": timedelta(seconds=20)}),
        ("webhook", deliveries, {"LEAST": timedelta(seconds=20)}),
        ("mailbox", fetching, {"LEAST": timedelta(seconds=20)}),
        ("cve_watch", cve_watch, {"EVERY": timedelta(seconds=20)}),
    ],
)
def test_control_who_tries_all_the_time_is_caught(
    name: str, where: object, what: dict[str, timedelta], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each, value in what.items():
        monkeypatch.setattr(where, each, value)
    neighbour = NEIGHBOURS[name](tmp_path)
    away(neighbour, Fault.BROKEN, timedelta(0))
    assert too_often(neighbour.tries)


@pytest.mark.parametrize(
    ("name", "where", "longest"),
    [
        ("cve_record", carry, "LONGEST"),
        ("webhook", deliveries, "MOST"),
        ("mailbox", fetching, "MOST"),
        ("cve_watch", cve_watch, "EVERY"),
    ],
)
def test_control_who_waits_too_long_is_caught(
    name: str, where: object, longest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, longest, timedelta(hours=12))
    if longest != "EVERY":
        monkeypatch.setattr(where, "FIRST_TRY" if where is carry else "LEAST", timedelta(hours=6))
    neighbour = NEIGHBOURS[name](tmp_path)
    away(neighbour, Fault.BROKEN)
    back(neighbour)
    assert not neighbour.through()
