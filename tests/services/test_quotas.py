# SPDX-License-Identifier: Apache-2.0
"""Floods: nothing is refused or closed, what is real stands on the first screen, what is held comes back in time."""

from __future__ import annotations

import random
from datetime import timedelta
from hashlib import sha256

import pytest

from tocsin.core.case import commands as cmd
from tocsin.core.intake import Report
from tocsin.core.vocabulary import Audience, Refused, ReportKind
from tocsin.services import cases, intake, lookalikes, worker
from tocsin.services.intake import Receipt
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import inbox
from tocsin.services.quotas import OwnCounts, Quota, Quotas
from tocsin.services.verify import verify
from tocsin.testing.house import START, House, house

PROJECT = "warehousepg"
REAL = Report(
    title="Out-of-bounds read in demo_decode",
    reproduce="CREATE EXTENSION demo_ext; SELECT demo_decode('x'); the server reads past its buffer.",
    version="7.3.1",
)
WORDS = ("critical", "remote", "execution", "admin", "bypass", "token", "leak", "overflow", "kernel", "cloud", "bounty")


def blind(purpose: str, text: str) -> bytes:
    return sha256(f"{purpose}/{text}".encode()).digest()


def junk(chance: random.Random) -> Report:
    said = " ".join(chance.choices(WORDS, k=30))
    return Report(title=f"Critical RCE {chance.randrange(10**6)}", reproduce=said, version="unknown")


def send(made: House, report: Report, address: str) -> Receipt:
    receipt = intake.receive(made.front, PROJECT, report, made.front.mint.nonce(), address)
    assert isinstance(receipt, Receipt)
    return receipt


def settle(made: House) -> None:
    while not worker.run_once(made.desk).idle:
        pass


def everywhere(made: House, waits_for: str = "") -> set[str]:
    query = InboxQuery(projects=(PROJECT,), open=None, waits_for=waits_for, limit=100_000)
    return {row.case for row in made.desk.inbox.page(query)}


@pytest.mark.slow
def test_one_real_report_among_thousands_stands_on_the_first_screen(deep: bool) -> None:
    """10,000 an hour with --deep, else a seeded sample of 600, from thirty sources; the real one has another."""
    chance, made, many = random.Random(7), house(), 10_000 if deep else 600
    receipts, real = [], None
    for number in range(many):
        if number == many * 2 // 3:
            real = send(made, REAL, "198.51.101.9")
        receipts.append(send(made, junk(chance), f"93.184.216.{chance.randrange(30)}"))
        made.clock.advance(timedelta(seconds=3600 / many / 2))
    settle(made)
    assert real is not None
    assert not real.held
    first = {line.case for line in inbox.page(made.desk, made.dana).lines}
    assert real.case in first
    everybody = {receipt.case for receipt in receipts} | {real.case}
    assert everywhere(made) == everybody
    assert everywhere(made, "team") | everywhere(made, "held") == everybody
    assert len(everywhere(made, "team")) <= 50


def test_what_is_held_comes_back_before_its_promise_is_due() -> None:
    made = house()
    first, *_, held = [send(made, junk(random.Random(n)), "93.184.216.1") for n in range(8)]
    assert (first.held, held.held) == (False, True)
    came, due = made.desk.inbox.row(first.case), made.desk.inbox.row(held.case)
    assert came
    assert due
    assert due.next_due == came.next_due, "the promise of a held report is the same as of any other"
    settle(made)
    assert held.case in everywhere(made, "held")
    assert verify(made.desk).findings == (), "that it is held follows from its journal"
    made.clock.advance(due.next_due - made.clock() - timedelta(minutes=30))
    settle(made)
    assert held.case in everywhere(made, "team")
    assert verify(made.desk).findings == ()


def test_the_team_is_told_of_a_held_report_like_of_any_other() -> None:
    made = house()
    told = []
    for number in range(8):
        before = made.desk.outbox.waiting()
        receipt = send(made, junk(random.Random(number)), "93.184.216.1")
        told.append((receipt.held, made.desk.outbox.waiting() - before))
    (first, usual), (last, beyond) = told[0], told[-1]
    assert (first, last) == (False, True)
    assert beyond == usual > 0


def test_a_held_report_is_answered_like_any_other() -> None:
    made = house()
    held = [send(made, REAL, "93.184.216.1") for _ in range(7)][-1]
    settle(made)
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor is not None
    said = cmd.Say(audience=Audience.REPORTER, text="We are looking.")
    assert not isinstance(cases.handle(made.desk, held.case, said, actor), Refused)
    assert held.case in everywhere(made, "team")


@pytest.mark.slow
def test_a_hundred_look_alikes_are_cleared_by_a_script_and_each_reporter_is_answered() -> None:
    made = house()
    first = send(made, REAL, "198.51.101.9")
    same = [send(made, REAL, f"93.184.{n}.1") for n in range(100)]
    settle(made)
    actor = made.desk.people.actor(made.dana, PROJECT)
    assert actor is not None
    cleared = 0
    while lines := [line for line in inbox.page(made.desk, made.dana).lines if line.case != first.case]:
        for line in lines:
            found = lookalikes.alike(made.desk, made.dana, line.case, PROJECT, REAL)
            assert min(each.score for each in found) > 0.5
            answer = cmd.Answer(text="We know of this matter already; thank you all the same.")
            done = cases.handle(made.desk, line.case, cmd.MarkDuplicate(of=first.case, answer=answer), actor)
            assert not isinstance(done, Refused)
            cleared += 1
    assert cleared == 100
    for receipt in same:
        (own,) = made.desk.rooms.of_case(receipt.case)
        assert len(made.desk.rooms.copies(own.id)) == 2  # what was sent, and the answer


@pytest.mark.parametrize(
    ("address", "kind", "held"),
    [
        ("93.184.216.1", ReportKind.FOUND, True),
        ("93.184.216.1", ReportKind.ALREADY_PUBLIC, False),
        ("93.184.216.2", ReportKind.FOUND, False),
        ("10.0.0.1", ReportKind.FOUND, True),
        ("", ReportKind.FOUND, False),
        ("2606:2800:220:1::9", ReportKind.FOUND, True),
    ],
)
def test_who_is_held_once_the_quotas_are_used_up(address: str, kind: ReportKind, held: bool) -> None:
    quotas = Quotas(OwnCounts(), blind, Quota(source=2, project=3, installation=3))
    for used in ("93.184.216.1", "93.184.216.1", "2606:2800:220:1::1"):
        assert not quotas.hold(PROJECT, used, ReportKind.FOUND, START)
    assert quotas.hold(PROJECT, address, kind, START) is held
    assert not quotas.hold(PROJECT, address, kind, START + timedelta(hours=1))


def test_no_address_is_kept() -> None:
    names: set[str] = set()
    counts = OwnCounts()
    quotas = Quotas(counts, blind)
    for at in (START, START + timedelta(hours=1)):
        quotas.hold(PROJECT, "93.184.216.34", ReportKind.FOUND, at)
        names.update(counts._counts)
    assert not [each for each in names if "93.184" in each or bytes((93, 184, 216, 34)).hex() in each]
    assert len([each for each in names if each.startswith("source/")]) == 2, "the next hour knows the source no more"
