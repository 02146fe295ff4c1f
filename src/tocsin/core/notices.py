# SPDX-License-Identifier: Apache-2.0
"""What others learn from what happened: the copies of reporter and parties, and the effects that leave the desk.

Pure: journal entries in, values out. No copy ever holds an internal note, another's thread or the lead's name (S64); a
party's holds nothing at all before it may see the case (`em.9`). A notification says that something happened in a case,
never what (S8). Sealing and sending are not done here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tocsin.core.case import events as ev
from tocsin.core.case.approval import ApprovalAsked, CaseShredded, GlassBroken
from tocsin.core.case.between import ENDED, words_between
from tocsin.core.case.deadlines import next_due
from tocsin.core.case.deeds import Deed, Happened, Notice, Said, ShredOrder, TargetDue, happened, said, targets
from tocsin.core.case.model import REPORTER, Case
from tocsin.core.case.parties import KNOWS, PUBLIC, Party, Product
from tocsin.core.case.party_events import MessageResent, PartyConsented, PartyDeclined, PartyLeft
from tocsin.core.case.phase import STEPS, phase, steps_done
from tocsin.core.case.shared import Part
from tocsin.core.case.standing import may_see, reported
from tocsin.core.intake import Attachment
from tocsin.core.policy.clause import Reaction
from tocsin.core.policy.clauses import Promise
from tocsin.core.policy.model import Group, Policy
from tocsin.core.publication.events import TargetRefused, TargetTroubled
from tocsin.core.vocabulary import ActorKind, Audience, RejectionClass, Value

__all__ = [
    "Copy",
    "CopyMessage",
    "CopyProof",
    "CopyRefusal",
    "CopyStatus",
    "Deed",
    "Happened",
    "Notice",
    "OpenProposal",
    "Said",
    "ShredOrder",
    "Step",
    "TargetDue",
    "decode_copies",
    "decode_deed",
    "deeds",
    "encode",
    "encode_copies",
    "message_copies",
    "party_copies",
    "party_status",
    "status_copy",
    "words_between",
]


class CopyMessage(Value, tag="message"):
    """One message as the reporter sees it. `by` is `you` or `team`."""

    at: datetime
    by: str
    text: str
    plan: str = ""
    workarounds: str = ""
    automatic: bool = False
    attachments: tuple[Attachment, ...] = ()


class Step(Value):
    """One status step: done when `at` is set, promised when only `due` is."""

    name: str
    done: bool
    at: datetime | None = None
    due: datetime | None = None


class OpenProposal(Value):
    """A disclosure instant that waits for the reporter's answer."""

    id: str
    ends_at: datetime
    by: str
    respond_by: datetime | None = None


class CopyStatus(Value, tag="status"):
    """Where the case stands, for the reporter or the `party` named, who bargains as `me`; the newest one counts.

    `asks_to_pass_on` lists who the team wants to pass the report on to, and waits for the reporter's word (S34). `zone`
    is the clock that they said they live by. `credit` is whom the advisory
    thanks: "" for nobody, None for who reported nothing.
    """

    at: datetime
    phase: str
    steps: tuple[Step, ...]
    me: str = "reporter"
    party: str = ""
    part: str = ""
    consent: str = ""
    rm: str = ""
    products: tuple[Product, ...] = ()
    next_promise: str = ""
    next_due: datetime | None = None
    embargo_until: datetime | None = None
    proposals: tuple[OpenProposal, ...] = ()
    may_appeal: bool = False
    may_confirm_fix: bool = False
    advisory_id: str = ""
    cve_id: str = ""
    asks_to_pass_on: tuple[tuple[str, str], ...] = ()
    zone: str = ""
    credit: str | None = None


class CopyRefusal(Value, tag="refusal"):
    """Something the reporter asked for could not be done, and why."""

    at: datetime
    because: str


class CopyProof(Value, tag="proof"):
    """The proof of receipt as it was given out, JSON text, so that a reporter can have it again."""

    at: datetime
    proof: str


Copy = CopyMessage | CopyStatus | CopyRefusal | CopyProof

_STEP_PROMISE: Final = {"First answer": "first-feedback"}


def message_copies(entries: tuple[ev.Entry, ...], heard: bool) -> tuple[CopyMessage, ...]:
    """Copy the messages to (and, unless the reporter's room has them already, from) the reporter."""
    copies: list[CopyMessage] = []
    for entry in entries:
        match entry.event:
            case ev.MessageSent(audience=Audience.REPORTER) | MessageResent(audience=Audience.REPORTER):
                copies.append(_sent_copy(entry.at, entry.event))
            case ev.MessageReceived(party="") as received if heard:
                copies.append(CopyMessage(at=entry.at, by="you", text=received.text, attachments=received.attachments))
            case ev.ReportReceived() as opened if heard:
                copies.append(_report_copy(entry.at, opened))
            case _:
                if text := words_between(entry):
                    by = "you" if entry.actor.kind is ActorKind.REPORTER else "team"
                    copies.append(CopyMessage(at=entry.at, by=by, text=text))
    return tuple(copies)


