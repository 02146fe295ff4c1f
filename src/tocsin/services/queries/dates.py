# SPDX-License-Identifier: Apache-2.0
"""Dates a person can take as they stand: when an embargo could end and when an answer is wanted, by the policy.

Only a proposal in a form. Whether a date may be proposed is asked of protocol and policy as always.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_USUAL: Final = timedelta(days=14)
_HOUR: Final = 15


class Dates(msgspec.Struct, frozen=True):
    """An end for the embargo and an instant to answer by; the second is empty where the policy wants no answer."""

    ends_at: datetime
    respond_by: datetime | None


def dates(policy: Policy, case: Case, now: datetime) -> Dates:
    """Return the last day the policy likes within two weeks and its maximum, and its time for an answer."""
    terms = policy.disclosure
    latest = now + _USUAL
    if terms and terms.max:
        start = case.received_at if terms.max_from == "report" else case.fix_ready_at or now
        latest = min(latest, policy.calendar.after(start, terms.max))
    ends_at = _liked(policy, latest, now)
    answer = policy.calendar.after(now, terms.rsvp) if terms and terms.rsvp else None
    return Dates(ends_at=ends_at, respond_by=min(answer, ends_at) if answer else None)


def _liked(policy: Policy, latest: datetime, now: datetime) -> datetime:
    """Walk back from `latest` to a day and hour that the policy likes; from tomorrow on where there is none left."""
    terms = policy.disclosure
    days = tuple(terms.weekdays) if terms and terms.weekdays else _DAYS[:5]
    hour = terms.hour_utc if terms and terms.hour_utc is not None else _HOUR
    day = latest.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    tomorrow = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=1)
    back = [each for each in (day - timedelta(days=n) for n in range(28)) if now < each <= latest]
    ahead = [tomorrow + timedelta(days=n) for n in range(7)]
    return next(each for each in (*back, *ahead) if _DAYS[each.weekday()] in days)
