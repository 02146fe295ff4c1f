# SPDX-License-Identifier: Apache-2.0
"""When a case may be disclosed: protocol, policy, limits, parties and neighbours in one answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.case import window
from tocsin.core.case.record_commands import RecordMoment
from tocsin.core.clock import at
from tocsin.services import cases
from tocsin.testing.house import House, house


def answered(home: House, ref: str, **more) -> window.Answer:
    opened = cases.open_case(home.desk, ref, home.desk.people.actor(home.dana, "warehousepg"), "test")
    assert opened
    return window.answer(opened.policy, opened.case, home.desk.now(), **more)


def test_the_policy_frames_and_a_list_narrows() -> None:
    home = house()
    ref = report(home).case
    wide = answered(home, ref)
    assert wide.window.shuts == ("policy-maximum",)
    act(home, ref, RecordMoment(moment="linux-distros-posted"))
    narrow = answered(home, ref)
    assert narrow.window.shuts == ("linux-distros-longest",)
    assert "linux-distros list" in narrow.words("linux-distros-longest")
    assert narrow.window.candidates[0].why.startswith("the first")
    advised = min(narrow.window.candidates, key=lambda each: len(each.breaks))
    assert "weekdays" not in advised.breaks
    assert "hour" not in advised.breaks


def test_what_is_public_has_no_date_but_now() -> None:
    home = house()
    ref = report(home).case
    act(home, ref, cmd.Observe(bit="P", note="a list"))
    found = answered(home, ref)
    assert found.window.shuts == ("public",)
    assert found.window.candidates[-1].at - home.desk.now() <= timedelta(minutes=1)


def test_rules_that_cannot_hold_together_are_named_in_words() -> None:
    home = house()
    ref = report(home).case
    act(home, ref, RecordMoment(moment="linux-distros-posted"))
    late = home.desk.now() + timedelta(days=20)
    found = answered(home, ref, extra=window.typed([f"not before {late:%Y-%m-%dT%H:%MZ}"]))
    assert not found.window.feasible
    assert found.window.conflicts == (("linux-distros-longest", "typed-1"),)
    assert "not before" in found.words("typed-1")


def test_another_embargo_of_the_project_has_its_day() -> None:
    home = house()
    ref = report(home).case
    taken = min(answered(home, ref).window.candidates, key=lambda each: len(each.breaks)).at
    again = min(answered(home, ref, others=[taken]).window.candidates, key=lambda each: len(each.breaks)).at
    assert again.date() != taken.date()


def test_a_typed_rule_says_its_zone() -> None:
    (typed,) = window.typed(["not after 2026-12-08T16:00+01:00"])
    assert typed.allows[0].last == at("2026-12-08 15:00 UTC")
    with pytest.raises(ValueError, match="zone"):
        window.typed(["not after 2026-12-08T16:00"])
