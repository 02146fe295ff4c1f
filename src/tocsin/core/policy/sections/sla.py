# SPDX-License-Identifier: Apache-2.0
"""Promises with a time (S20-S22, S37). Part of `core.policy.model`."""

from __future__ import annotations

from typing import Literal, NewType

from tocsin.core.clock import Calendar, Duration
from tocsin.core.policy.sections.people import Group
from tocsin.core.vocabulary import Value

Percent = NewType("Percent", int)
"""A share of a promise's time, written `50%`."""


class Feedback(Value):
    """First feedback (S20-S23). `said` keeps the words of a promise without a number."""

    within: Duration | None = None
    said: str = ""
    must_contain: tuple[Literal["investigation-plan", "workarounds"], ...] = ()


class Span(Value):
    """Any other promise with a time; `said` keeps the words of one without a number."""

    within: Duration | None = None
    said: str = ""


class Every(Value):
    """A promise that comes round again, such as news for the reporter."""

    every: Duration | None = None
    said: str = ""


class Step(Value):
    """A rung of the ladder: who is told when a share of the time has passed."""

    at: Percent
    to: Group


class Escalation(Value):
    """Who is told while nobody answers."""

    steps: tuple[Step, ...] = ()


class Sla(Value):
    """Promises with a time."""

    calendar: Calendar | None = None
    acknowledgement: Span | None = None
    first_feedback: Feedback | None = None
    conversation: Span | None = None
    reply: Span | None = None
    updates: Every | None = None
    assessment: Span | None = None
    fix: Span | None = None
    escalation: Escalation | None = None
