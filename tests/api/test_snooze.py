# SPDX-License-Identifier: Apache-2.0
"""Putting a case aside over the API, as at the desk, by mail and from the terminal: one shelf for each person."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.api.conftest import Half
from tests.api.test_story import li, reported
from tocsin.core.wire.access import Scope
from tocsin.testing.house import House


def soon(house: House, days: float = 1) -> dict[str, str]:
    return {"until": (house.clock() + timedelta(days=days)).isoformat()}


def test_a_case_put_aside_is_left_out_where_that_is_asked_for(house: House, front: Half, desk: Half) -> None:
    aside, left = reported(front), reported(front)
    told = json.loads(desk("PUT", f"/cases/{aside}/snooze", soon(house)).content)
    assert (told["case"], told["sleeps"]) == (aside, True)
    assert desk.get("/snoozed") == [told]
    assert [row["ref"] for row in desk.get("/cases?aside=out")["items"]] == [left]
    assert [row["ref"] for row in desk.get("/cases?aside=only")["items"]] == [aside]
    assert {row["ref"] for row in desk.get("/cases")["items"]} == {aside, left}
    assert desk.get("/cases")["counts"]["snoozed"] == 1
    other = li(house)
    assert (other.get("/snoozed"), "snoozed" in other.get("/cases")["counts"]) == ([], False)
    assert desk("DELETE", f"/cases/{aside}/snooze").status_code == 200
    assert desk.get("/snoozed") == []


def test_pages_hold_as_many_rows_as_were_asked_for(house: House, front: Half, desk: Half) -> None:
    refs = {reported(front) for _ in range(5)}
    aside = desk.get("/cases?limit=1")["items"][0]["ref"]
    desk("PUT", f"/cases/{aside}/snooze", soon(house))
    seen, page = [], desk.get("/cases?aside=out&limit=2")
    seen += page["items"]
    while page["next"]:
        page = desk.get(f"/cases?aside=out&limit=2&after={page['next']}")
        seen += page["items"]
    assert [len(seen), {row["ref"] for row in seen}] == [4, refs - {aside}]


def test_an_instant_that_is_past_or_far_away_is_refused(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    for days in (0, -1, 32):
        refused = desk("PUT", f"/cases/{ref}/snooze", soon(house, days))
        assert (refused.status_code, json.loads(refused.content)["code"]) == (422, "no-time")
    assert desk("PUT", f"/cases/{ref}/snooze", {"until": "2026-03-17T15:00:00"}).status_code == 400


def test_a_token_that_only_reads_puts_nothing_aside(house: House, front: Half, token) -> None:
    ref, reader = reported(front), Half("desk", token("", Scope.READ))
    assert reader("PUT", f"/cases/{ref}/snooze", soon(house)).status_code == 403
    assert reader("DELETE", f"/cases/{ref}/snooze").status_code == 403
    assert reader.get("/snoozed") == []
