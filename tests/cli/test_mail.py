# SPDX-License-Identifier: Apache-2.0
"""Mail from the terminal: fed from files, listed, shown, placed."""

from __future__ import annotations

import json

import pytest

from tests.mail import post
from tocsin.adapters.channels.mail import boxes
from tocsin.delivery.cli.exits import Exit


@pytest.fixture(autouse=True)
def _files(monkeypatch):
    """What boot gives the command besides: a reader of files."""
    from pathlib import Path

    from tests.cli.conftest import Installation

    monkeypatch.setattr(Installation, "messages", staticmethod(lambda name: boxes.messages(Path(name))), raising=False)


def test_a_file_is_fed_once_and_taken_up(shell, tmp_path):
    path = tmp_path / "one.eml"
    path.write_bytes(post.mail())
    assert (
        shell.ok("mail", "feed", str(path), "--project", post.PROJECT, "--now")
        == "1 kept, 0 known already.\nTaken up.\n"
    )
    assert shell.ok("mail", "feed", str(path), "--project", post.PROJECT).startswith("0 kept, 1 known")
    assert len(post.refs(shell.home)) == 1
    assert shell("mail", "feed", str(path)).exit_code == Exit.USAGE, "two projects: whose mail is it?"


def test_held_mail_is_listed_shown_and_placed(shell):
    post.deliver(shell.home, post.mail("Look\u202e.", headers=("From: b@example.net",), subject="Two senders"))
    (found,) = json.loads(shell.ok("mail", "held", "--json"))
    assert "more than one sender" in found["because"][0]
    shown = shell.ok("mail", "show", found["id"])
    assert "Held because: it says it is from more than one sender" in shown
    assert "\u202e" not in shown
    refused = shell("mail", "discard", found["id"], "--reason", "no")
    assert refused.exit_code != 0
    ref = shell.ok("mail", "report", found["id"]).split()[0]
    assert post.refs(shell.home) == [ref]
    assert shell.ok("mail", "held") == "No mail waits for a person.\n"
    assert found["id"] in shell.ok("mail", "held", "--all")
    assert shell("mail", "show", "eml_none").exit_code == Exit.NOT_FOUND


def test_held_mail_is_added_to_a_case_or_discarded(shell):
    post.deliver(shell.home, post.mail())
    (ref,) = post.refs(shell.home)
    for number in range(2):
        raw = post.mail("x", headers=("From: b@example.net",), message_id=f"h{number}@e", subject=f"H{number}")
        post.deliver(shell.home, raw)
    first, second = json.loads(shell.ok("mail", "held", "--json"))
    assert ref in shell.ok("mail", "add", first["id"], ref)
    assert "Discarded" in shell.ok("mail", "discard", second["id"], "--reason", "An advertisement.")
    assert post.look(shell.home, ref).case.messages == 2
