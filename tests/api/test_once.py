# SPDX-License-Identifier: Apache-2.0
"""Sent twice is done once, and what others changed meanwhile is named."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.api.conftest import PROJECT, Half
from tests.api.test_story import REPORT, li, reported
from tocsin.services.ports.store import Conflict, Unavailable
from tocsin.testing.house import House

NOTE = {"audience": "team", "text": "Something only the team may read."}
KEY = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"


def note(desk: Half, ref: str, **headers: str):
    return desk("POST", f"/cases/{ref}/moves/say", NOTE, **headers)


def test_the_same_request_under_a_key_is_carried_out_once(front: Half, desk: Half) -> None:
    ref = reported(front)
    first, again = (note(desk, ref, Idempotency_Key=KEY) for _ in range(2))
    assert first.content == again.content
    assert (first.status_code, first.headers["ETag"]) == (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert desk.get(f"/cases/{ref}")["seq"] == 2


def test_without_a_key_or_under_another_it_is_another_request(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    note(desk, ref)
    note(desk, ref)
    note(desk, ref, Idempotency_Key=KEY)
    note(li(house), ref, Idempotency_Key=KEY)  # a key is its owner's own
    assert desk.get(f"/cases/{ref}")["seq"] == 5


def test_another_request_under_the_same_key_is_refused(front: Half, desk: Half) -> None:
    ref = reported(front)
    note(desk, ref, Idempotency_Key=KEY)
    other = desk("POST", f"/cases/{ref}/moves/say", {"audience": "team", "text": "other"}, Idempotency_Key=KEY)
    assert (other.status_code, json.loads(other.content)["code"]) == (422, "key-reused")


def test_a_key_stands_for_address_and_precondition_too(front: Half, desk: Half) -> None:
    ref, elsewhere = reported(front), reported(front)
    note(desk, ref, Idempotency_Key=KEY)
    for other in (note(desk, elsewhere, Idempotency_Key=KEY), note(desk, ref, If_Match='"2"', Idempotency_Key=KEY)):
        assert (other.status_code, json.loads(other.content)["code"]) == (422, "key-reused")
    assert desk.get(f"/cases/{elsewhere}")["seq"] == 1


def test_a_refused_request_leaves_its_key_free(front: Half, desk: Half) -> None:
    ref = reported(front)
    refused = desk("POST", f"/cases/{ref}/moves/accept", {}, Idempotency_Key=KEY)
    assert refused.status_code == 422
    assert note(desk, ref, Idempotency_Key=KEY).status_code == 200


def test_a_request_that_could_not_be_written_leaves_its_key_free(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    house.store.refusal = Unavailable("full")
    assert note(desk, ref, Idempotency_Key=KEY).status_code == 503
    house.store.refusal = None
    assert note(desk, ref, Idempotency_Key=KEY).status_code == 200


def test_a_request_that_meets_another_one_at_the_same_record_is_a_conflict_and_not_a_fault(
    house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = reported(front)
    with monkeypatch.context() as crowd:
        crowd.setattr(house.desk.repeats, "begin", lambda *_: (_ for _ in ()).throw(Conflict("somebody was first")))
        met = note(desk, ref, Idempotency_Key=KEY)
    assert (met.status_code, json.loads(met.content)["code"]) == (409, "conflict")
    assert note(desk, ref, Idempotency_Key=KEY).status_code == 200


def test_a_request_that_was_cut_off_is_never_carried_out_twice(
    house: House, front: Half, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = reported(front)
    monkeypatch.setattr(house.desk.repeats, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        note(desk, ref, Idempotency_Key=KEY)
    monkeypatch.undo()
    again = note(desk, ref, Idempotency_Key=KEY)
    assert (again.status_code, json.loads(again.content)["code"]) == (409, "key-in-use")
    assert desk.get(f"/cases/{ref}")["seq"] == 2


def test_keys_are_forgotten_after_a_day(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    note(desk, ref, Idempotency_Key=KEY)
    house.clock.advance(timedelta(hours=25))
    assert "Idempotent-Replayed" not in note(desk, ref, Idempotency_Key=KEY).headers
    assert desk.get(f"/cases/{ref}")["seq"] == 3


def test_what_is_kept_of_an_answer_says_nothing(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    note(desk, ref, Idempotency_Key=KEY)
    kept = repr(house.desk.repeats.__dict__)
    for word in (ref, KEY, NOTE["text"], desk.secret, "message.sent"):
        assert word not in kept
    assert "answer=b" in kept


def test_of_many_at_once_one_is_carried_out(front: Half, desk: Half, house: House) -> None:
    ref = reported(front)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: house.desk.repeats.begin(b"k", b"r", house.clock(), house.clock()), range(8)))
    assert keys.count(None) == 1
    assert note(desk, ref).status_code == 200


def test_a_change_by_somebody_else_is_named(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    etag = desk("GET", f"/cases/{ref}").headers["ETag"]
    li(house).move(ref, "investigate", {"effect": "Reads memory", "criticality": "high"})
    wish = {"effect": "Nothing", "criticality": "low"}
    lost = desk("POST", f"/cases/{ref}/moves/investigate", wish, If_Match=etag)
    told = json.loads(lost.content)
    assert (lost.status_code, told["code"]) == (412, "conflict")
    assert told["missing"][0].startswith("Li: case.investigated")
    assert desk.get(f"/cases/{ref}")["investigation"]["effect"] == "Reads memory"
    now = desk("GET", f"/cases/{ref}").headers["ETag"]
    assert desk("POST", f"/cases/{ref}/moves/investigate", wish, If_Match=now).status_code == 200


@pytest.mark.parametrize("etag", ["12", '"x"', 'W/"1"', '"1", "2"', '"99999999999999999999"'])
def test_a_precondition_is_never_guessed(front: Half, desk: Half, etag: str) -> None:
    answer = note(desk, reported(front), If_Match=etag)
    assert (answer.status_code, json.loads(answer.content)["code"]) == (400, "malformed")


def test_the_same_report_under_a_key_gives_the_same_receipt(house: House, front: Half, desk: Half) -> None:
    first, again = (json.loads(front("POST", "/reports", REPORT, Idempotency_Key=KEY).content) for _ in range(2))
    assert (first["case"], first["phrase"]) == (again["case"], again["phrase"])
    assert (first["again"], again["again"]) == (False, True)
    other = json.loads(front("POST", "/reports", {**REPORT, "title": "Changed"}, Idempotency_Key=KEY).content)
    assert other["case"] != first["case"]
    assert len(desk.get(f"/cases?project={PROJECT}")["items"]) == 2


def test_a_guessable_key_is_refused_for_reports(front: Half) -> None:
    assert front("POST", "/reports", REPORT, Idempotency_Key="1").status_code == 400
