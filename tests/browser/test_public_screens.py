# SPDX-License-Identifier: Apache-2.0
"""The public room in a real browser: readable by everybody in every look, without script, and on one printed page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import SCREENS, follow, watch
from tests.desk import story
from tests.rooms import running, walk
from tests.rooms.running import Running

pytestmark = pytest.mark.browser

ADDRESSES = {
    "projects": "/",
    "home": f"/p/{walk.PROJECT}/",
    "policy": f"/p/{walk.PROJECT}/policy",
    "list": f"/p/{walk.PROJECT}/advisories/",
    "list-empty": "/p/example/advisories/",
    "advisory": f"/p/{walk.PROJECT}/advisories/WHPG-SA-2026-001",
    "affected": f"/p/{walk.PROJECT}/affected?version=7.3.1",
    "affected-empty": f"/p/{walk.PROJECT}/affected",
    "csaf-folder": "/csaf/2026/",
    "not-found": "/nothing",
}


@pytest.fixture(scope="module")
def front() -> Iterator[Running]:
    with running.running() as made:
        ref = story.report(made.house)
        story.embargoed(made.house, ref)
        walk.publish(made.house, ref)
        walk.work(made.house)
        yield made


@pytest.mark.parametrize("in_look", running.LOOKS)
def test_every_page_is_readable_by_everybody(
    chromium: Browser, front: Running, shoot: Callable[[Page, str], Path], in_look: tuple[str, int]
) -> None:
    scheme, width = in_look
    context = running.look(chromium, scheme, width)
    offences = watch(context)
    page = context.new_page()
    wrong: list[str] = []
    for name, address in ADDRESSES.items():
        page.goto(front.url + address)
        shoot(page, f"public-{name}-{scheme}-{width}")
        wrong += running.faults(page, name)
    context.close()
    assert not wrong, "\n".join(wrong)
    assert not offences


def test_somebody_who_runs_the_product_finds_what_to_do_without_script(
    torsafest: BrowserContext, front: Running
) -> None:
    page = torsafest.new_page()
    page.goto(front.url)
    follow(page.get_by_role("link", name="WarehousePG", exact=True))
    follow(page.get_by_role("link", name="All advisories"))
    follow(page.get_by_role("link", name="PL/Perl environment"))
    assert page.get_by_role("heading", name="Do this").is_visible()
    assert page.get_by_text("update to 7.4.2").is_visible()
    follow(page.get_by_role("link", name="plain text"))
    assert "WHPG-SA-2026-001" in page.inner_text("body")


def test_an_advisory_prints_on_one_page(chromium: Browser, front: Running) -> None:
    context = running.look(chromium, "light", 1280)
    page = context.new_page()
    page.goto(front.url + ADDRESSES["advisory"])
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "1.5cm")
    printed = page.pdf(path=SCREENS / "public-advisory.pdf", format="A4", margin=margin)  # type: ignore[arg-type]
    context.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
