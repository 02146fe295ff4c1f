# SPDX-License-Identifier: Apache-2.0
"""Event names are for ever: the golden lists every name that a journal may hold, with its fields."""

from __future__ import annotations

import typing

import msgspec

from tests.support import DATA, golden
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.decide import RULES
from tocsin.core.case.evolve import _CHANGES


def names(union: object) -> dict[str, type]:
    return {str(kind.__struct_config__.tag): kind for kind in typing.get_args(union)}


def test_the_golden_lists_every_event_that_can_stand_in_a_journal():
    lines = [
        f"{name}: {', '.join(field.name for field in msgspec.structs.fields(kind))}"
        for name, kind in sorted(names(ev.Event).items())
    ]
    golden(DATA / "events.txt", "\n".join(lines) + "\n")


def test_event_names_are_subject_and_verb():
    assert [name for name in names(ev.Event) if len(name.split(".")) != 2] == []


def test_every_event_has_a_change_and_every_command_a_rule():
    assert set(_CHANGES) | {ev.ReportReceived} == set(typing.get_args(ev.Event))
    assert set(RULES) == set(typing.get_args(cmd.Command))
