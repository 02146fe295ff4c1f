# SPDX-License-Identifier: Apache-2.0
"""The 28 messages of the formal protocol: when each may be sent, what sending and receiving it does, and the answer.

Each participant is seen alone here, with their own view of the case (a `Joint` state), as in the formal protocol:
nobody needs perfect knowledge of the others. `core.case.protocol` plays a whole case with many participants instead.
What a fact that comes out does to the other machines is not repeated in the rows; joint rules do it (`settle`).

Source: CERTCC/Vultron `docs/reference/formal_protocol/{messages,transitions}.md`. Two faults of it are mended here.
`RI` can be sent from Received only: the source also allows Valid, but its own machine has no step from Valid to
Invalid. Receiving `CA` records attacks (A): the source prints a change of P in those rows, against its own text. The
source gives no rows for sending `CK` and `CE`; they follow `EK` and `EE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from tocsin.core.case.rules import Joint, cs_after, em_step, fix_may_be_ready, rm_step, settle
from tocsin.core.case.tables import EM, RM, RM_OPEN, EMInput, Fact, RMInput, matches
from tocsin.core.vocabulary import Refused


class Message(StrEnum):
    """Report (R), embargo (E), case state (C) and general (G) messages; K acknowledges, E reports an error."""

    RS = "RS"
    RI = "RI"
    RV = "RV"
    RD = "RD"
    RA = "RA"
    RC = "RC"
    RK = "RK"
    RE = "RE"
    EP = "EP"
    ER = "ER"
    EA = "EA"
    EV = "EV"
    EJ = "EJ"
    EC = "EC"
    ET = "ET"
    EK = "EK"
    EE = "EE"
    CV = "CV"
    CF = "CF"
    CD = "CD"
    CP = "CP"
    CX = "CX"
    CA = "CA"
    CK = "CK"
    CE = "CE"
    GI = "GI"
    GK = "GK"
    GE = "GE"


MEANING: Final = {
    Message.RS: "a report, sent on",
    Message.RI: "the report was found invalid",
    Message.RV: "the report was found valid",
    Message.RD: "work on the report is deferred",
    Message.RA: "the report is accepted",
    Message.RC: "the report is closed",
    Message.RK: "report message acknowledged",
    Message.RE: "error in a report message",
    Message.EP: "embargo proposed",
    Message.ER: "embargo proposal rejected",
    Message.EA: "embargo proposal accepted",
    Message.EV: "embargo revision proposed",
    Message.EJ: "embargo revision rejected",
    Message.EC: "embargo revision accepted",
    Message.ET: "embargo ended now",
    Message.EK: "embargo message acknowledged",
    Message.EE: "error in an embargo message",
    Message.CV: "the vendor is aware",
    Message.CF: "a fix is ready",
    Message.CD: "the fix is deployed",
    Message.CP: "the public is aware",
    Message.CX: "an exploit is public",
    Message.CA: "attacks were observed",
    Message.CK: "case state message acknowledged",
    Message.CE: "error in a case state message",
    Message.GI: "a question",
    Message.GK: "general message acknowledged",
    Message.GE: "error in general",
}

M = Message
Change = RMInput | EMInput | Fact

ANY: Final = frozenset(RM)
NOT_CLOSED: Final = ANY - {RM.CLOSED}
QUIET: Final = "...pxa"
"""The shape in which embargoes are possible: neither public, nor exploited, nor attacked."""


@dataclass(frozen=True, slots=True)
class Sent:
    """`message` may be sent in these states; sending makes `changes`. An `em` of None stands for any."""

    message: Message
    rm: frozenset[RM]
    cs: str = "......"
    em: frozenset[EM] | None = None
    changes: tuple[Change, ...] = ()
    vendor: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """`message` arriving in these states makes `changes` and calls for `answers`; a vendor adds `vendor_answers`."""

    message: Message
    rm: frozenset[RM] = NOT_CLOSED
    em: frozenset[EM] | None = None
    cs: str = "......"
    changes: tuple[Change, ...] = ()
    answers: tuple[Message, ...] = ()
    vendor_answers: tuple[Message, ...] = ()
    loud: bool = False
    """True for a row that holds only once public, exploited or attacked."""


def _rm(*states: RM) -> frozenset[RM]:
    return frozenset(states)


def _em(*states: EM) -> frozenset[EM]:
    return frozenset(states)


_IN_FORCE: Final = _em(EM.ACTIVE, EM.REVISE)

SENT: Final = (
    Sent(M.RS, _rm(RM.ACCEPTED)),
    Sent(M.RI, _rm(RM.RECEIVED), changes=(RMInput.INVALIDATE,)),
    Sent(M.RV, _rm(RM.RECEIVED, RM.INVALID), changes=(RMInput.VALIDATE,)),
    Sent(M.RD, _rm(RM.VALID, RM.ACCEPTED), changes=(RMInput.DEFER,)),
    Sent(M.RA, _rm(RM.VALID, RM.DEFERRED), changes=(RMInput.ACCEPT,)),
    Sent(M.RC, _rm(RM.INVALID, RM.DEFERRED, RM.ACCEPTED), changes=(RMInput.CLOSE,)),
    Sent(M.RK, ANY),
    Sent(M.RE, ANY),
    Sent(M.EP, NOT_CLOSED, QUIET, _em(EM.NONE, EM.PROPOSED), (EMInput.PROPOSE,)),
    Sent(M.EA, NOT_CLOSED, QUIET, _em(EM.PROPOSED), (EMInput.ACCEPT,)),
    Sent(M.EV, NOT_CLOSED, QUIET, _IN_FORCE, (EMInput.PROPOSE,)),
    Sent(M.EJ, NOT_CLOSED, QUIET, _em(EM.REVISE), (EMInput.REJECT,)),
    Sent(M.EC, NOT_CLOSED, QUIET, _em(EM.REVISE), (EMInput.ACCEPT,)),
    Sent(M.ER, NOT_CLOSED, em=_em(EM.PROPOSED), changes=(EMInput.REJECT,)),
    Sent(M.ET, NOT_CLOSED, em=_IN_FORCE, changes=(EMInput.TERMINATE,)),
    Sent(M.EK, NOT_CLOSED),
    Sent(M.EE, NOT_CLOSED),
    Sent(M.CV, _rm(RM.START), "vfd...", changes=(RMInput.RECEIVE,), vendor=True),
    Sent(M.CF, NOT_CLOSED, "Vfd...", changes=(Fact.FIX_READY,), vendor=True),
    Sent(M.CD, NOT_CLOSED, "VFd...", changes=(Fact.FIX_DEPLOYED,), vendor=True),
    Sent(M.CP, NOT_CLOSED, "...p..", changes=(Fact.PUBLIC,)),
    Sent(M.CX, NOT_CLOSED, "....x.", changes=(Fact.EXPLOIT,)),
    Sent(M.CA, NOT_CLOSED, ".....a", changes=(Fact.ATTACKS,)),
    Sent(M.CK, NOT_CLOSED),
    Sent(M.CE, NOT_CLOSED),
    Sent(M.GI, ANY),
    Sent(M.GK, ANY),
    Sent(M.GE, ANY),
)
"""One row a message: the states of the sender, and what sending does to them."""

_NEWS: Final = (M.RI, M.RV, M.RD, M.RA, M.RC)

RECEIVED: Final = (
    Received(M.RS, _rm(RM.START), changes=(RMInput.RECEIVE,), answers=(M.RK,), vendor_answers=(M.CV,)),
    Received(M.RS, RM_OPEN, answers=(M.RK,), vendor_answers=(M.CV,)),
    *(Received(news, RM_OPEN, answers=(M.RK,)) for news in _NEWS),
    *(Received(news, _rm(RM.START), answers=(M.RE, M.GI)) for news in _NEWS),
    Received(M.RE, answers=(M.RK, M.GI)),
    Received(M.RK),
    Received(M.EP, em=_em(EM.NONE, EM.PROPOSED), cs=QUIET, changes=(EMInput.PROPOSE,), answers=(M.EK,)),
    Received(M.EA, em=_em(EM.PROPOSED), cs=QUIET, changes=(EMInput.ACCEPT,), answers=(M.EK,)),
    Received(M.EV, em=_IN_FORCE, cs=QUIET, changes=(EMInput.PROPOSE,), answers=(M.EK,)),
    Received(M.EJ, em=_em(EM.REVISE), cs=QUIET, changes=(EMInput.REJECT,), answers=(M.EK,)),
    Received(M.EC, em=_em(EM.REVISE), cs=QUIET, changes=(EMInput.ACCEPT,), answers=(M.EK,)),
    Received(M.ER, em=_em(EM.PROPOSED), changes=(EMInput.REJECT,), answers=(M.EK,)),
    Received(M.ET, em=_IN_FORCE, changes=(EMInput.TERMINATE,), answers=(M.EK,)),
    Received(M.ET, em=_em(EM.EXITED), answers=(M.EK,)),
    Received(M.EP, em=_em(EM.NONE), answers=(M.ER,), loud=True),
    Received(M.EP, em=_em(EM.PROPOSED), changes=(EMInput.REJECT,), answers=(M.ER,), loud=True),
    Received(M.EA, em=_em(EM.PROPOSED), changes=(EMInput.REJECT,), answers=(M.ER,), loud=True),
    Received(M.EV, em=_IN_FORCE, changes=(EMInput.TERMINATE,), answers=(M.ET,), loud=True),
    Received(M.EJ, em=_em(EM.REVISE), changes=(EMInput.TERMINATE,), answers=(M.ET,), loud=True),
    Received(M.EC, em=_em(EM.REVISE), changes=(EMInput.TERMINATE,), answers=(M.ET,), loud=True),
    Received(M.EE, answers=(M.EK, M.GI)),
    Received(M.EK),
    *(Received(other, answers=(M.EE,)) for other in (M.EP, M.EA, M.EV, M.EJ, M.EC, M.ER, M.ET)),
    *(Received(own, answers=(M.CK,)) for own in (M.CV, M.CF, M.CD)),
    Received(M.CP, cs="...p..", changes=(Fact.PUBLIC,), answers=(M.CK,)),
    Received(M.CP, answers=(M.CK,)),
    Received(M.CX, cs="....x.", changes=(Fact.EXPLOIT,), answers=(M.CK,)),
    Received(M.CX, answers=(M.CK,)),
    Received(M.CA, cs=".....a", changes=(Fact.ATTACKS,), answers=(M.CK,)),
    Received(M.CA, answers=(M.CK,)),
    Received(M.CE, answers=(M.CK, M.GI)),
    Received(M.CK),
    Received(M.GI, answers=(M.GK,)),
    Received(M.GK),
    Received(M.GE, answers=(M.GI,)),
)
"""The first row that fits holds. Whatever arrives on a closed report is ignored."""


MESSAGE_RULES: Final = {
    f"sent.{row.message.value}": f"{row.message.value} ({MEANING[row.message]}) is sent only in the states of its row."
    for row in SENT
}
"""What a refusal of `sent` can name besides the rules of `core.case.rules`."""


def sent(joint: Joint, message: Message) -> Joint | Refused:
    """Return the sender's state after sending `message`, at rest, or refuse by `sent.<message>` or `em.11`."""
    row = next(row for row in SENT if row.message is message)
    if not _fits(joint, row):
        because = f"{message.value} ({MEANING[message]}) is not sent in report state {joint.rm.name.lower()}, "
        because += f"embargo state {joint.em.name.lower()}, case state {joint.cs}."
        return Refused(code="message-not-now", because=because, rule=f"sent.{message.value}")
    if message is M.CF and (refused := fix_may_be_ready(joint.rm)) is not None:
        return refused
    return settle(_changed(joint, row.changes))


