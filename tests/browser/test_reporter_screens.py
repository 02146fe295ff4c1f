# SPDX-License-Identifier: Apache-2.0
"""A finder's whole way in a real browser: at Tor Browser's safest level, and readable by everybody in every look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import watch
from tests.desk import story
from tests.rooms import running, walk
from tests.rooms.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def front() -> Iterator[Running]:
    with running.running() as made:
        yield made


def test_the_way_in_works_without_script_pictures_and_fonts(torsafest: BrowserContext, front: Running) -> None:
    page = torsafest.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    running.fill(page, front.url)
    assert [each for each in asked if not each.endswith(("/report", "/static/tocsin.css"))] == []
    running.press(page, "Check my report")
    assert page.get_by_role("heading", level=1).inner_text() == "Is this what you want to send?"
    running.press(page, "Send the report")
    words = running.words_of(page)
    assert len(words.split()) == 7
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the phrase as text").click()
    assert words in saved.value.path().read_text()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the proof of receipt").click()
    assert saved.value.suggested_filename.endswith("-proof.json")
    page.reload()
    assert running.words_of(page) == words
    assert not torsafest.cookies()


def test_the_room_works_without_script_pictures_and_fonts(torsafest: BrowserContext, front: Running) -> None:
    page = torsafest.new_page()
    words, ref = running.send(page, front)
    story.accepted(front.house, ref, "WHPG-SA-2026-901")
    front.propose(ref)
    running.come_back(page, front.url, words.upper().replace(" ", "-"))
    running.press(page, "Agree to this date")
    walk.work(front.house)
    page.reload()
    assert page.title().startswith("EMBARGO")
    page.get_by_label("Write to the team").fill("I will be at the computer on that day.")
    page.get_by_label("Add files").set_input_files([{"name": "t.txt", "mimeType": "text/plain", "buffer": b"t"}])
    running.press(page, "Send the message")
    assert page.get_by_text("I will be at the computer").count() == 1
    with page.expect_download() as saved:
        page.get_by_role("link", name="crash.log").click()
    assert saved.value.path().read_bytes() == b"x" * 40_000
    running.press(page, "Leave and clear this browser")
    assert not torsafest.cookies()
    page.goto(front.url + walk.ROOM)
    assert page.url.endswith("/return?ended")


def test_mistakes_move_the_focus_to_the_summary_and_its_links_to_the_fields(
    torsafest: BrowserContext, front: Running
) -> None:
    page = torsafest.new_page()
    page.goto(front.url + walk.REPORT)
    page.get_by_label("Give it a title").fill("Kept")
    running.press(page, "Check my report")
    assert page.locator(".errors:focus").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#reproduce:focus").count() == 1
    assert page.get_by_label("Give it a title").input_value() == "Kept"


def test_going_back_in_the_browser_finds_what_was_typed(torsafest: BrowserContext, front: Running) -> None:
    page = torsafest.new_page()
    running.fill(page, front.url)
    running.press(page, "Check my report")
    page.go_back()
    assert page.get_by_label("Give it a title").input_value() == story.PLPERL.title


def test_a_file_over_the_limit_gets_a_page_and_not_a_broken_connection(
    torsafest: BrowserContext, front: Running, tmp_path: Path
) -> None:
    big = tmp_path / "core.dump"
    with big.open("wb") as file:
        file.truncate(60 * 1024 * 1024)
    page = torsafest.new_page()
    running.fill(page, front.url)
    page.get_by_label("Files").set_input_files(big)
    running.press(page, "Check my report")
    assert page.get_by_text("“core.dump” is over 50 MiB").first.is_visible()
    assert page.get_by_label("Give it a title").input_value() == story.PLPERL.title


@pytest.fixture(params=running.LOOKS)
def seen(
    request: pytest.FixtureRequest, chromium: Browser, shoot: Callable[[Page, str], Path]
) -> Iterator[tuple[Page, Callable[[str], None]]]:
    """A page in one look, and what takes a picture of it and notes its faults."""
    scheme, width = request.param
    context = running.look(chromium, scheme, width)
    offences = watch(context)
    page = context.new_page()
    wrong: list[str] = []

    def look(name: str) -> None:
        shoot(page, f"reporter-{name}-{scheme}-{width}")
        wrong.extend(running.faults(page, name))

    yield page, look
    context.close()
    assert not wrong, "\n".join(wrong)
    assert not offences


def test_the_pages_on_the_way_in_are_readable_by_everybody(
    seen: tuple[Page, Callable[[str], None]], front: Running
) -> None:
    page, look = seen
    page.goto(front.url + walk.REPORT)
    look("form")
    running.press(page, "Check my report")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    look("mistakes-and-all-open")
    running.fill(page, front.url)
    running.press(page, "Check my report")
    look("check")
    running.press(page, "Send the report")
    look("receipt")
    running.come_back(page, front.url, "not a phrase")
    look("wrong-phrase")


def test_the_pages_of_the_room_are_readable_by_everybody(
    seen: tuple[Page, Callable[[str], None]], front: Running
) -> None:
    page, look = seen
    words, ref = running.send(page, front)
    advisory = f"WHPG-SA-2026-{len(front.house.desk.journal.cases()):03}"
    running.come_back(page, front.url, words)
    look("room-new")
    story.accepted(front.house, ref, advisory)
    ends = front.propose(ref)
    running.come_back(page, front.url, words)
    look("room-proposed")
    running.press(page, "Agree to this date")
    walk.work(front.house)
    page.reload()
    running.press(page, "Send the message")
    look("room-embargo-and-mistake")
    front.house.clock.set(ends)
    walk.publish(front.house, ref)
    running.come_back(page, front.url, words)
    look("room-published")
    running.press(page, "Leave and clear this browser")
    look("left")
