# SPDX-License-Identifier: Apache-2.0
"""Files that people of the project bring and never send go after two days; what they sent stays, whatever happened."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import Half
from tests.api.test_story import reported
from tocsin.services import cases, quotas, unsent
from tocsin.services.ports.blobs import BlobMissing
from tocsin.testing.house import House

LATER = unsent.KEPT + timedelta(hours=1)


def brought(desk: Half, ref: str) -> str:
    answer = desk.form(f"/cases/{ref}/files", {"file": SimpleUploadedFile("fix.patch", b"--- a")})
    assert answer.status_code == 201, answer.content
    return str(json.loads(answer.content)["token"])


def note(token: str) -> dict[str, object]:
    return {"audience": "team", "text": "a patch", "attachments": [token]}


def readable(house: House, desk: Half, ref: str) -> bool:
    (said,) = [each for each in desk.get(f"/cases/{ref}/messages")["items"] if each["files"]]
    sent = desk("GET", f"/cases/{ref}/files/{said['files'][0]['id']}")
    try:
        return sent.status_code == 200 and b"".join(getattr(sent, "streaming_content", ())) == b"--- a"
    except BlobMissing:
        return False


def test_a_file_that_is_never_named_in_a_move_is_removed_and_one_that_is_stays(
    house: House, front: Half, desk: Half
) -> None:
    ref = reported(front)
    sent, _never = brought(desk, ref), brought(desk, ref)
    assert house.front.unsent.weight() == 2 * unsent.LEAST
    desk.move(ref, "say", note(sent))
    assert house.front.unsent.weight() == unsent.LEAST
    house.clock.advance(LATER)
    assert unsent.sweep(house.desk) == 1
    assert readable(house, desk, ref)


def test_a_move_that_is_refused_or_only_tried_claims_nothing(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    token = brought(desk, ref)
    wish = note(token)
    assert desk("POST", f"/cases/{ref}/moves/say?trial=true", wish).status_code == 200
    assert desk("POST", f"/cases/{ref}/moves/say", wish | {"text": "", "audience": "party"}).status_code >= 400
    assert house.front.unsent.weight() == unsent.LEAST
    desk.move(ref, "say", wish)
    assert house.front.unsent.weight() == 0


def test_a_file_that_was_removed_meanwhile_is_asked_for_again_and_nothing_is_said(
    house: House, front: Half, desk: Half
) -> None:
    ref = reported(front)
    token = brought(desk, ref)
    house.front.unsent.condemn(house.clock() + timedelta(seconds=1), 9)
    refused = desk("POST", f"/cases/{ref}/moves/say", note(token))
    assert (refused.status_code, json.loads(refused.content)["code"]) == (422, "no-such-file")
    assert not [each for each in desk.get(f"/cases/{ref}/messages")["items"] if each["files"]]


def test_control_without_the_claim_a_file_that_was_sent_is_removed(
    house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "_lost", lambda *_: None)
    ref = reported(front)
    desk.move(ref, "say", note(brought(desk, ref)))
    house.clock.advance(LATER)
    unsent.sweep(house.desk)
    assert not readable(house, desk, ref)


def test_one_person_brings_so_much_an_hour_and_no_more(
    house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = quotas.Quota(brought_bytes=unsent.LEAST)
    monkeypatch.setattr(house.desk.outside.front.quotas, "_quota", little)
    ref = reported(front)
    brought(desk, ref)
    over = desk.form(f"/cases/{ref}/files", {"file": SimpleUploadedFile("more", b"x")})
    assert (over.status_code, json.loads(over.content)["code"]) == (429, "too-much")
    house.clock.advance(timedelta(hours=1))
    brought(desk, ref)
