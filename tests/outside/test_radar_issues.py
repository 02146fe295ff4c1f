# SPDX-License-Identifier: Apache-2.0
"""Public issues are looked through for what is still under embargo."""

from __future__ import annotations

from tests.core.test_radar import FIX, log
from tests.desk import story
from tests.outside.places import PROJECT, town
from tests.services.acts import report
from tocsin.core.intake import Report
from tocsin.services.queries import case as query


def test_an_issue_that_holds_an_embargoed_fix_flips_its_case_and_one_that_names_it_is_told_of() -> None:
    here = town(watch_issues=True)
    refs = []
    for _ in range(2):
        patch = story.file(here.house, "fix.patch", FIX.encode())
        given = Report(title="Overrun", reproduce="Call it.", version="7.3.1", attachments=(patch,) if not refs else ())
        refs.append(report(here.house, PROJECT, given).case)
        story.accepted(here.house, refs[-1])
    here.github.world.open_issue("somebody", "A better loop", f"What about this?\n{log(FIX, 'Refactor')}")
    here.github.world.open_issue("somebody", "Question", f"What is {refs[1]}?")
    here.look()
    assert here.case(refs[0]).public
    assert not here.case(refs[1]).public
    view = query.view(here.desk, refs[1], here.house.dana)
    assert view
    assert any("The radar saw something" in message.text for message in view.team_thread)
