# SPDX-License-Identifier: Apache-2.0
"""What the worker does now and then, and that what hangs on others holds up nothing but itself."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.store.settings")
django.setup()

from tocsin.adapters.vault.blobs import UNFINISHED, FileBlobs  # noqa: E402
from tocsin.boot import upkeep  # noqa: E402 - Django is set up above
from tocsin.boot.config import Config  # noqa: E402
from tocsin.boot.inbound import Inbound, Mailbox  # noqa: E402
from tocsin.delivery.worker import loop  # noqa: E402
from tocsin.delivery.worker.loop import Chore  # noqa: E402
from tocsin.services.app import Desk  # noqa: E402
from tocsin.testing.house import house  # noqa: E402


def on() -> dict[str, str]:
    box = Mailbox(host="imap.example.net", user="security", password_file="secret")
    config = Config(inbound=Inbound(imap={"one": box, "two": box}))
    return {each.name: each.on for each in upkeep.chores(config)}


def test_each_of_those_that_may_hang_has_a_thread_of_its_own() -> None:
    found = on()
    assert {each for each in found.values() if each} == {
        "webhooks", "cve", "forges", "git", "mailbox one", "mailbox two",
    }  # fmt: skip
    assert found["looking at repositories"] == found["watching public repositories"] == "git"
    assert found["taking up alarms"] == found["daily mails"] == ""


def test_a_chore_that_hangs_holds_up_nobody_on_anybody_else() -> None:
    over, hangs, behind = threading.Event(), threading.Event(), threading.Event()
    others = {on: threading.Event() for on in ("", "cve")}

    def hang(desk: object) -> None:
        hangs.set()
        over.wait()

    def goes_on(done: threading.Event, desk: object) -> None:
        if hangs.is_set():
            done.set()

    chores = [
        Chore("fetching a repository", 0.01, hang, on="git"),
        Chore("watching repositories", 0.01, partial(goes_on, behind), on="git"),
        *(Chore(f"on {on}", 0.01, partial(goes_on, done), on=on) for on, done in others.items()),
    ]
    stop = loop.keep(house().desk, chores)
    try:
        assert all(each.wait(30) for each in others.values())
        assert not behind.is_set(), "the control: what hangs on the same one does wait"
    finally:
        stop.set()
        over.set()


def test_what_fails_is_free_for_the_next_try_and_what_is_being_done_is_not() -> None:
    desk, done = house().desk, []

    def again(desk: Desk) -> None:
        upkeep._alone("a chore", done.append, 600.0, desk)
        raise ValueError("it went wrong")

    with pytest.raises(ValueError, match="it went wrong"):
        upkeep._alone("a chore", again, 600.0, desk)
    assert done == [], "the control: while it is done nobody else does it"
    upkeep._alone("a chore", done.append, 600.0, desk)
    assert done == [desk]


def test_what_uploads_that_broke_off_left_goes_after_a_day(tmp_path: Path) -> None:
    home = house()
    blobs = FileBlobs(tmp_path, "https://security.example.org")
    for name, hours in (("torn", 25), ("arriving", 23)):
        (tmp_path / UNFINISHED / name).write_bytes(b"sealed")
        at = (home.clock() - timedelta(hours=hours)).timestamp()
        os.utime(tmp_path / UNFINISHED / name, (at, at))
    (chore,) = (each for each in upkeep.chores(Config()) if each.name == "forgetting torn uploads")
    chore.do(replace(home.desk, blobs=blobs))
    assert [each.name for each in (tmp_path / UNFINISHED).iterdir()] == ["arriving"]
