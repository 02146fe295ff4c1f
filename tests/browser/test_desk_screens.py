# SPDX-License-Identifier: Apache-2.0
"""Every page of the desk in a real browser: light and dark, wide and narrow, readable by everybody, within its policy.

The pictures in build/screens are there to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.office import Office, opened
from tests.chromium import accessibility, watch
from tests.desk import story
from tocsin.delivery.desk.views.case import TABS

pytestmark = pytest.mark.browser

SIZES = {"wide": (1280, 900), "narrow": (320, 700)}
LOOKS = [
    ("light", "wide"),
    ("dark", "narrow"),
    pytest.param(("light", "narrow"), marks=pytest.mark.deep),
    pytest.param(("dark", "wide"), marks=pytest.mark.deep),
]
"""Both schemes and both sizes in the ordinary run; their other two pairings in the long one."""


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
    yield "people", "/people"
    yield "policy", f"/policy/{story.PROJECT}"
    yield "policy-edit", f"/policy/{story.PROJECT}/edit"
    yield "policy-cases", f"/policy/{story.PROJECT}/cases"
    yield "policy-import", f"/policy/{story.PROJECT}/import"
    yield "policy-edit", f"/policy/{story.PROJECT}/edit"
    yield "policy-cases", f"/policy/{story.PROJECT}/cases"
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
