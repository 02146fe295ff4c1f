# SPDX-License-Identifier: Apache-2.0
"""Stories: what becomes of files that came with a form and are sent late, twice, after Back, or never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from tests.rooms import site, walk
from tocsin.delivery.reporter.drafts import KEPT_FOR
from tocsin.services import unsent
from tocsin.testing.house import House
from tocsin.testing.unsent import MemoryMarks
from tocsin.testing.vault import MemoryBlobs

DAY = timedelta(hours=24)


def lying(house: House) -> int:
    store = house.front.blobs
    assert isinstance(store, MemoryBlobs)
    return len(store.sealed)


def marks(house: House) -> MemoryMarks:
    found = house.front.unsent
    assert isinstance(found, MemoryMarks)
    return found


def files(visitor: Client, receipt: object) -> list[bytes]:
    """What the room of a receipt gives out."""
    walk.come_back(visitor, walk.phrase(receipt))
    links = [str(each["href"]) for each in walk.page(visitor.get(walk.ROOM)).all("a") if "/files/" in str(each["href"])]
    return [b"".join(visitor.get(link).streaming_content) for link in links]  # type: ignore[attr-defined]


def later(house: House, span: timedelta = 3 * DAY) -> int:
    house.clock.advance(span)
    return unsent.sweep(house.desk)


def test_a_form_that_nobody_sends_leaves_nothing_after_two_days(visitor: Client, house: House) -> None:
    walk.fill(visitor, (walk.named("a.log", b"a"), walk.named("b.log", b"b")))
    assert (lying(house), later(house, DAY)) == (2, 0)
    assert (later(house), lying(house)) == (2, 0)


def test_what_is_sent_stays_and_so_it_does_when_it_is_sent_twice_or_changed_after_back(
    visitor: Client, house: House
) -> None:
    checked = walk.fill(visitor, (walk.named("poc.c", b"poc"),))
    first, again = walk.press(visitor, checked, "send"), walk.press(visitor, checked, "send")
    assert walk.phrase(first) == walk.phrase(again)
    edited = walk.press(visitor, checked, "edit")
    changed = {**walk.page(edited).fields, "title": "Another title, after Back"}
    other = walk.press(visitor, visitor.post(walk.REPORT, {**changed, "do": "check"}), "send")
    assert walk.phrase(other) != walk.phrase(first)
    assert not marks(house).marks, "carried along, it is never marked again"
    assert later(house) == 0
    assert files(visitor, first) == [b"poc"]
    assert files(visitor, other) == [b"poc"]


def test_who_comes_after_two_days_is_asked_to_choose_again_and_keeps_what_they_typed(
    visitor: Client, house: House
) -> None:
    shown = walk.fill(visitor, (walk.named("poc.c", b"poc"),))
    for _ in range(2):  # looking again every day carries the file on
        house.clock.advance(KEPT_FOR - timedelta(minutes=1))
        shown = walk.press(visitor, shown, "check")
    later(house, timedelta(hours=1))
    stale = walk.press(visitor, shown, "send")
    assert "Send the report" in walk.page(stale).text, "a form lies open for a day, and is looked at once more"
    answer = walk.press(visitor, stale, "send")
    found = walk.page(answer)
    assert answer.status_code == 422
    assert "choose it again" in found.text
    assert found.fields["title"] == [walk.GOOD["title"]]
    assert "kept" not in found.fields
    sent = walk.press(visitor, visitor.post(walk.REPORT, {**found.fields, "do": "check"}), "send")
    assert walk.phrase(sent), "without the file it goes"


def test_where_there_is_no_room_the_form_says_so_and_what_goes_in_one_go_is_taken(
    visitor: Client, house: House
) -> None:
    site.current[-1] = replace(site.current[-1], most_unsent=0)
    answer = walk.fill(visitor, (walk.named("poc.c", b"poc"),))
    found = walk.page(answer)
    assert answer.status_code == 413
    assert "Send it without them, and add them in your room right after." in found.text
    assert found.fields["title"] == [walk.GOOD["title"]]
    assert lying(house) == 0
    whole = {**walk.GOOD, "form": found.fields["form"][0], "do": "send", "files": [walk.named("poc.c", b"poc")]}
    receipt = visitor.post(walk.REPORT, whole)
    assert receipt.status_code == 200
    assert files(visitor, receipt) == [b"poc"]
    assert later(house) == 0
    walk.come_back(visitor, walk.phrase(receipt))
    visitor.post(f"{walk.ROOM}/message", {"text": "more", "files": [walk.named("more.c", b"more")]})
    assert not marks(house).marks
    assert lying(house) == 2


def test_a_stale_form_holds_its_files_like_any_that_comes_back(visitor: Client, house: House) -> None:
    whole = {**walk.GOOD, "form": "torn", "do": "send", "files": [walk.named("poc.c", b"poc")]}
    shown = visitor.post(walk.REPORT, whole)
    assert len(marks(house).marks) == 1
    receipt = walk.press(visitor, shown, "send")
    assert not marks(house).marks
    assert later(house) == 0
    assert files(visitor, receipt) == [b"poc"]


@pytest.mark.parametrize("text", ["x" * (1024 * 1024 + 1)])
def test_a_message_that_comes_back_holds_its_files_until_it_is_said(visitor: Client, house: House, text: str) -> None:
    receipt = walk.send(visitor)
    walk.come_back(visitor, walk.phrase(receipt))
    shown = visitor.post(f"{walk.ROOM}/message", {"text": text, "files": [walk.named("more.c", b"more")]})
    assert len(marks(house).marks) == 1
    kept = walk.page(shown).fields["kept"]
    visitor.post(f"{walk.ROOM}/message", {"text": "shorter", "kept": kept})
    assert not marks(house).marks
    visitor.post(f"{walk.ROOM}/message", {"text": "shorter", "files": [walk.named("more.c", b"more")]})
    assert lying(house) == 1, "the same words again are the same click again, and leave nothing"
    assert later(house) == 0
    assert files(visitor, receipt) == [b"more"]


def test_a_message_whose_file_is_gone_comes_back_and_nothing_is_said(visitor: Client, house: House) -> None:
    receipt = walk.send(visitor)
    walk.come_back(visitor, walk.phrase(receipt))
    shown = visitor.post(f"{walk.ROOM}/message", {"text": "x" * (1024 * 1024 + 1), "files": [walk.named("a.c", b"a")]})
    kept = walk.page(shown).fields["kept"]
    house.front.blobs.delete(next(iter(marks(house).marks)))
    answer = visitor.post(f"{walk.ROOM}/message", {"text": "shorter", "kept": kept})
    assert answer.status_code == 422
    assert "choose it again" in walk.page(answer).text
    assert "shorter" in walk.page(answer).fields["text"][-1]
