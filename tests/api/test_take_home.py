# SPDX-License-Identifier: Apache-2.0
"""What is taken home over the API: a whole case as an archive, dates for a calendar; and the last move, back."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from datetime import timedelta

from tests.api.conftest import Half
from tests.api.test_story import li, reported
from tocsin.core.wire.access import Scope
from tocsin.testing.house import House


def test_a_case_is_taken_home_whole(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    desk.move(ref, "say", {"audience": "team", "text": "Only among us."})
    answer = desk("GET", f"/cases/{ref}/export")
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, "attachment")
    with tarfile.open(fileobj=io.BytesIO(b"".join(answer.streaming_content))) as archive:
        told = {each.name.partition("/")[2]: archive.extractfile(each) for each in archive.getmembers()}
        said = told["messages.json"]
        assert said
        assert [each["text"] for each in json.loads(said.read())] == ["Only among us."]


def test_a_token_that_does_not_read_takes_nothing_home(house: House, front: Half, token: Callable[..., str]) -> None:
    ref, writer = reported(front), Half("desk", token("", Scope.WRITE))
    assert writer("GET", f"/cases/{ref}/export").status_code == 403
    assert writer("GET", "/calendar.ics").status_code == 403


def test_dates_are_told_for_a_calendar_and_never_a_title(house: House, front: Half, desk: Half) -> None:
    ref, other = reported(front), reported(front)
    every = desk("GET", "/calendar.ics").content.decode()
    assert ref in every
    assert other in every
    assert "Out-of-bounds" not in every
    assert other not in desk("GET", f"/calendar.ics?case={ref}").content.decode()
    assert ref not in desk("GET", "/calendar.ics?words=none").content.decode()
    assert desk("GET", "/calendar.ics?case=WHPG-2026-22222").status_code == 404


def test_the_last_move_is_taken_back_unless_others_acted(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    desk.move(ref, "assign", {"lead": "me"})
    house.clock.advance(timedelta(seconds=1))
    assert desk.move(ref, "undo")["events"] == ["case.assigned"]
    assert desk.get(f"/cases/{ref}")["lead"] is None
    desk.move(ref, "assign", {"lead": "me"})
    house.clock.advance(timedelta(seconds=1))
    li(house).move(ref, "say", {"audience": "team", "text": "I saw that."})
    refused = desk("POST", f"/cases/{ref}/moves/undo", {})
    assert (refused.status_code, json.loads(refused.content)["code"]) == (409, "conflict")
