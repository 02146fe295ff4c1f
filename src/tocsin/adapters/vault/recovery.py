# SPDX-License-Identifier: Apache-2.0
"""The recovery kit: three shares on paper, any two of which bring an installation's keys back.

Each share holds two of three random parts whose exclusive-or is the secret (replicated secret sharing; Ito, Saito,
Nishizeki 1987): one share is as good as none, because what it lacks is a one-time pad over the rest; two have all. The
reasons against Shamir's scheme here are in docs/adr/0007. From the secret comes a key pair; the private keys, sealed to
its public half, lie beside the data and in every backup.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from tocsin.adapters.vault.box import BoxKey, key_id, seal_to
from tocsin.adapters.vault.durable import create_file, replace_file
from tocsin.adapters.vault.keyfiles import InstanceFile, IntakeFile, encode, load_public, read_intake
from tocsin.adapters.vault.keyring import Keyring
from tocsin.adapters.vault.secret import Secret, digest
from tocsin.services.ports.vault import Tampered, bind

FILE: Final = "recovery.json"
SHARES: Final = 3
NEEDED: Final = 2
PART: Final = 16
CHECK: Final = 4
KIT: Final = 4

_HEAD: Final = "TOCSIN-SHARE"
_LETTERS: Final = re.compile(r"[^A-Z2-7]")


class ShareRefused(Exception):
    """A share was mistyped, belongs to another kit, or there are too few; the message says which."""


class Share(Secret):
    """One share: which kit, which of three, and its two parts."""

    __slots__ = ("kit", "number", "parts")

    def __init__(self, kit: bytes, number: int, parts: tuple[bytes, bytes]) -> None:
        self.kit, self.number, self.parts = kit, number, parts

    @property
    def text(self) -> str:
        """The share as it is printed: groups of five letters and digits, with a check sum inside."""
        body = self.kit + bytes([self.number]) + b"".join(self.parts)
        letters = base64.b32encode(body + _check(body)).decode().rstrip("=")
        groups = [letters[at : at + 5] for at in range(0, len(letters), 5)]
        lines = [" ".join(groups[at : at + 5]) for at in range(0, len(groups), 5)]
        return "\n".join([f"{_HEAD} {self.number} of {SHARES}, kit {self.kit.hex()}", *lines, ""])


class RecoveryFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`recovery.json`: public, for whoever has two shares. `verified_at` is when that was last tried."""

    format: Literal["tocsin-recovery-1"] = "tocsin-recovery-1"
    instance: str
    public: bytes
    keys: bytes
    rest: bytes
    files: bytes = b""
    made_at: datetime
    verified_at: datetime | None = None


class Escrow(NamedTuple):
    """What the key holder seals to a kit: the ring of keys, and the small files that lie beside it."""

    keys: bytes
    files: bytes


class Rest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secrets besides the ring of keys: intake's, and the other files among the keys, by name."""

    public: InstanceFile
    intake: IntakeFile
    files: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return "<Rest>"


def split(secret: bytes, kit: bytes) -> list[Share]:
    """Make the three shares of a secret of 16 bytes."""
    one, two = os.urandom(PART), os.urandom(PART)
    parts = (one, two, _xor(_xor(secret, one), two))
    return [Share(kit, at + 1, (parts[at], parts[(at + 1) % SHARES])) for at in range(SHARES)]


def combine(shares: Sequence[Share]) -> bytes:
    """The secret from two shares or three; raises ShareRefused."""
    parts: dict[int, bytes] = {}
    for share in shares:
        for at, part in zip(range(share.number - 1, share.number + 1), share.parts, strict=True):
            parts.setdefault(at % SHARES, part)
    if len({share.kit for share in shares}) > 1:
        raise ShareRefused("the shares are of different kits")
    if len(parts) < SHARES:
        raise ShareRefused("two different shares are needed")
    return _xor(_xor(parts[0], parts[1]), parts[2])


def parse(text: str) -> Share:
    """Read a share as it was printed or typed; raises ShareRefused for a slip of the pen, which the check sum finds."""
    body_text = "\n".join(line for line in text.upper().splitlines() if not line.strip().startswith(_HEAD))
    letters = _LETTERS.sub("", body_text.replace("0", "O").replace("1", "I"))
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        raise ShareRefused("a share has 66 letters and digits; letters are missing or too many") from None
    body, check = raw[:-CHECK], raw[-CHECK:]
    if len(body) != KIT + 1 + 2 * PART or check != _check(body) or not 1 <= body[KIT] <= SHARES:
        raise ShareRefused("the share was mistyped: its check sum does not fit")
    parts = body[KIT + 1 :]
    return Share(body[:KIT], body[KIT], (parts[:PART], parts[PART:]))


def key(secret: bytes) -> BoxKey:
    """The key pair of a kit."""
    return BoxKey(digest(b"tocsin recovery", secret))


def kit_name(public: bytes) -> bytes:
    """Which kit a share belongs to."""
    return key_id(public)[:KIT]


def make(data_dir: Path, held: Escrow, public: bytes, now: datetime) -> RecoveryFile:
    """Write `recovery.json` for a kit with this public half; `held` is what the key holder gave. Replaces one."""
    rest = Rest(public=load_public(data_dir), intake=read_intake(data_dir))
    place = _place(rest.public.instance)
    file = RecoveryFile(
        instance=rest.public.instance,
        public=public,
        keys=held.keys,
        files=held.files,
        rest=seal_to(public, msgspec.msgpack.encode(rest), place),
        made_at=now,
    )
    path = data_dir / FILE
    (replace_file if path.exists() else create_file)(path, encode(file))
    return file


def load(data_dir: Path) -> RecoveryFile | None:
    """The installation's `recovery.json`, or None where no kit was made."""
    try:
        return msgspec.json.decode((data_dir / FILE).read_bytes(), type=RecoveryFile)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def save(data_dir: Path, file: RecoveryFile) -> None:
    """Write `recovery.json` anew."""
    replace_file(data_dir / FILE, encode(file))


def recover(file: RecoveryFile, shares: Sequence[Share]) -> tuple[Keyring, Rest, BoxKey]:
    """All keys of an installation, from its `recovery.json` and two shares; raises ShareRefused."""
    box = key(combine(shares))
    if box.public != file.public:
        raise ShareRefused("these are shares of another kit, or of another installation")
    try:
        ring = box.open(file.keys, bind(file.instance, "recovery", "keys", "", ""))
        rest = msgspec.msgpack.decode(box.open(file.rest, _place(file.instance)), type=Rest)
        if file.files:  # a kit of before the key holder sealed them has them in `rest`
            files = msgspec.msgpack.decode(box.open(file.files, files_place(file.instance)), type=dict[str, bytes])
            rest = msgspec.structs.replace(rest, files=files)
    except Tampered:
        raise ShareRefused(f"{FILE} was altered: it does not open with its own kit") from None
    return msgspec.msgpack.decode(ring, type=Keyring), rest, box


def files_place(instance: str) -> bytes:
    """What the files that the key holder seals to a kit are bound to."""
    return bind(instance, "recovery", "files", "", "")


def _place(instance: str) -> bytes:
    return bind(instance, "recovery", "rest", "", "")


def _check(body: bytes) -> bytes:
    return digest(b"tocsin share", body)[:CHECK]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
