# SPDX-License-Identifier: Apache-2.0
"""In a panic nothing goes out by itself, by any way there is, while reports come in; afterwards what waited goes out,
which is the control: each way would have told somebody something. (Effects and letters: tests/services/test_egress.py,
tests/post/test_letters.py.)"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.outside.places import PROJECT, Town, writing_town
from tests.outside.test_distribution import approved, consent, embargoed, given, told
from tests.outside.test_forge_inbound import reported
from tests.outside.test_webhooks import Receiver, listening
from tests.outside.test_webhooks import reported as reported_here
from tocsin.adapters.web.guarded import GuardedHttp
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Audience
from tocsin.services import incident
from tocsin.services.distribution import telling
from tocsin.services.forge import wishes
from tocsin.services.hooks import deliveries
from tocsin.testing.house import house


@pytest.fixture
def here() -> Town:
    return writing_town()


def later(here: Town) -> None:
    """Let what is due come."""
    here.house.clock.advance(timedelta(minutes=2))
    here.turn()


def test_a_webhook_that_was_queued_waits_and_no_try_is_counted() -> None:
    home, receiver = house(), Receiver()
    desk = replace(home.desk, outside=replace(home.desk.outside, http=receiver))
    listening(desk)
    reported_here(home)
    here = Town(home, desk, github=None)  # type: ignore[arg-type]
    here.turn()  # the delivery is made, and not sent yet
    incident.halt(desk)
    assert deliveries.drain(desk) == (0, 0)
    assert receiver.seen == []
    assert [each.value.tries for each in deliveries.deliveries(desk).all(PROJECT)] == [0]
    incident.resume(desk)
    assert deliveries.drain(desk) == (1, 0)
    assert len(receiver.seen) == 1


def test_a_panic_that_begins_between_two_webhooks_stops_the_second() -> None:
    home, receiver = house(), Receiver()

    def and_panic(*asked: Any, **more: Any) -> Any:
        incident.halt(desk)
        return receiver(*asked, **more)

    desk = replace(home.desk, outside=replace(home.desk.outside, http=and_panic))
    listening(desk)
    listening(desk, url="https://other.example.org/hook")
    reported_here(home)
    Town(home, desk, github=None).turn()  # type: ignore[arg-type]
    assert deliveries.drain(desk) == (1, 0)
    assert len(receiver.seen) == 1
    incident.resume(desk)
    assert deliveries.drain(desk) == (1, 0)
    assert len({url for url, _, _ in receiver.seen}) == 2


def test_the_forge_is_read_and_nothing_is_written_there(here: Town) -> None:
    ghsa = reported(here)
    here.look()
    (ref,) = here.refs()
    here.accept(ref)
    here.move(ref, cmd.Say(audience=Audience.REPORTER, text="Thank you. Which build was it?"))
    incident.halt(here.desk)
    reported(here, summary="Another one")
    here.look()
    assert len(here.refs()) == 2, "a report that comes in is taken in"
    assert here.github.world.comments.get(ghsa, []) == []
    assert here.github.world.advisories[ghsa]["state"] == "triage"
    incident.resume(here.desk)
    here.look()
    here.look()
    assert len(here.github.world.comments[ghsa]) == 1
    assert here.github.world.advisories[ghsa]["state"] == "draft"


def test_what_the_desk_asked_for_on_the_forge_waits(here: Town) -> None:
    ref = embargoed(here)
    assert wishes.ask(here.desk, here.opened(ref), here.dana, "push") is None
    incident.halt(here.desk)
    assert wishes.carry_out(here.desk) == 0
    assert here.github.world.advisories == {}
    incident.resume(here.desk)
    assert wishes.carry_out(here.desk) == 1
    assert len(here.github.world.advisories) == 1


def test_no_distributor_is_given_a_package(here: Town) -> None:
    approved(here, "Acme")
    ref = embargoed(here)
    phrases = told(here, ref)
    consent(here, ref, "Acme")
    incident.halt(here.desk)
    later(here)
    assert telling.give(here.desk) == 0
    assert given(here, phrases["Acme"]) == []
    incident.resume(here.desk)
    assert telling.give(here.desk) == 1
    assert len(given(here, phrases["Acme"])) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_one_client_tells_nobody_anything_whoever_asks_it_to(method: str) -> None:
    seen: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200)

    desk = house().desk
    client = GuardedHttp(
        lookup=lambda *_: ("93.184.216.34",),
        transport=httpx2.MockTransport(take),
        shut=lambda: incident.shut(desk.machine.facts),
    )
    incident.halt(desk)
    with pytest.raises(OSError, match="panic"):  # as if it did not answer: whoever asked tries again later
        client(method, "https://api.example.org/", body=b"{}")
    assert seen == []
    assert client("GET", "https://api.example.org/").ok
    incident.resume(desk)
    assert client(method, "https://api.example.org/", body=b"{}").ok
    assert [each.method for each in seen] == ["GET", method]
