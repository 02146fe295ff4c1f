# SPDX-License-Identifier: Apache-2.0
"""Signed webhooks: thin, signed as Standard Webhooks says, once an event, retried with patience, sent again."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest

from tests.outside.places import PROJECT
from tocsin.core import webhooks
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Audience, Refused
from tocsin.services import cases, intake, worker
from tocsin.services.app import Desk
from tocsin.services.hooks import deliveries, endpoints
from tocsin.services.ports.http import Answer, Held
from tocsin.testing.house import House, house

URL = "https://hooks.example.org/tocsin"
SECRET_WORDS = "quetzalcoatl overflow"


@dataclass
class Receiver:
    """Somebody else's server: what it was sent, and how it answers."""

    status: int = 200
    fails: Exception | None = None
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, method, url, *, headers=None, body=b""):
        if self.fails:
            raise self.fails
        self.seen.append((url, dict(headers or {}), body))
        return Answer(self.status)


@pytest.fixture
def made() -> tuple[House, Desk, Receiver]:
    home, receiver = house(), Receiver()
    desk = replace(home.desk, outside=replace(home.desk.outside, http=receiver))
    return home, desk, receiver


def listening(desk: Desk, *types: str, url: str = URL) -> str:
    added = endpoints.add(desk, PROJECT, url, types, "usr")
    assert not isinstance(added, Refused)
    return added[0]


def reported(home: House, nonce: bytes = b"n" * 16) -> str:
    home.clock.advance(timedelta(minutes=1))
    report = Report(title=SECRET_WORDS, reproduce=f"{SECRET_WORDS} at line 7", version="7.3")
    receipt = intake.receive(replace(home.front, facts=home.desk.machine.facts), PROJECT, report, nonce)
    assert not isinstance(receipt, Refused)
    return receipt.case


def turns(desk: Desk) -> None:
    while not worker.run_once(desk).idle:
        pass
    deliveries.drain(desk)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    raw = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    made = webhooks.signature(raw, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_is_told_thin_and_signed(made) -> None:
    home, desk, receiver = made
    name = listening(desk)
    ref = reported(home)
    turns(desk)
    ((url, headers, body),) = receiver.seen
    assert url == URL
    told = msgspec.json.decode(body)
    assert told["type"] == "report.received"
    assert told["data"] == {"case": ref, "project": PROJECT, "url": f"{desk.site.desk_url}/c/{ref}"}
    assert not any(word.encode() in body for word in SECRET_WORDS.split())
    raw = endpoints.raw(desk.tokens, name, 1)
    assert webhooks.verify(raw, headers, body, desk.now())
    assert not webhooks.verify(raw, headers, body + b" ", desk.now())
    assert not webhooks.verify(raw, headers, body, desk.now() + timedelta(minutes=6))
    assert not webhooks.verify(b"another", headers, body, desk.now())


def test_no_event_says_anything_of_the_matter_and_every_one_has_a_name_of_the_list(made) -> None:
    home, desk, receiver = made
    listening(desk)
    ref = reported(home)
    dana = desk.people.actor(home.dana, PROJECT)
    assert dana
    roles = tuple(role.value for role in dana.roles)
    for move in (
        cmd.Assign(lead=home.dana, lead_roles=roles),
        cmd.Say(audience=Audience.REPORTER, text=SECRET_WORDS),
        cmd.Say(audience=Audience.TEAM, text=SECRET_WORDS),
        cmd.Investigate(effect=SECRET_WORDS, criticality="high"),
        cmd.Accept(advisory_id="WHPG-SA-2026-001"),
        cmd.DraftAdvisory(title=SECRET_WORDS),
    ):
        home.clock.advance(timedelta(minutes=1))
        assert not isinstance(cases.handle(desk, ref, move, dana), Refused)
    turns(desk)
    sent = [msgspec.json.decode(body) for _, _, body in receiver.seen]
    types = [each["type"] for each in sent]
    assert set(types) <= set(webhooks.NAMES)
    assert types.count("message.created") == 1
    assert {"report.received", "case.lead_changed", "case.accepted", "advisory.drafted"} <= set(types)
    everything = b"".join(body for _, _, body in receiver.seen)
    assert not any(word.encode() in everything for word in SECRET_WORDS.split())


def test_without_a_webhook_nothing_is_queued(made) -> None:
    home, desk, receiver = made
    reported(home)
    turns(desk)
    assert list(deliveries.of(desk, PROJECT)) == []
    name = listening(desk)
    endpoints.remove(desk, PROJECT, name)
    home.clock.advance(timedelta(minutes=1))
    reported(home, b"m" * 16)
    turns(desk)
    assert receiver.seen == []


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "https://", "https://a@x.example/", "https://[", "https://x:99999"]
)
def test_what_is_no_address_gets_no_webhook(made, url: str) -> None:
    _, desk, _ = made
    refused = endpoints.add(desk, PROJECT, url, (), "usr")
    assert isinstance(refused, Refused)
    assert refused.code == "address"


