# SPDX-License-Identifier: Apache-2.0
"""The reporter's room: what the holder of a return phrase sees and can do. No account, no case read, no key held.

Everything shown comes from the reporter's own sealed copy; everything done is a drop that desk and worker take up
through the one door for change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.core import notices
from tocsin.core.case.commands import AcceptEmbargo, Appeal, ConfirmFix, Hear, ProposeEmbargo, RejectEmbargo
from tocsin.core.case.model import REPORTER
from tocsin.core.case.party_commands import Consent, Decline, LetGo, MoveParty, PassOn, SetCredit, SetProduct, SetZone
from tocsin.core.case.tables import RM, RMInput
from tocsin.core.intake import Attachment
from tocsin.core.log.bundle import Shown
from tocsin.core.log.leaf import commitment
from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, CaseRef, ProjectId, Value
from tocsin.services import alarms, cases, sealing, transparency
from tocsin.services.app import Front
from tocsin.services.ports.receipts import ReporterKey
from tocsin.services.ports.store import Drop, Room
from tocsin.services.ports.vault import Tampered

__all__ = [
    "DROP",
    "AcceptEmbargo",
    "Appeal",
    "ConfirmFix",
    "Consent",
    "Decline",
    "Door",
    "GiveKey",
    "Hear",
    "Left",
    "LetGo",
    "MoveParty",
    "PassOn",
    "ProposeEmbargo",
    "RejectEmbargo",
    "ReporterCommand",
    "RoomView",
    "SetCredit",
    "SetProduct",
    "SetZone",
    "enter",
    "file",
    "leave",
    "logged",
    "look",
    "own",
    "stands",
]  # fmt: skip


class GiveKey(Value, tag="give-key"):
    """The OpenPGP public key, in armour, that mail to whoever is in the room shall be encrypted to. Nobody has read it
    yet."""

    body: bytes


CaseCommand = (
    Hear | Appeal | AcceptEmbargo | RejectEmbargo | ProposeEmbargo | ConfirmFix
    | PassOn | Consent | Decline | MoveParty | SetProduct | LetGo | SetZone | SetCredit
)  # fmt: skip
"""What goes on into the case."""

ReporterCommand = CaseCommand | GiveKey
"""What may come from a room; a drop that holds anything else does not decode."""


class Left(Value, tag="left"):
    """What is sealed of a drop: the command, and the room that it was left from."""

    room: str
    command: ReporterCommand


DROP: Final[msgspec.json.Decoder[Left | ReporterCommand]] = msgspec.json.Decoder(Left | ReporterCommand)


class Door(msgspec.Struct, frozen=True):
    """An open room: found by its phrase, readable with the key made from it. Lives as long as one request."""

    room: Room
    key: ReporterKey


class RoomView(msgspec.Struct, frozen=True):
    """The return page. `proof` is the proof of receipt as JSON text."""

    case: CaseRef
    project: ProjectId
    status: notices.CopyStatus
    messages: tuple[notices.CopyMessage, ...]
    refusals: tuple[notices.CopyRefusal, ...]
    proof: str = ""


def enter(front: Front, text: str) -> Door | None:
    """Open the room of a return phrase; None for every kind of wrong, by the same path and at the same cost."""
    phrase = front.receipts.read(text)
    room = front.rooms.find(front.receipts.locator(phrase))
    key = front.receipts.key(phrase)
    return Door(room=room, key=key) if room and room.public_key == key.public else None


def look(front: Front, door: Door, project: ProjectId) -> RoomView:
    """Read the reporter's copy. Raises `ports.vault.Tampered`, and sounds the alarm, when a line is not what was
    sealed."""
    places = sealing.Places(front.sealer.instance)
    try:
        copies = [
            value
            for copy in front.rooms.copies(door.room.id)
            for value in notices.decode_copies(door.key.open(copy.body, sealing.copy_place(places, copy)))
        ]
    except Tampered:
        alarms.torn(front, door.room.id, door.room.case, project)
        raise
    status = [copy for copy in copies if isinstance(copy, notices.CopyStatus)]
    return RoomView(
        case=door.room.case,
        project=project,
        status=status[-1],
        messages=tuple(copy for copy in copies if isinstance(copy, notices.CopyMessage)),
        refusals=tuple(copy for copy in copies if isinstance(copy, notices.CopyRefusal)),
        proof=next((copy.proof for copy in copies if isinstance(copy, notices.CopyProof)), ""),
    )


class _Leaf(msgspec.Struct):
    """What a proof of receipt says of the log."""

    leaf: str
    leaf_salt: str


def stands(front: Front, view: RoomView) -> bool:
    """Whether the log remembers the receipt under a checkpoint, so that `logged` has a file."""
    shown = _shown(view)
    if shown is None:
        return False
    leaf = commitment(shown.salt, shown.text)
    return front.log.standing([leaf]).get(leaf) is not None


def logged(front: Front, view: RoomView) -> str | None:
    """The file that proves to anybody that the log remembers the receipt; None until a checkpoint covers it."""
    shown = _shown(view)
    return transparency.proven(front.log, front.log_key, [shown]) if shown else None


def _shown(view: RoomView) -> Shown | None:
    try:
        said = msgspec.json.decode(view.proof, type=_Leaf)
    except msgspec.DecodeError:
        return None
    return Shown(salt=bytes.fromhex(said.leaf_salt), text=said.leaf)


def leave(front: Front, door: Door, command: ReporterCommand) -> None:
    """Drop a command into the case. Durable when this returns; raises `ports.store.Unavailable` otherwise."""
    places = sealing.Places(front.sealer.instance)
    now = front.now()
    drop = front.mint.id("drp")
    left = Left(room=door.room.id, command=command)
    body = front.sealer.seal_drop(msgspec.json.encode(left), places.drop(drop, door.room.case))
    words = _own_words(command)
    copy = None
    if words is not None:
        message = notices.CopyMessage(at=now, by="you", text=words[0], attachments=words[1])
        copy = cases.seal_copy(front, places, door.room, (message,), now)
    front.drops.leave(Drop(id=drop, case=door.room.case, at=now, body=body), copy)


HOLDS_IT: Final = RM.RECEIVED.value
"""The state of a party that was sent something and has done nothing with it yet."""

STEPS: Final = {
    "r": "It arrived",
    "v": "It is valid",
    "i": "It is not valid",
    "a": "We work on it",
    "d": "We put it off",
    "c": "We are done",
}
"""What a party can say it did with the report: the step, and how it reads."""

PATHS: Final = {"Vfd": "no fix yet", "VFd": "fix ready", "VFD": "fix deployed", "D": "deployed (who runs it)"}
"""How far a party can say its fix is."""


def moved(step: str) -> MoveParty | None:
    """A party's step with the report, from the word that a form sends; None for another word."""
    return MoveParty(party="", step=RMInput(step)) if step in STEPS else None