def received(joint: Joint, message: Message) -> tuple[Joint, tuple[Message, ...]]:
    """Return the receiver's state, at rest, and the messages to answer with. Never refuses: an error is an answer."""
    row = next((row for row in RECEIVED if row.message is message and _fits(joint, row)), None)
    if row is None:
        return joint, ()
    answers = row.answers + (row.vendor_answers if joint.vendor else ())
    return settle(_changed(joint, row.changes)), answers


def _fits(joint: Joint, row: Sent | Received) -> bool:
    if isinstance(row, Received) and row.loud and matches(joint.cs, QUIET):
        return False
    if isinstance(row, Sent) and row.vendor and not joint.vendor:
        return False
    return joint.rm in row.rm and (row.em is None or joint.em in row.em) and matches(joint.cs, row.cs)


def _changed(joint: Joint, changes: tuple[Change, ...]) -> Joint:
    for change in changes:
        after: RM | EM | str | Refused
        if isinstance(change, RMInput):
            field, after = "rm", rm_step(joint.rm, change)
        elif isinstance(change, EMInput):
            field, after = "em", em_step(joint.em, change)
        else:
            field, after = "cs", _recorded(joint, change)
        if isinstance(after, Refused):
            raise AssertionError(f"a message row took a step that its machine does not have: {after.because}")
        joint = msgspec.structs.replace(joint, **{field: after})
    return joint


def _recorded(joint: Joint, fact: Fact) -> str | Refused:
    """Record what somebody says has happened; at a vendor, facts that are overdue come first."""
    if not joint.vendor:
        return joint.cs.replace(fact.lower(), fact.value)
    cs = settle(joint).cs
    return cs if fact in cs else cs_after(cs, fact)
