# SPDX-License-Identifier: Apache-2.0
"""Other spellings lead to the one command there is, and a noun alone lists."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from tocsin.boot.main import cli
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


@pytest.mark.parametrize("shell_name", ["zsh", "fish", "bash"])
def test_a_shell_is_given_what_it_completes_with(shell_name: str) -> None:
    told = CliRunner().invoke(cli, ["completion", shell_name])
    assert told.exit_code == 0
    assert "_TOCSIN_COMPLETE" in told.output
    assert CliRunner().invoke(cli, ["completion", "tcsh"]).exit_code == 2
