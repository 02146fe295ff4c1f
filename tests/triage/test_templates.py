# SPDX-License-Identifier: Apache-2.0
"""Answers start from words bound to a clause, and never go out untouched."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Shell
from tests.services.acts import PROJECT, report
from tocsin.core.case import commands as cmd
from tocsin.core.case import templates
from tocsin.core.vocabulary import Refused, RejectionClass
from tocsin.services import cases
from tocsin.testing.house import House, house


@pytest.fixture
def made() -> House:
    return house()


def opened(made: House) -> cases.Opened:
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor
    found = cases.open_case(made.desk, report(made).case, actor, "case.read")
    assert found
    return found


def test_every_class_has_a_template_with_a_blank_that_only_a_reader_can_fill(made: House) -> None:
    found = opened(made)
    every = templates.templates(found.policy, found.case)
    assert {each.name for each in every} == set(templates.NAMES) >= {each.value for each in RejectionClass}
    assert all(each.blanks for each in every)
    assert all("somebody else then looks" in each.text for each in every if each.name in set(RejectionClass))


@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_that_nobody_touched_is_not_sent_nor_one_with_a_blank_left(made: House, name: str) -> None:
    found = opened(made)
    start = templates.template(found.policy, found.case, name)
    assert start
    assert isinstance(templates.untouched(start, start.text), Refused)
    assert isinstance(templates.untouched(start, f"Thank you.\n{start.text}  "), Refused)
    filled = re.sub(r"\[[^\]]+\]", "the decoder of demo_ext", start.text)
    assert templates.untouched(start, filled) is None


@pytest.mark.parametrize("name", [each.value for each in RejectionClass])
def test_no_door_sends_a_rejection_whose_words_nobody_touched_whatever_class_it_says(made: House, name: str) -> None:
    found = opened(made)
    start = templates.template(found.policy, found.case, name)
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert start
    assert actor
    for rejection in RejectionClass:
        raw = cases.handle(made.desk, found.case.ref, cmd.Reject(rejection=rejection, reason=start.text), actor)
        assert isinstance(raw, Refused)
        assert raw.code == "untouched"
    filled = re.sub(r"\[[^\]]+\]", "the decoder of demo_ext", start.text)
    done = cases.handle(made.desk, found.case.ref, cmd.Reject(rejection=RejectionClass(name), reason=filled), actor)
    assert not isinstance(done, Refused)


def test_the_terminal_prints_refuses_and_sends(made: House) -> None:
    shell, ref = Shell(made), opened(made).case.ref
    start = shell.ok("case", "answer", ref, "--template", "not-reproducible").strip()
    assert "7.3.1" in start
    held = shell("case", "answer", ref, "--template", "not-reproducible", "--text", start)
    assert held.exit_code != 0
    filled = re.sub(r"\[[^\]]+\]", "no other setting changed", start)
    assert "rejected" in shell.ok("case", "answer", ref, "--template", "not-reproducible", "--text", filled)
    plan = "We reproduce it on 7.3.1, read the decoder, and write to you by Friday."
    other = opened(made).case.ref
    assert "sent" in shell.ok("case", "answer", other, "--template", "plan", "--text", plan)
