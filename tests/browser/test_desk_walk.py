# SPDX-License-Identifier: Apache-2.0
"""The desk by hand, in a browser that runs no script: writing, deciding, being refused, being overtaken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.office import Office, opened
from tests.chromium import accessibility, follow, watch
from tests.desk import story
from tocsin.core.case import commands as cmd

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """The desk, served over HTTP from this process."""
    with opened() as office:
        yield office


@pytest.fixture
def desk(chromium: Browser, office: Office) -> Iterator[BrowserContext]:
    """Dana's browser, with scripts switched off."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    offences = watch(context)
    office.enter(context)
    yield context
    context.close()
    assert not offences


def test_the_audience_shows_in_word_and_button_before_anything_is_sent(desk: BrowserContext, office: Office) -> None:
    page = desk.new_page()
    page.goto(f"{office.url}/c/{office.refs[5]}")
    note, reply = page.get_by_role("button", name="Add note"), page.get_by_role("button", name="Send to reporter")
    expect(note).to_be_visible()
    expect(reply).to_be_hidden()
    page.get_by_text("To the reporter", exact=True).click()
    expect(reply).to_be_visible()
    expect(note).to_be_hidden()
    expect(page.get_by_text("The reporter reads this.")).to_be_visible()
    page.get_by_label("Message to the reporter").fill("Thank you. We look at it today.")
    reply.click()
    expect(page.locator("#did")).to_have_text("Sent to the reporter.")
    expect(page.locator(".message.ours .words").first).to_have_text("Thank you. We look at it today.")


def test_the_switch_works_by_keyboard(desk: BrowserContext, office: Office) -> None:
    page = desk.new_page()
    page.goto(f"{office.url}/c/{office.refs[5]}")
    page.get_by_label("Internal note", exact=True).first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Send to reporter")).to_be_visible()


def test_a_refusal_has_the_focus_and_keeps_the_words(
    desk: BrowserContext, office: Office, shoot: Callable[[Page, str], Path]
) -> None:
    page = desk.new_page()
    page.goto(f"{office.url}/c/{office.refs[6]}/decide")
    page.get_by_text("Reject", exact=True).click()
    page.get_by_label("Kind").select_option("not-security")
    page.get_by_label("Reason, as the reporter reads it").fill("Too short a reason.")
    follow(page.get_by_role("button", name="Reject and send the reason"))
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("the policy asks for at least 120")
    expect(refusal).to_contain_text("assess.reject.min_chars")
    expect(refusal).to_be_focused()
    expect(page.get_by_label("Reason, as the reporter reads it")).to_have_value("Too short a reason.")
    shoot(page, "desk-refused-light-wide")


def test_somebody_elses_change_is_shown_before_it_is_sent_again(
    desk: BrowserContext, office: Office, shoot: Callable[[Page, str], Path]
) -> None:
    page = desk.new_page()
    ref = office.refs[7]
    page.goto(f"{office.url}/c/{ref}/score")
    story.act(office.house, ref, cmd.SetScore(vector=story.VECTOR_4), person=office.house.li)
    page.get_by_label("CVSS vector").fill(story.VECTOR)
    follow(page.get_by_role("button", name="Save score"))
    expect(page.get_by_role("alert")).to_contain_text("Li scored it High 8.7 (CVSS 4.0)")
    expect(page.get_by_label("CVSS vector")).to_have_value(story.VECTOR)
    shoot(page, "desk-conflict-light-wide")
    follow(page.get_by_role("button", name="Save score"))
    expect(page.locator("#did")).to_contain_text("Score saved")


def test_refused_and_overtaken_pages_are_readable_by_everybody(chromium: Browser, office: Office) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 700}, color_scheme="dark")
    office.enter(context)
    page = context.new_page()
    page.goto(f"{office.url}/c/{office.refs[6]}/decide")
    page.get_by_label("Effect").fill("")
    follow(page.get_by_role("button", name="Record investigation"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert accessibility(page) == []
    context.close()
