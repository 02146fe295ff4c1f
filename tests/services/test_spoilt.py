# SPDX-License-Identifier: Apache-2.0
"""One record that was altered, or that this version cannot read, stops nothing else: other letters leave, the turn goes
on, the alarm is told, and the record stays as it is for whoever restores it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.mail import post
from tocsin.core.mail_out.model import Mailbox
from tocsin.services import sealing, worker
from tocsin.services.book import REST
from tocsin.services.ports.records import Record
from tocsin.services.post import letters
from tocsin.services.post.letters import KIND, Fixed
from tocsin.testing.house import House, house

CASE = "WHPG-2026-letter"


@pytest.fixture
def home() -> House:
    return house()


def letter(home: House, name: str) -> Record:
    to = Mailbox(address=f"{name}@example.net")
    letters.fixed(
        home.desk, post.PROJECT, f"about-{name}", [to], Fixed(subject=name, text="Something happened.", case=CASE)
    )
    return next(each for each in home.desk.outside.records.due(KIND, home.clock(), 99) if f"about-{name}" in each.id)


def altered(home: House, record: Record) -> Record:
    return msgspec.structs.replace(record, version=record.version + 1, body=bytes(99))


def unread(home: House, record: Record) -> Record:
    """What another version wrote."""
    version = record.version + 1
    place = sealing.Places(home.desk.sealer.instance).record(KIND, record.project, record.id, version)
    body = home.desk.vault.list_key(record.project).seal(b'{"letter": {"type": "from-another-version"}}', place)
    return msgspec.structs.replace(record, version=version, body=body)


def sound(home: House, broken: Record) -> Record:
    """What somebody restored."""
    version = broken.version + 1
    told = Fixed(subject="mended", text="It happened.", case=CASE)
    value = letters.Queued(to=Mailbox(address="mended@example.net"), letter=told, since=home.clock())
    place = sealing.Places(home.desk.sealer.instance).record(KIND, broken.project, broken.id, version)
    body = home.desk.vault.list_key(broken.project).seal(msgspec.json.encode(value), place)
    return msgspec.structs.replace(broken, version=version, body=body)


@pytest.mark.parametrize("spoil", [altered, unread])
def test_a_letter_that_does_not_open_stops_no_other_and_nothing_else(home: House, spoil) -> None:
    out = post.sending(home)
    broken = [spoil(home, letter(home, f"broken{number:02}")) for number in range(60)]
    home.desk.outside.records.put(broken)
    home.clock.advance(timedelta(minutes=1))
    letter(home, "whole")
    for _ in range(5):
        worker.run_once(home.desk)
        home.clock.advance(timedelta(seconds=1))
    assert [mail.to for mail in out.mails] == ["whole@example.net"]
    alarms = [notice.what for notice in home.told.notices].count("alarm: tampered")
    assert alarms == (2 if spoil is altered else 0), "to lead and auditors, once for all that were met"
    assert all(home.desk.outside.records.get(KIND, each.project, each.id) == each for each in broken)
    home.clock.advance(REST)
    home.desk.outside.records.put([sound(home, broken[0])])
    worker.run_once(home.desk)
    assert len(out.mails) == 2, "what was mended goes out"


@pytest.mark.parametrize("spoil", [altered, unread])
def test_whoever_asks_for_all_records_gets_all_that_open_and_a_case_can_still_be_shredded(home: House, spoil) -> None:
    post.sending(home)
    broken = spoil(home, letter(home, "broken"))
    home.desk.outside.records.put([broken])
    letter(home, "whole")
    book = letters.book(home.desk)
    assert [kept.value.to.address for kept in book.all(post.PROJECT)] == ["whole@example.net"]
    assert [each.state for each in letters.standing(home.desk)] == ["waits"]
    assert [kept.value.to.address for kept in book.page(post.PROJECT, "", 1)] == ["whole@example.net"]
    assert letters.withdraw(home.desk, post.PROJECT, CASE) == 1
    assert home.desk.outside.records.get(KIND, broken.project, broken.id) == broken
    home.desk.outside.records.put([sound(home, broken)])
    assert [kept.value.to.address for kept in book.all(post.PROJECT)] == ["mended@example.net"], "mended, it is back"
