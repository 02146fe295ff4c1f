# SPDX-License-Identifier: Apache-2.0
"""Mail that is held may be a report, and its sender believes it was received: people are told of it until they have
dealt with it, no more than once an hour, and nothing of what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.mail import post
from tocsin.core.mail_out.quiet import Wishes
from tocsin.core.vocabulary import Role
from tocsin.services.api_tokens import Caller
from tocsin.services.book import Book
from tocsin.services.mail import placing, reminding
from tocsin.services.post import digest, members
from tocsin.testing.house import House, house

LISTED = "List-Id: <SECRETLIST.example.net>"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def home() -> House:
    return house()


def held(home: House, number: int = 1) -> None:
    """A mail comes that no rule can place."""
    raw = post.mail(subject="SECRETSUBJECT", text="SECRETTEXT", headers=(LISTED,), message_id=f"{number}@example.net")
    post.deliver(home, raw)


def waits(home: House, person: str) -> int:
    return reminding.waiting(home.desk.machine.facts.all(), home.desk.people.projects(person))


def after(home: House, time: timedelta) -> bool:
    home.clock.advance(time)
    return bool(reminding.remind(home.desk))


def test_whoever_is_on_duty_is_told_of_held_mail_and_of_nothing_in_it(home: House) -> None:
    out = post.sending(home)
    assert not after(home, MINUTE), "nothing waits"
    held(home)
    assert after(home, MINUTE)
    post.send(home)
    told = [mail for mail in out.mails if b"Mail waits for a person" in mail.body]
    assert {mail.to for mail in told} == {"dana@example.org", "li@example.org"}
    for mail in told:
        assert b"1 mail waits for a person" in mail.body
        assert b"SECRET" not in mail.body
        assert b"ann@example.net" not in mail.body
    assert [(notice.case, notice.what) for notice in home.told.notices] == [("", "mail.held")]


def test_people_are_told_once_an_hour_while_more_comes_and_once_a_day_while_it_waits(home: House) -> None:
    held(home)
    assert after(home, MINUTE)
    held(home, 2)
    assert not any(after(home, MINUTE) for _ in range(59)), "not before an hour has passed"
    assert after(home, MINUTE), "of the second one"
    found = [each for each in range(1, 73) if after(home, HOUR)]
    assert found == [24, 48, 72], "and every day while they wait"


def test_what_a_person_dealt_with_is_told_of_no_more(home: House) -> None:
    held(home)
    after(home, MINUTE)
    assert waits(home, home.dana) == 1
    (view,) = placing.listing(home.desk, Caller(person=home.dana))
    assert placing.report(home.desk, Caller(person=home.dana), view.id) in post.refs(home)
    assert waits(home, home.dana) == 0, "at once"
    assert not after(home, timedelta(days=2))
    held(home, 2)
    assert after(home, MINUTE)


def test_a_mail_that_comes_in_the_place_of_one_is_told_of_within_the_hour(home: House) -> None:
    held(home)
    assert after(home, MINUTE)
    (view,) = placing.listing(home.desk, Caller(person=home.dana))
    placing.report(home.desk, Caller(person=home.dana), view.id)
    held(home, 2)
    assert waits(home, home.dana) == 0, "nobody has counted since"
    assert not after(home, MINUTE)
    assert waits(home, home.dana) == 1
    assert after(home, HOUR)


def test_mail_that_waits_is_counted_without_opening_any(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    held(home)
    held(home, 2)
    opened = list[object]()
    open_one = Book._open
    monkeypatch.setattr(Book, "_open", lambda book, record: opened.append(record.kind) or open_one(book, record))
    assert after(home, MINUTE)
    assert not after(home, MINUTE)
    assert "mail-held" not in opened


def test_nobody_is_told_of_what_was_set_aside_by_itself(home: House) -> None:
    post.deliver(home, post.mail(headers=("Auto-Submitted: auto-replied",)))
    assert [each.state for each in post.quarantine(home)] == ["aside"]
    assert not after(home, MINUTE)


def test_a_daily_mail_says_how_much_waits_also_where_no_case_does(home: House) -> None:
    out = post.sending(home)
    members.wish(home.desk, home.dana, Wishes(digest_at=12, each=False))
    held(home)
    after(home, MINUTE)
    for _ in range(24):
        home.clock.advance(HOUR)
        digest.make(home.desk)
        post.send(home)
    mine = [mail.body for mail in out.mails if mail.to == "dana@example.org"]
    assert len(mine) == 2, "yesterday's on the first morning and the noon's, and none beside them"
    assert all(b"Subject: Your cases" in body and b"1 mail waits for a person" in body for body in mine)


def test_who_is_in_another_project_learns_of_none(home: House) -> None:
    held(home)
    after(home, MINUTE)
    mo = home.desk.people.add("Mo", "mo@example.org", {"example": frozenset({Role.OWNER})}).id
    assert waits(home, mo) == 0
    assert waits(home, home.li) == 1
