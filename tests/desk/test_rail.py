# SPDX-License-Identifier: Apache-2.0
"""The date rail of the embargo panel: what is spoken of stands on it to scale, and in words for who sees no picture."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

from msgspec.structs import replace

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.case import commands as cmd
from tocsin.core.clock import Closure, Duration
from tocsin.core.policy.model import Distributors
from tocsin.core.vocabulary import SYSTEM_ACTOR
from tocsin.services import cases
from tocsin.services.cases import Opened
from tocsin.services.queries import rail as rails
from tocsin.services.queries import window
from tocsin.testing.house import House


def opened(house: House, ref: str) -> Opened:
    found = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert found
    return found


def laid(house: House, found: Opened) -> rails.Rail:
    return rails.rail(found, window.answered(house.desk, found), house.clock())


def bargained(house: House) -> str:
    """A date is agreed, and the reporter asks for a sooner one at an odd hour."""
    ref = story.report(house)
    story.embargoed(house, ref)
    ends = house.clock() + timedelta(days=5, hours=3)
    story.hear(house, ref, cmd.ProposeEmbargo(proposal="prp_9", ends_at=ends, respond_by=ends - timedelta(days=2)))
    return ref


def test_agreed_proposed_answer_and_longest_stand_in_order_and_to_scale(house: House) -> None:
    shown = laid(house, opened(house, bargained(house)))
    assert [each.label for each in shown.points] == [
        "now", "answer wanted", "the reporter proposed", "agreed", "longest",
    ]  # fmt: skip
    places = [each.x for each in shown.points]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] < rails.WIDTH
    now, answer, asked = places[:3]
    assert abs((asked - now) / (answer - now) - 123 / 75) < 0.02, "three days and three hours, to five and three"


def test_labels_on_one_row_never_overlap(house: House) -> None:
    shown = laid(house, opened(house, bargained(house)))
    for row in rails.ROWS:
        here = [each.x for each in shown.points if each.y == row]
        assert all(later - before >= rails.LABEL for before, later in pairwise(here))


def test_days_without_work_are_shaded_and_named(house: House) -> None:
    found = opened(house, bargained(house))
    day = (house.clock() + timedelta(days=(2 - house.clock().weekday()) % 7)).date()  # a Wednesday
    calendar = replace(
        found.policy.calendar, closures=(Closure(first=day, last=day + timedelta(days=1), why="offsite"),)
    )
    assert found.policy.sla
    sla = replace(found.policy.sla, calendar=calendar)
    closed = replace(found, policy=replace(found.policy, sla=sla))
    shown = laid(house, closed)
    off = [each for each in shown.bands if each.kind == "off"]
    assert any("offsite" in each.words for each in off)
    assert "every Sat and Sun" in shown.off
    assert any(each.endswith("offsite") for each in shown.off)
    assert not any("offsite" in each.words for each in laid(house, found).bands)


def test_distributors_stand_before_the_date_and_are_counted_among_the_rules(house: House) -> None:
    found = opened(house, bargained(house))
    stated = Distributors(notice=Duration.parse("7 days"))
    told = replace(found, policy=replace(found.policy, distributors=stated))
    shown = laid(house, told)
    (band,) = [each for each in shown.bands if each.kind == "told"]
    agreed = next(each for each in shown.points if each.kind == "embargo")
    assert band.x + band.wide == agreed.x
    assert any(each.label == "distributors told" for each in shown.points)
    assert any(each.words.startswith("distributors have 7 days") and each.fits for each in shown.dates[0].rules)
    assert not [each for each in laid(house, found).bands if each.kind == "told"], "no notice is promised"


def test_each_date_says_which_wish_and_which_rule_it_breaks(house: House) -> None:
    ref = bargained(house)
    agreed, asked = laid(house, opened(house, ref)).dates
    assert (agreed.what, agreed.broken) == ("agreed", 0)
    assert all(each.fits for each in agreed.rules), "a Tuesday at 15:00"
    hour = next(each for each in asked.rules if "15:00 UTC" in each.words)
    assert (hour.fits, hour.wish, asked.broken) == (False, True, 0)


def test_a_date_after_the_longest_is_shown_as_against_the_rule(house: House) -> None:
    found = opened(house, bargained(house))
    stated = found.policy.disclosure
    assert stated
    short = replace(stated, max=Duration.parse("7 days"))
    shorter = replace(found, policy=replace(found.policy, disclosure=short))
    agreed = laid(house, shorter).dates[0]
    assert agreed.broken == 1
    (wrong,) = [each for each in agreed.rules if not each.fits]
    assert "at most 7 days" in wrong.words


def test_the_page_says_everything_that_the_picture_shows(house: House, sign_in: SignIn) -> None:
    ref = bargained(house)
    page = sign_in().get(f"/c/{ref}/embargo").content.decode()
    described = re.search(r'<desc id="rail-desc">(.*?)</desc>', page)
    assert described
    for point in laid(house, opened(house, ref)).points:
        assert f"{point.label} {point.at}" in described[1]
        assert f'<td>{point.at}</td><td data-label="What">{point.label}</td>' in page


def test_a_case_without_any_date_still_has_a_rail(house: House, sign_in: SignIn) -> None:
    ref = story.report(house)
    page = sign_in().get(f"/c/{ref}/embargo").content.decode()
    assert "Dates from now to" in page
    assert not laid(house, opened(house, ref)).dates
