# SPDX-License-Identifier: Apache-2.0
"""Who did not consent to be named, and what somebody else scored, stands in nothing that everybody may read."""

from __future__ import annotations

import json

from tests.api.conftest import PROJECT, Half
from tests.api.test_story import DRAFT, li, ready, reported
from tocsin.services import worker
from tocsin.testing.house import House

SHY, GLAD = "Shy Finder", "Glad Finder"


def test_no_public_answer_names_somebody_who_did_not_consent(house: House, front: Half, desk: Half) -> None:
    ref = reported(front)
    ready(house, desk, ref)
    credits_ = [{"name": SHY, "consent": False}, {"name": GLAD, "consent": True}]
    desk.move(ref, "draft-advisory", DRAFT | {"credits": credits_})
    seen = desk.get(f"/cases/{ref}/advisory")
    order = {"confirmation": seen["advisory_id"], "digest": seen["digest"]}
    desk("POST", f"/cases/{ref}/moves/publish", order)
    (wish,) = desk.get(f"/cases/{ref}")["asks"]
    li(house).move(ref, "approve", {"digest": wish["digest"]})
    worker.run_once(house.desk)
    (card,) = front.get(f"/projects/{PROJECT}/advisories")
    record = house.desk.shelf.document(card["id"], "record")
    assert record is not None
    assert SHY in json.dumps(desk.get(f"/cases/{ref}")), "the control: the case knows"
    assert SHY.encode() not in record.body
    assert GLAD.encode() in record.body
    assert front("GET", f"/advisories/{card['id']}/record").status_code == 404
    offered = {each["format"] for each in card["documents"]}
    assert "osv" in offered
    assert "record" not in offered
    every = [front("GET", f"/advisories/{card['id']}/{each}").content for each in offered]
    assert not [each for each in every if SHY.encode() in each]
    assert [each for each in every if GLAD.encode() in each]
    assert SHY not in json.dumps(front.get(f"/advisories/{card['id']}"))
