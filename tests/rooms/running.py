# SPDX-License-Identifier: Apache-2.0
"""The rooms served over HTTP from the test's process, for a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.test.utils import override_settings
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import accessibility, follow
from tests.desk import story
from tests.live import live
from tests.rooms import site, walk
from tocsin.core.case import commands as cmd
from tocsin.testing.house import House
from tocsin.testing.house import house as build

LOOKS = [
    pytest.param(("light", 1280), id="light-1280"),
    pytest.param(("dark", 320), id="dark-320"),
    pytest.param(("light", 320), id="light-320", marks=pytest.mark.deep),
    pytest.param(("dark", 1280), id="dark-1280", marks=pytest.mark.deep),
]
"""Colour scheme and width in pixels. Every rule of the sheet is seen in two of the four; `--deep` looks at all."""


@dataclass
class Running:
    """A house with its front reached at `url`."""

    url: str
    house: House

    def propose(self, ref: str) -> datetime:
        """Let the team propose a Tuesday two weeks on."""
        ends = (self.house.clock() + timedelta(days=14)).replace(hour=15, minute=0, second=0)
        ends -= timedelta(days=(ends.weekday() - 1) % 7)
        story.act(self.house, ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
        return ends


@contextmanager
def running() -> Iterator[Running]:
    """Serve a fresh house."""
    with override_settings(**site.SETTINGS):
        house = build()
        with live() as url:
            site.current.append(site.at(house, url))
            try:
                yield Running(url, house)
            finally:
                site.current.pop()


def look(chromium: Browser, scheme: str, width: int) -> BrowserContext:
    """A browser in one colour scheme and size."""
    return chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with a page for somebody who reads it in their own way or on a small screen."""
    found = [f"{name}: {each}" for each in accessibility(page)]
    across = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{name}: {across} px wider than the screen"] if across > 0 else found


def fill(page: Page, url: str) -> None:
    """Fill the form in, with a file."""
    page.goto(url + walk.REPORT)
    page.get_by_label("Give it a title").fill(story.PLPERL.title)
    page.get_by_label("How can we make it happen?").fill(story.PLPERL.reproduce)
    page.get_by_label("Which version or commit?").fill("7.3.1")
    page.get_by_label("Files").set_input_files(
        [{"name": "crash.log", "mimeType": "text/plain", "buffer": b"x" * 40_000}]
    )


def send(page: Page, front: Running) -> tuple[str, str]:
    """Send a report; the phrase and the case."""
    before = {head.case for head in front.house.desk.journal.cases()}
    fill(page, front.url)
    press(page, "Check my report")
    press(page, "Send the report")
    (ref,) = {head.case for head in front.house.desk.journal.cases()} - before
    return words_of(page), ref


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page behind it."""
    follow(page.get_by_role("button", name=name, exact=True))


def come_back(page: Page, url: str, words: str) -> None:
    """Open the room with the phrase."""
    page.goto(url + walk.RETURN)
    page.get_by_label("Return phrase").fill(words)
    press(page, "Open my room")


def words_of(page: Page) -> str:
    """The phrase on the receipt."""
    return " ".join(page.locator(".words li").all_inner_texts())
