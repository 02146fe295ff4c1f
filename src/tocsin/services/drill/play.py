# SPDX-License-Identifier: Apache-2.0
"""Plays a drill: matters arrive, people work, reporters answer, the clock looks, and the real rules decide everything.

Every command goes through `core.case.decide`, so a policy that cannot be carried out shows as refusals, and one that
promises too much as misses. What a promise was waiting for is asked at the instant it falls due.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case.approval import Member
from tocsin.core.case.deadlines import next_wake
from tocsin.core.case.decide import Context, decide, record
from tocsin.core.case.model import Case
from tocsin.core.intake import Report
from tocsin.core.policy.clause import Promise
from tocsin.core.policy.clauses import priority_class, promises
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import CLOCK_ACTOR, GHSA_ALPHABET, Actor, CaseRef, Refused, Role
from tocsin.services.drill import ways
from tocsin.services.drill.crew import Person, Task
from tocsin.services.drill.matter import Matter
from tocsin.services.drill.told import Drill, Missed, Refusal, kept, load
from tocsin.services.drill.ways import REPORTER, Wait, Way

HORIZON: Final = timedelta(days=90)
"""How long after the last thing anybody did a drill still looks for promises that fall due."""

MACHINE: Final = "erase-"
"""How the names of promises begin that the worker keeps without anybody's time."""

_INSTANT: Final = timedelta(microseconds=1)


@dataclass
class Track:
    """One promise of one case, from when it was given until it is kept or void."""

    promise: Promise
    missed: Missed | None = None
    over: bool = False


@dataclass(eq=False)
class OnStage:
    """A case of the drill: where it stands, what is being done about it, and what was promised."""

    matter: Matter
    number: int
    lead: Person
    case: Case
    doing: dict[int, Wait | tuple[Person, Task]] = field(default_factory=dict)
    tracks: dict[tuple[str, datetime], Track] = field(default_factory=dict)


