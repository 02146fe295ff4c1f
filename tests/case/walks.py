# SPDX-License-Identifier: Apache-2.0
"""Random walks over a case: commands that somebody could send at any moment, sensible or not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tocsin.core.case import commands as cmd
from tocsin.core.case import custody
from tocsin.core.case import cve_commands as cc
from tocsin.core.case import events as ev
from tocsin.core.case import party_commands as pc
from tocsin.core.case import target_commands as tc
from tocsin.core.case.approval import Act, Member
from tocsin.core.case.cve_count import Counting
from tocsin.core.case.decide import Context, decide, record
from tocsin.core.case.model import Case
from tocsin.core.case.negotiation import Negotiation
from tocsin.core.case.record_commands import NoteHardening, RecordMoment, RecordReproduction, SayPoint, SetMilestone
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RM, RMInput
from tocsin.core.intake import Report
from tocsin.core.policy.facts import LineFact
from tocsin.core.policy.model import Policy
from tocsin.core.publication import SITE, Planned, Stage, digest, order
from tocsin.core.vocabulary import (
    CLOCK_ACTOR,
    SYSTEM_ACTOR,
    Actor,
    ActorKind,
    Affectedness,
    Audience,
    Refused,
    RejectionClass,
    ReportKind,
    Role,
)

START = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
DANA = Actor(kind=ActorKind.PERSON, id="usr_dana", name="Dana", roles=frozenset({Role.OWNER, Role.MAINTAINER}))
LI = Actor(kind=ActorKind.PERSON, id="usr_li", name="Li", roles=frozenset({Role.MAINTAINER, Role.PUBLISHER}))
ADA = Actor(kind=ActorKind.PERSON, id="usr_ada", name="Ada", roles=frozenset({Role.ADMINISTRATOR}))
PEOPLE = tuple(Member(id=each.id, name=each.name, roles=each.roles) for each in (DANA, LI, ADA))
FINDER = Actor(kind=ActorKind.REPORTER, id="room_1")

LONG = (
    "We looked at this together and it is not a vulnerability of this project, because the caller already owns it. " * 2
)
VECTORS = (
    "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:C/C:L/I:N/A:N",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:3.1/AV:N",
)

TARGETS = (
    SITE,
    Planned(name="feeds", kind="feeds", stage=Stage.FEEDS),
    Planned(name="cve", kind="cve", stage=Stage.CVE),
    Planned(name="github", kind="github", stage=Stage.FORGE),
    Planned(name="list", kind="list", stage=Stage.LISTS),
    Planned(name="slack", kind="slack", stage=Stage.CHAT, by_hand=True),
    Planned(name="people", kind="people", stage=Stage.PEOPLE),
)
_RESULTS = tc.IntendTarget | tc.FinishTarget | tc.ReadTarget | tc.TroubleTarget | tc.RefuseTarget


@dataclass
class Walk:
    """One case under random commands, with everything that was recorded."""

    policy: Policy
    rng: random.Random
    luck: random.Random = field(default_factory=lambda: random.Random("custody"))
    now: datetime = START
    case: Case | None = None
    entries: list[ev.Entry] = field(default_factory=list)
    proposals: int = 0
    cases: int = 0

    def step(self) -> tuple[cmd.Command, Case | None, tuple[ev.Event, ...] | Refused]:
        """Send one random command; returns it, the case before, and what was decided."""
        self.now += timedelta(minutes=self.rng.choice((0, 1, 30, 60, 60 * 7, 60 * 24)))
        command = self._custody() or self._command()
        actor = self._actor(command)
        before = self.case
        context = Context(actor=actor, now=self.now, policy=self.policy, people=PEOPLE)
        decision = decide(before, command, context)
        if not isinstance(decision, Refused) and decision:
            self.case, entries = record(before, decision, context)
            self.entries += entries
        return command, before, decision

    def _actor(self, command: cmd.Command) -> Actor:
        if isinstance(command, cmd.Tick):
            return CLOCK_ACTOR
        if isinstance(command, cmd.AskApproval) and "break-glass" in command.wish:
            return self.luck.choice((ADA, ADA, FINDER))
        if isinstance(command, cmd.RecordPublication | cmd.RecordFailure | _RESULTS):
            return SYSTEM_ACTOR
        if isinstance(command, cmd.SubmitReport | cmd.Appeal):
            return FINDER
        if isinstance(command, cmd.Hear):
            return self.rng.choice((FINDER, self._someone()))
        if self.rng.random() < 0.2 and isinstance(
            command, pc.Consent | pc.Decline | pc.MoveParty | cmd.RejectEmbargo | cmd.AcceptEmbargo | cmd.ProposeEmbargo
        ):
            return self._someone()
        return self.rng.choice((DANA, LI, LI, FINDER))

    def _someone(self) -> Actor:
        """A party of the case, or one that is none."""
        named = self.rng.choice(self.case.parties).id if self.case and self.case.parties else "pty_0"
        return Actor(kind=ActorKind.PARTY, id=named)

    def _target(self) -> cmd.Command:
        """Something about a target of the publication that stands, or of none."""
        if self.case and self.case.published_at and self.luck.random() < 0.3:
            return cmd.Withdraw(
                because=self.luck.choice(("", "It never was.")), superseded_by=self.luck.choice(("", "X-2"))
            )
        rng, run = self.rng, self.case.run if self.case else None
        name = rng.choice(run.targets).target.name if run and rng.random() < 0.95 else "nowhere"
        plan = run.plan if run and rng.random() < 0.95 else "ff" * 32
        return rng.choice(
            (
                tc.IntendTarget(plan=plan, target=name, claim=rng.choice(("eff_1", "eff_1", "eff_2"))),
                tc.FinishTarget(plan=plan, target=name, where="there", found=rng.random() < 0.3),
                tc.ReadTarget(plan=plan, target=name, where="there"),
                tc.TroubleTarget(plan=plan, target=name, reason="it hangs", untouched=rng.random() < 0.3),
                tc.RefuseTarget(plan=plan, target=name, reason="it says no"),
                tc.SkipTarget(target=name, reason=rng.choice(("", "It is gone.")), later=rng.random() < 0.4),
                tc.ResumeTarget(target=name),
                tc.MarkTarget(target=name, where="https://example.org/post"),
                tc.Disarm(reason=rng.choice(("", "Not yet."))),
            )
        )

    def _order(self) -> cmd.Command:
        """An order with a plan, for now or for later; sometimes not the one with the digest that it names."""
        rng, record = self.rng, "ab" * 32
        targets = order(each for each in TARGETS if each.name == "site" or rng.random() < 0.7)
        at = self.now + timedelta(hours=rng.choice((-1, 1, 30))) if rng.random() < 0.5 else None
        plan = rng.choice((digest(record, at, targets), digest(record, at, targets), "00" * 32))
        return cmd.Publish(confirmation="WHPG-SA-2026-001", digest=record, at=at, plan=plan, targets=targets)

    def _party(self) -> cmd.Command:
        """Something about a party, or about another case."""
        rng, who = self.rng, self._someone().id
        if self.luck.random() < 0.25:
            name = self.luck.choice(("", "Kim", "s4m", "x" * 201))
            return pc.SetCredit(party=self.luck.choice((who, "reporter")), name=name)
        if self.case and len(self.case.parties) < 4 and rng.random() < 0.3:
            return pc.Invite(
                party=f"pty_{len(self.case.parties)}",
                part=rng.choice(list(Part)),
                name="Example",
                products=rng.choice(((), ("one", "two"))),
                why="They ship it.",
                upstream=rng.random() < 0.2,
                answer_by=rng.choice((None, self.now + timedelta(days=3))),
            )
        accepted = [each for each in self.case.parties if each.rm is RM.ACCEPTED and each.products] if self.case else []
        if accepted and rng.random() < 0.5:
            each = rng.choice(accepted)
            path = {"vfd": "Vfd", "Vfd": "VFd", "VFd": "VFD"}.get(each.path, "D")
            return pc.SetProduct(party=each.id, product=rng.choice(each.products).name, path=path)
        holding = [each for each in self.case.parties if each.rm in (RM.RECEIVED, RM.VALID)] if self.case else []
        if holding and rng.random() < 0.5:
            return pc.MoveParty(party=rng.choice(holding).id, step=RMInput.ACCEPT)
        self.cases += 1
        other = f"WHPG-2026-{self.cases:05}"
        held = self.case.embargo if self.case and rng.random() < 0.5 else Negotiation()
        report = Report(title="The same", reproduce="Look.", version="7.3")
        return rng.choice(
            (
                pc.Consent(party=who),
                pc.Consent(party=who),
                pc.Decline(party=who),
                pc.MoveParty(party=who, step=rng.choice(list(RMInput))),
                pc.MoveParty(party=who, step=RMInput.ACCEPT),
                pc.SetProduct(
                    party=who,
                    product=rng.choice(("", "one", "three")),
                    path=rng.choice(("", "vfd", "Vfd", "VFd", "VFD", "D", "x")),
                    affected=rng.choice((None, *Affectedness)),
                    advisory=rng.choice(("", "", "https://example.net/a", "ftp://example.net/a")),
                ),
                pc.LetGo(party=who, reason="No answer."),
                pc.PassOn(party=who, note="By mail."),
                pc.SetZone(party=rng.choice((who, "reporter")), zone=rng.choice(("Asia/Tokyo", "new york", "", "?"))),
                pc.Resend(
                    of=1,
                    source=rng.choice(list(Audience)),
                    audience=rng.choice(list(Audience)),
                    party=who,
                    text="Look.",
                ),
                cmd.Say(audience=Audience.PARTY, party=who, text="PARTY-4c1e"),
                cmd.Say(audience=Audience.PARTY, party=who, text="PARTY-4c1e"),
                cmd.Say(audience=Audience.DISTRIBUTORS, text="DISTRIBUTORS-4c1e"),
                *(() if rng.random() < 0.8 else (pc.MergeInto(into="WHPG-2026-c3qh8", reason="The same."),)),
                pc.Absorb(
                    case=other,
                    received_at=self.now,
                    report=report,
                    embargo=held,
                    pxa="pxa",
                    room="room_2",
                    reason="Same.",
                ),
                pc.SplitOff(into=other, parties=rng.choice(((), (who,))), reason="Two matters."),
                pc.Continue(of=other, embargo=held, pxa=rng.choice(("pxa", "Pxa")), reason="A part."),
                *(() if rng.random() < 0.8 else (pc.Transfer(to="elsewhere", policy="0" * 64, reason="Theirs."),)),
            )
        )

    def _proposal(self) -> str:
        """Mostly a proposal that is open, else one that never was."""
        waiting = self.case.embargo.open_proposals if self.case else ()
        return self.rng.choice(waiting).id if waiting and self.rng.random() < 0.9 else "p0"

    def _embargo(self) -> cmd.Command:
        rng, soon = self.rng, self.now + timedelta(days=self.rng.choice((-1, 1, 9, 20, 40)))
        self.proposals += 1
        if self.case and self.case.embargo.rejections > 1 and rng.random() < 0.8:
            tomorrow = self.now + timedelta(days=1)
            return cmd.DecideEmbargo(proposal=f"p{self.proposals}", ends_at=tomorrow, reason="We disagree.")
        return rng.choice(
            (
                cmd.ProposeEmbargo(
                    proposal=f"p{self.proposals}", ends_at=soon, reason_class="not-well-tested", reason="x"
                ),
                cmd.AcceptEmbargo(proposal=self._proposal()),
                cmd.RejectEmbargo(proposal=self._proposal(), reason="Too late."),
                cmd.DecideEmbargo(proposal=f"p{self.proposals}", ends_at=soon, reason="We disagree."),
                cmd.EndEmbargo(why="leaked", reason="Seen on a list."),
            )
        )

    def _custody(self) -> cmd.Command | None:
        """Break-glass, or the end of a closed case, asked for now and then."""
        if self.case is None or self.luck.random() > (0.2 if self.case.closed_at else 0.03):
            return None
        wish: cmd.Command = cmd.BreakGlass(person=ADA.id, name=ADA.name, reason="Nobody of the team can be reached.")
        if self.case.closed_at and self.luck.random() < 0.8:
            wish = cmd.Shred(digest=custody.digest(self.case), reason="The reporter asked for its erasure.")
        asks = [each for each in self.case.asks if each.asked.act in (Act.SHRED, Act.BREAK_GLASS)]
        return cmd.Approve(digest=asks[-1].asked.digest) if asks else cmd.AskApproval(wish=cmd.encode(wish))

    def _command(self) -> cmd.Command:
        """A command, sometimes as a wish for a second person, and sometimes the yes to one."""
        asks = self.case.asks if self.case else ()
        if asks and self.rng.random() < 0.3:
            return cmd.Approve(digest=self.rng.choice((asks[-1].asked.digest, asks[-1].asked.digest, "00" * 32)))
        command = self._wish()
        wishes = cmd.Publish | cmd.EndEmbargo | cmd.DecideEmbargo | cmd.AcceptEmbargo | cmd.ProposeEmbargo
        if isinstance(command, wishes) and self.rng.random() < 0.5:
            return cmd.AskApproval(wish=cmd.encode(command))
        return command

    def _noted(self) -> cmd.Command:
        """What people write down beside the case's own course."""
        rng = self.rng
        commands: tuple[cmd.Command, ...] = (
            RecordMoment(moment=rng.choice(("linux-distros-posted", "exploitation-known", "tea-time"))),
            SetMilestone(
                name=rng.choice(("fix in 7.3", "fix in 7.3", "fix in 7.4", "")),
                at=rng.choice((self.now, self.now + timedelta(days=3), None)),
            ),
            RecordReproduction(
                version=rng.choice(("7.4.1", "7.3.0", "tip", "")),
                reproduced=rng.random() < 0.5,
                unaffected=rng.random() < 0.2,
            ),
            NoteHardening(default=rng.choice(("trust by default", ""))),
            SayPoint(point=rng.choice(("utility", "value density", "luck")), value=rng.choice(("efficient", ""))),
        )
        return rng.choices(commands, weights=(2, 4, 4, 1, 1))[0]

    def _rare(self) -> cmd.Command:
        counted = Counting(faults=self.rng.choice((0, 1, 2)), separately="yes")
        return self.rng.choice(
            (
                self._order, self._target, cc.RequestCve, lambda: cc.AnswerCve(answer="refused"),
                lambda: cc.CountCve(asked=counted), lambda: cc.RejectCve(reason="Unused."),
            )
        )()  # fmt: skip

    def _wish(self) -> cmd.Command:
        rng = self.rng
        if self.case is None and rng.random() < 0.9:
            return cmd.SubmitReport(
                case="WHPG-2026-k7x4m",
                project=self.policy.project.id,
                policy=self.policy.version,
                report=Report(
                    kind=rng.choice(list(ReportKind)),
                    title="Out-of-bounds read",
                    reproduce="Call it with a short buffer and look.",
                    version=rng.choice(("7.3.1", "7.3.1", "")),
                ),
                room="room_1",
            )
        if rng.random() < 0.3:
            return self._party()
        if rng.random() < 0.4:
            return self._embargo()
        if rng.random() < 0.02:
            return cmd.Observe(bit=rng.choice("PXAQ"))
        if rng.random() < 0.11:
            return self._noted()
        answer = rng.choice(
            (cmd.Answer(), cmd.Answer(text="Thanks.", plan="We look at it.", workarounds="None known."))
        )
        line = LineFact(
            line=rng.choice(("7.4", "7.3")),
            state=rng.choice(list(Affectedness)),
            fixed_in=rng.choice(("", "7.4.2")),
            waiver=rng.choice(("", "too old")),
        )
        if self.case and self.case.run and rng.random() < 0.4:
            return self._target()
        without = bool(self.case and self.case.advisory_id and not self.case.cve_id)
        if rng.random() < (0.08 if without else 0.02):
            return cc.RequestCve() if without and rng.random() < 0.75 else self._rare()
        ordered = self.case.ordered_digest if self.case else ""
        return rng.choice(
            (
                cmd.Say(audience=rng.choice(list(Audience)), text=rng.choice(("", "Hello.")), plan="A plan."),
                cmd.Say(audience=Audience.REPORTER, text="Got it.", automatic=True),
                cmd.Hear(text=rng.choice(("", "Any news?"))),
                cmd.Assign(lead="usr_li", lead_name="Li", lead_roles=("maintainer", "release-manager")),
                cmd.Investigate(effect="Reads memory", criticality="high", affected_versions="7.x", cwe=("CWE-125",)),
                cmd.Accept(advisory_id="WHPG-SA-2026-001", answer=answer),
                cmd.Reject(rejection=rng.choice(list(RejectionClass)), reason=rng.choice(("", "No.", LONG))),
                cmd.NeedInfo(question="Which build flags?"),
                cmd.MarkDuplicate(of=rng.choice(("WHPG-2026-k7x4m", "WHPG-2026-c3qh8"))),
                cmd.Appeal(text="Please look again."),
                cmd.Reconsider(reason="New facts."),
                cmd.SetScore(vector=rng.choice(VECTORS), authoritative=rng.random() < 0.8),
                cmd.SetLines(lines=(line,)),
                cmd.SetFix(author="usr_dana", reference="9f31c02"),
                cmd.ConfirmFix(),
                cmd.DraftAdvisory(title="Out-of-bounds read", mitigation=rng.choice(("", "Turn it off."))),
                cmd.DraftAdvisory(title="Out-of-bounds read", no_mitigation_known=True),
                cmd.SetCve(cve_id=rng.choice(("CVE-2026-12345", "CVE-1")), state=rng.choice(("reserved", "published"))),
                cmd.Publish(confirmation=rng.choice(("WHPG-SA-2026-001", "yes")), digest="ab" * 32),
                cmd.RecordPublication(
                    advisory_id="WHPG-SA-2026-001", digest=ordered, documents=(("a.json", ordered or "00"),)
                ),
                cmd.RecordFailure(advisory_id="WHPG-SA-2026-001", digest=ordered, step="check", reason="no"),
                cmd.AdoptPolicy(policy=rng.choice((self.policy.version, "0" * 64))),
                cmd.Close(outcome=rng.choice(("advisory", "rejected", "fix-only-internal"))),
                cmd.Tick(),
            )
        )


def walks(policy: Policy, seed: int, count: int, length: int) -> Iterator[Walk]:
    """Yield fresh walks; each takes `length` steps in the caller's hands."""
    for number in range(count):
        yield Walk(policy=policy, rng=random.Random(f"{seed}/{number}"))
