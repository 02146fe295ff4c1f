# SPDX-License-Identifier: Apache-2.0
"""Who is told first, for programs: what the desk's page shows, and the load of nobody but whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from tests.api.conftest import PROJECT, Half
from tests.api.test_story import reported
from tocsin.core.vocabulary import Actor, Refused, Role
from tocsin.core.wire.duty import Duty
from tocsin.services import duty as service
from tocsin.services.queries import duty as pages
from tocsin.testing.house import House

ADDRESS = f"/projects/{PROJECT}/duty"


def actor(house: House, person: str) -> Actor:
    found = house.desk.people.actor(person, PROJECT)
    assert found
    return found


def told(half: Half) -> Duty:
    return msgspec.convert(half.get(ADDRESS), Duty)


def test_a_program_reads_what_the_page_shows(house: House, desk: Half) -> None:
    dana, today = actor(house, house.dana), house.clock().date()
    done = [
        service.set_people(house.desk, dana, PROJECT, (house.dana, house.li)),
        service.swap(house.desk, dana, PROJECT, today + timedelta(days=7), house.dana),
        service.away(house.desk, dana, PROJECT, today, today),
        service.note(house.desk, dana, PROJECT, "Two reports wait for answers."),
    ]
    assert not [each for each in done if isinstance(each, Refused)]
    found, page = told(desk), pages.page(house.desk, house.dana, PROJECT)
    assert page
    shown = msgspec.to_builtins(page)
    assert msgspec.to_builtins(found) == {name: shown[name] for name in Duty.__struct_fields__}
    assert (found.now, found.weeks[1].swapped, found.away[0].mine) == ("Li", True, True)
    assert found.notes[0].text == "Two reports wait for answers."


def test_a_load_is_told_to_nobody_but_whose_it_is(
    house: House, front: Half, desk: Half, token: Callable[..., str]
) -> None:
    desk.move(reported(front), "assign", {"lead": "me"})
    assert told(desk).load.leads == 1
    li = Half("desk", token(house.li))
    assert told(li).load.leads == 0
    assert b'"leads":1' not in li("GET", ADDRESS).content


def test_the_duty_of_a_project_that_one_does_not_read_looks_like_one_that_is_not_there(
    house: House, desk: Half, token: Callable[..., str]
) -> None:
    house.desk.people.add("Eve", "eve@example.org", {"example": frozenset({Role.OWNER})})
    other, none = desk("GET", "/projects/example/duty"), desk("GET", "/projects/nothing/duty")
    assert other.status_code == none.status_code == 404
    assert other.content == none.content