def _sent_copy(at: datetime, event: ev.MessageSent | MessageResent) -> CopyMessage:
    if isinstance(event, MessageResent):
        return CopyMessage(at=at, by="team", text=event.text, attachments=event.attachments)
    return CopyMessage(
        at=at,
        by="team",
        text=event.text,
        plan=event.plan,
        workarounds=event.workarounds,
        automatic=event.automatic,
        attachments=event.attachments,
    )


def party_copies(case: Case, party: Party, entries: tuple[ev.Entry, ...]) -> tuple[CopyMessage, ...]:
    """Copy what is for one party: nothing at all unless it may see the case as it stands after these entries.

    Its own words are not among them: its room has them already.
    """
    if not may_see(case, party):
        return ()
    copies: list[CopyMessage] = []
    for entry in entries:
        match entry.event:
            case ev.MessageSent(audience=Audience.PARTY) | MessageResent(audience=Audience.PARTY):
                mine = entry.event.party == party.id
            case ev.MessageSent(audience=Audience.DISTRIBUTORS) | MessageResent(audience=Audience.DISTRIBUTORS):
                mine = party.part is Part.DISTRIBUTOR
            case ev.EmbargoEnded(why=why) if why in ENDED:
                copies.append(CopyMessage(at=entry.at, by="team", text=ENDED[why], automatic=True))
                continue
            case _:
                continue
        if mine:
            copies.append(_sent_copy(entry.at, entry.event))
    return tuple(copies)


def party_status(case: Case, policy: Policy, party: Party, at: datetime) -> CopyStatus:
    """Say to a party what it is asked and, once it may see the case, where it stands; never what the matter is.

    Who reported the matter as well sees the same steps as the first reporter.
    """
    seen = may_see(case, party)
    consent = case.embargo.consent(party.id)
    asked = CopyStatus(
        at=at,
        phase=phase(case).value if seen else ("left" if not party.here else "invited"),
        steps=status_copy(case, policy, at).steps if seen and party.part in KNOWS else (),
        me=party.id,
        party=party.name,
        part=party.part.value,
        consent=consent.value,
        rm=party.rm.value if seen else "",
        products=party.products if seen else (),
        embargo_until=case.embargo_until,
        proposals=_open_proposals(case) if party.here else (),
        zone=party.zone,
        credit=_wish(case, party.id) if party.here else None,
    )
    if not (seen and case.published_at):
        return asked
    return msgspec.structs.replace(asked, advisory_id=case.advisory_id, cve_id=case.cve_id)


def _open_proposals(case: Case) -> tuple[OpenProposal, ...]:
    return tuple(
        OpenProposal(id=each.id, ends_at=each.ends_at, by=each.by, respond_by=each.respond_by)
        for each in case.embargo.open_proposals
    )


def _report_copy(at: datetime, event: ev.ReportReceived) -> CopyMessage:
    report = event.report
    blocks = (
        ("", report.title),
        ("How to make it happen", report.reproduce),
        ("Version", report.version),
        ("Effects and configuration", report.effects),
        ("Attack surface", report.attack_surface),
        ("Other projects", report.dependencies),
        ("Plans to publish", report.disclosure_plans),
        ("Thanks in public", report.identity.credited),
    )
    text = "\n\n".join(f"{head}:\n{body}" if head else body for head, body in blocks if body.strip())
    return CopyMessage(at=at, by="you", text=text, attachments=report.attachments)


def _wish(case: Case, named: str) -> str | None:
    report = reported(case, named)
    return report.identity.credited if report else None


def status_copy(case: Case, policy: Policy, at: datetime, due: tuple[Promise, ...] | None = None) -> CopyStatus:
    """Say where the case stands, in the words of the reporter's page. `due` is what `deadlines.due` lists, where that
    is known already."""
    promise = next(iter(due), None) if due is not None else next_due(policy, case)
    instants = (
        case.received_at,
        case.first_feedback_at,
        case.decided_at,
        case.fix_ready_at,
        case.embargo_until,
        case.published_at,
    )
    steps = tuple(
        Step(
            name=name,
            done=done,
            at=instant if done else None,
            due=promise.due_at if promise and not done and _STEP_PROMISE.get(name) == promise.name else None,
        )
        for name, done, instant in zip(STEPS, steps_done(case), instants, strict=True)
    )
    return CopyStatus(
        at=at,
        phase=phase(case).value,
        steps=steps,
        next_promise=promise.name if promise else "",
        next_due=promise.due_at if promise else None,
        embargo_until=case.embargo_until,
        proposals=_open_proposals(case),
        asks_to_pass_on=(*_upstream(case), *_public(case, policy)),
        zone=case.reporter_zone,
        credit=_wish(case, REPORTER),
        may_appeal=case.rejection is not None and not case.appeals and case.closed_at is None,
        may_confirm_fix=case.fix_ready_at is not None and case.published_at is None,
        advisory_id=case.advisory_id if case.published_at else "",
        cve_id=case.cve_id if case.published_at else "",
    )


