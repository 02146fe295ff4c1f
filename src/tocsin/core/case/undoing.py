# SPDX-License-Identifier: Apache-2.0
"""What takes back a person's last act in a case: another act, for a journal only grows and nothing in it is struck out.

Only what the protocol has a way back from is offered, and only while nobody else has acted on it. What others have read
stays read: a rejection that is taken back was told, and so is the taking back. All else names what helps instead.
Whether the act that takes back may be made is decided where every act is (`decide`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.assess_events import PointSaid
from tocsin.core.case.record_commands import NoteHardening, SayPoint, SetMilestone
from tocsin.core.case.record_events import AdvisoryWithdrawn, HardeningNoted, MilestoneSet
from tocsin.core.case.target_commands import Disarm
from tocsin.core.vocabulary import ActorKind, Refused, Value

REASON: Final = "Taken back at once by the person who decided."
RULE: Final = "undo"

_BESIDE: Final = frozenset({ActorKind.CLOCK, ActorKind.SYSTEM})
"""Whose lines are no answer to what somebody did."""

E = TypeVar("E", bound=Value)


class Undoing(NamedTuple):
    """The journal line that is taken back, and the act that does it."""

    line: ev.Entry
    command: cmd.Command


def undoing(entries: Sequence[ev.Entry], person: str, line: int = 0) -> Undoing | Refused:
    """Find what takes back the last act of `person`; `entries` is the whole journal. With `line`, only if that act is
    the one that wrote this line. Refuses where others acted since, and where there is no way back."""
    lines = [each for each in entries if each.actor.kind not in _BESIDE]
    if not any(each.actor.id == person for each in lines):
        return Refused(code="nothing-to-undo", because="You have done nothing in this case.", rule=RULE)
    last = lines[-1]
    if last.actor.id != person:
        because = "Somebody else acted in this case after you. Look at what they did, then decide anew."
        return Refused(code="conflict", because=because, rule=RULE, missing=(f"{last.seq}: {ev.name(last.event)}",))
    act = [*takewhile(lambda each: (each.actor.id, each.at) == (person, last.at), reversed(lines))]
    if line and line not in {each.seq for each in act}:
        because = f"Line {line} is not your last act; that is line {act[-1].seq}, {ev.name(act[-1].event)}."
        return Refused(code="conflict", because=because, rule=RULE)
    if any(type(each.event) in _ALL_OR_NOTHING for each in act):
        return _no_way_back(act)
    for each in act:
        back = _BACK.get(type(each.event))
        before = [earlier.event for earlier in entries if earlier.seq < each.seq]
        command = back(before, each.event) if back else None
        if command is not None:
            return Undoing(each, command)
    return _no_way_back(act)


def _no_way_back(act: Sequence[ev.Entry]) -> Refused:
    told = [_INSTEAD[type(each.event)] for each in act if type(each.event) in _INSTEAD]
    because = told[-1] if told else "Nothing takes this back. Say it anew: what was said last counts."
    names = ", ".join(ev.name(each.event) for each in reversed(act))
    return Refused(code="no-way-back", because=because, rule=RULE, missing=(f"done: {names}",))


def _newest(before: Sequence[ev.Event], kind: type[E], same: Callable[[E], bool] = lambda _: True) -> E | None:
    return next((each for each in reversed(before) if isinstance(each, kind) and same(each)), None)


def _reconsidered(before: Sequence[ev.Event], event: Any) -> cmd.Command:
    return cmd.Reconsider(reason=REASON)


def _assigned(before: Sequence[ev.Event], event: ev.CaseAssigned) -> cmd.Command:
    earlier = _newest(before, ev.CaseAssigned)
    return cmd.Assign(lead=earlier.lead, lead_name=earlier.lead_name) if earlier else cmd.Assign(lead="")


def _proposed(before: Sequence[ev.Event], event: ev.EmbargoProposed) -> cmd.Command:
    return cmd.RejectEmbargo(proposal=event.proposal, reason=REASON)


def _ordered(before: Sequence[ev.Event], event: ev.PublicationOrdered) -> cmd.Command:
    return Disarm(reason=REASON)


def _hardening(before: Sequence[ev.Event], event: HardeningNoted) -> cmd.Command:
    earlier = _newest(before, HardeningNoted)
    return NoteHardening(default=earlier.default if earlier else "", note=earlier.note if earlier else REASON)


def _point(before: Sequence[ev.Event], event: PointSaid) -> cmd.Command:
    earlier = _newest(before, PointSaid, lambda each: each.point == event.point)
    return SayPoint(point=event.point, value=earlier.value if earlier else "", note=REASON)


def _milestone(before: Sequence[ev.Event], event: MilestoneSet) -> cmd.Command:
    earlier = _newest(before, MilestoneSet, lambda each: each.name == event.name)
    return SetMilestone(name=event.name, at=earlier.at if earlier else None, note=REASON)


def _lines(before: Sequence[ev.Event], event: ev.LinesSet) -> cmd.Command | None:
    earlier = _newest(before, ev.LinesSet)
    return cmd.SetLines(lines=earlier.lines, asked=earlier.asked) if earlier else None


def _scored(before: Sequence[ev.Event], event: ev.ScoreSet) -> cmd.Command | None:
    earlier = _newest(before, ev.ScoreSet, lambda each: each.scorer == event.scorer)
    if earlier is None:
        return None
    return cmd.SetScore(vector=earlier.vector, authoritative=earlier.authoritative, provisional=earlier.provisional,
                        reason=REASON)  # fmt: skip


def _drafted(before: Sequence[ev.Event], event: ev.AdvisoryDrafted) -> cmd.Command | None:
    earlier = _newest(before, ev.AdvisoryDrafted)
    return cmd.DraftAdvisory(**msgspec.structs.asdict(earlier)) if earlier else None


def _withdrawn(before: Sequence[ev.Event], event: AdvisoryWithdrawn) -> cmd.Command:
    earlier = _newest(before, AdvisoryWithdrawn) or AdvisoryWithdrawn()
    return cmd.Withdraw(because=earlier.because, superseded_by=earlier.superseded_by)


_BACK: Final[Mapping[type, Callable[[Sequence[ev.Event], Any], cmd.Command | None]]] = {
    ev.AdvisoryDrafted: _drafted,
    AdvisoryWithdrawn: _withdrawn,
    ev.CaseAssigned: _assigned,
    ev.CaseDeferred: _reconsidered,
    ev.CaseDuplicated: _reconsidered,
    ev.CaseRejected: _reconsidered,
    ev.EmbargoProposed: _proposed,
    HardeningNoted: _hardening,
    ev.LinesSet: _lines,
    MilestoneSet: _milestone,
    PointSaid: _point,
    ev.PublicationOrdered: _ordered,
    ev.ScoreSet: _scored,
}
"""What each event is taken back by; None where nothing stood before that could stand again."""

_ALL_OR_NOTHING: Final = frozenset({ev.CaseAccepted})
"""What is no way back from, whatever else the same act wrote: taking back the lead alone would undo nothing."""

_READ: Final = "What was sent has been read. Write again, and say what is right."
_INSTEAD: Final[Mapping[type, str]] = {
    ev.AdvisoryPublished: "What is public stays public. What is wrong in it is corrected by a revision.",
    ev.CaseAccepted: "The reporter knows that it was accepted. Close the case with an outcome and say why.",
    ev.CaseClosed: "A closed case stays closed. Reopen it: it goes on in a new case that continues it.",
    ev.EmbargoAccepted: "The others hold to what was agreed. Propose another end; the old terms hold until they agree.",
    ev.EmbargoDecided: "The others were told. Propose another end; the old terms hold until they agree.",
    ev.EmbargoEnded: "Whoever was held by the embargo is free since then. Agree on a new one, if they still can.",
    ev.EmbargoRejected: "The others were told that the date is off. Propose it anew.",
    ev.InfoRequested: _READ,
    ev.MessageSent: _READ,
    ev.StateObserved: "What came out does not go back in. If it never was out, say so in a note.",
}
"""What helps instead, where there is no way back."""
