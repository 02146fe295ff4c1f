# SPDX-License-Identifier: Apache-2.0
"""What a terminal and a spreadsheet get of words that mean harm: no control byte, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.campaign.hostile import TEXTS
from tests.cli.conftest import Shell, shell
from tests.desk import story
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Audience
from tocsin.services.queries import metrics

__all__ = ["shell"]

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
WORDS = [each for each in TEXTS if len(each) < 1000 and each.strip()]


@pytest.fixture
def filled(shell: Shell) -> list[str]:
    """A case for each text, which stands in every field and in a message."""
    refs = []
    for words in WORDS:
        title = words[:300]
        ref = story.report(shell.home, Report(title=title, reproduce=words, version=words, effects=words))
        story.act(shell.home, ref, cmd.Say(audience=Audience.TEAM, text=words))
        refs.append(ref)
    return refs


def test_no_command_prints_a_control_byte_of_a_stranger(shell: Shell, filled: list[str]) -> None:
    printed = shell.ok("inbox") + "".join(shell.ok("case", "view", ref) for ref in filled)
    assert CONTROLS.findall(printed) == []
    assert "<script>alert(1)</script>" in printed


def test_what_a_spreadsheet_opens_holds_no_formula(shell: Shell, filled: list[str]) -> None:
    told = metrics.as_csv(metrics.of_person(shell.home.desk, shell.home.dana))
    cells = [cell for row in csv.reader(io.StringIO(told)) for cell in row]
    assert cells
    assert [cell for cell in cells if cell[:1] in "=+@\t\r-" and cell[:1] and not _number(cell)] == []


def test_control_the_search_finds_a_control_byte() -> None:
    assert CONTROLS.findall("a\x1b[2J\u202e")


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
