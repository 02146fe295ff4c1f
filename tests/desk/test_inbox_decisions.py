# SPDX-License-Identifier: Apache-2.0
"""What is decided from the inbox: beside the list, for many cases at once, put aside, and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests.desk import story
from tests.desk.conftest import SignIn
from tests.desk.test_inbox import flood, look, rows
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Role
from tocsin.delivery.desk.forms.triage import SAME_MATTER
from tocsin.services import archiving, lookalikes
from tocsin.services.queries import case as queries
from tocsin.services.queries.case_views import CaseView
from tocsin.testing.house import House

REASON = (
    "The server logs this line at the level that the administrator chose, and only members of pg_monitor can read it, "
    "who are trusted with it."
)


def picks(page: str) -> list[str]:
    return re.findall(r"name=pick value=(\S+)", page)


def stands(house: House, ref: str) -> CaseView:
    found = queries.view(house.desk, ref, house.dana)
    assert found
    return found


def test_a_report_is_read_and_accepted_beside_the_list(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    house.clock.advance(timedelta(hours=1))
    other = story.report(house)
    dana = sign_in()
    page = look(dana, f"/inbox?open={ref}")
    assert "Put a program of your own first on that path" in page
    assert story.PLPERL.effects in page
    back = re.search(r'name="back" value="([^"]+)"', page.partition('id="take"')[2])
    assert back
    form = {
        "seen": "1",
        "effect": story.PLPERL.effects,
        "criticality": "Every server that lets people write functions.",
        "text": "Thank you.",
        "plan": "1. Look.",
        "workarounds": "None known yet.",
        "back": back[1].replace("&amp;", "&"),
    }
    answer = dana.post(f"/c/{ref}/do/take", form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/inbox?open={other}&did=take&was={ref}"
    assert f'<a href="/c/{ref}">{ref}</a>: Accepted.' in look(dana, answer.headers["Location"])
    assert stands(house, ref).advisory_id


def test_a_mistake_beside_the_list_keeps_every_word_and_the_way_back(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    form = {"seen": "1", "effect": "", "criticality": "All.", "text": "Kept words", "back": "/inbox?tab=open"}
    answer = sign_in().post(f"/c/{ref}/do/take", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Kept words" in page
    assert 'name="back" value="/inbox?tab=open"' in page


def test_no_form_leads_anywhere_but_back_to_the_list(house: House, sign_in: SignIn) -> None:
    dana = sign_in()
    for place in (
        "https://example.org/inbox",
        "//example.org/inbox",
        "https://[/inbox",
        "/people",
        "javascript:alert(1)",
        "/inbox/../people",
    ):
        ref = story.report(house)
        answer = dana.post(f"/c/{ref}/do/note", {"seen": "1", "text": "x", "back": place})
        assert answer.headers["Location"].startswith(f"/c/{ref}")


def test_a_case_that_somebody_may_not_see_is_not_read_beside_the_list(
    house: House, sign_in: SignIn, member: Callable[..., str]
) -> None:
    ref = story.report(house)
    page = look(sign_in(member("Olga", story.second(house), Role.TRIAGER)), f"/inbox?open={ref}")
    assert "<article" not in page
    assert story.PLPERL.title not in page


def test_many_are_rejected_at_once_and_every_reporter_reads_the_reason(house: House, sign_in: SignIn) -> None:
    refs = flood(house, 3)
    for ref in refs:
        story.act(house, ref, cmd.Investigate(effect="None.", criticality="None."))
    dana = sign_in()
    chosen = picks(look(dana))[:2]
    form = {"do": "reject", "pick": chosen, "rejection": "not-a-vulnerability", "reason": REASON}
    assert dana.post("/inbox/do", form).headers["Location"] == "/inbox?did=bulk"
    for ref in refs[:2]:
        assert stands(house, ref).rejection == "not-a-vulnerability"
        assert [each.text for each in stands(house, ref).reporter_thread] == [REASON]
    assert stands(house, refs[2]).phase == "new"


def test_a_flood_of_one_report_is_marked_as_the_case_it_is_likest_and_every_reporter_is_answered(
    house: House, sign_in: SignIn
) -> None:
    first, *copies = [story.report(house) for _ in range(4)]
    lookalikes.catch_up(house.desk)
    dana = sign_in()
    chosen = [each for each in picks(look(dana)) if not each.startswith(first)]
    asked = dana.post("/inbox/do", {"do": "more", "pick": chosen}).content.decode()
    assert f'name="of" maxlength="30" value="{first}"' in asked
    said = "We know of this matter from an earlier report, and tell you here when it is fixed."
    form = {"do": "duplicate", "pick": chosen, "of": first, "text": said}
    assert dana.post("/inbox/do", form).headers["Location"] == "/inbox?did=bulk"
    for ref in copies:
        assert stands(house, ref).phase == "duplicate"
        assert [each.text for each in stands(house, ref).reporter_thread] == [said]
    assert stands(house, first).phase == "new"


@pytest.mark.parametrize("typed", [{"text": ""}, {"text": SAME_MATTER}, {"of": "WHPG-2026-22222", "text": "Known."}])
def test_many_are_not_marked_with_words_nobody_touched_nor_as_a_case_that_is_not_there(
    house: House, sign_in: SignIn, typed: dict[str, str]
) -> None:
    first, *copies = [story.report(house) for _ in range(3)]
    dana = sign_in()
    chosen = [each for each in picks(look(dana)) if not each.startswith(first)]
    answer = dana.post("/inbox/do", {"do": "duplicate", "pick": chosen, "of": first, **typed})
    assert answer.status_code == 422
    assert "Not done for 2" in answer.content.decode()
    assert {stands(house, ref).phase for ref in copies} == {"new"}


def test_a_case_that_changed_meanwhile_is_left_alone_and_named(house: House, sign_in: SignIn) -> None:
    refs = flood(house, 2)
    dana = sign_in()
    chosen = picks(look(dana))
    story.act(house, refs[0], cmd.Investigate(effect="It is real.", criticality="High."), house.li)
    answer = dana.post("/inbox/do", {"do": "need-info", "pick": chosen, "question": "Which build?"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Not done for 1" in page
    assert f'<a href="/c/{refs[0]}">{refs[0]}</a>: The case changed while you were looking at it' in page
    assert "Which build?" in page
    assert stands(house, refs[0]).phase == "new"
    assert stands(house, refs[1]).phase == "need-info"


def test_what_is_put_aside_comes_back_with_its_day_or_with_anything_new(house: House, sign_in: SignIn) -> None:
    refs = flood(house, 3)
    dana = sign_in()
    for pick in picks(look(dana))[:2]:
        assert dana.post("/inbox/do", {"do": "snooze", "pick": pick, "days": "1"}).status_code == 303
    assert rows(look(dana)) == refs[2:]
    assert sorted(rows(look(dana, "/inbox?tab=snoozed"))) == sorted(refs[:2])
    assert set(rows(look(sign_in(house.li)))) == set(refs), "what Dana puts aside is aside for her alone"
    story.act(house, refs[0], cmd.Investigate(effect="It is real.", criticality="High."))
    assert set(rows(look(dana))) == {refs[0], refs[2]}
    house.clock.advance(timedelta(days=1, minutes=1))
    assert set(rows(look(sign_in()))) == set(refs)


def test_what_is_due_within_a_day_cannot_be_put_aside(house: House, sign_in: SignIn) -> None:
    (ref,) = flood(house, 1)
    house.clock.advance(timedelta(days=4))
    dana = sign_in()
    dana.post("/inbox/do", {"do": "snooze", "pick": picks(look(dana))[0], "days": "14"})
    assert rows(look(dana)) == [ref]


def test_putting_aside_and_assigning_are_taken_back_with_one_press(house: House, sign_in: SignIn) -> None:
    (ref,) = flood(house, 1)
    dana = sign_in()
    done = dana.post("/inbox/do", {"do": "snooze", "pick": picks(look(dana))[0], "days": "3", "back": "/inbox"})
    page = look(dana, done.headers["Location"])
    assert 'value="wake" data-key="z">Undo' in page
    dana.post("/inbox/do", {"do": "wake", "pick": f"{ref}:", "back": "/inbox"})
    assert rows(look(dana)) == [ref]


def test_what_came_since_is_counted_and_the_list_stays_as_it_is(house: House, sign_in: SignIn) -> None:
    flood(house, 2)
    dana = sign_in()
    page = look(dana)
    asked = re.search(r'data-from="([^"]+)"', page)
    assert asked
    address = asked[1].replace("&amp;", "&")
    house.clock.advance(timedelta(minutes=1))
    assert "new or changed" not in look(dana, address)
    story.report(house)
    assert "1 new or changed since: show" in look(dana, address)


def test_every_project_stands_in_the_picture_and_in_the_table(house: House, sign_in: SignIn) -> None:
    story.inbox(house)
    page = look(sign_in(), "/inbox?view=projects")
    assert page.count("<rect") == 2
    assert re.findall(r'<a href="/inbox\?project=([^"]+)">', page) == [story.second(house), story.PROJECT]


def test_an_archived_project_is_named_as_such(house: House, sign_in: SignIn) -> None:
    owner = house.desk.people.actor(house.dana, story.PROJECT)
    assert owner
    assert isinstance(archiving.archive(house.desk, owner, story.PROJECT, ""), archiving.Archived)
    assert f"Archived since {house.desk.now():%Y-%m-%d}" in look(sign_in(), "/inbox?view=projects")


def test_the_first_case_of_a_silent_project_is_adopted_from_the_view_of_all(
    house: House, sign_in: SignIn, member: Callable[..., str]
) -> None:
    ref = story.report(house)
    dana = sign_in()
    assert "Adopt<span" not in look(dana, "/inbox?view=projects")
    house.clock.advance(timedelta(days=9))
    page = look(sign_in(), "/inbox?view=projects")
    pick = re.search(rf'name="pick" value="({ref}:\d+)"', page)
    assert pick
    form = {"do": "mine", "pick": pick[1], "back": "/inbox?view=projects"}
    answer = sign_in().post("/inbox/do", form)
    assert answer.headers["Location"] == f"/inbox?view=projects&did=mine&was={ref}"
    page = look(sign_in(), answer.headers["Location"])
    assert "Yours now: you lead it." in page
    assert "Adopt<span" not in page
    assert stands(house, ref).lead_id == house.dana
    auditor = sign_in(member("Audrey", story.PROJECT, Role.AUDITOR))
    assert "Adopt<span" not in look(auditor, "/inbox?view=projects")


def post(client: Client, **fields: str) -> int:
    return client.post("/inbox/do", fields).status_code


def test_nonsense_is_answered_with_words(house: House, sign_in: SignIn) -> None:
    flood(house, 1)
    dana = sign_in()
    assert post(dana) == 422
    assert post(dana, do="nonsense", pick="x") == 422
    assert post(dana, do="mine") == 422
    assert post(dana, do="mine", pick="x:1") == 422
    assert post(dana, do="mine", pick="💥") == 422
