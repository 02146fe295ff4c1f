# SPDX-License-Identifier: Apache-2.0
"""Every page of the desk in a real browser: light and dark, wide and narrow, readable by everybody, within its policy.

The pictures in build/screens are there to be looked at.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.office import Office, opened
from tests.chromium import accessibility, follow, watch
from tests.desk import story
from tests.desk.server import PACKAGE
from tocsin.delivery.desk.views.case import TABS

pytestmark = pytest.mark.browser

SIZES = {"wide": (1280, 900), "narrow": (320, 700), "zoomed": (640, 450)}
LOOKS = [
    ("light", "wide"),
    ("dark", "narrow"),
    pytest.param(("light", "zoomed"), marks=pytest.mark.deep),
    pytest.param(("dark", "zoomed"), marks=pytest.mark.deep),
    pytest.param(("light", "narrow"), marks=pytest.mark.deep),
    pytest.param(("dark", "wide"), marks=pytest.mark.deep),
]
"""Both schemes and both sizes in the ordinary run; every other pairing in the long one. *zoomed* is a window of 1280 by
900 at 200 %."""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """The desk, served over HTTP from this process."""
    with opened() as office:
        yield office


def pages(office: Office) -> Iterator[tuple[str, str]]:
    """Name and address of every page worth looking at."""
    first, second, fresh = office.refs[0], office.refs[1], office.refs[4]
    yield "sign-in", "/sign-in"
    yield "link", "/sign-in/looked-at-only"
    yield "inbox", "/inbox"
    yield "inbox-empty", f"/inbox?tab=done&project={story.second(office.house)}"
    yield "inbox-reading", f"/inbox?open={fresh}"
    yield "inbox-snoozed", "/inbox?tab=snoozed"
    yield "projects", "/inbox?view=projects"
    yield "calendar", "/calendar"
    yield "look", "/look"
    yield "styleguide", "/desk/styleguide"
    yield "people", "/people"
    yield "metrics", "/metrics"
    yield "duty", "/duty?project=warehousepg"
    yield "mail", "/mail"
    yield "mine", "/me/mail"
    yield "tokens", "/tokens"
    yield "embargo-zone", f"/c/{first}/embargo?zone=Asia/Tokyo"
    yield "talk-starting", f"/c/{fresh}?start=first"
    yield "policy", f"/policy/{story.PROJECT}"
    yield "policy-edit", f"/policy/{story.PROJECT}/edit"
    yield "policy-cases", f"/policy/{story.PROJECT}/cases"
    yield "policy-import", f"/policy/{story.PROJECT}/import"
    yield "not-found", "/c/WHPG-2026-22222"
    yield "case-new", f"/c/{fresh}"
    yield "decide-new", f"/c/{fresh}/decide"
    yield "embargo-new", f"/c/{fresh}/embargo"
    yield "advisory-unready", f"/c/{second}/advisory"
    yield "publish-unready", f"/c/{second}/publish"
    for tab in TABS:
        yield f"case-{tab}", f"/c/{first}" if tab == "talk" else f"/c/{first}/{tab}"


@pytest.fixture(scope="module", params=LOOKS, ids="-".join)
def looked(request: pytest.FixtureRequest, chromium: Browser, office: Office) -> Iterator[tuple[BrowserContext, str]]:
    """A browser in one colour scheme and size, with Dana signed in."""
    scheme, size = request.param
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB", timezone_id="UTC"
    )
    offences = watch(context)
    office.enter(context)
    yield context, f"{scheme}-{size}"
    context.close()
    assert not offences


def test_every_page_is_readable_by_everybody(
    looked: tuple[BrowserContext, str], office: Office, shoot: Callable[[Page, str], Path]
) -> None:
    context, look = looked
    page = context.new_page()
    wrong: list[str] = []
    for name, address in pages(office):
        page.goto(office.url + address)
        shoot(page, f"desk-{name}-{look}")
        wrong += [f"{name}: {found}" for found in accessibility(page)]
        across = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if across > 0:
            wrong.append(f"{name}: {across} px wider than the screen")
    assert not wrong, "\n".join(wrong)


LIMIT = 120_000
"""Bytes that the first page of a visit may take, compressed: page, style sheet and script together."""


def test_a_first_page_weighs_less_than_120_kilobytes(office: Office) -> None:
    parts = [(PACKAGE / "delivery" / "static" / name).read_bytes() for name in ("desk.css", "desk.js")]
    client = Client()
    now = office.house.clock()
    client.post(f"/sign-in/{office.house.desk.people.sign_in_link(office.house.dana, now, now + timedelta(hours=1))}")
    for address in ("/inbox", f"/c/{office.refs[0]}", f"/c/{office.refs[0]}/advisory", f"/c/{office.refs[0]}/publish"):
        page = client.get(address).content
        assert sum(len(gzip.compress(each)) for each in (page, *parts)) <= LIMIT, address


@pytest.mark.parametrize("wish", ["forced_colors", "contrast", "reduced_motion"])
def test_what_a_reader_wishes_of_colour_and_motion_is_kept_to(
    chromium: Browser, office: Office, shoot: Callable[[Page, str], Path], wish: str
) -> None:
    wishes = {"forced_colors": "active", "contrast": "more", "reduced_motion": "reduce"}
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, **{wish: wishes[wish]})  # type: ignore[arg-type]
    office.enter(context)
    page = context.new_page()
    page.goto(f"{office.url}/c/{office.refs[0]}")
    shoot(page, f"desk-case-talk-{wish.replace('_', '-')}")
    assert accessibility(page) == []
    if wish == "reduced_motion":
        moving = (
            "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0)"
        )
        assert page.evaluate(f"{moving}.length") == 0
    context.close()


def test_a_wished_colour_scheme_holds_against_the_systems(chromium: Browser, office: Office) -> None:
    context = chromium.new_context(color_scheme="light")
    office.enter(context)
    page = context.new_page()
    page.goto(f"{office.url}/look")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_label("Dark").check()
    follow(page.get_by_role("button", name="Save"))
    page.wait_for_url("**/look")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    assert accessibility(page) == []
    context.close()


def test_a_case_prints_without_forms_and_menus(chromium: Browser, office: Office) -> None:
    context = chromium.new_context()
    office.enter(context)
    page = context.new_page()
    page.goto(f"{office.url}/c/{office.refs[0]}")
    page.emulate_media(media="print")
    assert page.locator(".top").is_hidden()
    assert page.locator(".composer").is_hidden()
    assert page.locator(".message").first.is_visible()
    context.close()
