# SPDX-License-Identifier: Apache-2.0
"""Every page of the desk, as somebody who belongs there sees it."""

from __future__ import annotations

import pytest

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.delivery.desk.views.case import TABS
from tocsin.testing.house import House


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("stage", ["fresh", "embargoed"])
def test_every_tab_of_a_case_opens(house: House, sign_in: SignIn, tab: str, stage: str) -> None:
    ref = story.report(house)
    if stage == "embargoed":
        story.embargoed(house, ref)
    address = f"/c/{ref}" if tab == "talk" else f"/c/{ref}/{tab}"
    page = sign_in().get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert story.PLPERL.title in text
    assert ("EMBARGO ·" in text) is (stage == "embargoed")
