# SPDX-License-Identifier: Apache-2.0
"""The calendar: dates of what somebody may see, a secret address that can be ended, and nothing said in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from icalendar import Calendar

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Role
from tocsin.services import calling_off
from tocsin.services.queries.calendar import entries
from tocsin.testing.house import House


def address(browser: Client) -> str:
    """Make an address; its path."""
    page = browser.post("/calendar", {"do": "make"}).content.decode()
    found = re.search(r'id="address">([^<]+)<', page)
    assert found
    return "/calendar/" + found[1].split("/calendar/")[1]


def dates(browser: Client, path: str) -> dict[str, object]:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(each["summary"]): each for each in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_month_shows_embargo_and_promises_and_hatches_days_without_publication(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    page = sign_in().get("/calendar?project=warehousepg").content.decode()
    assert re.search(rf'<a href="/c/{ref}">{ref}</a> embargo ends', page)
    assert story.PLPERL.title not in page
    for asked in ("2026-13", "x", "99999-01", "0001-01", "💥"):
        assert sign_in().get("/calendar", {"month": asked}).status_code == 200


def test_a_program_reads_instants_and_references_and_never_what_the_matter_is(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    path = address(sign_in())
    found = dates(Client(), path)
    entry = found[f"{ref} embargo ends"]
    assert entry["dtstart"].dt.utcoffset() == timedelta()  # type: ignore[index]
    assert str(entry["uid"]).startswith(f"{ref}-embargo".lower())  # type: ignore[index]
    body = Client().get(path).content.decode()
    assert not any(word in body.lower() for word in ("plperl", "pl/perl", "warehousepg ", "arbitrary"))
    assert set(dates(Client(), f"{path}?words=none")) == {"Security deadline"}
    assert ref not in re.sub(r"UID:\S+", "", Client().get(f"{path}?words=none").content.decode())


def test_a_moved_date_keeps_its_uid_and_counts_up(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    path = address(sign_in())
    first = {str(each["uid"]): int(each["sequence"]) for each in dates(Client(), path).values()}  # type: ignore[index]
    story.answered(house, ref)
    later = {str(each["uid"]): int(each["sequence"]) for each in dates(Client(), path).values()}  # type: ignore[index]
    assert set(first) & set(later)
    assert all(later[uid] > first[uid] for uid in set(first) & set(later))


def test_an_address_ends_with_its_owners_wish_another_address_or_a_change_of_roles(
    house: House, sign_in: SignIn, member: Callable[..., str]
) -> None:
    story.report(house)
    dana = sign_in()
    first = address(dana)
    second = address(dana)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    dana.post("/calendar", {"do": "end"})
    assert Client().get(second).status_code == 404
    mia = member("Mia", story.PROJECT, Role.TRIAGER)
    hers = address(sign_in(mia))
    assert Client().get(hers).status_code == 200
    house.desk.people.renew(mia)
    assert Client().get(hers).status_code == 404


def test_a_made_up_address_is_like_one_that_ended(house: House, sign_in: SignIn) -> None:
    ended = address(sign_in())
    sign_in().post("/calendar", {"do": "end"})
    answers = [Client().get(path) for path in (ended, "/calendar/made-up.ics", f"{ended[:-6]}x.ics")]
    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}


def test_a_calendar_shows_nothing_of_other_projects(house: House, sign_in: SignIn, member: Callable[..., str]) -> None:
    ref = story.report(house)
    olga = sign_in(member("Olga", story.second(house), Role.TRIAGER))
    assert ref not in olga.get("/calendar").content.decode()
    assert dates(Client(), address(olga)) == {}


def test_a_date_that_stands_no_longer_is_told_once_more_as_cancelled_until_it_has_passed(
    house: House, sign_in: SignIn
) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    path, name = address(sign_in()), f"{ref} embargo ends"
    before = dates(Client(), path)[name]
    assert str(before["status"]) == "CONFIRMED"  # type: ignore[index]
    story.act(house, ref, cmd.EndEmbargo(why="leaked", reason="Somebody wrote about it."))
    for _ in range(2):  # a program that missed it the first time reads it the second
        after = dates(Client(), path)[name]
        assert (str(after["status"]), after["uid"]) == ("CANCELLED", before["uid"])  # type: ignore[index]
        assert int(after["sequence"]) > int(before["sequence"])  # type: ignore[index]
        assert "VALARM" not in after.to_ical().decode()  # type: ignore[attr-defined]
    assert ref in Client().get(path).content.decode()
    house.clock.advance(timedelta(days=30))
    assert name not in dates(Client(), path)


def test_what_was_cancelled_is_told_to_nobody_who_left_the_project(
    house: House, sign_in: SignIn, member: Callable[..., str]
) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    mia = member("Mia", story.second(house), Role.TRIAGER)
    house.desk.people.add("Mia", "mia@example.org", {story.PROJECT: frozenset({Role.TRIAGER})})
    assert calling_off.called_off(house.desk, mia, entries(house.desk, mia)) == ()
    story.act(house, ref, cmd.EndEmbargo(why="leaked", reason="Somebody wrote about it."))
    assert [each.case for each in calling_off.called_off(house.desk, mia, entries(house.desk, mia))] == [ref]
    house.desk.people.add("Mia", "mia@example.org", {story.PROJECT: frozenset()})
    assert calling_off.called_off(house.desk, mia, entries(house.desk, mia)) == ()
