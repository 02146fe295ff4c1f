# SPDX-License-Identifier: Apache-2.0
"""What people can have written down beside a case's own course: moments, what was tried, plans for the fix, what to
harden one day, what a decision point is. Joined to the rest in `commands`; the events are in `record_events` and
`assess_events`.
"""

from __future__ import annotations

from datetime import datetime

from tocsin.core.vocabulary import Value


class RecordMoment(Value, tag="record-moment"):
    """Record when something was that the case cannot know by itself: a posting, a call, becoming aware.

    `moment` is one of `core.limits.moments()`; without `at` it is now.
    """

    moment: str
    at: datetime | None = None
    note: str = ""


class RecordReproduction(Value, tag="record-reproduction"):
    """Say that the fault was seen on a version, or was not, and with which hardware and configuration (S29).

    A line on which it was seen is affected. One on which it was not stays as it is, unless the person concludes
    (`unaffected`) that the line is not affected.
    """

    version: str
    reproduced: bool = True
    configuration: str = ""
    note: str = ""
    unaffected: bool = False


class SetMilestone(Value, tag="set-milestone"):
    """Plan a step of the fix for an instant, move it, or drop it with `at` None; the reporter is told (S38)."""

    name: str
    at: datetime | None = None
    note: str = ""


class NoteHardening(Value, tag="note-hardening"):
    """Put what the report asks for on the hardening backlog, under the name of the default it is about (S71); an empty
    `default` takes it off again."""

    default: str
    note: str = ""


class SayPoint(Value, tag="say-point"):
    """Say what a decision point of SSVC is in this case, before what facts settle; an empty `value` takes it back."""

    point: str
    value: str = ""
    note: str = ""


RecordCommand = RecordMoment | RecordReproduction | SetMilestone | NoteHardening | SayPoint
