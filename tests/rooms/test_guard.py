# SPDX-License-Identifier: Apache-2.0
"""Posts come from our own pages, and nobody keeps what the private ones show."""

from __future__ import annotations

import re

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.rooms import walk
from tocsin.boot.middleware import Unavailability, broken
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.testing.house import House

POSTS = (walk.REPORT, walk.RETURN, f"/p/{walk.PROJECT}/receipt", f"{walk.ROOM}/message", f"{walk.ROOM}/act",
         f"{walk.ROOM}/leave")  # fmt: skip


@pytest.mark.parametrize("address", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://[::"},
        {"sec-fetch-site": "cross-site", "origin": "https://security.example.org"},
    ],
    ids=str,
)
def test_a_post_from_another_site_is_refused(house: House, address: str, headers: dict[str, str]) -> None:
    answer = Client(headers=headers).post(address, {})
    assert answer.status_code == 403
    assert "did not come from one of our pages" in answer.content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "https://security.example.org"},
        {"origin": "http://testserver"},
        {},
    ],
    ids=str,
)
def test_a_post_from_our_page_or_from_no_page_is_taken(house: House, headers: dict[str, str]) -> None:
    assert Client(headers=headers).post(walk.RETURN, {"phrase": "x"}).status_code == 422


def test_our_pages_let_the_browser_say_where_a_post_comes_from(visitor: Client) -> None:
    """Under `no-referrer` browsers send `Origin: null` with a post, and every honest reporter would be refused."""
    assert visitor.get(walk.REPORT).headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", [walk.RETURN, walk.ROOM])
def test_private_pages_are_kept_by_nobody(visitor: Client, address: str) -> None:
    assert visitor.get(address).headers["Cache-Control"] == "no-store"


def test_a_method_that_makes_no_sense_is_refused(visitor: Client) -> None:
    assert visitor.delete(walk.REPORT).status_code == 405
    assert visitor.put(walk.ROOM).status_code == 405


def test_pages_ask_for_one_style_sheet_and_nothing_else(visitor: Client) -> None:
    walk.send(visitor)
    for address in (walk.REPORT, walk.RETURN, "/", f"/p/{walk.PROJECT}/", "/nothing-here"):
        shown = walk.page(visitor.get(address))
        names = {tag for tag, _ in shown.tags}
        assert not names & {"script", "img", "svg", "iframe", "object", "style", "video", "audio"}
        assert [given["href"] for given in shown.all("link") if given.get("rel") == "stylesheet"] == [
            "/static/tocsin.css"
        ]
        assert not any("style" in given or any(name.startswith("on") for name in given) for _, given in shown.tags)


def test_the_form_and_its_style_sheet_weigh_less_than_thirty_kilobytes(visitor: Client) -> None:
    from tests.rooms.site import PACKAGE

    form = len(visitor.get(walk.REPORT).content)
    sheet = (PACKAGE / "delivery" / "static" / "tocsin.css").stat().st_size
    assert form + sheet <= 30_000


ODD = ("hex", "idna", "utf-7", "unicode_escape", "undefined", "utf-16", "no-such-codec")


@pytest.mark.parametrize("charset", ODD)
@pytest.mark.parametrize("address", POSTS)
def test_a_form_in_another_encoding_than_ours_is_not_read(house: House, address: str, charset: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n\\ud800 +2AA-\r\n--b--\r\n'
    answer = Client().generic("POST", address, body, f"multipart/form-data; boundary=b; charset={charset}")
    assert answer.status_code == 400
    assert "could not be read" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError("locked"), 503), (InterfaceError("gone"), 503), (KeyError("a mistake"), 500)],
)
def test_a_database_that_fails_outside_the_views_is_not_now_as_well(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise error
    except Exception:
        answer = broken(RequestFactory().get("/inbox"))
    assert answer.status_code == status
    assert answer.headers.get("Retry-After", "") == ("30" if status == 503 else "")
    page = answer.content.decode()
    (reference,) = re.findall(r"Reference <code>([0-9a-f]{8})</code>", page)
    assert f"reference {reference}: " in caplog.text, "whoever keeps the log finds what the page was about"
    assert 'href="/"' in page, "and there is a way on"


def test_whoever_meets_somebody_else_at_the_same_record_is_told_not_now_and_a_mistake_of_ours_stays_one() -> None:
    guard, request = Unavailability(lambda _: HttpResponse()), RequestFactory().get("/calendar")
    for error in (Conflict("somebody was first"), Unavailable("locked")):
        answer = guard.process_exception(request, error)
        assert answer is not None
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert guard.process_exception(request, KeyError("a mistake")) is None
