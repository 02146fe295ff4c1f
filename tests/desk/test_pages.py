# SPDX-License-Identifier: Apache-2.0
"""Every page of the desk, as somebody who belongs there sees it."""

from __future__ import annotations

import html
import re
from typing import Final

import pytest

from tests.desk import story
from tests.desk.conftest import SignIn
from tests.support import ROOT
from tocsin.delivery.desk.views.case import TABS
from tocsin.testing.house import House

MOST_IN_THE_ROW: Final = 11


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


def test_every_tab_is_one_press_away_or_two_and_the_open_one_stands_in_the_row(house: House, sign_in: SignIn) -> None:
    ref, desk = story.report(house), sign_in()
    for tab in TABS:
        page = desk.get(f"/c/{ref}" if tab == "talk" else f"/c/{ref}/{tab}").content.decode()
        row, _, more = page.split('aria-label="Case">')[1].split("</nav>")[0].partition("<details")
        assert sorted(re.findall(r"<a [^>]*>([^<]+)", row + more)) == sorted(
            html.escape(each) for each in TABS.values()
        )
        assert re.findall(r'aria-current="page"[^>]*>([^<]+)', row) == [html.escape(TABS[tab])]
        assert row.count("<a ") <= MOST_IN_THE_ROW


TEMPLATES = ROOT / "src" / "tocsin" / "delivery" / "desk" / "templates"
BARE = re.compile(r"</t[hd]><td(?![^>]*data-label)[^>]*>\{\{[^}]*\}\}</td>")


def bare(text: str) -> list[str]:
    """Cells of tables of three columns and more that say a value and not what it is, once the table has no columns."""
    tables = re.findall(r"<table.*?</table>", text, re.DOTALL)
    return [cell for table in tables if table.count('<th scope="col"') > 2 for cell in BARE.findall(table)]


def test_on_a_narrow_screen_each_value_of_a_table_says_what_it_is() -> None:
    found = {path.name: cells for path in TEMPLATES.rglob("*.html") if (cells := bare(path.read_text()))}
    assert found == {}
    unlabelled = "<table>" + '<th scope="col">' * 3 + "<tr><th>a</th><td>{{ row.told }}</td></tr></table>"
    assert bare(unlabelled), "a cell without a label is seen"
