# SPDX-License-Identifier: Apache-2.0
"""A newcomer types `tocsin demo` and follows what it says, in a real browser."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.demo import running
from tests.demo.running import Shown

pytestmark = [pytest.mark.slow, pytest.mark.browser]

Shoot = Callable[[Page, str], Path]


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(temporary: Path) -> Iterator[Shown]:
    with running.shown(temporary) as shown:
        yield shown
    assert shown.process.returncode == 0
    assert not list(temporary.iterdir()), "stopping it removes everything"


@pytest.fixture(scope="module")
def signed_in(demo: Shown) -> dict[str, list[dict[str, str]]]:
    """The cookies of the one browser that used the link."""
    return {"cookies": []}


def open_desk(demo: Shown, staff: BrowserContext, signed_in: dict[str, list[dict[str, str]]]) -> Page:
    """The inbox, signing in where this run has not yet: the link works once."""
    page = staff.new_page()
    if signed_in["cookies"]:
        staff.add_cookies(signed_in["cookies"])  # type: ignore[arg-type]
        page.goto(demo.link("/sign-in/").split("/sign-in/")[0] + "/inbox")
    else:
        page.goto(demo.link("/sign-in/"))
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(demo.link("/sign-in/").split("/sign-in/")[0] + "/inbox")
        signed_in["cookies"] = staff.cookies()  # type: ignore[assignment]
    return page


def into(page: Page, title: str) -> None:
    """Open the case whose title holds these words."""
    page.get_by_role("row").filter(has_text=title).get_by_role("link").first.click()


def test_it_prints_a_link_for_each_of_two_people_at_the_desk_and_one_for_the_reporter(demo: Shown) -> None:
    assert demo.text.count("/sign-in/") == 2
    assert demo.text.count("/report") == 1
    assert max(map(len, demo.text.splitlines())) <= 120


def test_the_desk_link_signs_in_and_the_inbox_begins_with_what_is_over(
    demo: Shown, staff: BrowserContext, signed_in: dict[str, list[dict[str, str]]], shoot: Shoot
) -> None:
    page = open_desk(demo, staff, signed_in)
    expect(page.get_by_role("rowheader").first).to_have_text("Over")
    first = page.get_by_role("row").filter(has=page.get_by_role("link")).first
    expect(first).to_contain_text("pgAdmin")
    expect(first).to_contain_text("over")
    shoot(page, "demo-inbox")


def test_the_proposed_date_is_one_click_from_agreed(
    demo: Shown, staff: BrowserContext, signed_in: dict[str, list[dict[str, str]]], shoot: Shoot
) -> None:
    page = open_desk(demo, staff, signed_in)
    into(page, "PostgreSQL Anonymizer")
    page.get_by_role("link", name="Embargo", exact=True).first.click()
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".word.embargo")).to_be_visible()
    shoot(page, "demo-case")


def approve_as_li(demo: Shown, chromium: Browser, case: str) -> None:
    """What takes two people is approved by the second, in a browser of their own."""
    context = chromium.new_context()
    page = context.new_page()
    link = demo.links("/sign-in/")[1]
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Lists")).to_be_visible()
    page.goto(f"{link.split('/sign-in/')[0]}/c/{case}/approve")
    for caution in page.locator("[name=known]").all():
        caution.check()
    page.locator("button.danger").first.click()
    cautions = page.locator("[name=known]:not(:checked)").all()
    for caution in cautions:
        caution.check()
    if cautions:
        page.locator("button.danger").first.click()
    context.close()


def test_the_ready_fix_is_one_tick_and_two_people_from_the_public(
    demo: Shown, staff: BrowserContext, chromium: Browser, signed_in: dict[str, list[dict[str, str]]], shoot: Shoot
) -> None:
    page = open_desk(demo, staff, signed_in)
    into(page, "zipfile")
    page.get_by_role("link", name="Affected lines").first.click()
    row = page.get_by_role("row").filter(has=page.locator('input[value="3.8"]'))
    row.get_by_label("Tested").check()
    page.get_by_role("button", name="Save lines").click()
    page.get_by_role("link", name="Publish", exact=True).click()
    advisory = page.locator("#publish code").first.inner_text()
    page.locator("#publish").get_by_label("Type the advisory id").fill(advisory)
    page.locator("#publish").get_by_role("button", name="Publish", exact=True).click()
    cautions = page.locator("#publish [name=known]").all()
    for caution in cautions:
        caution.check()
    if cautions:  # the policy wanted something known first, such as that it is Sunday
        page.locator("#publish").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Asked for a second person")).to_be_visible()
    approve_as_li(demo, chromium, page.url.split("/c/")[1].split("/")[0])
    public = staff.new_page()
    address = f"{demo.link('/report').split('/p/')[0]}/p/example/advisories/{advisory}"
    for _ in range(120):
        answer = public.goto(address)
        if answer and answer.ok:
            break
        public.wait_for_timeout(500)
    expect(public.get_by_role("heading", level=1)).to_contain_text("zipfile")
    shoot(public, "demo-advisory")


def test_the_reporters_form_needs_nothing_but_the_page(demo: Shown, torsafest: BrowserContext, shoot: Shoot) -> None:
    page = torsafest.new_page()
    page.goto(demo.link("/report"))
    page.get_by_label("Give it a title").fill("pg_dump follows what it should not")
    page.get_by_label("How can we make it happen?").fill("Replace a table while pg_dump starts; it reads the other.")
    page.get_by_label("Which version or commit?").fill("7.3.1")
    shoot(page, "demo-report")
    page.get_by_role("button", name="Check my report").click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.locator(".words li")).to_have_count(7)


def test_a_report_by_mail_is_fed_as_it_says_and_stands_in_the_inbox(
    demo: Shown, staff: BrowserContext, signed_in: dict[str, list[dict[str, str]]], temporary: Path, shoot: Shoot
) -> None:
    (place,) = re.findall(r"^ +cd (\S+)$", demo.text, re.MULTILINE)
    ((name, value, words),) = re.findall(r"^ +(TOCSIN_CONFIG)=(\S+) \S*tocsin (mail feed .+)$", demo.text, re.MULTILINE)
    command = [*running.COMMAND[:-1], *words.split()]
    environment = {**running.environment(temporary), name: value}
    told = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, cwd=place)
    assert told.stdout.startswith("1 kept"), told.stdout
    page = open_desk(demo, staff, signed_in)
    row = page.get_by_role("row").filter(has_text="Reading past the end of an array")
    for _ in range(60):
        if row.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(row.first).to_be_visible()
    page.goto(demo.link("/sign-in/").split("/sign-in/")[0] + "/sent")
    expect(page.get_by_text("A report was received").first).to_be_visible()
    shoot(page, "demo-mail")
