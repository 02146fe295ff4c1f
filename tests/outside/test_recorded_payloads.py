# SPDX-License-Identifier: Apache-2.0
"""GitHub's own recorded deliveries, signed and sent: each is answered, none of them opens a case or holds up the
private report behind it. There is no recorded one of a private report; that one comes from the description.

Source: octokit/webhooks, `payload-examples` (security_advisory, repository_vulnerability_alert, ping).
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.outside.places import PROJECT, Town, town
from tests.outside.test_forge_inbound import hook, reported
from tests.support import shared
from tocsin.services.forge import door
from tocsin.testing.github.double import signed

EVENTS = {"security_advisory", "repository_vulnerability_alert", "ping"}


def recorded() -> list[Path]:
    return sorted(shared("standards", "ghsa", "payload-examples").rglob("*.json"))


def send(here: Town, event: str, path: Path) -> object:
    """Deliver a recorded body as GitHub signs it."""
    secret = door.secret(here.house.front.tokens, PROJECT).encode()
    headers, body = signed(event, msgspec.json.decode(path.read_bytes()), secret, f"{event}/{path.parent.name}/{path}")
    return door.deliver(here.house.front, PROJECT, headers, body)


def test_every_recorded_delivery_is_answered_and_opens_nothing() -> None:
    here = town()
    assert {path.parent.name for path in recorded()} == EVENTS
    for path in recorded():
        assert send(here, path.parent.name, path) == door.Taken(event=path.parent.name)
    here.turn()
    assert here.refs() == []


@pytest.mark.parametrize("event", sorted(door.HEARD))
def test_one_under_the_name_of_what_is_taken_up_opens_nothing_and_holds_nobody_up(event: str) -> None:
    here = town()
    for path in recorded():
        assert send(here, event, path) == door.Taken(event=event, taken=True), path
    hook(here, reported(here))
    here.turn()
    (ref,) = here.refs()
    assert here.case(ref).title == "Out-of-bounds read in demo_ext"
    assert not any(here.desk.outside.arrivals.waiting(99))


def test_the_name_of_the_event_is_not_signed_so_the_same_body_under_another_is_no_other_delivery() -> None:
    here = town()
    one, other = sorted(door.HEARD)
    assert send(here, one, recorded()[0]) == door.Taken(event=one, taken=True)
    assert send(here, other, recorded()[0]) == door.Taken(event=other, taken=True, again=True)
