# SPDX-License-Identifier: Apache-2.0
"""The inbox: ordered by what is due, one page at a time, light, and only of what somebody may see."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Audience
from tocsin.services import canary_state
from tocsin.services.queries.calm import quiet
from tocsin.services.queries.words import instant
from tocsin.testing.house import House

LIMIT = 25_000
"""Bytes of a page of fifty before compression."""


def rows(page: str) -> list[str]:
    """The cases on a page, in order."""
    return re.findall(r"<td><a href=/c/([^>]+)>", page)


def look(browser: Client, address: str = "/inbox") -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def flood(house: House, count: int) -> list[str]:
    """Hand in many reports, an hour apart, with titles as long as they come."""
    refs = []
    for number in range(count):
        given = Report(title=f"{number}: " + story.TITLES[number % len(story.TITLES)] * 2, reproduce="x", version="7")
        refs.append(story.report(house, given))
        house.clock.advance(timedelta(minutes=40))
    return refs


def test_what_is_due_first_stands_first(house: House, sign_in: SignIn) -> None:
    story.inbox(house)
    page = look(sign_in())
    row = r"<tr(?: data-mark=\"([!]*)\")?[^>]*><td><input[^>]*><td>(?:<b>[!]*</b> )?([^<]+)<td>"
    left = re.findall(row, page)
    assert left[0] == ("!!", "21 min over") or left[0][0] == "!!"
    assert [mark for mark, _ in left] == sorted((mark for mark, _ in left), reverse=True)
    assert len(rows(page)) == 7


def test_tabs_count_and_part_the_cases(house: House, sign_in: SignIn) -> None:
    refs = story.inbox(house)
    dana = sign_in()
    assert re.search(r"Needs us <b>7</b>", look(dana))
    assert rows(look(dana, "/inbox?tab=reporter")) == [refs[2]]
    assert rows(look(dana, "/inbox?tab=done")) == [refs[3]]
    assert set(rows(look(dana, "/inbox?tab=mine"))) == {refs[0], refs[1]}
    assert set(rows(look(dana, "/inbox?tab=open"))) == set(refs) - {refs[3]}


def test_a_project_filter_leaves_the_others_out(house: House, sign_in: SignIn) -> None:
    refs = story.inbox(house)
    page = look(sign_in(), f"/inbox?project={story.second(house)}")
    assert rows(page) == [refs[-1]]
    assert '<th scope="col">Project</th>' not in page


def test_pages_follow_each_other_without_gap_or_repeat(house: House, sign_in: SignIn) -> None:
    refs = flood(house, 120)
    dana = sign_in()
    seen: list[str] = []
    address = "/inbox"
    for size in (50, 50, 20):
        page = look(dana, address)
        assert len(rows(page)) == size
        seen += rows(page)
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert address == ""
    assert seen == refs


def test_a_page_of_fifty_is_light(house: House, sign_in: SignIn) -> None:
    flood(house, 51)
    page = look(sign_in())
    assert len(rows(page)) == 50
    assert len(page.encode()) <= LIMIT


def test_a_broken_place_starts_at_the_beginning(house: House, sign_in: SignIn) -> None:
    refs = flood(house, 3)
    dana = sign_in()
    for place in ("", "x", "%00", "💥", "a" * 3000):
        assert rows(look(dana, f"/inbox?after={place}")) == refs
    assert rows(look(dana, "/inbox?tab=nonsense")) == []
    assert rows(look(dana, "/inbox?project=nonsense")) == []


def test_an_empty_list_of_one_project_does_not_speak_for_all(house: House, sign_in: SignIn) -> None:
    flood(house, 1)
    quiet, dana = story.second(house), sign_in()
    page = look(dana, f"/inbox?project={quiet}")
    assert f"Nothing of {quiet} needs you" in page
    assert "Nothing needs you" not in page
    mistyped = look(dana, "/inbox?project=%3Cb%3Ewarehouspg")
    assert "There is no such project" in mistyped
    assert "&lt;b&gt;warehouspg" in mistyped
    assert "needs you" not in mistyped


def test_an_empty_desk_says_what_to_do(house: House, sign_in: SignIn) -> None:
    assert "Nothing needs you" in look(sign_in())
    nobody = house.desk.people.add("Newcomer", "new@example.org", {})
    assert "You are in no project yet" in look(sign_in(nobody.id))


def test_an_empty_inbox_says_which_deadline_is_next_and_when_a_canary_was_answered(
    house: House, sign_in: SignIn
) -> None:
    assert "Next deadline: none." in look(sign_in())
    ref = story.report(house)
    soon = quiet(house.desk, house.dana)
    assert (soon.case, soon.promise) == (ref, "first feedback")
    assert soon.due.endswith("UTC")
    story.answered(house, ref)
    story.act(house, ref, cmd.NeedInfo(question="Which role runs it?"))
    page = look(sign_in())
    assert "Nothing needs you" in page
    assert "anary of warehousepg" not in page
    house.desk.machine.facts.note(canary_state.name(canary_state.ANSWERED, story.PROJECT, "web"), "1", house.clock())
    assert f"Canary of warehousepg (web) last answered {instant(house.clock())} \N{CHECK MARK}" in look(sign_in())


def test_a_row_says_how_long_a_reporter_waits_for_words_beside_what_is_due(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    assert "reporter waits" not in sign_in().get("/inbox").content.decode(), "a new report waits for its first answer"
    story.accepted(house, ref)
    story.hear(house, ref, cmd.Hear(text="Is there news?"))
    house.clock.advance(timedelta(days=2))
    assert "<b>reporter waits 2 d" in sign_in().get("/inbox").content.decode()
    story.act(house, ref, cmd.Say(audience=Audience.REPORTER, text="Soon."))
    assert "reporter waits" not in sign_in().get("/inbox").content.decode()


def test_one_press_takes_a_case_that_nobody_leads(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    desk = sign_in()
    page = desk.get(f"/c/{ref}").content.decode()
    assert "Take it</button>" in page
    desk.post(f"/c/{ref}/do/assign", {"seen": 1, "lead": house.dana})
    assert "Take it</button>" not in desk.get(f"/c/{ref}").content.decode()
