# SPDX-License-Identifier: Apache-2.0
"""Two hundred real texts come in as reports, some of them in one hour from one place, so that many are held: no machine
closes, hides or delays one beyond what was promised. The texts are published ones from `shared/duplicates`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.support import shared
from tocsin.core.intake import Report
from tocsin.services import intake, worker
from tocsin.services.intake import Receipt
from tocsin.services.ports.store import InboxQuery, InboxRow
from tocsin.services.queries import inbox
from tocsin.testing.house import House, house

PROJECT = "warehousepg"
MANY = 200


def texts() -> list[Report]:
    """A seeded sample of the texts that people and projects wrote, of every kind and source."""
    pairs = shared("duplicates", "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    chosen = random.Random(11).sample([json.loads(line) for line in pairs], MANY)
    return [
        Report(title=(each["a_title"] or each["a_text"].split(".")[0])[:150], reproduce=each["a_text"], version="7.3.1")
        for each in chosen
    ]


@pytest.fixture
def arrived() -> tuple[House, list[Receipt]]:
    """All in half a day; half of them from three addresses."""
    made, chance, receipts = house(), random.Random(5), []
    for number, report in enumerate(texts()):
        address = f"93.184.216.{chance.randrange(3)}" if number % 2 else f"198.51.{100 + number % 50}.{number}"
        receipt = intake.receive(made.front, PROJECT, report, made.front.mint.nonce(), address)
        assert isinstance(receipt, Receipt)
        receipts.append(receipt)
        made.clock.advance(timedelta(minutes=3))
    settle(made)
    return made, receipts


def settle(made: House) -> None:
    while not worker.run_once(made.desk).idle:
        pass


def rows(made: House) -> list[InboxRow]:
    return list(made.desk.inbox.page(InboxQuery(projects=(PROJECT,), open=None, limit=1000)))


def listed(made: House, tab: str) -> set[str]:
    """Every case that somebody who turns the pages of one list comes to."""
    found: set[str] = set()
    after = ""
    while True:
        page = inbox.page(made.desk, made.dana, tab=tab, project=PROJECT, after=after)
        found |= {line.case for line in page.lines}
        if not (after := page.next):
            return found


def wronged(made: House, receipts: list[Receipt]) -> Iterator[str]:
    """Reports that a machine closed, hid, or kept back although their promise is over."""
    every, now = {row.case: row for row in rows(made)}, made.clock()
    team, held = listed(made, "team"), listed(made, "held")
    for receipt in receipts:
        row = every.get(receipt.case)
        if row is None or not row.open:
            yield f"{receipt.case}: closed"
        elif receipt.case not in team | held:
            yield f"{receipt.case}: in neither list"
        elif receipt.case in held and row.next_due <= now:
            yield f"{receipt.case}: held beyond its promise"


def days(made: House, many: int) -> Iterator[datetime]:
    """Let days pass, the worker working."""
    for _ in range(many):
        made.clock.advance(timedelta(days=1))
        settle(made)
        yield made.clock()


@pytest.mark.slow
def test_of_two_hundred_real_reports_none_is_closed_hidden_or_delayed_by_the_machine(
    arrived: tuple[House, list[Receipt]],
) -> None:
    made, receipts = arrived
    assert all(each.phrase for each in receipts)
    assert {each.case for each in receipts} == {row.case for row in rows(made)}
    assert any(each.held for each in receipts), "the flood is real enough that some are held"
    assert list(wronged(made, receipts)) == []
    for _ in days(made, 8):
        assert list(wronged(made, receipts)) == []
    assert listed(made, "held") == set(), "all came back to be read within their own promise"
    made.clock.advance(timedelta(days=90))
    settle(made)
    assert list(wronged(made, receipts)) == []


Break = Callable[[House, InboxRow], InboxRow]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda made, row: msgspec.structs.replace(row, open=False), "closed"),
        (lambda made, row: msgspec.structs.replace(row, waits_for="nobody"), "in neither list"),
        (
            lambda made, row: msgspec.structs.replace(row, waits_for="held", next_due=made.clock()),
            "held beyond its promise",
        ),
    ],
)
def test_the_check_sees_a_report_that_is_closed_hidden_or_delayed(
    arrived: tuple[House, list[Receipt]], spoil: Break, said: str
) -> None:
    """Negative control: one row in two hundred is spoilt, and named."""
    made, receipts = arrived
    victim = rows(made)[77]
    assert made.desk.inbox.put([spoil(made, victim)]) == 1
    assert list(wronged(made, receipts)) == [f"{victim.case}: {said}"]
