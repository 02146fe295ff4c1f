# SPDX-License-Identifier: Apache-2.0
"""Finding cases over the API: what is looked for is posted, and looked for in nothing that the caller may not see."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.api.conftest import Half
from tests.api.test_story import REPORT, reported
from tocsin.core.vocabulary import Role
from tocsin.core.wire.access import Scope
from tocsin.services import lookalikes
from tocsin.testing.house import House


def found(half: Half, words: str, **more: object) -> list[str]:
    answer = half("POST", "/search", {"words": words, **more})
    assert answer.status_code == 200, answer.content
    return [row["ref"] for row in json.loads(answer.content)["items"]]


def test_cases_are_found_by_their_words_and_by_what_they_are_called(house: House, front: Half, desk: Half) -> None:
    ref, other = reported(front), reported(front)
    lookalikes.catch_up(house.desk)
    assert set(found(desk, REPORT["title"])) == {ref, other}
    assert len(found(desk, REPORT["title"], limit=1)) == 1
    assert found(desk, ref[-5:].upper()) == [ref]
    assert found(desk, "zebra") == []
    assert found(desk, REPORT["title"], project="example") == []


def test_nothing_is_found_that_the_caller_may_not_see(
    house: House, front: Half, desk: Half, token: Callable[..., str]
) -> None:
    ref = reported(front)
    lookalikes.catch_up(house.desk)
    kim = house.desk.people.add("Kim", "kim@example.org", {"example": frozenset({Role.TRIAGER})}).id
    elsewhere, unread = Half("desk", token(kim, project="example")), Half("desk", token("", Scope.WRITE))
    for words in (ref, ref[-5:], REPORT["title"]):
        assert found(elsewhere, words) == []
        assert unread("POST", "/search", {"words": words}).status_code == 403
        assert ref in found(desk, words), "the control: it is there"


def test_what_is_looked_for_cannot_stand_in_an_address(front: Half, desk: Half) -> None:
    reported(front)
    assert "words" not in json.dumps(desk.get("/openapi.json")["paths"]["/api/v1/cases"])
    for body in ({}, {"words": ""}, {"words": "x" * 201}, {"words": "x", "limit": 0}, {"words": "x", "odd": 1}):
        assert desk("POST", "/search", body).status_code == 400
