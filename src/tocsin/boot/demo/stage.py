# SPDX-License-Identifier: Apache-2.0
"""Fills the demo's desk: real vulnerabilities, each as far along as `data/stage.toml` says.

Every case is made by the use cases that people use, with a clock set to the day on which it happened; nothing is
written past the one door. The facts are public ones, and each case says that it is a demonstration.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import msgspec

from tocsin.boot.demo.matter import DATA
from tocsin.core.case import commands as cmd
from tocsin.core.case.drafting import CreditGiven, ProductNamed, ReferenceGiven
from tocsin.core.case.record_commands import RecordMoment
from tocsin.core.intake import CreditWish, Identity, Report
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import (
    Actor,
    ActorKind,
    Affectedness,
    Audience,
    CaseRef,
    ProjectId,
    Refused,
    RejectionClass,
    ReportKind,
    Value,
)
from tocsin.services import cases, intake, numbering, publication, worker
from tocsin.services.app import Desk, Front
from tocsin.services.together import together

REPLAY: Final = "Demonstration: played again from the public record of {id}. Nobody reported this here."

_TUESDAY, _THURSDAY, _HOUR = 1, 3, 15


class Played(Value):
    """One case of the desk. `fixed` holds line, first affected and first fixed version."""

    id: str
    project: str
    stage: str
    days: float
    title: str
    version: str
    reproduce: str
    effects: str
    kind: str = "found"
    reporter: str = ""
    affiliation: str = ""
    question: str = ""
    criticality: str = ""
    plan: str = "We reproduce it, find out which lines are affected, and agree with you on a date."
    workarounds: str = "None known yet."
    vector: str = ""
    cwe: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str, str], ...] = ()
    fix: str = ""
    rejection: str = ""
    reason: str = ""
    product: str = ""
    vendor: str = ""
    assigner: str = ""
    assigner_name: str = ""
    summary: str = ""
    details: str = ""
    mitigation: str = ""
    required_configuration: str = ""
    references: tuple[str, ...] = ()


def cast() -> tuple[Played, ...]:
    """Every case of the desk, in the order in which they were reported."""
    found = tomllib.loads((DATA / "stage.toml").read_text(encoding="utf-8"))
    return tuple(sorted(msgspec.convert(found["case"], tuple[Played, ...]), key=lambda each: -each.days))


def fill(desk: Desk, front: Front, dana: str, li: str, now: datetime) -> dict[CaseRef, Played]:
    """Play every case as far as its stage; returns the references. Raises RuntimeError for a move that is refused."""
    stage = Stage(desk, front, {"dana": dana, "li": li}, now)
    for played in cast():
        stage.play(played)
    return stage.cases


def working_day(after: datetime) -> datetime:
    """The next Tuesday, Wednesday or Thursday at 15:00 UTC, the hour both policies prefer."""
    day = datetime.combine(after.astimezone(UTC).date(), time(_HOUR), UTC)
    while day <= after or not _TUESDAY <= day.weekday() <= _THURSDAY:
        day += timedelta(days=1)
    return day


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


@dataclass(frozen=True)
class _Take:
    """One case while it is being played: who reported it, and when."""

    played: Played
    ref: CaseRef
    room: Actor
    reported: datetime


class Stage:
    """The desk that is being filled, and the two people who work at it."""

    def __init__(self, desk: Desk, front: Front, people: Mapping[str, str], now: datetime) -> None:
        self._desk, self._front, self._people, self._now = desk, front, people, now
        self.cases: dict[CaseRef, Played] = {}
        self._first: dict[tuple[ProjectId, str], CaseRef] = {}

    def play(self, played: Played) -> CaseRef:
        """Open one case and take it as far as its stage."""
        take = self._report(played)
        self._do(take, 0.3, "li", cmd.Say(audience=Audience.TEAM, text=REPLAY.format(id=played.id)))
        for act in _ACTS[played.stage]:
            act(self, take)
        return take.ref

    # ------------------------------------------------------------------------------------------------------- doors

    def _report(self, played: Played) -> _Take:
        reported = self._now - timedelta(days=played.days)
        front = replace(self._front, now=lambda: reported)
        report = Report(
            kind=ReportKind(played.kind),
            title=played.title,
            reproduce=f"{played.reproduce}\n\n({REPLAY.format(id=played.id)})",
            version=played.version,
            effects=played.effects,
            identity=Identity(
                name=played.reporter,
                affiliation=played.affiliation,
                credit=CreditWish.NAME if played.reporter else CreditWish.NONE,
            ),
        )
        receipt = intake.receive(front, played.project, report, front.mint.nonce())
        if isinstance(receipt, Refused):
            raise RuntimeError(f"{played.id} could not be reported: {receipt.because}")
        rooms = self._desk.rooms.of_case(receipt.case)
        self.cases[receipt.case] = played
        self._first.setdefault((played.project, played.id), receipt.case)
        return _Take(played, receipt.case, Actor(kind=ActorKind.REPORTER, id=rooms[0].id), reported)

    def _at(self, take: _Take, hours: float) -> Desk:
        moment = take.reported + timedelta(hours=hours)
        if moment > self._now:
            raise RuntimeError(f"{take.played.id}, {take.played.stage}: {hours} hours after the report is not over yet")
        return replace(self._desk, now=lambda: moment)

    def _actor(self, take: _Take, who: str) -> Actor:
        if who == "reporter":
            return take.room
        actor = self._desk.people.actor(self._people[who], take.played.project)
        if actor is None:
            raise RuntimeError(f"{who} works in no project")
        return actor

    def _do(self, take: _Take, hours: float, who: str, command: cmd.Command) -> None:
        """Carry out a command so many hours after the report; both together where it takes two."""
        other = self._actor(take, "li" if who == "dana" else "dana")
        answer = together(self._at(take, hours), take.ref, command, self._actor(take, who), other)
        if isinstance(answer, Refused):
            raise RuntimeError(f"{take.played.id}, {cmd.name(command)}: {answer.because} ({answer.code})")

    def _opened(self, desk: Desk, take: _Take) -> cases.Opened:
        opened = cases.open_case(desk, take.ref, self._actor(take, "dana"), "demo")
        if opened is None:
            raise RuntimeError(f"{take.ref} is gone")
        return opened

    # -------------------------------------------------------------------------------------------------------- acts

    def answer(self, take: _Take) -> None:
        """Dana takes the case and answers within the day, with a plan."""
        actor = self._actor(take, "dana")
        roles = tuple(role.value for role in actor.roles)
        self._do(take, 2, "dana", cmd.Assign(lead=actor.id, lead_name=actor.name, lead_roles=roles))
        words = cmd.Say(
            audience=Audience.REPORTER,
            text="Thank you for your report. We are looking into it.",
            plan=take.played.plan,
            workarounds=take.played.workarounds,
        )
        self._do(take, 5, "dana", words)

    def ask(self, take: _Take) -> None:
        """Dana asks the reporter for more."""
        self._do(take, 26, "dana", cmd.NeedInfo(question=take.played.question))

    def accept(self, take: _Take) -> None:
        """Li investigates, Dana accepts and scores."""
        played = take.played
        found = cmd.Investigate(
            effect=played.effects,
            criticality=played.criticality,
            affected_versions=played.version,
            cwe=played.cwe,
            reproduced=True,
        )
        self._do(take, 28, "li", found)
        desk = self._at(take, 30)
        words = cmd.Answer(text="We can confirm it, and work on a fix.")
        accepted = numbering.numbered(desk, self._opened(desk, take), self._actor(take, "dana"), words)
        if isinstance(accepted, Refused):
            raise RuntimeError(f"{played.id}, accept: {accepted.because}")
        self._do(take, 30, "dana", accepted)
        self._do(take, 31, "dana", cmd.SetScore(vector=played.vector))

    def reporter_asks(self, take: _Take) -> None:
        """The reporter writes and waits for an answer."""
        self._do(
            take,
            _hours(self._now - take.reported) - 3,
            "reporter",
            cmd.Hear(text="Thank you. Do you already know when you want to publish?"),
        )

    def reject(self, take: _Take) -> None:
        """Dana rejects with a reason."""
        command = cmd.Reject(rejection=RejectionClass(take.played.rejection), reason=take.played.reason.strip())
        self._do(take, 29, "dana", command)

    def duplicate(self, take: _Take) -> None:
        """Li finds the case that holds the same matter."""
        of = self._first[take.played.project, take.played.id]
        words = cmd.Answer(text="Thank you. The same matter had reached us before; we work on both together.")
        self._do(take, 27, "li", cmd.MarkDuplicate(of=of, answer=words))

    def reporter_proposes(self, take: _Take) -> None:
        """The reporter proposes a date; the team has to answer."""
        ends = working_day(self._now + timedelta(days=10))
        proposal = cmd.ProposeEmbargo(
            proposal=self._desk.mint.id("prp"), ends_at=ends, reason="I give a talk about it in the week after."
        )
        self._do(take, _hours(self._now - take.reported) - 8, "reporter", proposal)

    def agree(self, take: _Take) -> None:
        """Dana proposes a date, the reporter agrees."""
        ends = working_day(self._now + timedelta(days=6))
        proposal = self._desk.mint.id("prp")
        reason = "The fix is written; it has to be tested on every line."
        self._do(take, 60, "dana", cmd.ProposeEmbargo(proposal=proposal, ends_at=ends, reason=reason))
        self._do(take, 75, "reporter", cmd.AcceptEmbargo(proposal=proposal))

    def lines(self, take: _Take) -> None:
        """Li says which lines are affected, and where the fix will be."""
        self._do(take, 50, "li", _stated(take.played, tested=0))

    def fix(self, take: _Take) -> None:
        """Dana has a fix ready, Li confirms it; all lines but the oldest are tested."""
        self._do(take, 130, "dana", cmd.SetFix(author=self._people["dana"], reference=take.played.fix))
        self._do(take, 140, "li", _stated(take.played, tested=len(take.played.fixed) - 1))
        self._do(take, 150, "li", cmd.ConfirmFix(note="The reproducer no longer works."))

    def test(self, take: _Take) -> None:
        """Li has tested every line."""
        self._do(take, 180, "li", _stated(take.played, tested=len(take.played.fixed)))

    def draft(self, take: _Take) -> None:
        """Dana records the CVE id, Li writes the advisory, and both know whom to tell."""
        played = take.played
        number = cmd.SetCve(cve_id=played.id, assigner=played.assigner, assigner_name=played.assigner_name)
        self._do(take, 200, "dana", number)
        self._do(take, 210, "li", _advisory(played))
        told = "The project's list and feeds, at publication, by the lead; nobody before."
        self._do(take, 211, "dana", RecordMoment(moment="communication-plan", note=told))

    def publish(self, take: _Take) -> None:
        """Dana publishes, and it goes out."""
        hours = _hours(working_day(take.reported + timedelta(days=13)) - take.reported)
        desk = self._at(take, hours)
        shown = publication.preview(desk, self._opened(desk, take))
        self._do(take, hours, "dana", cmd.Publish(confirmation=shown.advisory.id, digest=shown.digest))
        worker.drain(desk)


def _stated(played: Played, tested: int) -> cmd.SetLines:
    """The table of lines, with the fix tested on the first so many of them."""
    return cmd.SetLines(
        lines=tuple(
            LineFact(line=line, state=Affectedness.FIXED, introduced=first, fixed_in=fixed, tested=place < tested)
            for place, (line, first, fixed) in enumerate(played.fixed)
        )
    )


def _advisory(played: Played) -> cmd.DraftAdvisory:
    given: tuple[Any, ...] = (CreditGiven(name=played.reporter, type="reporter", consent=True),)
    return cmd.DraftAdvisory(
        title=played.title,
        summary=played.summary,
        details=f"{played.details.strip()}\n\n{REPLAY.format(id=played.id)}",
        impact=played.effects,
        mitigation=played.mitigation,
        no_mitigation_known=not played.mitigation,
        required_configuration=played.required_configuration,
        cwe=played.cwe,
        products=(ProductNamed(name=played.product, vendor=played.vendor or played.product),),
        references=tuple(ReferenceGiven(url=url) for url in played.references),
        credits=given if played.reporter else (),
    )


Act = Callable[[Stage, _Take], None]

_ACTS: Final[Mapping[str, tuple[Act, ...]]] = {
    "new": (),
    "urgent": (),
    "need-info": (Stage.answer, Stage.ask),
    "rejected": (Stage.answer, Stage.reject),
    "duplicate": (Stage.answer, Stage.duplicate),
    "accepted": (Stage.answer, Stage.accept, Stage.reporter_asks),
    "proposed": (Stage.answer, Stage.accept, Stage.reporter_proposes),
    "embargo": (Stage.answer, Stage.accept, Stage.lines, Stage.agree),
    "fix-ready": (Stage.answer, Stage.accept, Stage.lines, Stage.fix, Stage.draft),
    "published": (Stage.answer, Stage.accept, Stage.lines, Stage.fix, Stage.test, Stage.draft, Stage.publish),
}
STAGES: Final = tuple(_ACTS)
"""How far a case can be taken."""
