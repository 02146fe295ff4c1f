# SPDX-License-Identifier: Apache-2.0
"""Words that are not sent yet, two people at one form, and what happened since somebody was here."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

from django.test import Client

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience
from tocsin.services import own
from tocsin.testing.house import House

WORDS = "The decoder reads past its buffer when the length field is \u202e odd."


def look(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def keep(browser: Client, ref: str, form: str = "note", **fields: str) -> int:
    return browser.post(f"/c/{ref}/draft/{form}", {"seen": "1", **fields}).status_code


def test_words_that_were_not_sent_are_back_in_a_new_session(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    assert keep(sign_in(), ref, text=WORDS) == 204
    house.clock.advance(timedelta(hours=13))
    page = look(sign_in(), f"/c/{ref}")
    assert WORDS in unescape(page)
    assert "Your draft, kept 13 h" in page


def test_a_draft_is_nobody_elses(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    keep(sign_in(), ref, text=WORDS)
    assert "length field" not in look(sign_in(house.li), f"/c/{ref}")


def test_sending_and_dropping_end_a_draft(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    keep(dana, ref, text=WORDS)
    dana.post(f"/c/{ref}/do/note", {"seen": "1", "text": "Sent."})
    assert "length field" not in look(dana, f"/c/{ref}")
    keep(dana, ref, text=WORDS)
    assert keep(dana, ref, text=WORDS, do="drop") == 303
    assert "length field" not in look(dana, f"/c/{ref}")


def test_a_draft_of_a_whole_advisory_comes_back_row_by_row(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    dana = sign_in()
    rows = {"references-TOTAL_FORMS": "2", "references-INITIAL_FORMS": "0", "references-1-url": "https://example.org/2"}
    assert keep(dana, ref, "draft-advisory", title="Half a title", **rows) == 204
    page = look(dana, f"/c/{ref}/advisory")
    assert 'value="Half a title"' in page
    assert 'value="https://example.org/2"' in page


def test_what_is_kept_is_sealed_and_bounded_and_belongs_to_a_form_that_keeps(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    keep(dana, ref, text=WORDS)
    (record,) = house.desk.outside.records.page("draft", story.PROJECT)
    assert b"decoder" not in record.body
    assert house.dana not in record.id
    assert ref not in record.id
    assert keep(dana, ref, text="x" * (own.LONGEST_DRAFT + 1)) == 409
    assert keep(dana, ref, "close", note="x") == 404
    assert keep(dana, ref, "nonsense") == 404


def draft_form(page: str) -> dict[str, str]:
    """What a browser would send of the advisory's form."""
    form = re.search(r'<form[^>]*id="draft-advisory".*?</form>', page, re.DOTALL)
    assert form
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            found[name[1]] = unescape(value[1]) if value else "on" if "checkbox" in tag else ""
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form[0], re.DOTALL):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_two_people_at_one_advisory_both_keep_what_they_changed(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    story.accepted(house, ref)
    dana, li = sign_in(), sign_in(house.li)
    danas, lis = (draft_form(look(each, f"/c/{ref}/advisory")) for each in (dana, li))
    lis |= {"summary": "Li says it in one sentence.", "title": "Li's title"}
    assert li.post(f"/c/{ref}/do/draft-advisory", lis).status_code == 303
    danas |= {"impact": "Dana says what it does.", "title": "Dana's title"}
    answer = dana.post(f"/c/{ref}/do/draft-advisory", danas)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "only they changed it: <b>In one sentence</b>" in page
    assert re.search(
        r'<dl class="clash"><dt><a href="#draft-advisory-title">Title</a></dt><dd[^>]*>Li&#x27;s title</dd>', page
    )
    both = draft_form(page)
    assert both["summary"] == "Li says it in one sentence."
    assert both["impact"] == "Dana says what it does."
    assert both["title"] == "Dana's title"
    assert dana.post(f"/c/{ref}/do/draft-advisory", both).status_code == 303
    again = draft_form(look(li, f"/c/{ref}/advisory"))
    assert (again["summary"], again["impact"], again["title"]) == (both["summary"], both["impact"], "Dana's title")


def test_a_second_look_shows_what_others_did_since_the_first(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    dana = sign_in()
    assert "Since you were here" not in look(dana, f"/c/{ref}")
    story.act(house, ref, cmd.Say(audience=Audience.TEAM, text="Same class of bug."), house.li)
    story.act(house, ref, cmd.Say(audience=Audience.TEAM, text="I take it."), house.dana)
    page = look(dana, f"/c/{ref}")
    assert "Since you were here" in page
    assert page.count('<article class="message internal new"') == 1
    assert "Since you were here" not in look(dana, f"/c/{ref}")
