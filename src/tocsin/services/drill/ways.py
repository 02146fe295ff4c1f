# SPDX-License-Identifier: Apache-2.0
"""What a case of a drill takes, step by step: work for somebody, waiting for somebody, and the commands in between.

A way is a generator: it yields `Work` and gets the person who did it, or yields `Wait`. Commands go to the stage, which
asks the real rules; a refused one is counted there, and the way goes on where it still can.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from tocsin.core.case import commands as cmd
from tocsin.core.case.approval import ALONE
from tocsin.core.case.model import Case
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import (
    SYSTEM_ACTOR,
    Actor,
    ActorKind,
    Affectedness,
    Audience,
    RejectionClass,
    ReportKind,
    Role,
)
from tocsin.services.drill.crew import Person
from tocsin.services.drill.matter import Manner, Matter, Outcome
from tocsin.services.queries.dates import dates

REPORTER: Final = Actor(kind=ActorKind.REPORTER, id="reporter")
LINE: Final = "1.0"
PIECE: Final = 2.0
"""Hours after which somebody looks what else there is."""

_DIGEST: Final = "00" * 32
_REASON: Final = "We looked at this closely and could follow every step, but what it shows is what the program is for. "
_VERSIONS: Final = ("3.0", "3.1")
_ADVISORY: Final = cmd.DraftAdvisory(
    title="A drill",
    summary="Nothing happened.",
    details="This is a drill.",
    impact="None.",
    detection="None.",
    mitigation="None is needed.",
    upgrade="Upgrade.",
    cwe=("CWE-125",),
)


@dataclass(frozen=True)
class Work:
    """The way goes on when somebody has worked on it. `other` asks for somebody who is not the lead."""

    name: str
    hours: float
    other: bool = False


@dataclass(frozen=True)
class Wait:
    """The way goes on at an instant; `why` says what for."""

    until: datetime
    why: str


Way = Generator[Work | Wait, Person, None]


class Played(Protocol):
    """A case on the stage."""

    matter: Matter
    number: int
    lead: Person
    case: Case


class Stage(Protocol):
    """What a way can do."""

    policy: Policy
    now: datetime

    def do(self, played: Played, command: cmd.Command, actor: Actor) -> bool:
        """Try a command; says whether the rules allowed it."""

    def walk(self, played: Played, way: Way) -> None:
        """Let another way of the same case begin, beside this one."""

    def known(self, played: Played) -> str:
        """The reference of an earlier case."""


def as_actor(person: Person) -> Actor:
    """The person with every role: a drill is about time, not about permissions."""
    return Actor(kind=ActorKind.PERSON, id=person.id, name=person.name, roles=frozenset(Role))


def main(stage: Stage, played: Played) -> Way:
    """The way of a report, from the first answer to the end."""
    matter, lead = played.matter, as_actor(played.lead)
    yield Work("the first answer", 0.5)
    words = cmd.Say(
        audience=Audience.REPORTER, text="Thank you.", plan="We reproduce it.", workarounds="None are known yet."
    )
    stage.do(played, words, lead)
    yield from _long("the investigation", matter.investigate_hours)
    if matter.unclear:
        stage.do(played, cmd.NeedInfo(question="Which build is it?"), lead)
        yield Wait(stage.now + timedelta(days=matter.answers_days), "the reporter's answer")
        stage.do(played, cmd.Hear(text="The newest one."), REPORTER)
        yield from _long("the investigation", matter.investigate_hours / 2)
    found = cmd.Investigate(
        effect="As reported", criticality="high", affected_versions=LINE, cwe=("CWE-125",), reproduced=True
    )
    stage.do(played, found, lead)
    decided = {Outcome.REJECTED: _reject, Outcome.DUPLICATE: _duplicate, Outcome.VALID: _accept}
    yield from decided[matter.outcome](stage, played)


def answer(stage: Stage, played: Played) -> Way:
    """Somebody answers the reporter when they get to it."""
    person = yield Work("an answer to the reporter", 0.25)
    stage.do(played, cmd.Say(audience=Audience.REPORTER, text="We are at it.", plan="As before."), as_actor(person))


def _long(name: str, hours: float) -> Way:
    """Work of many hours, a piece at a time."""
    while hours > 0:
        yield Work(name, min(hours, PIECE))
        hours -= PIECE


def _reject(stage: Stage, played: Played) -> Way:
    yield Work("the reasons", 0.5)
    stated = stage.policy.assess.reject if stage.policy.assess else None
    length = stated.min_chars if stated and stated.min_chars else 0
    rejection = cmd.Reject(rejection=RejectionClass.NOT_A_VULNERABILITY, reason=_REASON * (1 + length // len(_REASON)))
    if stage.do(played, rejection, as_actor(played.lead)):
        _close(stage, played, "rejected")


def _duplicate(stage: Stage, played: Played) -> Way:
    yield Work("the comparison", 0.5)
    marked = cmd.MarkDuplicate(of=stage.known(played), answer=cmd.Answer(text="We know of this already."))
    if stage.do(played, marked, as_actor(played.lead)):
        _close(stage, played, "duplicate")


def _accept(stage: Stage, played: Played) -> Way:
    lead, matter, policy = as_actor(played.lead), played.matter, stage.policy
    advisory = f"{policy.project.prefix}-SA-{stage.now.year}-{played.number:03}"
    if not stage.do(played, cmd.Accept(advisory_id=advisory, answer=cmd.Answer(text="It is real.")), lead):
        return
    yield Work("the score", 0.25)
    version = policy.severity.authoritative if policy.severity else "3.1"
    if version in _VERSIONS:
        stage.do(played, cmd.SetScore(vector=f"CVSS:{version}/{matter.vector}"), lead)
    if policy.disclosure and policy.disclosure.negotiated and matter.kind is not ReportKind.ALREADY_PUBLIC:
        stage.walk(played, _bargain(stage, played))
    yield from _long("the fix", matter.fix_hours)
    stage.do(played, cmd.SetFix(author=played.lead.id, reference="drill"), lead)
    stage.do(played, cmd.SetLines(lines=tuple(_lines(policy))), lead)
    other = yield Work("the confirmation of the fix", 1.0, other=True)
    stage.do(played, cmd.ConfirmFix(note="It holds."), as_actor(other))
    yield Work("the advisory", 1.5)
    stage.do(played, _ADVISORY, lead)
    yield from _quiet(stage, played)
    yield Work("publication", 0.5)
    yield from _quiet(stage, played)  # a date may have been agreed to in between
    if (yield from _together(stage, played, cmd.Publish(confirmation=advisory, digest=_DIGEST))):
        out = cmd.RecordPublication(advisory_id=advisory, digest=_DIGEST, documents=(("drill", "00"),))
        stage.do(played, out, SYSTEM_ACTOR)
        _close(stage, played, "advisory")


def _together(stage: Stage, played: Played, command: cmd.Command) -> Generator[Work | Wait, Person, bool]:
    """Have a second person look and approve; who works alone sleeps on it."""
    if not stage.do(played, cmd.AskApproval(wish=cmd.encode(command)), as_actor(played.lead)):
        return False
    other = yield Work("the second look", 0.25, other=True)
    if other is played.lead:
        yield Wait(stage.now + ALONE, "a day between wish and deed")
    asks = played.case.asks
    return bool(asks) and stage.do(played, cmd.Approve(digest=asks[-1].asked.digest), as_actor(other))


def _quiet(stage: Stage, played: Played) -> Way:
    """Keep quiet as long as was agreed."""
    while (until := played.case.embargo_until) and until > stage.now:
        yield Wait(until, "the end of the embargo")


def _close(stage: Stage, played: Played, outcome: str) -> None:
    stage.do(played, cmd.Close(outcome=outcome, note="A drill."), as_actor(played.lead))


def _lines(policy: Policy) -> Iterator[LineFact]:
    supported = policy.versions.supported if policy.versions else None
    for line in (supported.branches if supported else ()) or (LINE,):
        yield LineFact(line=line, state=Affectedness.FIXED, fixed_in=f"{line}.1", tested=True)


def _bargain(stage: Stage, played: Played) -> Way:
    """Agree on a date: the team proposes what the policy likes; after two refusals it decides."""
    lead, matter = as_actor(played.lead), played.matter
    for attempt in (1, 2):
        likes, offer = dates(stage.policy, played.case, stage.now), f"p{played.number}-{attempt}"
        proposal = cmd.ProposeEmbargo(proposal=offer, ends_at=likes.ends_at, respond_by=likes.respond_by)
        if not stage.do(played, proposal, lead) or matter.manner is Manner.SILENT:
            return
        yield Wait(stage.now + timedelta(days=matter.answers_days), "the reporter's answer to a date")
        if offer not in {each.id for each in played.case.embargo.open_proposals}:
            return
        if matter.manner is Manner.ACCEPTS:
            stage.do(played, cmd.AcceptEmbargo(proposal=offer), REPORTER)
            return
        stage.do(played, cmd.RejectEmbargo(proposal=offer, reason="Too late."), REPORTER)
    likes = dates(stage.policy, played.case, stage.now)
    final = cmd.DecideEmbargo(proposal=f"p{played.number}-3", ends_at=likes.ends_at, reason="No agreement.")
    stage.do(played, final, lead)
