# SPDX-License-Identifier: Apache-2.0
"""Letters for what the team says to a reporter or to parties: one for each recipient, where there is an address."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.core import notices
from tocsin.core.case import writers
from tocsin.core.case.model import Case
from tocsin.core.case.parties import Party
from tocsin.core.case.shared import Part
from tocsin.core.case.standing import may_see
from tocsin.core.case.writers import of
from tocsin.core.mail_out.model import Mailbox, is_address
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.post import letters, writing
from tocsin.services.post.letters import Answer, Wish


def queue(desk: Desk, said: notices.Said) -> int:
    """Queue the letters for one journal line; repeating it adds none."""
    if desk.post.sends is None:
        return 0
    opened = cases.open_case(desk, said.case, SYSTEM_ACTOR, "mail.queue")
    if opened is None:
        return 0
    return letters.queue(desk, opened.case.project, _wishes(desk, opened.case, said))


def _wishes(desk: Desk, case: Case, said: notices.Said) -> Iterator[Wish]:
    for who, box in recipients(case, said.audience, said.party, automatic=said.automatic):
        letter = Answer(case=case.ref, seq=said.seq, who=who)
        yield Wish(id=writing.answer_id(desk, letter), to=box, letter=letter, due_at=desk.now())


def recipients(case: Case, audience: Audience, party: str, *, automatic: bool) -> Iterator[tuple[str, Mailbox]]:
    """Who is written to, and where. What the machine says by itself goes only to those who wrote by mail: an address
    that somebody typed into a form may be a stranger's."""
    if audience is Audience.REPORTER:
        box = reporter(case, automatic=automatic)
        if box:
            yield "", box
    elif audience in (Audience.PARTY, Audience.DISTRIBUTORS):
        for each in case.parties:
            meant = each.id == party if audience is Audience.PARTY else each.part is Part.DISTRIBUTOR
            box = of_party(case, each) if meant and may_see(case, each) else None
            if box:
                yield each.id, box


def reporter(case: Case, *, automatic: bool = False) -> Mailbox | None:
    """Where the reporter is written to: the address last written from, else the one given in the report."""
    writer = of(case.writers, "")
    if writer is not None and is_address(writer.address):
        return Mailbox(address=writer.address, name=writer.name)
    contact = case.report.identity.contact.strip()
    return Mailbox(address=contact) if is_address(contact) and not automatic else None


def of_party(case: Case, party: Party) -> Mailbox | None:
    """Where a party is written to: the address last written from, else the one it was invited at, or gave in the
    report of a case that was merged into this one."""
    writer = writers.writer(case, party.id)
    if writer is not None and is_address(writer.address):
        return Mailbox(address=writer.address, name=writer.name)
    report = writers.absorbed(case, party.id)
    contact = (party.contact or (report.identity.contact if report else "")).strip().removeprefix("mailto:")
    return Mailbox(address=contact, name=party.name) if is_address(contact) else None
