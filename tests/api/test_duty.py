# SPDX-License-Identifier: Apache-2.0
"""Who is told first, for programs: what the desk's page shows, and the load of nobody but whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.api.conftest import PROJECT, Half
from tests.api.test_client import Wire
from tests.api.test_story import reported
from tocsin.client import Client, Conflict, http
from tocsin.core import duty as rules
from tocsin.core.duty import Rota
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


def changes(house: House) -> tuple[tuple[str, str, dict[str, object] | None], ...]:
    """Every change of a rota that names what it was made on, as it is sent."""
    today = house.clock().date()
    return (
        ("PUT", "order", {"people": [house.dana, house.li]}),
        ("PUT", "swap", {"week": f"{today + timedelta(days=7)}", "person": house.dana}),
        ("PUT", "away", {"first": f"{today}", "last": f"{today}"}),
        ("DELETE", f"away/{today}", None),
        ("PUT", "home", {"country": "DE"}),
    )


def test_no_change_of_the_rota_undoes_one_that_was_not_seen(house: House, desk: Half) -> None:
    dana = actor(house, house.dana)
    for number, (method, what, body) in enumerate(changes(house)):
        seen = desk("GET", ADDRESS).headers["ETag"]
        assert seen == f'"{told(desk).version}"' == f'"{2 * number}"'
        assert isinstance(service.note(house.desk, dana, PROJECT, "meanwhile"), Rota)
        before = desk.get(ADDRESS)
        late = desk(method, f"{ADDRESS}/{what}", body, If_Match=seen)
        assert (late.status_code, msgspec.json.decode(late.content)["code"]) == (412, "conflict"), what
        assert desk.get(ADDRESS) == before, "a refusal changes nothing"
        done = desk(method, f"{ADDRESS}/{what}", body, If_Match=f'"{told(desk).version}"')
        assert done.status_code == 200, done.content
        assert msgspec.json.decode(done.content) == desk.get(ADDRESS) != before
    method, what, body = changes(house)[0]
    assert desk(method, f"{ADDRESS}/{what}", body).status_code == 200, "who names nothing is not asked"


def test_of_two_who_set_the_same_rota_at_once_one_is_told(
    house: House, desk: Half, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana, seen = actor(house, house.dana), told(desk).version
    ordered = rules.ordered

    def crowded(*given: Any) -> Rota | Refused:
        with monkeypatch.context() as once:
            once.setattr(rules, "ordered", ordered)
            assert isinstance(service.set_people(house.desk, dana, PROJECT, (house.li,), seen), Rota)
        return ordered(*given)

    monkeypatch.setattr(rules, "ordered", crowded)
    late = service.set_people(house.desk, dana, PROJECT, (house.dana,), seen)
    assert isinstance(late, Refused)
    assert late.code == "conflict"
    assert service.rota(house.desk, PROJECT).people == (house.li,)


def test_a_python_program_looks_after_the_rota_and_a_lost_answer_changes_it_once(
    house: House, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "PAUSE", 0.0)
    today, wire = house.clock().date(), Wire()
    with Client(house.desk.site.desk_url, token(), transport=wire) as tocsin:
        rota = tocsin.rota(PROJECT)
        first = rota.read()
        wire.lose = 2
        set_ = rota.order(first, [house.dana, house.li])
        assert (first.version, set_.version, set_.now) == (0, 1, "Dana")
        with pytest.raises(Conflict):
            rota.order(first, [house.li])
        swapped = rota.swap(set_, today + timedelta(days=7), house.dana)
        gone = rota.away(swapped, today, today)
        wire.lose = 1
        here = rota.back(gone, today)
        assert (swapped.weeks[1].swapped, len(gone.away), here.away) == (True, 1, ())
        home = rota.home(here, "DE-BY")
        assert [each.country for each in home.members if each.id == house.dana] == ["DE-BY"]
        assert rota.note("Two wait.").notes[0].text == "Two wait."
        assert tocsin.duty(PROJECT).version == home.version + 1