class Play:
    """One drill, to be played once."""

    def __init__(self, policy: Policy, matters: tuple[Matter, ...], crew: tuple[Person, ...], seed: int) -> None:
        self.policy, self.now = policy, matters[0].at
        self._matters, self._crew, self._seed = matters, crew, seed
        self._people = tuple(Member(id=each.id, name=each.name, roles=frozenset(Role)) for each in crew)
        self._chance = random.Random(f"references {seed}")  # noqa: S311 - a drill must repeat itself
        self._numbers = count()
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._cases: list[OnStage] = []
        self._refused: Counter[Refused] = Counter()
        self._warned: Counter[str] = Counter()
        self._ended = self.now

    def run(self) -> Drill:
        """Play everything that happens within the horizon, and tell."""
        for number, matter in enumerate(self._matters, 1):
            self._at(matter.at, self._arrival(number, matter))
        while self._agenda and self._agenda[0][0] <= max(self._ended, self._matters[-1].at) + HORIZON:
            self.now, _, act = heapq.heappop(self._agenda)
            act()
        return self._told()

    def _at(self, instant: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (max(instant, self.now), next(self._numbers), act))

    # ---------------------------------------------------------------------------------------------------- commands

    def _arrival(self, number: int, matter: Matter) -> Callable[[], None]:
        def arrive() -> None:
            case = self._open(number, matter)
            if case is None:
                return
            lead = min(self._crew, key=lambda person: (person.load, person.id))
            played = OnStage(matter=matter, number=number, lead=lead, case=case)
            self._cases.append(played)
            self._look(played)
            roles = tuple(role.value for role in Role)
            self.do(played, cmd.Assign(lead=lead.id, lead_name=lead.name, lead_roles=roles), ways.as_actor(lead))
            self.walk(played, ways.main(self, played))
            for days in matter.asks:
                self._at(matter.at + timedelta(days=days), lambda: self._ask(played))

        return arrive

    def _open(self, number: int, matter: Matter) -> Case | None:
        report = Report(kind=matter.kind, title=f"Drill {number}", reproduce="As it says.", version=f"{ways.LINE}.0")
        opening = cmd.SubmitReport(
            case=self._reference(matter.at.year),
            project=self.policy.project.id,
            policy=self.policy.version,
            report=report,
            room=REPORTER.id,
        )
        context = Context(actor=REPORTER, now=self.now, policy=self.policy)
        decision = decide(None, opening, context)
        if isinstance(decision, Refused):
            self._refused[decision] += 1
            return None
        return record(None, decision, context)[0]

    def _reference(self, year: int) -> CaseRef:
        letters = "".join(self._chance.choice(GHSA_ALPHABET) for _ in range(5))
        return f"{self.policy.project.prefix}-{year}-{letters}"

    def known(self, played: ways.Played) -> CaseRef:
        """The reference of the first case, or of one before the drill."""
        first = self._cases[0].case.ref
        return first if first != played.case.ref else self._reference(self.now.year - 1)

    def do(self, played: ways.Played, command: cmd.Command, actor: Actor) -> bool:
        """Try a command; says whether the rules allowed it."""
        context = Context(actor=actor, now=self.now, policy=self.policy, people=self._people)
        decision = decide(played.case, command, context)
        if isinstance(decision, Refused):
            self._refused[decision] += 1
            return False
        if decision and isinstance(played, OnStage):
            played.case, entries = record(played.case, decision, context)
            self._warned.update(each.event.told for each in entries if isinstance(each.event, ev.PromiseWarned))
            self._look(played)
        return True

    def _ask(self, played: OnStage) -> None:
        """The reporter writes again."""
        if played.case.closed_at is None and self.do(played, cmd.Hear(text="Any news?"), REPORTER):
            self.walk(played, ways.answer(self, played))

    # ---------------------------------------------------------------------------------------------- people and ways

    def walk(self, played: ways.Played, way: Way) -> None:
        """Let a way begin."""
        if isinstance(played, OnStage):
            self._step(played, way, next(self._numbers), None)

    def _step(self, played: OnStage, way: Way, number: int, person: Person | None) -> None:
        """Go on with a way to its next work or waiting."""
        played.doing.pop(number, None)
        self._ended = max(self._ended, self.now)
        try:
            step = next(way) if person is None else way.send(person)
        except StopIteration:
            return
        if isinstance(step, Wait):
            played.doing[number] = step
            self._at(step.until, lambda: self._step(played, way, number, played.lead))
            return
        others = [each for each in self._crew if each is not played.lead] if step.other else []
        worker = min(others, key=lambda each: (each.load, each.id), default=played.lead)
        task = Task(
            urgency=priority_class(self.policy, played.case),
            number=next(self._numbers),
            name=step.name,
            hours=step.hours,
            since=self.now,
            then=lambda: self._step(played, way, number, worker),
        )
        played.doing[number] = (worker, task)
        worker.take(task)
        self._begin(worker)

    def _begin(self, person: Person) -> None:
        begun = person.begin(self.now)
        if begun is not None:
            task, done = begun
            self._at(done, lambda: self._finish(person, task))

    def _finish(self, person: Person, task: Task) -> None:
        person.at_work = None
        task.then()
        self._begin(person)

    # ----------------------------------------------------------------------------------------------------- promises

    def _look(self, played: OnStage) -> None:
        """See what is promised now, and when the clock has to look again."""
        found = (each for each in promises(self.policy, played.case) if not each.name.startswith(MACHINE))
        given = {(each.name, each.started_at): each for each in found}
        for key, promise in given.items():
            track = played.tracks.get(key)
            if track is None or track.promise.due_at != promise.due_at:
                self._at(promise.due_at + _INSTANT, lambda key=key: self._due(played, key))  # type: ignore[misc]
            track = played.tracks.setdefault(key, Track(promise))
            track.promise = promise
            self._settle(track, promise.kept_at)
        for key, track in played.tracks.items():
            if key not in given and not track.over:
                track.over = True
                self._settle(track, self.now)
        wake = next_wake(self.policy, played.case)
        if wake is not None:
            self._at(wake, lambda: self._tick(played, wake))

    def _settle(self, track: Track, at: datetime | None) -> None:
        if track.missed and track.missed.kept_at is None and at is not None:
            track.missed = msgspec.structs.replace(track.missed, kept_at=at)

    def _due(self, played: OnStage, key: tuple[str, datetime]) -> None:
        """Note a promise that was not kept by its instant, and what the case was waiting for."""
        track = played.tracks[key]
        promise = track.promise
        in_time = promise.kept_at is not None and promise.kept_at <= promise.due_at
        if track.over or track.missed or in_time or self.now <= promise.due_at:
            return
        track.missed = Missed(
            case=played.case.ref,
            promise=promise.name,
            title=promise.title,
            started_at=promise.started_at,
            due_at=promise.due_at,
            why=self._why(played),
            cite=promise.cite,
            rule=promise.rule,
            kept_at=promise.kept_at,
        )

    def _why(self, played: OnStage) -> str:
        found = []
        for doing in played.doing.values():
            if isinstance(doing, Wait):
                found.append(f"waiting for {doing.why}")
                continue
            person, task = doing
            if person.at_work is not task:
                ahead = sum(other < task for other in person.queue) + 1
                found.append(f"{task.name} waited for {person.name}, behind {ahead} other task{'s' * (ahead > 1)}")
            elif task.begun is not None and task.begun > self.now:
                found.append(f"{task.name} waited for {person.name}'s next hours")
            else:
                found.append(f"{person.name} was at {task.name}")
        return "; ".join(found) or "nothing more was being done about it"

    def _tick(self, played: OnStage, wake: datetime) -> None:
        if next_wake(self.policy, played.case) == wake and played.case.closed_at is None:
            self.do(played, cmd.Tick(), CLOCK_ACTOR)

    # ------------------------------------------------------------------------------------------------------- telling

    def _told(self) -> Drill:
        tracks = [track for played in self._cases for track in played.tracks.values()]
        missed = sorted((track.missed for track in tracks if track.missed), key=lambda each: (each.due_at, each.case))
        started = self._matters[0].at
        return Drill(
            project=self.policy.project.name,
            policy=self.policy.version,
            seed=self._seed,
            cases=len(self._matters),
            started_at=started,
            ended_at=self._ended,
            open=sum(played.case.closed_at is None for played in self._cases),
            promises=kept([track.promise for track in tracks], missed),
            missed=tuple(missed),
            people=tuple(load(person, started, self._ended) for person in self._crew),
            refused=tuple(
                Refusal(code=each.code, because=each.because, rule=each.rule, cite=each.cite, times=times)
                for each, times in sorted(self._refused.items(), key=lambda item: (-item[1], item[0].code))
            ),
            warned=dict(sorted(self._warned.items())),
        )
