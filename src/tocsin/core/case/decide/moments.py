# SPDX-License-Identifier: Apache-2.0
"""What people record beside the case's own course: moments that no journal can know, what to harden one day, and what
SSVC asks that no fact settles.

Clocks of others start from such moments and end with them (`core.limits`), and some promises are kept by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.core import limits
from tocsin.core.case.assess_events import PointSaid
from tocsin.core.case.decide.rule import Context, Decision, Rule, moved
from tocsin.core.case.model import Case
from tocsin.core.case.record_commands import NoteHardening, RecordMoment, SayPoint
from tocsin.core.case.record_events import HardeningNoted, MomentRecorded
from tocsin.core.clock import show
from tocsin.core.policy.facts import MoveName
from tocsin.core.severity import ssvc
from tocsin.core.vocabulary import Refused, utc

_LONGEST: Final = 120


def _record(case: Case, command: RecordMoment, context: Context) -> Decision:
    """Refuse an unknown moment and one that lies ahead; the same once more changes nothing."""
    if command.moment not in limits.moments():
        because = f"Nobody counts from “{command.moment}”. Known: {', '.join(sorted(limits.moments()))}."
        return Refused(code="unknown-moment", because=because, rule="core.limits")
    if command.at is not None and command.at.tzinfo is None:
        return Refused(code="no-zone", because="A moment needs its zone, such as 16:00Z.", rule="core.limits")
    at = utc(command.at) if command.at else context.now
    if at > context.now:
        because = f"{show(at)} lies ahead. What has happened is recorded, not what is planned."
        return Refused(code="not-yet", because=because, rule="core.limits")
    if any(each.name == command.moment and each.at == at for each in case.recorded):
        return ()
    return (MomentRecorded(moment=command.moment, at=at, note=command.note),)


def _harden(case: Case, command: NoteHardening, context: Context) -> Decision:
    """Name the default in a line of its own, so that reports about the same one are counted together."""
    default = " ".join(command.default.split())
    if len(default) > _LONGEST:
        because = f"A default is named in at most {_LONGEST} characters, so that reports about it are found together."
        return Refused(code="name-too-long", because=because, rule="S71")
    return () if default == case.hardening else (HardeningNoted(default=default, note=command.note),)


def _point(case: Case, command: SayPoint, context: Context) -> Decision:
    """Refuse what the tables do not ask and values they do not have; the same once more changes nothing."""
    known = ssvc.askable()
    if command.point not in known:
        because = f"SSVC asks a supplier for {', '.join(known)}, not for “{command.point}”."
        return Refused(code="unknown-point", because=because, rule="SSVC supplier table")
    if command.value and command.value not in known[command.point]:
        because = f"{command.point.capitalize()} is one of {', '.join(known[command.point])}."
        return Refused(code="unknown-value", because=because, rule="SSVC supplier table")
    if dict(case.ssvc).get(command.point, "") == command.value:
        return ()
    return (PointSaid(point=command.point, value=command.value, note=command.note),)


RULES: Final[Mapping[type, Rule]] = {
    NoteHardening: Rule(_harden, moved(MoveName.NOTE), after_close=True),
    SayPoint: Rule(_point, moved(MoveName.INVESTIGATE), after_close=True),
    RecordMoment: Rule(_record, moved(MoveName.NOTE), after_close=True),
}
