# SPDX-License-Identifier: Apache-2.0
"""`tocsin versions` answers in one word."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tocsin.delivery.cli import cli
from tocsin.delivery.cli.exits import Exit


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["versions", *words])
    return done.exit_code, done.output.strip()


@pytest.mark.parametrize(
    ("scheme", "first", "second", "answer"),
    [("semver", "1.0.0-rc.1", "1.0.0", "<"), ("deb", "1:0.5", "2.0", ">"), ("PostgreSQL", "16", "16.0", "=")],
)
def test_compare_prints_the_sign(scheme: str, first: str, second: str, answer: str) -> None:
    assert run("compare", scheme, first, second) == (0, answer)


@pytest.mark.parametrize(
    ("scheme", "written", "version", "answer"),
    [
        ("npm", "^1.2.3", "1.9.0", "yes"),
        ("generic", ">= 7.4.0, < 7.4.2", "7.4.2", "no"),
        ("debian", "vers:deb/>=1.0|<2.0", "1:1.5", "no"),
        ("semver", "vers:all/*", "0.0.1", "yes"),
    ],
)
def test_contains_prints_yes_or_no(scheme: str, written: str, version: str, answer: str) -> None:
    assert run("contains", scheme, written, version) == (0, answer)


def test_what_cannot_be_answered_is_a_finding_and_an_unknown_scheme_a_slip() -> None:
    assert run("compare", "git", "abcdef1", "abcdef2")[0] == Exit.FINDINGS
    assert run("contains", "semver", "vers:deb/1", "1")[0] == Exit.FINDINGS
    code, said = run("contains", "semver", "nonsense", "1")
    assert (code, "class" in said) == (Exit.FINDINGS, False), said
    assert run("compare", "roman", "I", "V")[0] == Exit.USAGE
