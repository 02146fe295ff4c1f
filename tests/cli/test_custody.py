# SPDX-License-Identifier: Apache-2.0
"""Break-glass and shredding from the terminal, and who is made an administrator there."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Shell
from tests.desk import story
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import RejectionClass
from tocsin.delivery.cli.exits import Exit
from tocsin.services import worker

REASON = "Nobody of the team answers any more."
ADA = "ada@example.org"


@pytest.fixture
def ada(shell: Shell) -> str:
    shell.ok("people", "add", "Ada", ADA)
    assert "is now an administrator" in shell.ok("people", "administrator", ADA)
    return ADA


def test_an_administrator_reads_one_case_by_break_glass_and_no_other(shell: Shell, ada: str) -> None:
    ref, other = story.report(shell.home), story.report(shell.home)
    assert shell("case", "view", ref, person=ada).exit_code == Exit.NOT_FOUND
    asked = shell("case", "break-glass", ref, "--reason", REASON, person=ada)
    assert (asked.exit_code, "takes two people" in asked.stderr) == (Exit.REFUSED, True)
    assert ref in shell.ok("case", "break-glass", person=ada)
    digest = shell.ok("case", "approve", ref, person="li@example.org").split()[0]
    shell.ok("case", "approve", ref, "--digest", digest, person="li@example.org")
    assert story.PLPERL.title in shell.ok("case", "view", ref, person=ada)
    assert shell("case", "view", other, person=ada).exit_code == Exit.NOT_FOUND
    assert "reads until" in shell.ok("case", "break-glass", person=ada)


def test_another_administrator_agrees_by_the_digest(shell: Shell, ada: str) -> None:
    ref = story.report(shell.home)
    shell.ok("people", "add", "Eve", "eve@example.org")
    shell.ok("people", "administrator", "eve@example.org")
    shell("case", "break-glass", ref, "--reason", REASON, person=ada)
    line = shell.ok("case", "break-glass", person="eve@example.org").splitlines()[1]
    digest = next(word for word in line.split() if len(word) == 64)
    shell.ok("case", "break-glass", ref, "--agree", digest, person="eve@example.org")
    assert shell("case", "view", ref, person="eve@example.org").exit_code == Exit.NOT_FOUND
    shell.ok("case", "view", ref, person=ada)
    shell.ok("people", "administrator", ADA, "--end")
    assert shell("case", "view", ref, person=ada).exit_code == Exit.NOT_FOUND


def test_a_case_is_shredded_by_two_and_listed_by_its_name_alone(shell: Shell) -> None:
    ref = story.report(shell.home)
    open_ = shell("case", "shred", ref, "--reason", REASON)
    assert (open_.exit_code, "Close it first" in open_.stderr) == (Exit.REFUSED, True)
    story.answered(shell.home, ref)
    story.act(shell.home, ref, cmd.Reject(rejection=RejectionClass.UNSAFE_DEFAULT, reason=story.REASON))
    story.act(shell.home, ref, cmd.Close(outcome="rejected"))
    shell.together(ref, "case", "shred", ref, "--reason", REASON)
    while not worker.run_once(shell.home.desk).idle:
        pass
    assert shell("case", "view", ref).exit_code == Exit.NOT_FOUND
    listed = shell.ok("case", "shredded")
    assert ref in listed
    assert "Dana and Li" in listed
    assert story.PLPERL.title not in listed
