# SPDX-License-Identifier: Apache-2.0
"""Other orders that a list can be read in than what is due first: by priority, and by how long nobody touched a case.

Nothing is sorted by itself: somebody asks for an order. Sealed rows cannot be sorted by whoever stores them, so every
row asked for is opened, up to `CEILING`, those that are due first. The desk, the API and the terminal ask here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from tocsin.core.case.priority import WORDS, Key, with_signal
from tocsin.core.vocabulary import CaseRef
from tocsin.services.app import Desk
from tocsin.services.ports.store import InboxRow
from tocsin.services.sealing import Summary

CEILING: Final = 1000
PRIORITY: Final = "priority"
AGE: Final = "age"
ORDERS: Final = (PRIORITY, AGE, *WORDS)
"""What a list can be asked for by: an order, or one class of priority alone."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AGES: Final = (
    (timedelta(days=90), "Untouched for 90 days or more"),
    (timedelta(days=30), "Untouched for 30 days or more"),
    (timedelta(days=7), "Untouched for a week or more"),
)


class _Place(msgspec.Struct, frozen=True, order=True):
    """Where a row stands: by its priority or by when it was last touched, then its deadline, then its reference."""

    key: Key
    touched: datetime
    due: datetime
    case: CaseRef


class Placed(NamedTuple):
    """A row where it stands in an order: its opened half, the part of the list, its class of priority if asked for."""

    place: _Place
    row: InboxRow
    summary: Summary
    group: str
    word: str


def known(by: str) -> str:
    """The order meant: "" for what is due first; of what nobody knows, the order of priorities."""
    return by if not by or by in ORDERS else PRIORITY


def ordered(desk: Desk, rows: Sequence[tuple[InboxRow, Summary]], by: str, now: datetime) -> list[Placed]:
    """Put opened rows in the order of `by`, one of `ORDERS`; a class of priority leaves out the others."""
    found = (_aged(row, summary, now) if by == AGE else _ranked(desk, row, summary) for row, summary in rows)
    return sorted((each for each in found if by in (PRIORITY, AGE, each.word)), key=lambda each: each.place)


def cut(placed: Sequence[Placed], after: str, limit: int) -> tuple[Sequence[Placed], str]:
    """One page of an order, after a cursor; and the cursor of the page after, "" on the last."""
    at = _read(after)
    rest = [each for each in placed if at is None or each.place > at]
    shown = rest[:limit]
    return shown, _cursor(shown[-1].place) if len(rest) > limit else ""


def touched(row: InboxRow, summary: Summary) -> datetime:
    """When a person of the project last did anything in a case; when it came in, where nobody did."""
    return summary.touched_at or row.opened_at


def word(desk: Desk, summary: Summary) -> str:
    """The class of priority of a case, with what published lists say of its CVE id."""
    return _key(desk, summary).word


def _key(desk: Desk, summary: Summary) -> Key:
    return with_signal(summary.priority, desk.signals.of(summary.cve) if summary.cve else None)


def _ranked(desk: Desk, row: InboxRow, summary: Summary) -> Placed:
    key = _key(desk, summary)
    place = _Place(key=key, touched=_EPOCH, due=row.next_due, case=row.case)
    return Placed(place, row, summary, key.word.capitalize(), key.word)


def _aged(row: InboxRow, summary: Summary, now: datetime) -> Placed:
    at = touched(row, summary)
    place = _Place(key=Key(), touched=at, due=row.next_due, case=row.case)
    group = next((words for age, words in _AGES if now - at >= age), "Touched within the week")
    return Placed(place, row, summary, group, "")


def _cursor(place: _Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read(after: str) -> _Place | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)), type=_Place)
    except (ValueError, binascii.Error):
        return None