def test_only_what_was_asked_for_is_told(made) -> None:
    home, desk, receiver = made
    listening(desk, "advisory.published")
    reported(home)
    turns(desk)
    assert receiver.seen == []
    refused = endpoints.add(desk, PROJECT, URL, ["no.such"], "usr")
    assert isinstance(refused, Refused)
    assert isinstance(endpoints.add(desk, PROJECT, "ftp://x.example/", (), "usr"), Refused)


def test_an_effect_that_is_carried_out_twice_is_one_delivery_an_endpoint(made) -> None:
    home, desk, receiver = made
    for url in (URL, f"{URL}/2"):
        listening(desk, url=url)
    from tocsin.core.case.deeds import Happened

    deed = Happened(case="WHPG-2026-k7x4m", project=PROJECT, what="case.accepted", at=home.clock())
    for _ in range(3):
        deliveries.happened(desk, PROJECT, deed, "eff_1")
    deliveries.drain(desk)
    deliveries.drain(desk)
    assert len(receiver.seen) == 2
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 1


@pytest.mark.parametrize("fault", [OSError("does not answer: ConnectError"), Held("not public"), 500, 403, 429, 302])
def test_an_endpoint_that_fails_is_tried_once_a_minute_at_most_and_all_arrives_within_a_quarter_hour_after(
    made, fault
) -> None:
    home, desk, receiver = made
    listening(desk)
    if isinstance(fault, int):
        receiver.status = fault
    else:
        receiver.fails = fault
    for number in range(3):
        reported(home, bytes([number]) * 16)
    tries: list[datetime] = []
    real = desk.outside.http

    def count(*args, **more):
        tries.append(home.clock())
        return real(*args, **more)

    desk = replace(desk, outside=replace(desk.outside, http=count))
    for _ in range(24 * 60 * 2):
        home.clock.advance(timedelta(seconds=30))
        turns(desk)
    gaps = [(after - before).total_seconds() for before, after in pairwise(tries)]
    assert len(tries) > 90
    assert min(gaps) >= 60
    receiver.status, receiver.fails, receiver.seen = 200, None, []
    for _ in range(30):
        home.clock.advance(timedelta(seconds=30))
        turns(desk)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.seen}) == 3
    assert len(receiver.seen) == 3


def test_one_that_fails_for_five_days_or_says_that_it_is_gone_is_switched_off_and_somebody_is_told(made) -> None:
    home, desk, receiver = made
    name = listening(desk)
    receiver.status = 410
    reported(home)
    turns(desk)
    kept = endpoints.endpoints(desk).get(PROJECT, name)
    assert kept
    assert kept.value.off_because == "it says that it is gone"
    assert [each.kind for each in desk.machine.alarms.since(home.clock() - timedelta(days=1), 9)] == ["webhook-off"]
    before = len(receiver.seen)
    reported(home, b"m" * 16)
    home.clock.advance(timedelta(days=1))
    turns(desk)
    assert len(receiver.seen) == before


def test_a_delivery_is_sent_again_with_the_same_id_and_body(made) -> None:
    home, desk, receiver = made
    listening(desk)
    reported(home)
    turns(desk)
    (kept,) = deliveries.of(desk, PROJECT)
    home.clock.advance(timedelta(hours=5))
    assert not isinstance(deliveries.again(desk, PROJECT, kept.id), Refused)
    turns(desk)
    (_, first, body), (_, second, body_again) = receiver.seen
    assert (first["webhook-id"], body) == (second["webhook-id"], body_again)
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    home.clock.advance(timedelta(days=8))
    turns(desk)
    assert kept.id not in {each.id for each in deliveries.of(desk, PROJECT)}
    assert isinstance(deliveries.again(desk, PROJECT, kept.id), Refused)


def test_while_one_secret_takes_the_others_place_both_sign(made) -> None:
    home, desk, receiver = made
    name = listening(desk)
    old = endpoints.raw(desk.tokens, name, 1)
    kept = endpoints.endpoints(desk).get(PROJECT, name)
    assert kept
    shown = endpoints.renew(desk, kept)
    new = base64.b64decode(shown.removeprefix("whsec_"))
    assert new != old
    reported(home)
    turns(desk)
    _, headers, body = receiver.seen[-1]
    assert webhooks.verify(old, headers, body, desk.now())
    assert webhooks.verify(new, headers, body, desk.now())
    home.clock.advance(timedelta(hours=25))
    reported(home, b"m" * 16)
    turns(desk)
    _, headers, body = receiver.seen[-1]
    assert not webhooks.verify(old, headers, body, desk.now())
    assert webhooks.verify(new, headers, body, desk.now())
