# SPDX-License-Identifier: Apache-2.0
"""Look-alikes at the desk: who sees which, what is highlighted, and that a reporter never learns of any."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Role
from tocsin.services import intake, lookalikes, room, worker
from tocsin.services.intake import Receipt
from tocsin.services.likes import Likes
from tocsin.testing.house import House
from tocsin.testing.house import house as build

AGAIN = Report(
    title="Environment of plperl lets an unprivileged role run programs",
    reproduce="CREATE FUNCTION in LANGUAGE plperl that sets $ENV{PATH}; the server then starts my program as its user.",
    version="7.3.1",
)
OTHER = Report(
    title="Cookies are sent in clear", reproduce="Sign in over TLS, then open the http address.", version="2"
)


def send(house: House, report: Report, project: str = story.PROJECT) -> Receipt:
    receipt = intake.receive(house.front, project, report, house.front.mint.nonce())
    assert isinstance(receipt, Receipt)
    worker.run_once(house.desk)
    return receipt


@pytest.fixture
def pair(house: House) -> tuple[Receipt, Receipt]:
    """One matter reported twice, among others."""
    for title in story.TITLES:
        send(house, Report(title=title, reproduce=f"Run the steps that lead to: {title}.", version="7.3.1"))
    return send(house, story.PLPERL), send(house, AGAIN)


def test_the_earlier_report_is_shown_with_what_both_say(sign_in: SignIn, pair: tuple[Receipt, Receipt]) -> None:
    first, second = pair
    page = sign_in().get(f"/c/{second.case}").content.decode()
    panel = page[page.index("May be the same matter") :]
    assert f'href="/c/{first.case}"' in panel
    assert "plperl</mark>" in panel


def test_a_duplicate_is_marked_from_there_with_words_a_person_can_edit(
    sign_in: SignIn, pair: tuple[Receipt, Receipt]
) -> None:
    first, second = pair
    page = sign_in().get(f"/c/{second.case}/decide?of={first.case}").content.decode()
    assert f'name="of" value="{first.case}"' in page


def test_the_inbox_says_how_many_a_new_report_is_like(sign_in: SignIn, pair: tuple[Receipt, Receipt]) -> None:
    rows = sign_in().get("/inbox").content.decode().split("<tr")[1:]
    (row,) = [row for row in rows if pair[1].case in row]
    assert "↔ " in row
    assert all("↔" not in row for row in rows if story.TITLES[3] in row)


def test_two_that_found_each_other_count_once(house: House, pair: tuple[Receipt, Receipt]) -> None:
    anew = knowing(house, Likes())
    lookalikes.catch_up(anew)
    marks = [anew.likes.mark(receipt.case) for receipt in pair]
    assert [mark and mark.count for mark in marks] == [1, 1]


def test_what_somebody_may_not_read_is_not_ranked(
    house: House, sign_in: SignIn, member: Callable[..., str], pair: tuple[Receipt, Receipt]
) -> None:
    elsewhere = send(house, AGAIN, "oldproject" if house.desk.projects.get("oldproject") else _other(house))
    guest = member("Guest", elsewhere.project, Role.TRIAGER)
    project = elsewhere.project
    assert lookalikes.alike(house.desk, guest, elsewhere.case, project, AGAIN) == ()
    seen = lookalikes.alike(house.desk, house.dana, elsewhere.case, project, AGAIN)
    assert {each.id for each in seen} >= {pair[0].case, pair[1].case}
    page = sign_in(guest).get(f"/c/{elsewhere.case}").content.decode()
    assert pair[0].case not in page


def test_what_somebody_may_not_read_changes_neither_scores_nor_places(house: House, member: Callable[..., str]) -> None:
    """Sorting out afterwards would not do: what is hidden would still make words common, and take the first places."""
    project = _other(house)
    guest = member("Guest", project, Role.TRIAGER)
    earlier, mine = send(house, story.PLPERL, project), send(house, AGAIN, project)
    before = lookalikes.alike(house.desk, guest, mine.case, project, AGAIN)
    assert [each.id for each in before] == [earlier.case]
    for number in range(lookalikes.TOP + 1):
        send(house, msgspec.structs.replace(AGAIN, version=f"7.{number}"))
    assert lookalikes.alike(house.desk, guest, mine.case, project, AGAIN) == before
    assert lookalikes.alike(house.desk, house.dana, mine.case, project, AGAIN) != before


def _other(house: House) -> str:
    return next(project.id for project in house.desk.projects.all() if project.id != story.PROJECT)


def test_a_distributor_is_shown_nothing(
    house: House, member: Callable[..., str], pair: tuple[Receipt, Receipt]
) -> None:
    guest = member("Distro", story.PROJECT, Role.DISTRIBUTOR)
    assert lookalikes.alike(house.desk, guest, pair[1].case, story.PROJECT, AGAIN) == ()


def test_a_reporter_is_told_the_same_whether_the_matter_is_known_or_not() -> None:
    """Two houses of the same clock and chance: one knows the matter, one does not. Receipts and rooms are equal."""

    def told(known: bool) -> tuple[object, ...]:
        made = build()
        send(made, story.PLPERL if known else OTHER)
        receipt = send(made, AGAIN)
        mark = made.desk.likes.mark(receipt.case)
        assert bool(mark) == known
        door = room.enter(made.front, receipt.phrase)
        assert door
        view = room.look(made.front, door, story.PROJECT)
        return msgspec.structs.replace(receipt, proof=None), msgspec.structs.replace(view, proof="")

    assert told(known=True) == told(known=False)


def test_a_new_process_knows_again_what_the_old_one_knew(house: House, pair: tuple[Receipt, Receipt]) -> None:
    before = lookalikes.alike(house.desk, house.dana, pair[1].case, story.PROJECT, AGAIN)
    anew = knowing(house, Likes())
    rested: list[int] = []
    assert lookalikes.catch_up(anew, lambda: rested.append(1)) == len(story.TITLES) + 2
    assert rested
    assert lookalikes.alike(anew, house.dana, pair[1].case, story.PROJECT, AGAIN) == before
    assert lookalikes.catch_up(anew) == 0


def knowing(house: House, likes: Likes) -> lookalikes.Desk:
    from dataclasses import replace

    return replace(house.desk, likes=likes)


def test_a_published_advisory_is_named_too(house: House) -> None:
    house.desk.likes.publish("WHPG-SA-2026-009", lookalikes.terms(lookalikes.text(story.PLPERL)))
    receipt = send(house, AGAIN)
    hits = house.desk.likes.search((story.PROJECT,), lookalikes.text(AGAIN), 5, receipt.case)
    assert hits[0].id == "WHPG-SA-2026-009"