def _upstream(case: Case) -> tuple[tuple[str, str], ...]:
    return tuple((each.id, each.name) for each in case.parties if each.upstream and each.here and not each.agreed_at)


def _public(case: Case, policy: Policy) -> tuple[tuple[str, str], ...]:
    """Ask whether a bug that is not about security may be told in public, where the policy sends such bugs (S24)."""
    asked = policy.intake is not None and policy.intake.not_security is not None
    if not asked or case.rejection is not RejectionClass.NOT_SECURITY or case.public_agreed_at is not None:
        return ()
    return ((PUBLIC, "everybody: the public bug tracker, without the steps that make it happen"),)


def deeds(
    case: Case, entries: tuple[ev.Entry, ...], reactions: tuple[Reaction, ...] = (), hooked: bool = False
) -> tuple[Deed, ...]:
    """List what has to be done in the outside because of these entries, and of what the policy's clauses set going.

    `hooked` says that somebody is told by webhook. Of a reaction people are told that there is one and what it is
    called; why, they read on the desk.
    """
    found: list[Deed] = []
    for entry in entries:
        found += (*_said(case, entry), *(happened(case, entry) if hooked else ()))
        match entry.event:
            case ev.ReportReceived():
                found.append(Notice(case=case.ref, what="report.received", to="all" if case.public else "duty"))
            case ev.MessageReceived() | ev.CaseAppealed():
                found.append(Notice(case=case.ref, what=ev.name(entry.event), to="lead"))
            case PartyConsented() | PartyDeclined() | PartyLeft() if entry.actor.kind is ActorKind.PARTY:
                found.append(Notice(case=case.ref, what=ev.name(entry.event), to="lead"))
            case ev.PromiseWarned(promise=promise, share=share, told=told):
                found.append(Notice(case=case.ref, what=f"{promise} at {share} %", to=told))
            case GlassBroken():
                found += [Notice(case=case.ref, what=ev.name(entry.event), to=to) for to in ("lead", "auditors", "all")]
            case CaseShredded():
                found.append(Notice(case=case.ref, what=ev.name(entry.event), to="all"))
                found.append(ShredOrder(case=case.ref))
            case ApprovalAsked():
                found.append(Notice(case=case.ref, what=ev.name(entry.event), to="all"))
            case ev.PublicationFailed() | TargetRefused() | TargetTroubled(person=True):
                found.append(Notice(case=case.ref, what=ev.name(entry.event), to="lead"))
            case _:
                pass
        found += targets(case, entry.event)
    found += [
        Notice(case=case.ref, what=reaction.name, to=group.value)
        for reaction in reactions
        for group in reaction.to
        if group is not Group.REPORTER
    ]
    return tuple(found)


def _said(case: Case, entry: ev.Entry) -> list[Deed]:
    """What people outside are written by mail as well, where anybody of them has an address."""
    contacts = (case.report.identity.contact, *(each.contact for each in case.parties))
    if not case.writers and not any("@" in each for each in contacts):
        return []
    if entry.actor.kind is not ActorKind.REPORTER and words_between(entry):
        return [Said(case=case.ref, seq=entry.seq, audience=Audience.REPORTER)]
    return said(case, entry)


_ENCODER: Final = msgspec.json.Encoder()
_COPIES: Final[msgspec.json.Decoder[Copy | tuple[Copy, ...]]] = msgspec.json.Decoder(Copy | tuple[Copy, ...])
_DEED: Final[msgspec.json.Decoder[Deed]] = msgspec.json.Decoder(Deed)


def encode(value: Deed) -> bytes:
    """Encode a deed for sealing."""
    return _ENCODER.encode(value)


def encode_copies(values: tuple[Copy, ...]) -> bytes:
    """Encode one line of the reporter's copy: all that they learn at once."""
    return _ENCODER.encode(values)


def decode_copies(data: bytes) -> tuple[Copy, ...]:
    """Decode one line of the reporter's copy, which holds one value or several."""
    found = _COPIES.decode(data)
    return found if isinstance(found, tuple) else (found,)


def decode_deed(data: bytes) -> Deed:
    """Decode one effect."""
    return _DEED.decode(data)
