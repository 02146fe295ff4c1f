# SPDX-License-Identifier: Apache-2.0
"""Coming back with the phrase: every kind of wrong is one answer, and an open room ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.rooms import site, walk
from tocsin.services.app import Site
from tocsin.testing.house import House

WRONG = (
    "",
    " ",
    "one",
    "unknown words that never were in lists",
    "tiling unfold oboe crisply amber wagon dusk",
    "\x00\u202e<script>",
    "x" * 100_000,
    "WHPG-2026-k7x4m",
)


@pytest.mark.parametrize("typed", WRONG, ids=range(len(WRONG)))
def test_every_kind_of_wrong_is_the_same_page_to_the_byte(visitor: Client, typed: str) -> None:
    walk.send(visitor)
    wrong, usual = walk.come_back(visitor, typed), walk.come_back(visitor, "no such phrase was ever given out")
    assert wrong.status_code == usual.status_code == 422
    assert wrong.content == usual.content
    assert wrong.headers == usual.headers
    assert not visitor.cookies


def test_a_right_phrase_is_told_from_a_wrong_one(visitor: Client) -> None:
    words = walk.phrase(walk.send(visitor))
    assert walk.come_back(visitor, words).status_code == 303


@pytest.mark.parametrize("change", [str.upper, str.title, lambda w: w.replace(" ", "-"), lambda w: f"  {w}.\n"])
def test_capitals_dashes_and_spaces_do_not_matter(visitor: Client, change: object) -> None:
    words = walk.phrase(walk.send(visitor))
    assert walk.come_back(visitor, change(words)).status_code == 303  # type: ignore[operator]


def test_the_phrase_is_never_shown_again_not_even_a_wrong_one(visitor: Client) -> None:
    words = walk.phrase(walk.send(visitor))
    assert "mistyped-phrase" not in walk.come_back(visitor, "mistyped-phrase").content.decode()
    walk.come_back(visitor, words)
    room = visitor.get(walk.ROOM).content.decode()
    assert not any(f">{word}<" in room or f" {word} " in room for word in words.split())


@pytest.mark.parametrize(("wish", "shown"), [("handle", True), ("none", False)])
def test_the_room_says_under_which_name_the_reporter_is_thanked(visitor: Client, wish: str, shown: bool) -> None:
    walk.come_back(visitor, walk.phrase(walk.send(visitor, name="R. Eporter", credit=wish, credit_as="@quietfox")))
    room = visitor.get(walk.ROOM).content.decode()
    assert ("you are not named" in room, "@quietfox" in room) == (not shown, shown)


def test_over_https_the_cookie_is_bound_to_this_host_and_hidden_from_scripts(visitor: Client) -> None:
    walk.come_back(visitor, walk.phrase(walk.send(visitor)))
    (cookie,) = visitor.cookies.values()
    assert cookie.key == "__Host-tocsin-room"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, True, "Strict", "/")
    assert cookie["max-age"] == 30 * 60
    assert not cookie["domain"]


def test_without_https_the_cookie_keeps_its_plain_name(visitor: Client, house: House) -> None:
    site.current[-1] = replace(house.front, site=Site(public_url="http://testserver", desk_url=""))
    walk.come_back(visitor, walk.phrase(walk.send(visitor)))
    (cookie,) = visitor.cookies.values()
    assert (cookie.key, cookie["path"], cookie["secure"]) == ("tocsin-room", "/", "")


def test_a_visit_ends_after_half_an_hour_of_quiet_and_goes_on_while_pages_are_read(
    visitor: Client, house: House
) -> None:
    walk.come_back(visitor, walk.phrase(walk.send(visitor)))
    for _ in range(5):
        house.clock.advance(timedelta(minutes=29))
        assert visitor.get(walk.ROOM).status_code == 200
    house.clock.advance(timedelta(minutes=31))
    answer = visitor.get(walk.ROOM)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{walk.RETURN}?ended"
    assert "Your visit has ended" in visitor.get(answer.headers["Location"]).content.decode()


def test_no_visit_is_longer_than_twelve_hours(visitor: Client, house: House) -> None:
    walk.come_back(visitor, walk.phrase(walk.send(visitor)))
    for _ in range(25):
        house.clock.advance(timedelta(minutes=29))
        answer = visitor.get(walk.ROOM)
    assert answer.status_code == 302


@pytest.mark.parametrize("cookie", ["", "made-up", "A" * 70_000])
def test_a_cookie_that_is_none_of_ours_opens_nothing(visitor: Client, cookie: str) -> None:
    visitor.cookies["__Host-tocsin-room"] = cookie
    assert visitor.get(walk.ROOM).status_code == 302


def test_a_phrase_opens_its_own_room_whichever_projects_door_it_is_typed_at(visitor: Client) -> None:
    words = walk.phrase(walk.send(visitor))
    answer = visitor.post("/p/example/return", {"phrase": words})
    assert answer.headers["Location"] == walk.ROOM
    assert visitor.get("/p/example/room").status_code == 302
    assert visitor.get(walk.ROOM).status_code == 200


def test_leaving_takes_the_cookie_back_and_asks_the_browser_to_forget(visitor: Client) -> None:
    words = walk.phrase(walk.send(visitor))
    walk.come_back(visitor, words)
    answer = visitor.post(f"{walk.ROOM}/leave", {"do": "leave"})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "New Identity" in answer.content.decode()
    assert visitor.get(walk.ROOM).status_code == 302
    assert walk.come_back(visitor, words).status_code == 303


def test_the_reporters_copy_is_removed_only_when_they_are_sure_and_then_for_good(visitor: Client, house: House) -> None:
    words = walk.phrase(walk.send(visitor))
    walk.come_back(visitor, words)
    unsure = visitor.post(f"{walk.ROOM}/leave", {"do": "forget"})
    assert unsure.status_code == 422
    assert "Tick the box" in unsure.content.decode()
    answer = visitor.post(f"{walk.ROOM}/leave", {"do": "forget", "sure": "yes"})
    assert "Your copy is removed" in answer.content.decode()
    assert walk.come_back(visitor, words).status_code == 422
    assert len(house.desk.journal.cases()) == 1


LONG = "First line of three hours of work.\nSecond line: \u201cquoted\u201d & <b>marked</b>."


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("message", {"text": LONG}),
        ("act", {"do": "appeal", "text": LONG}),
        ("act", {"do": "propose", "ends_at": "2030-01-01T10:00", "reason": LONG}),
        ("act", {"do": "fix", "works": "no", "note": LONG}),
    ],
)
def test_words_that_were_sent_after_the_visit_ended_are_kept_and_stand_in_the_room_again(
    visitor: Client, house: House, address: str, fields: dict[str, str]
) -> None:
    words = walk.phrase(walk.send(visitor))
    walk.come_back(visitor, words)
    house.clock.advance(timedelta(minutes=31))
    late = visitor.post(f"{walk.ROOM}/{address}", fields)
    assert late.status_code == 200
    assert "It was not sent" in late.content.decode()
    wrong = visitor.post(walk.RETURN, walk.page(late).fields | {"phrase": ["not the words"]})
    assert wrong.status_code == 422
    back = visitor.post(walk.RETURN, walk.page(wrong).fields | {"phrase": [words]})
    assert back.status_code == 200
    assert LONG in walk.page(back).fields["text"]
    sent = visitor.post(f"{walk.ROOM}/message", {"text": LONG})
    assert sent.status_code == 303
    assert "Second line: \u201cquoted\u201d &amp; &lt;b&gt;marked&lt;/b&gt;." in visitor.get(walk.ROOM).content.decode()


def test_files_that_were_sent_after_the_visit_ended_are_not_kept(visitor: Client, house: House) -> None:
    walk.come_back(visitor, walk.phrase(walk.send(visitor)))
    house.clock.advance(timedelta(minutes=31))
    before = len(house.front.blobs.sealed)  # type: ignore[attr-defined]
    visitor.post(f"{walk.ROOM}/message", {"text": LONG, "files": SimpleUploadedFile("poc.bin", b"x")})
    assert len(house.front.blobs.sealed) == before  # type: ignore[attr-defined]
    assert not house.front.unsent.weight()
