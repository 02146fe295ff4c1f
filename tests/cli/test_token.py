# SPDX-License-Identifier: Apache-2.0
"""Tokens from the terminal: shown once, for one project, ended at once, and nobody else's business."""

from __future__ import annotations

import json

import pytest

from tocsin.delivery.cli.exits import Exit
from tocsin.services import api_tokens

NEW = ("token", "new", "-p", "warehousepg", "--label", "CI")


def test_a_token_is_made_listed_and_ended(shell):
    secret = shell.ok(*NEW, "--scope", "read", "--scope", "write", "--days", "7").strip()
    assert api_tokens.authenticate(shell.home.desk, secret).person == shell.home.dana
    listed = shell.ok("token", "list")
    assert "read write" in listed
    assert secret not in listed
    (told,) = json.loads(shell.ok("token", "list", "--json"))
    assert shell("token", "revoke", told["id"], person="li@example.org").exit_code == Exit.NOT_FOUND
    shell.ok("token", "revoke", told["id"])
    assert api_tokens.authenticate(shell.home.desk, secret) is None
    assert "ended" in shell.ok("token", "list")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--days", "91"), Exit.REFUSED),
        (("--days", "0"), Exit.REFUSED),
        (("--label", " "), Exit.REFUSED),
        (("--label", "x" * 61), Exit.REFUSED),
        (("-p", "nothing"), Exit.NOT_FOUND),
        (("--scope", "everything"), Exit.USAGE),
    ],
)
def test_what_is_unfit_is_refused(shell, words, code):
    assert shell(*NEW, *words).exit_code == code
    assert json.loads(shell.ok("token", "list", "--json")) == []


def test_nobody_has_endless_tokens(shell):
    for _ in range(api_tokens.MOST):
        shell.ok(*NEW)
    assert shell(*NEW).exit_code == Exit.REFUSED


def test_a_token_is_only_for_a_project_that_its_person_reads(shell):
    shell.ok("people", "add", "Eve", "eve@example.org", "--role", "example:owner")
    assert shell(*NEW, person="eve@example.org").exit_code == Exit.NOT_FOUND
