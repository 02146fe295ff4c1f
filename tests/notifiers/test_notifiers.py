# SPDX-License-Identifier: Apache-2.0
"""Every notifier says exactly what its data says: the case and what happened, nothing of the matter; and every one in
the registry is told of everything that people are told of."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.post.conftest import Mailed, mailed_in
from tests.support import DATA
from tocsin.adapters.notifiers import NOTIFIERS
from tocsin.core.notices import Notice
from tocsin.core.vocabulary import Refused
from tocsin.services import alarms, credentials, incident, worker
from tocsin.services.ports.git import Credential
from tocsin.services.ports.machine import Alarm
from tocsin.services.ports.notifier import Reach
from tocsin.services.ports.targets import Rejected

PROJECT = "warehousepg"
USE = f"{credentials.NOTIFY}chat"
ADDRESS = "slack://SECRET"
STORIES = sorted((DATA / "notifiers").glob("*/*.toml"))


def told_by(name: str, notice: Notice, caplog: pytest.LogCaptureFixture) -> list[str]:
    """All that a notifier does with a notice."""
    said: list[str] = []

    def mail(told: Notice, cause: str) -> int:
        said.append(f"mail {told.case} {told.what} -> {told.to} because of {cause}")
        return 1

    def chat(address: str, title: str, text: str) -> None:
        said.append(f"chat {address} {title}\n{text}")

    reach = Reach(cause="eff_1", desk_url="https://desk.example.org", address=ADDRESS, mail=mail, chat=chat)
    with caplog.at_level(logging.INFO, logger="tocsin.notice"):
        NOTIFIERS[name].tell(notice, reach)
    return [f"log {record.getMessage()}" for record in caplog.records] + said


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_notifier_names_case_and_event_only(path, caplog):
    story = tomllib.loads(path.read_text())
    assert told_by(path.parent.name, Notice(**story["notice"]), caplog) == story["expect"]["said"]


def test_every_notifier_is_known_by_its_own_name():
    assert [each.name for each in NOTIFIERS.values()] == list(NOTIFIERS)
    assert {path.parent.name for path in STORIES} == set(NOTIFIERS)


# ------------------------------------------------------------------------------------------------------- in the product


class Room:
    """A chat that remembers what was said, or turns everybody away."""

    def __init__(self, because: str = "") -> None:
        self.said: list[str] = []
        self.because = because

    def __call__(self, address: str, title: str, text: str) -> None:
        if self.because:
            raise Rejected(self.because)
        self.said.append(f"{address} {title} {text}")


def place(directory, room: Room, keep: bool = True) -> Mailed:
    """A house with mail whose project has a room of its own."""
    made = mailed_in(directory)
    desk = made.home.desk
    made.home.desk = replace(desk, outside=replace(desk.outside, chat=room))
    if keep:
        owner = desk.people.actor(made.home.dana, PROJECT)
        assert not isinstance(credentials.put(desk, PROJECT, USE, Credential(secret=f"{ADDRESS}\n"), owner), Refused)
    return made


def letters(made: Mailed) -> set[str]:
    return {mail.to for mail in made.server.sent}


def test_a_report_is_told_by_mail_and_in_the_room_without_a_word_of_it(tmp_path):
    made = place(tmp_path, room := Room())
    ref = made.report()
    made.work()
    assert {"dana@example.org", "li@example.org"} <= letters(made)
    desk = made.home.desk.site.desk_url
    assert room.said == [f"{ADDRESS} [{ref}] A new report has come in For duty: {desk}/c/{ref}"]
    assert [notice.what for notice in made.home.told.notices] == ["report.received"]


def test_without_an_address_nothing_is_said_in_any_room(tmp_path):
    made = place(tmp_path, room := Room(), keep=False)
    made.report()
    made.work()
    assert room.said == []


def test_a_room_that_turns_us_away_holds_up_nothing_and_its_address_is_in_no_log(tmp_path, caplog):
    made = place(tmp_path, Room("this is no address that apprise knows"))
    made.report()
    made.work()
    assert made.home.desk.outbox.waiting() == 0
    assert "cannot be told by chat: this is no address" in caplog.text
    assert ADDRESS not in caplog.text
    assert letters(made)


def test_a_room_is_told_beside_the_turn_and_not_in_a_panic(tmp_path):
    made = place(tmp_path, room := Room())
    handed: list[Callable[[], None]] = []
    made.home.desk = replace(made.home.desk, aside=handed.append)
    made.report()
    assert (room.said, len(handed)) == ([], 1)
    made.home.desk.machine.facts.note(incident.PANIC, incident.ON, made.home.clock())
    handed[0]()
    assert room.said == []
    made.home.desk.machine.facts.note(incident.PANIC, "", made.home.clock())
    handed[0]()
    assert len(room.said) == 1


def test_an_alarm_of_a_case_is_told_by_mail_and_in_the_room_once(tmp_path):
    made = place(tmp_path, room := Room())
    ref = made.report()
    made.work()
    before = len(made.server.sent)
    made.home.desk.machine.alarms.sound(Alarm(at=made.home.clock(), kind="tampered", case=ref))
    alarms.tell(made.home.desk)
    worker.run_once(made.home.desk)
    told = made.server.sent[before:]
    assert {mail.to for mail in told} == {"dana@example.org", "li@example.org"}
    assert all(b"An alarm was sounded" in mail.body for mail in told)
    assert [each.count("An alarm was sounded") for each in room.said[1:]] == [1, 1]


def test_an_alarm_that_no_letter_can_be_made_of_holds_up_none_behind_it(tmp_path, caplog, monkeypatch):
    made = place(tmp_path, Room(), keep=False)
    desk = made.home.desk
    for kind in ("key-limit", "tampered"):
        desk.machine.alarms.sound(Alarm(at=made.home.clock(), kind=kind))
    monkeypatch.setattr(NOTIFIERS["mail"], "tell", {}.__getitem__)
    assert alarms.tell(desk) == 2
    assert {notice.what for notice in made.home.told.notices} == {"alarm: key-limit", "alarm: tampered"}
    assert "could not be told by mail: TypeError" in caplog.text
