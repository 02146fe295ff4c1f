# SPDX-License-Identifier: Apache-2.0
"""Takes up what came by mail, in the worker: each mail becomes a report, words in a thread, a member's move, or is held
for a person with the reason. It is marked as done last, and every step before may be repeated.

The order is that of UX 2.9: what sort of mail it is, whether anything about it is suspicious, which thread it belongs
to, and who it may speak for there.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core.mail.forwarded import original
from tocsin.core.mail.kinds import Kind
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef, Refused
from tocsin.services import book, cases
from tocsin.services.app import Desk, Mailroom
from tocsin.services.mail import acknowledging, acting, held, offering, posting, threads
from tocsin.services.mail.arriving import Left
from tocsin.services.mail.held import Held, State
from tocsin.services.mail.posting import Forward
from tocsin.services.mail.reading import Item, item
from tocsin.services.mail.threads import Found
from tocsin.services.ports.records import Arrival

FORGED: Final = "the domain of its sender says that it did not send it (DMARC)"
UNPROVEN: Final = "it says it is from a member of the team, and nothing proves that"
STRANGER: Final = "it seems to belong to a case, and its sender has not written there before"
ELSEWHERE: Final = "it answers words of a case that is another project's by now, and who wrote it is of this one"
PASSED_ON: Final = "it seems to pass on what somebody else wrote; who that is was read from its text"


def arrived(desk: Desk, arrival: Arrival) -> None:
    """Take up one mail; safe to repeat. Raises LookupError where this installation takes no mail (any more)."""
    if desk.mail is None:
        raise LookupError("this installation takes no mail")
    take(desk, desk.mail, arrival)


def take(desk: Desk, room: Mailroom, arrival: Arrival) -> None:
    """Deal with one mail."""
    left = msgspec.json.decode(book.read(desk, arrival), type=Left)
    each = item(desk, room, arrival.project, arrival.id, left)
    read = each.read
    if read.unread:
        _report(each)
    elif read.suspicious:
        hold(each, *read.suspicious)
    elif read.sort.kind is not Kind.PERSON:
        _machine(each)
    elif read.proof.forged:
        hold(each, FORGED)
    else:
        _person(each)


def hold(each: Item, *because: str, case: CaseRef = "", state: State = State.WAITS) -> None:
    """Keep a mail for a person, with the reasons in words."""
    seen = original(each.read.message)
    value = Held(
        left=each.left,
        at=each.left.at,
        because=because,
        sender=each.sender,
        subject=each.read.message.subject[:300],
        proof=each.read.proven,
        case=case,
        original=seen.sender if seen else None,
        state=state,
    )
    held.hold(each.desk, each.project, each.arrival, value)


def _machine(each: Item) -> None:
    """A machine's mail is never answered: one about a case is told to its team, the rest is set aside or held."""
    sort = each.read.sort
    found = threads.find(each.desk, each.project, each.read.message, each.left.envelope)
    if found and sort.kind in (Kind.BOUNCE, Kind.AUTO_REPLY):
        sender = each.sender.address if each.sender else "a mail server"
        posting.noted(each, found.case, f"By mail from {sender}, unproven: {sort.because}.", files=False)
    hold(
        each,
        sort.because,
        case=found.case if found else "",
        state=State.ASIDE if sort.kind in (Kind.BOUNCE, Kind.AUTO_REPLY) else State.WAITS,
    )


def _person(each: Item) -> None:
    found = threads.find(each.desk, each.project, each.read.message, each.left.envelope)
    person = acting.member(each)
    if person is not None and not acting.proven(each, person, found.thread if found else None):
        hold(each, UNPROVEN, case=found.case if found else "")
    elif found is not None and person is not None and not _here(each, found):
        hold(each, ELSEWHERE)
    elif found is not None and person is not None:
        if refused := acting.act(each, found.case, person, found.thread):
            hold(each, f"it was refused: {refused.because}", case=found.case)
    elif found is not None:
        _thread(each, found)
    elif person is not None and (seen := original(each.read.message)) is not None:
        if seen.certain:
            _report(each, Forward(seen, person.name))
        else:
            hold(each, PASSED_ON)
    else:
        _report(each)


def _here(each: Item, found: Found) -> bool:
    """Whether a case is in the project that the mail came to: its members act there and nowhere else."""
    head = each.desk.journal.head(found.case)
    return head is not None and head.project == each.project


def _thread(each: Item, found: Found) -> None:
    """Words of somebody outside the team, in a thread: theirs, if it is known whose; else only told to the team."""
    opened = cases.open_case(each.desk, found.case, SYSTEM_ACTOR, "mail.thread")
    if opened is None:
        _report(each)
        return
    sender = each.sender.address if each.sender else ""
    who = threads.speaks(opened.case, found, sender)
    if who is not None:
        posting.heard(each, found.case, who, by_address=found.thread is not None)
        offering.offer(each, found.case, who)
    elif found.how is threads.How.MESSAGE:
        words = f"By mail from {each.sender or 'somebody'}, who is no party to this case ({each.read.proven}):"
        posting.noted(each, found.case, f"{words}\n\n{each.read.message.text}")
    else:
        hold(each, STRANGER, case=found.case)


def _report(each: Item, forward: Forward | None = None) -> None:
    done = posting.report(each, forward)
    if isinstance(done, Refused):
        hold(each, f"it could not become a report: {done.because}")
    else:
        if forward is None:
            offering.offer(each, done.case)
        acknowledging.acknowledge(each.desk, done.case)
