# SPDX-License-Identifier: Apache-2.0
"""Answers begin with prepared words and end with a person's own: what nobody has touched is not sent."""

from __future__ import annotations

import html
import re

import pytest
from msgspec.structs import replace

from tests.desk import story
from tests.desk.conftest import SignIn
from tests.desk.test_moves import done, post, the_case
from tocsin.core.case import commands as cmd
from tocsin.delivery.desk.forms.triage import AcceptForm
from tocsin.services.post import reached
from tocsin.services.queries import case as queries
from tocsin.testing.house import House

OWN = "We saw it ourselves on 7.3.1."
ANSWERS = {"accept": ("plan", "workarounds", "text"), "duplicate": ("text",), "need-info": ("question",)}


def begun(page: str, move: str) -> dict[str, str]:
    """What stands in the text fields of a form before anybody typed."""
    form = page.partition(f'id="{move}"')[2].partition("</form>")[0]
    found = re.findall(r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.S)
    return {name: html.unescape(text).strip() for name, text in found}


def ready(house: House) -> str:
    ref = story.report(house, replace(story.PLPERL, dependencies=""))
    story.act(house, ref, cmd.Investigate(effect="Runs code.", criticality="high"))
    return ref


@pytest.mark.parametrize("move", ANSWERS)
def test_an_answer_that_nobody_touched_is_not_sent(house: House, sign_in: SignIn, move: str) -> None:
    ref, other, dana = ready(house), story.report(house), sign_in()
    start = begun(dana.get(f"/c/{ref}/decide").content.decode(), move)
    assert all(start[name] for name in ANSWERS[move])
    before = the_case(house, ref).seq
    spaced = {name: f"{text}  \r\n" for name, text in start.items()}
    answer = post(dana, ref, move, **{"of": other, **spaced})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "words of your own" in page or "Fill in [" in page
    assert "Your words are still in the form." in page
    assert the_case(house, ref).seq == before


def test_a_first_answer_is_offered_as_long_as_there_is_none_and_is_not_sent_as_it_stands(
    house: House, sign_in: SignIn
) -> None:
    ref, dana = story.report(house), sign_in()
    assert begun(dana.get(f"/c/{ref}").content.decode(), "reply") == {"text": "", "plan": "", "workarounds": ""}
    offered = begun(dana.get(f"/c/{ref}?start=first").content.decode(), "reply")
    assert offered["text"].startswith("Thank you for your report.")
    assert "[which part of the code]" in offered["plan"]
    assert post(dana, ref, "reply", **offered).status_code == 422
    done(post(dana, ref, "reply", **{**offered, "plan": "We look at the trusted interpreter first."}))
    assert "Start from a first answer" not in dana.get(f"/c/{ref}").content.decode()


@pytest.mark.parametrize("move", ANSWERS)
def test_one_sentence_of_ones_own_sends_it(house: House, sign_in: SignIn, move: str) -> None:
    ref, other, dana = ready(house), story.report(house), sign_in()
    start = begun(dana.get(f"/c/{ref}/decide").content.decode(), move)
    first = ANSWERS[move][0]
    typed = {**start, first: re.sub(r"\[[^\]]+\]", "the interpreter", f"{start[first]}\n{OWN}")}
    done(post(dana, ref, move, **{"of": other, **typed}))


def test_a_blank_that_is_left_is_named_beside_its_field(house: House, sign_in: SignIn) -> None:
    ref, dana = ready(house), sign_in()
    start = begun(dana.get(f"/c/{ref}/decide").content.decode(), "accept")
    page = post(dana, ref, "accept", **{**start, "plan": f"{start['plan']}\n{OWN}"}).content.decode()
    assert "Fill in [which part of the code] before it goes." in html.unescape(page)
    assert '<a href="#accept-plan">' in page
    assert OWN in page


def test_a_form_that_says_nothing_of_answers_would_send_them(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: without the list of fields the prepared words go out."""
    monkeypatch.setattr(AcceptForm, "answers", ())
    ref, dana = ready(house), sign_in()
    done(post(dana, ref, "accept", **begun(dana.get(f"/c/{ref}/decide").content.decode(), "accept")))


def test_a_mail_that_did_not_arrive_is_told_beside_its_words_and_nothing_else_is_sent_again(
    house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = story.report(house)
    story.answered(house, ref)
    dana = sign_in()
    found = queries.view(house.desk, ref, house.dana)
    assert found
    line = found.reporter_thread[0].seq
    monkeypatch.setattr(reached, "troubles", lambda *_: {line: reached.Trouble(given_up=True, tries=2, code="x-550")})
    page = dana.get(f"/c/{ref}").content.decode()
    assert page.count("✗ mail not delivered") == 1
    assert "after 2 tries, <code>x-550</code>" in page
    answer = post(dana, ref, "mail-again", of=line)
    assert answer.status_code == 422
    assert "There is no mail of this line that failed." in answer.content.decode()
