# SPDX-License-Identifier: Apache-2.0
"""The radar from the terminal: over the installation's cases, with an act, and over what is typed."""

from __future__ import annotations

import json

from tests.core.test_radar import FIX, log
from tests.desk import story
from tests.services.acts import PROJECT, report
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Role
from tocsin.delivery.cli.exits import Exit
from tocsin.testing.house import House


def patched(home: House) -> str:
    """An accepted case in which the fix lies as a file."""
    given = Report(
        title="Overrun",
        reproduce="Call it.",
        version="7.3.1",
        attachments=(story.file(home, "fix.patch", FIX.encode()),),
    )
    ref = report(home, PROJECT, given).case
    story.accepted(home, ref)
    return ref


def test_a_public_fix_is_seen_and_acting_on_it_records_the_case_as_public(shell, tmp_path):
    case = patched(shell.home)
    public = tmp_path / "log.txt"
    public.write_text(log(FIX, "Refactor"), encoding="utf-8")
    seen = shell("radar", "scan", str(public), "--json")
    assert seen.exit_code == Exit.FINDINGS, seen.output
    (hit,) = json.loads(seen.stdout)
    assert (hit["case"], hit["strength"]) == (case, "same")
    done = shell("radar", "scan", str(public), "--act", "--where", "example.org/widget.git")
    assert "its embargo is over" in done.stderr
    assert shell("radar", "scan", str(public)).exit_code == Exit.OK, "what is public is not watched any more"


def test_a_reference_in_a_public_text_is_seen_and_nothing_is_decided(shell):
    case = patched(shell.home)
    seen = shell("radar", "scan", "--act", "-", given=f"Fixes {case.lower()}")
    assert seen.exit_code == Exit.FINDINGS
    assert "word" in seen.stdout
    assert "embargo is over" not in seen.stderr


def test_without_an_installation_what_is_typed_is_watched(shell, tmp_path):
    patch = tmp_path / "fix.diff"
    patch.write_text(FIX, encoding="utf-8")
    seen = shell(
        "radar", "scan", "--patch", f"heron={patch}", "--word", "heron=tin-kettle", "-", given=log(FIX, "tin-kettle")
    )
    assert seen.exit_code == Exit.FINDINGS
    assert [line.split()[1] for line in seen.stdout.splitlines()[1:]] == ["same", "word"]
    assert shell("radar", "scan", "--word", "heron", "-", given="x").exit_code == Exit.USAGE
    assert shell("radar", "scan", "--word", "heron=tin-kettle", "-", given="x").exit_code == Exit.OK


def test_another_projects_cases_are_not_watched_for_somebody(shell):
    case = patched(shell.home)
    shell.home.desk.people.add("Sam", "sam@example.org", {"example": frozenset({Role.OWNER})})
    assert shell("radar", "scan", "-", given=case, person="sam@example.org").exit_code == Exit.OK
