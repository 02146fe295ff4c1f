# SPDX-License-Identifier: Apache-2.0
"""Priority at the desk: reasons beside the decision, an order chosen in the address, and one action to merge."""

from __future__ import annotations

import re

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.intake import Report
from tocsin.services import worker
from tocsin.testing.house import House

AGAIN = Report(
    title="Environment of plperl lets an unprivileged role run programs",
    reproduce="CREATE FUNCTION in LANGUAGE plperl that sets $ENV{PATH}; the server then starts my program as its user.",
    version="7.3.1",
)


def test_the_reasons_stand_beside_the_decision_and_a_persons_word_changes_them(house: House, sign_in: SignIn) -> None:
    ref, browser = story.report(house, story.PLPERL), sign_in()
    page = browser.get(f"/c/{ref}/decide").content.decode()
    assert "Priority: highest" in page
    assert "SSVC for suppliers" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    told = {"seen": seen[1], "answer": "safety impact=negligible", "note": "We looked."}
    assert browser.post(f"/c/{ref}/do/say-point", told).status_code == 303
    assert "a person said so" in browser.get(f"/c/{ref}/decide").content.decode()


def test_the_order_is_chosen_in_the_address_and_kept_by_every_link(house: House, sign_in: SignIn) -> None:
    ref, browser = story.report(house, story.PLPERL), sign_in()
    assert "/inbox?by=priority" in browser.get("/inbox").content.decode()
    page = browser.get("/inbox?by=priority").content.decode()
    assert ref in page
    assert ">Highest</th>" in page
    assert "/inbox?tab=open&amp;by=priority" in page
    assert f"open={ref}" in page
    assert f"open={ref}" not in browser.get("/inbox?by=serious").content.decode()


def test_one_action_of_the_panel_makes_one_case_of_two(house: House, sign_in: SignIn) -> None:
    first = story.report(house, story.PLPERL)
    second = story.report(house, AGAIN)
    worker.run_once(house.desk)
    browser = sign_in()
    assert f'action="/c/{first}/do/merge"' in browser.get(f"/c/{second}/decide").content.decode()
    told = {"other": second, "reason": "Both set the environment of PL/Perl."}
    assert browser.post(f"/c/{first}/do/merge", told).status_code == 303
    assert second in browser.get(f"/c/{first}/people").content.decode()
