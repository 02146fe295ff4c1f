# SPDX-License-Identifier: Apache-2.0
"""The desk with a keyboard alone, and how much work an ordinary report is: keys, presses and facts are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.office import Office, opened
from tests.chromium import accessibility, follow, watch
from tests.desk import story
from tests.desk.test_cvss import ANSWERS
from tests.rooms import walk
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience
from tocsin.services import lookalikes
from tocsin.services.queries import case as queries

pytestmark = pytest.mark.browser

MOST_KEYS, MOST_CLICKS, MOST_FACTS = 4, 12, 8


@pytest.fixture
def office() -> Iterator[Office]:
    """A desk of one's own, served over HTTP from this process."""
    with opened() as office:
        yield office


@pytest.fixture
def desk(chromium: Browser, office: Office) -> Iterator[BrowserContext]:
    """Dana's browser, with the desk's script; it fails on any breach of policy or Trusted Types."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC")
    offences = watch(context)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    office.enter(context)
    yield context
    context.close()
    assert not offences
    assert not faults


class Hands:
    """Types and presses as a person does, and counts: shortcuts, and facts that were typed in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = self.presses = 0
        self.facts: list[str] = []

    def key(self, *names: str) -> None:
        """Press keys one after another."""
        for name in names:
            self.keys += 1
            self.page.keyboard.press(name)

    def click(self, name: str) -> None:
        """Press a button by its name, and wait until the page that answers stands."""
        self.presses += 1
        follow(self.page.get_by_role("button", name=name, exact=True).first)

    def type(self, label: str, text: str) -> None:
        """Type one fact into a field."""
        self.facts.append(text)
        self.page.get_by_label(label).first.fill(text)


def stands(office: Office, ref: str) -> queries.CaseView:
    found = queries.view(office.house.desk, ref, office.house.dana)
    assert found
    return found


def test_a_decision_takes_four_keys_at_most_and_no_other_page(desk: BrowserContext, office: Office) -> None:
    ref = story.report(office.house)
    page = desk.new_page()
    page.goto(f"{office.url}/inbox?project=warehousepg")
    rows = page.locator(".rows td:nth-child(4) a").all_inner_texts()
    page.locator(".rows td:nth-child(6) a").nth(max(rows.index(ref) - 1, 0)).focus()
    hands = Hands(page)
    if rows.index(ref):
        hands.key("j")
    page.locator("#pane").get_by_role("link", name=ref, exact=True).wait_for()
    assert page.url.endswith(f"open={ref}")
    hands.key("1")
    expect(page.get_by_label("Effect", exact=True)).to_have_value(story.PLPERL.effects)
    expect(page.get_by_label("Plan to investigate")).to_be_focused()
    page.keyboard.type("the trusted interpreter")  # over the blank, which is selected
    with page.expect_navigation():
        hands.key("Control+Enter")
    expect(page.locator("#did")).to_contain_text("Accepted")
    assert stands(office, ref).advisory_id
    assert "We look at the trusted interpreter, and at" in stands(office, ref).reporter_thread[-1].plan
    assert hands.keys <= MOST_KEYS


def test_without_single_keys_nothing_happens_and_everything_can_still_be_done(
    desk: BrowserContext, office: Office
) -> None:
    page = desk.new_page()
    page.goto(f"{office.url}/look")
    page.get_by_label("Off: only Tab, Enter and what the browser has").check()
    follow(page.get_by_role("button", name="Save"))
    page.goto(f"{office.url}/inbox?open={office.refs[4]}")
    for key in ("j", "1", "x", "?", "z"):
        page.keyboard.press(key)
    assert page.locator("dialog[open]").count() == 0
    assert page.locator(".decide details[open]").count() == 0
    page.keyboard.press("Control+k")
    page.keyboard.type("calen")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/calendar")


def test_a_key_that_was_put_elsewhere_does_the_same_there_and_nothing_where_it_was(
    desk: BrowserContext, office: Office
) -> None:
    page = desk.new_page()
    page.goto(f"{office.url}/look")
    page.get_by_text("Other keys").click()
    for words, key in (("Write to the reporter", "w"), ("Ask for more", "q"), ("Next row", "t")):
        page.get_by_label(words).fill(key)
    follow(page.get_by_role("button", name="Use these keys"))
    page.goto(f"{office.url}/c/{office.refs[0]}")
    page.keyboard.press("r")
    assert not page.locator("#reply-text").is_visible()
    page.keyboard.press("w")
    expect(page.locator("#reply-text")).to_be_focused()
    page.goto(f"{office.url}/inbox?project=warehousepg")
    page.keyboard.press("t")
    page.locator("#pane article").wait_for()
    expect(page.locator("#pane summary", has_text="Ask for more").locator("kbd")).to_have_text("q")
    page.keyboard.press("q")
    expect(page.locator("#need-info-question")).to_be_focused()


