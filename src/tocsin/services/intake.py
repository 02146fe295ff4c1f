# SPDX-License-Identifier: Apache-2.0
"""Taking a report in, from any channel: sealed, journalled, durable, and only then acknowledged.

Runs where nothing can be opened: a fresh case key is made, used and forgotten. The same form sent twice gives the same
receipt, because the return phrase is derived from the form's nonce and found again by its locator.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from tocsin.core import notices
from tocsin.core.case import commands as cmd
from tocsin.core.case import decide as rules
from tocsin.core.case.deadlines import waiting
from tocsin.core.intake import Report
from tocsin.core.policy.clauses import promises
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Actor, ActorKind, CaseRef, ProjectId, Refused
from tocsin.services import archive_state, cases, leaves, pausing, room, sealing
from tocsin.services.app import Front
from tocsin.services.ports.receipts import Phrase
from tocsin.services.ports.store import Change, Conflict, Room, Unavailable
from tocsin.services.ports.world import ProjectInfo
from tocsin.services.proof import Proof, prove

ATTEMPTS: Final = 20
"""How often a case reference is drawn. With 100,000 cases in a year one draw in 32 is taken: twenty never all are."""


class Receipt(msgspec.Struct, frozen=True):
    """What the reporter is given, once. `phrase` is shown and never stored; `proof` grants no access.

    `status` is what the reporter's own copy says. `again` marks a form that was sent before; its proof lies in the
    room.
    """

    case: CaseRef
    project: ProjectId
    received_at: datetime
    phrase: str
    status: notices.CopyStatus
    proof: Proof | None = None
    first_answer_due: datetime | None = None
    again: bool = False
    held: bool = False
    paused: bool = False


def receive(
    front: Front, into: ProjectId | ProjectInfo, report: Report, nonce: bytes, address: str = ""
) -> Receipt | Refused:
    """Open a case from a report and return the receipt once everything is durable.

    `into` is the project, by its id where it was not looked up yet. `address` is where it came from, where that can be
    told; it is counted for the quotas and not kept.

    Attachments must have been finished in the blob store before. Refuses an unknown project, an archived one, and an
    incomplete report; raises `ports.store.Unavailable` when nothing can be written: then nothing was acknowledged.
    """
    info = into if isinstance(into, ProjectInfo) else front.projects.get(into)
    if info is None:
        return Refused(code="not-found", because="There is no such project here.", rule="intake")
    project = info.id
    phrase = front.receipts.issue(nonce)
    locator = front.receipts.locator(phrase)
    policy = front.projects.policy(project, info.policy)
    now = front.now()
    for _ in range(ATTEMPTS):
        # Found again also when the same form arrived twice at the same moment and the other one won.
        if (known := front.rooms.find(locator)) is not None:
            return _receipt_again(front, project, known, phrase)
        command = cmd.SubmitReport(
            case=front.mint.case_ref(info.prefix, now),
            project=project,
            policy=info.policy,
            report=report,
            room=front.mint.id("room"),
        )
        with suppress(Conflict):
            return _open(front, command, policy, now, phrase, locator, address)
    raise Unavailable(f"{ATTEMPTS} case references drawn in a row were taken")


def _open(
    front: Front,
    command: cmd.SubmitReport,
    policy: Policy,
    now: datetime,
    phrase: Phrase,
    locator: bytes,
    address: str,
) -> Receipt | Refused:
    if ended := archive_state.refuses(front.facts, command.project, command.report.channel):
        return ended
    actor = Actor(kind=ActorKind.REPORTER, id=command.room)
    context = rules.Context(actor=actor, now=now, policy=policy)
    if isinstance(refused := rules.decide(None, command, context), Refused):
        return refused  # before it takes anybody's place in a quota
    paused = pausing.holds(front, policy, command.report, now)
    held = front.quotas.hold(command.project, address, command.report.kind, now) or paused
    decision = rules.decide(None, msgspec.structs.replace(command, held=held), context)
    if isinstance(decision, Refused):
        return decision
    case, entries = rules.record(None, decision, context)
    places = sealing.Places(front.sealer.instance)
    key, wrapped = front.sealer.new_case_key(case.ref)
    own = Room(
        id=command.room,
        case=case.ref,
        locator=locator,
        public_key=front.receipts.key(phrase).public,
        created_at=now,
    )
    promised = promises(policy, case)
    status = notices.status_copy(case, policy, now, waiting(promised))
    proof = prove(front, places, key, case)
    written = leaves.write(places, key, case.ref, entries)
    row = cases.inbox_row(front, places, policy, case, promised)
    kept = notices.CopyProof(at=now, proof=msgspec.json.encode(proof).decode())
    front.journal.commit(
        Change(
            case=case.ref,
            project=case.project,
            expected=0,
            entries=written.lines,
            leaves=(*written.leaves, proof.commits_to),
            row=row,
            wrapped_key=wrapped,
            room=own,
            copies=(cases.seal_copy(front, places, own, (*notices.message_copies(entries, True), status, kept), now),),
            effects=cases.effects(front, places, key, case, entries, rules.set_going(case, command, context)),
        )
    )
    return Receipt(
        case=case.ref,
        project=case.project,
        received_at=case.received_at,
        phrase=phrase.reveal(),
        status=status,
        proof=proof,
        first_answer_due=status.next_due,
        held=held,
        paused=paused,
    )


def _receipt_again(front: Front, project: ProjectId, found: Room, phrase: Phrase) -> Receipt:
    seen = room.look(front, room.Door(room=found, key=front.receipts.key(phrase)), project)
    return Receipt(
        case=found.case,
        project=project,
        received_at=found.created_at,
        phrase=phrase.reveal(),
        status=seen.status,
        again=True,
    )
