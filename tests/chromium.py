# SPDX-License-Identifier: Apache-2.0
"""A real Chromium for tests that must see what a person sees.

`page` is a staff member's browser. `torsafest` is a finder's: Tor Browser at its "safest" level runs no script and
loads no image, font, video or SVG. Both fail the test when a page asks for anything off this machine or breaks its own
Content-Security-Policy. `shoot` keeps a picture in build/screens, to be looked at. Mark such tests `browser`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import playwright
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Route, sync_playwright

from tests.support import ROOT

SCREENS = ROOT / "build" / "screens"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NOT_AT_SAFEST = {"font", "image", "media", "script"}


def follow(element: Locator) -> None:
    """Press a button or link, and wait until the page that it leads to stands: `click` alone may return before."""
    with element.page.expect_navigation():
        element.click()


def executable() -> str | None:
    """The system's Chromium; None leaves it to Playwright's own, where somebody has installed that."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def driver_runs() -> bool:
    """Whether the driver that Playwright brings along starts on this machine."""
    node = Path(playwright.__file__).parent / "driver" / "node"
    return subprocess.run([node, "--version"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run."""
    # Playwright's synchronous interface keeps an event loop in this thread, and Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    if not driver_runs():
        pytest.skip("needs what Playwright's driver is linked to (Debian: apt-get install libatomic1)")
    with sync_playwright() as driver:
        if not executable() and not Path(driver.chromium.executable_path).exists():
            pytest.skip("needs Chromium (Debian: apt-get install chromium; elsewhere: playwright install chromium)")
        browser = driver.chromium.launch(executable_path=executable(), args=[*FLAGS, *root])
        yield browser
        browser.close()


def watch(context: BrowserContext) -> list[str]:
    """Collect what no page of ours may do."""
    offences: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            offences.append(message.text)

    def route(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.hostname not in LOOPBACK:
            offences.append(f"asked for {route.request.url}")
            route.abort()
        else:
            route.fallback()

    context.on("console", console)
    context.route("**/*", route)
    return offences


@pytest.fixture
def staff(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile with scripts, as at the desk."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC")
    offences = watch(context)
    yield context
    context.close()
    assert not offences


@pytest.fixture
def torsafest(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile at Tor Browser's safest level. Inline SVG stays in the page: remove it with `strip_svg`."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1000, "height": 900}, locale="en-US")
    context.route("**/*", lambda r: r.abort() if r.request.resource_type in NOT_AT_SAFEST else r.fallback())
    offences = watch(context)
    yield context
    context.close()
    assert not offences


@pytest.fixture
def page(staff: BrowserContext) -> Page:
    """One tab of a staff browser."""
    return staff.new_page()


def strip_svg(page: Page) -> None:
    """Take inline SVG out of the page, as Tor Browser does at its safest level."""
    page.evaluate("document.querySelectorAll('svg').forEach(e => e.remove())")


def accessibility(page: Page) -> list[str]:
    """What axe finds wrong with the page, one line each: rule, weight, and the first element."""
    violations = Axe().run(page).response["violations"]
    return [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}" for v in violations]


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], Path]:
    """Keep a picture of the whole page as build/screens/NAME.png."""

    def keep(page: Page, name: str) -> Path:
        path = SCREENS / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return keep