def test_a_list_that_cannot_be_refreshed_says_of_when_its_copy_is(desk: BrowserContext, office: Office) -> None:
    page = desk.new_page()
    page.clock.install()
    page.goto(f"{office.url}/inbox")
    page.route("**/inbox/news*", lambda route: route.abort())
    page.clock.run_for(31_000)
    expect(page.locator("#news")).to_contain_text("Not reached. This is the copy of ")
    page.unroute("**/inbox/news*")
    page.clock.run_for(31_000)
    expect(page.locator("#news")).not_to_contain_text("Not reached")


def test_keys_lead_through_a_case_and_say_what_they_do(
    desk: BrowserContext, office: Office, shoot: Callable[[Page, str], Path]
) -> None:
    ref = office.refs[0]
    page = desk.new_page()
    page.goto(f"{office.url}/c/{ref}")
    story.act(office.house, ref, cmd.Say(audience=Audience.TEAM, text="Looks like the one of 2016."), office.house.li)
    page.reload()
    page.keyboard.press("u")
    expect(page.locator(".message.new").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next unread message")
    shoot(page, "desk-keys-light-wide")
    assert accessibility(page) == []
    page.keyboard.press("Escape")
    for key, address in (("s", "score"), ("e", "embargo"), ("b", "branches"), ("d", "advisory"), ("p", "publish")):
        with page.expect_navigation():
            page.keyboard.press(key)
        assert page.url.endswith(f"/{address}")
    page.goto(f"{office.url}/c/{ref}")
    page.keyboard.press("r")
    expect(page.get_by_label("Message to the reporter", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Send to reporter")).to_be_visible()


def test_words_are_kept_while_they_are_typed(desk: BrowserContext, office: Office) -> None:
    ref = office.refs[0]
    page = desk.new_page()
    page.goto(f"{office.url}/c/{ref}")
    page.keyboard.press("n")
    with page.expect_response(lambda answer: "/draft/note" in answer.url) as kept:
        page.keyboard.type("The decoder reads past its buffer.")
    assert kept.value.status == 204
    expect(page.locator("#note .draft")).to_contain_text("Draft kept")
    page.close()
    again = desk.new_page()
    again.goto(f"{office.url}/c/{ref}")
    expect(again.get_by_label("Internal note", exact=True).last).to_have_value("The decoder reads past its buffer.")


def test_a_choice_of_the_score_works_out_at_once(desk: BrowserContext, office: Office) -> None:
    page = desk.new_page()
    page.goto(f"{office.url}/c/{office.refs[0]}/score")
    page.locator("input[name=m3S][value=C]").check()
    expect(page.get_by_label("CVSS vector", exact=True)).to_have_value(story.VECTOR.replace("S:U", "S:C"))
    expect(page.locator("#board")).to_contain_text("Critical 9.9")
    expect(page.locator("#difference")).to_contain_text("")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("CVSS vector", exact=True)).to_have_value(story.VECTOR)


def accept(hands: Hands, office: Office, ref: str) -> None:
    """Read and accept beside the inbox."""
    hands.page.goto(f"{office.url}/inbox?open={ref}")
    hands.page.locator("#pane summary").filter(has_text="Accept").click()
    hands.presses += 1
    hands.type("Plan to investigate", "1. We reproduce it.\n2. We look at every trusted language.\n3. We fix it.")
    hands.click("Accept and tell the reporter")


def state_lines(hands: Hands, office: Office, ref: str) -> None:
    """Say for each line where it is fixed, or why it is not hit."""
    hands.page.goto(f"{office.url}/c/{ref}/lines")
    for line, state, field, fact in (
        ("7.4", "fixed", "Fixed in", "7.4.2"),
        ("7.3", "fixed", "Fixed in", "7.3.4"),
        ("6.29", "not-affected", "Reason", "built without PL/Perl"),
    ):
        row = hands.page.locator("tr").filter(has=hands.page.locator(f"input[value='{line}']"))
        row.get_by_label("State").select_option(state)
        row.get_by_label("Tested").set_checked(state == "fixed")
        row.get_by_label(field).fill(fact)
        hands.facts.append(fact)
    hands.click("Save lines")


def order(hands: Hands, button: str) -> None:
    """Press what is weighty; say that what the policy remarks is known, where it remarks something."""
    hands.click(button)
    if hands.page.get_by_text("Know this first").count():
        for box in hands.page.locator("input[name=known]").all():
            box.check()
        hands.click(button)


def publish(hands: Hands, office: Office, ref: str, second: Page) -> None:
    """Order it by its id, which is copied and no fact; another person approves exactly that."""
    hands.page.goto(f"{office.url}/c/{ref}/publish")
    hands.page.get_by_label("Type the advisory id to publish it").fill(stands(office, ref).advisory_id)
    order(hands, "Publish")
    expect(hands.page.locator(".refusal")).to_contain_text("Asked for a second person")
    first, hands.page = hands.page, second
    hands.page.goto(f"{office.url}/c/{ref}/approve")
    order(hands, "Approve and carry out")
    assert hands.page.locator(".refusal").all_inner_texts() == []
    hands.page = first
    walk.work(office.house)


def test_an_ordinary_report_takes_twelve_presses_and_eight_facts_and_none_twice(
    desk: BrowserContext, office: Office, chromium: Browser
) -> None:
    """From the report to the public advisory: decision, score, lines, fix, text, order."""
    ref = story.report(office.house, replace(story.PLPERL, surface=ANSWERS))
    page = desk.new_page()
    hands = Hands(page)
    accept(hands, office, ref)
    page.goto(f"{office.url}/c/{ref}/score")
    hands.click("Save score")
    state_lines(hands, office, ref)
    page.goto(f"{office.url}/c/{ref}/fix")
    hands.type("Where it lies", "0a1b2c3")
    hands.click("The fix is ready")
    story.act(office.house, ref, cmd.ConfirmFix(note="All regression tests."), office.house.li)
    page.goto(f"{office.url}/c/{ref}/advisory")
    hands.type("In one sentence", "An unprivileged database user can run code as the server's user; update.")
    hands.type(
        "Details", "Incorrect control of environment variables lets a user change those of the server's process."
    )
    hands.type("Mitigation", "Drop the extension where it is not used.")
    hands.click("Save draft")
    others = chromium.new_context()
    office.enter(others, office.house.li)
    publish(hands, office, ref, others.new_page())
    others.close()
    assert stands(office, ref).published
    assert hands.presses <= MOST_CLICKS, hands.presses
    assert len(hands.facts) <= MOST_FACTS, hands.facts
    assert len(set(hands.facts)) == len(hands.facts), "a fact was typed twice"


class Keyboard(Hands):
    """The same without a mouse: Tab until the wanted thing has the focus, then Enter, or type."""

    def reach(self, name: str, value: str = "", tag: str = "") -> None:
        """Press Tab until a field or button of that name, and with that value, has the focus."""
        for _ in range(300):
            self.page.keyboard.press("Tab")
            said, held, kind = self.page.evaluate(FOCUSED)
            if said.startswith(name) and (not value or held == value) and (not tag or kind == tag):
                return
        raise AssertionError(f"{name} {value} cannot be reached with Tab")

    def click(self, name: str) -> None:
        """Reach a button and press it."""
        self.presses += 1
        self.reach(name, tag="BUTTON")
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, label: str, text: str) -> None:
        """Reach a field and type over what stands in it."""
        self.facts.append(text)
        self.reach(label)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def order(self, name: str) -> None:
        """Press what is weighty; tick what the policy wants to be known, and press again."""
        self.click(name)
        boxes = self.page.locator("input[name=known]").count()
        for _ in range(boxes):
            while self.page.evaluate("document.activeElement.name !== 'known' || document.activeElement.checked"):
                self.page.keyboard.press("Tab")
            self.page.keyboard.press("Space")
        if boxes:
            self.click(name)

    def go(self, words: str) -> None:
        """Find a place with the palette."""
        self.page.keyboard.press("Control+k")
        self.page.keyboard.type(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


FOCUSED = """() => {
    const element = document.activeElement, label = element.labels && element.labels[0];
    const said = element.getAttribute('aria-label') || (label || element).innerText || '';
    return [said.trim(), element.value || '', element.tagName];
}"""


def state_lines_by_keyboard(hands: Keyboard) -> None:
    """Say of each line where it is fixed, or why it is not hit."""
    for line, state, field, fact in (
        ("7.4", "fixed", "Fixed in", "7.4.2"),
        ("7.3", "fixed", "Fixed in", "7.3.4"),
        ("6.29", "not affected", "Reason", "built without PL/Perl"),
    ):
        hands.reach("Line", line)
        hands.reach("State")
        hands.page.keyboard.type(state)
        if state == "fixed":
            hands.type(field, fact)
            hands.reach("Tested")
            hands.page.keyboard.press("Space")
        else:
            hands.type(field, fact)
    hands.click("Save lines")


def test_from_the_inbox_to_publication_without_a_mouse(desk: BrowserContext, office: Office, chromium: Browser) -> None:
    ref = story.report(office.house, replace(story.PLPERL, surface=ANSWERS))
    page = desk.new_page()
    hands = Keyboard(page)
    page.goto(f"{office.url}/inbox")
    hands.go(ref)
    hands.go("investigate")
    hands.type("Criticality", "Every server whose users may write functions.")
    hands.type("Effect", "Code runs as the server's user.")
    hands.click("Record investigation")
    hands.type("Plan to investigate", "We reproduce it, look at every trusted language, and fix it.")
    hands.click("Accept and tell the reporter")
    page.keyboard.press("s")
    page.wait_for_url("**/score")
    hands.click("Save score")
    hands.go("affected lines")
    state_lines_by_keyboard(hands)
    hands.go("fix")
    hands.type("Where it lies", "0a1b2c3")
    hands.click("The fix is ready")
    story.act(office.house, ref, cmd.ConfirmFix(note="All regression tests."), office.house.li)
    page.keyboard.press("d")
    page.wait_for_url("**/advisory")
    hands.type("In one sentence", "A database user can run code as the server's user; update.")
    hands.type("Details", "Environment variables of the server's process can be changed.")
    hands.type("Mitigation", "Drop the extension where it is not used.")
    hands.click("Save draft")
    page.keyboard.press("p")
    page.wait_for_url("**/publish")
    hands.type("Type the advisory id to publish it", stands(office, ref).advisory_id)
    hands.order("Publish")
    expect(page.locator(".refusal")).to_be_visible()
    others = chromium.new_context()
    office.enter(others, office.house.li)
    second = Keyboard(others.new_page())
    second.page.goto(f"{office.url}/c/{ref}/approve")
    second.order("Approve and carry out")
    others.close()
    walk.work(office.house)
    assert stands(office, ref).published


SECONDS_A_KEY, SECONDS_A_LETTER, SECONDS_OF_THOUGHT = 0.28, 0.2, 1.35
"""An average typist's key, letter within words, and mental preparation (Card, Moran and Newell 1980)."""

MOST_SECONDS = 300


def test_a_hundred_look_alikes_are_cleared_in_five_minutes_of_keyboard_time(
    desk: BrowserContext, office: Office
) -> None:
    house = office.house
    first = story.report(house)
    house.clock.advance(timedelta(minutes=1))
    copies = [story.report(house) for _ in range(100)]
    lookalikes.catch_up(house.desk)
    page, hands, letters, rounds = desk.new_page(), None, 0, 0
    answer = "We know of this matter from an earlier report, and tell you here when it is fixed."
    while {stands(office, ref).phase for ref in copies} != {"duplicate"}:
        rounds += 1
        assert rounds <= 4, "every round clears a screen"
        page.goto(f"{office.url}/inbox?project=warehousepg")
        hands = hands or Hands(page)
        rows = page.locator(".rows td:nth-child(4) a").all_inner_texts()
        hands.key("X")
        others = [place for place, ref in enumerate(rows) if ref not in copies]
        assert first in rows, "the first report is due first, so it stands on every screen"
        for place in others:  # what is no copy is looked for with the eyes, and let go
            page.locator(".rows td:nth-child(6) a").nth(place).focus()
            hands.keys += place + 1  # as many times j, counted and not waited for
            hands.key("x")
        with page.expect_navigation():
            hands.key("m")
        expect(page.get_by_label("All the same matter as")).to_have_value(first)
        expect(page.get_by_label("Message to each reporter")).to_be_focused()
        page.keyboard.insert_text(answer)
        letters += len(answer)
        with page.expect_navigation():
            hands.key("Control+Enter")
        expect(page.locator("#did")).to_contain_text("Done for every selected case")
    assert hands
    seconds = hands.keys * SECONDS_A_KEY + letters * SECONDS_A_LETTER + rounds * 4 * SECONDS_OF_THOUGHT
    assert seconds <= MOST_SECONDS, (hands.keys, letters, seconds)
    assert stands(office, first).phase == "new"
    assert all([each.text for each in stands(office, ref).reporter_thread] == [answer] for ref in copies)