def product(name: str, path: str, affected: str, advisory: str = "") -> SetProduct | None:
    """How a party's product stands, from what a form sends; None where it says nothing that is known."""
    if path not in ("", *PATHS) or affected not in ("", *Affectedness) or not (path or affected or advisory):
        return None
    said = Affectedness(affected) if affected else None
    return SetProduct(party="", product=name, path=path, affected=said, advisory=advisory)


def own(command: CaseCommand, who: Actor) -> CaseCommand:
    """Let a party speak for itself, and a reporter, whatever their drop says."""
    if who.kind is ActorKind.PARTY and isinstance(command, Consent | Decline | MoveParty | SetProduct | LetGo):
        return msgspec.structs.replace(command, party=who.id)
    if isinstance(command, SetZone | SetCredit):
        return msgspec.structs.replace(command, party=who.id if who.kind is ActorKind.PARTY else REPORTER)
    return command


def _own_words(command: ReporterCommand) -> tuple[str, tuple[Attachment, ...]] | None:
    if isinstance(command, Hear):
        return command.text, command.attachments
    if isinstance(command, Appeal):
        return command.text, ()
    return None


def file(front: Front, view: RoomView, blob: str) -> tuple[Attachment, Iterator[bytes]] | None:
    """Find one of the room's files and stream it; None when it is not among them."""
    for message in view.messages:
        for attachment in message.attachments:
            if attachment.blob == blob:
                return attachment, front.blobs.open(attachment.blob, attachment.key)
    return None
