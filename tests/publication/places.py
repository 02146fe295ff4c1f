# SPDX-License-Identifier: Apache-2.0
"""Places outside in memory: each remembers every request, keeps what it was given under its natural key, and fails as
a test wants it to."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.services import acts
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.disclosure import Cleared
from tocsin.core.policy.model import Policy
from tocsin.core.publication import Stage, Wanted
from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
from tocsin.services import cases, publishing, worker
from tocsin.services.ports.targets import Found, Matter, Payload, Trouble
from tocsin.services.together import together
from tocsin.testing.house import House


@dataclass
class Place:
    """One place: what it holds by natural key, how often each was written, and when it was turned to."""

    kind: str
    stage: Stage
    clock: Callable[[], datetime]
    blind: bool = False
    held: dict[str, str] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    turned_to: list[tuple[str, datetime]] = field(default_factory=list)
    fails: Callable[[str], None] | None = None
    shown_after: timedelta = timedelta(0)
    written_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Always."""
        return (Wanted(kind=self.kind, stage=self.stage),)

    def preview(self, matter: Matter) -> Payload:
        """The text of the advisory."""
        found = matter.document("text")
        return Payload(
            key=f"{matter.advisory.id}/{matter.revision}",
            media_type="text/plain",
            body=found.body if found else b"",
            about=self.kind,
        )

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """What is held under the key."""
        self._turn("find")
        held = self.held.get(payload.key)
        return Found(where=payload.key, same=held == _hash(payload)) if held else None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Write, and count."""
        self._turn("act")
        with self.lock:
            self.writes[payload.key] += 1
            self.held[payload.key] = _hash(payload)
            self.written_at = self.written_at or self.clock()
        self._turn("after")
        return Found(where=payload.key, same=True)

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """Give it back, once it is shown."""
        self._turn("read")
        if self.written_at is None or self.clock() < self.written_at + self.shown_after:
            return None
        return Found(where=f"https://{self.kind}.example/{payload.key}", same=self.held[payload.key] == _hash(payload))

    def _turn(self, what: str) -> None:
        self.turned_to.append((what, self.clock()))
        if self.fails is not None:
            self.fails(what)


def _hash(payload: Payload) -> str:
    return hashlib.sha256(payload.body).hexdigest()


def down(what: str) -> None:
    """What a place that is not there answers."""
    raise Trouble("it does not answer")


STAGES = {
    "cve": Stage.CVE,
    "forge": Stage.FORGE,
    "list": Stage.LISTS,
    "chat": Stage.CHAT,
}


def places(house: House, **more: bool) -> dict[str, Place]:
    """One place of each stage after the own site; with the site, feeds, CSAF and OSV these are eight targets."""
    return {
        kind: Place(kind=kind, stage=stage, clock=house.clock, blind=more.get(kind, False))
        for kind, stage in STAGES.items()
    }


def served(house: House, found: dict[str, Place]) -> House:
    """The house with these places."""
    return replace(house, desk=replace(house.desk, targets=tuple(found.values())))


def order(house: House, ref: str, at: datetime | None = None) -> Case | Refused:
    """Dana orders what the plan shows, Li approves it."""
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    made = publishing.order(house.desk, opened, opened.case.advisory_id, acts.digest(house, ref), at=at)
    assert isinstance(made, cmd.Publish), made
    one, other = (house.desk.people.actor(each, acts.PROJECT) for each in (house.dana, house.li))
    assert one
    assert other
    return together(house.desk, ref, made, one, other)


def case_of(house: House, ref: str) -> Case:
    """The case as its journal says."""
    opened = cases.open_case(house.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    return opened.case


def states(house: House, ref: str) -> dict[str, str]:
    """How far every target is."""
    run = case_of(house, ref).run
    return {each.target.name: each.state.value for each in run.targets} if run else {}


def run(house: House, minutes: float = 0.0, step: float = 1.0) -> None:
    """Let the worker take turns for a while, a turn or more a minute."""
    until = house.clock() + timedelta(minutes=minutes)
    while True:
        while not worker.run_once(house.desk).idle:
            pass
        if house.clock() >= until:
            return
        house.clock.advance(timedelta(minutes=step))
