# SPDX-License-Identifier: Apache-2.0
"""Other spellings lead to the one command there is, and a noun alone lists."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner

from tocsin.boot.main import cli
from tocsin.delivery.cli import SECTIONS
from tocsin.delivery.cli.spelled import ALSO


def found(words: tuple[str, ...]) -> click.Command | None:
    command: click.Command | None = cli
    for word in words:
        assert isinstance(command, click.Group), words
        command = command.get_command(click.Context(command), word)
    return command


@pytest.mark.parametrize("spelled", ALSO, ids=" ".join)
def test_a_spelling_is_no_command_of_its_own_and_leads_to_one(spelled: tuple[str, str]) -> None:
    noun = cli.get_command(click.Context(cli), spelled[0])
    if isinstance(noun, click.Group):
        assert noun.get_command(click.Context(noun), spelled[1]) is None
    target = found(ALSO[spelled])
    assert target is not None
    one, other = (CliRunner().invoke(cli, [*words, "--help"]) for words in (spelled, ALSO[spelled]))
    assert (one.exit_code, one.output) == (0, other.output)


def test_a_security_md_is_imported_under_either_name(tmp_path) -> None:
    (tmp_path / "SECURITY.md").write_text("# Reporting\n\nWrite to security@example.org. We answer within 3 days.\n")
    asked = ("project import-security-md", "policy import")
    one, other = (CliRunner().invoke(cli, [*words.split(), str(tmp_path / "SECURITY.md")]) for words in asked)
    assert one.exit_code == 0
    assert "security@example.org" in one.output
    assert one.output == other.output


def test_a_noun_alone_lists_and_one_that_needs_a_case_or_has_no_list_says_how(shell) -> None:
    for noun in ("case", "people", "token"):
        assert shell.ok(noun) == shell.ok(noun, "list")
    assert shell.ok("case", "--json") == shell.ok("case", "list", "--json")
    for noun in ("branch", "cvss"):
        assert "Usage: tocsin" in CliRunner().invoke(cli, [noun], prog_name="tocsin").output
    assert "Commands:" in CliRunner().invoke(cli, ["case", "--help"]).output


def test_help_lists_every_command_once_in_a_section_that_names_none_but_those_there_are() -> None:
    told = CliRunner().invoke(cli, ["--help"]).output
    listed = re.findall(r"^  (\S+)  ", told[told.index(next(iter(SECTIONS))) :], re.MULTILINE)
    assert sorted(listed) == sorted(cli.list_commands(click.Context(cli)))
    assert {name for names in SECTIONS.values() for name in names} <= set(listed)
