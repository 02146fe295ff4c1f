# SPDX-License-Identifier: Apache-2.0
"""The browser that later tests look through: it sees, it obeys, and it notices what a page must not do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import accessibility, strip_svg, watch

pytestmark = pytest.mark.browser

PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Sample</title>
<main><h1>Sample</h1><p id="script">no script</p><noscript><p id="noscript">told without script</p></noscript>
<svg width="10" height="10" role="img" aria-label="dot"><circle r="5"/></svg>
<img src="/picture.png" alt="picture"></main>
<script src="/script.js"></script></html>"""
SCRIPT = b"document.getElementById('script').textContent = 'script ran'"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body, kind = (SCRIPT, "text/javascript") if self.path == "/script.js" else (PAGE, "text/html")
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; img-src 'self'")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.asked = []
        listening.url = f"http://127.0.0.1:{listening.server_port}/"
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


def test_a_staff_page_runs_scripts_and_is_pictured(
    page: Page, server: ThreadingHTTPServer, shoot: Callable[[Page, str], Path]
) -> None:
    page.goto(server.url)
    assert page.inner_text("#script") == "script ran"
    assert accessibility(page) == []
    assert shoot(page, "house-sample").read_bytes().startswith(b"\x89PNG")


def test_at_safest_nothing_runs_and_no_picture_is_asked_for(
    torsafest: BrowserContext, server: ThreadingHTTPServer
) -> None:
    page = torsafest.new_page()
    page.goto(server.url)
    strip_svg(page)
    assert page.inner_text("#script") == "no script"
    assert page.inner_text("#noscript") == "told without script"
    assert page.locator("svg").count() == 0
    assert server.asked == ["/"]


@pytest.mark.parametrize(
    ("markup", "offence"),
    [
        ("<img src='http://192.0.2.7/pixel.png'>", "asked for http://192.0.2.7/pixel.png"),
        (
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"><p style='color: red'>x</p>",
            "Content Security Policy",
        ),
    ],
    ids=["third party", "own policy"],
)
def test_an_offence_is_noticed(chromium: Browser, server: ThreadingHTTPServer, markup: str, offence: str) -> None:
    context = chromium.new_context()
    offences = watch(context)
    page = context.new_page()
    page.goto("about:blank")
    page.set_content(markup)
    page.wait_for_load_state("networkidle")
    context.close()
    assert any(offence in seen for seen in offences), offences
