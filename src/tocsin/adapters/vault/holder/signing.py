# SPDX-License-Identifier: Apache-2.0
"""The key that published documents are signed with, behind the key holder's socket, and the small files beside it.

Desk and worker send the bytes and get a detached signature; the key directory is the holder's user's alone. The holder
does not know OpenPGP: what it signs with is handed to it (`KeyDirectory`) by whoever starts it.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from tocsin.adapters.vault.box import seal_to
from tocsin.adapters.vault.holder import wire
from tocsin.adapters.vault.recovery import files_place
from tocsin.services.ports.keys import KeysRefused


class DocumentKey(Protocol):
    """A signing key in memory, as `ports.site.Signer` has it."""

    @property
    def certificate(self) -> str:
        """The public half, in armour."""

    @property
    def fingerprint(self) -> str:
        """Of the certificate, in capital hexadecimal digits."""

    def sign(self, body: bytes) -> str:
        """A detached signature in armour."""


class KeyDirectory(Protocol):
    """What lies in the key directory beside the ring of keys."""

    def signer(self) -> DocumentKey | None:
        """The key of published documents; None where there is none. Raises KeysRefused for one that lies badly."""

    def files(self) -> dict[str, bytes]:
        """The small files that an installation needs as well, by name."""


Question = wire.AskCertificate | wire.AskSignDocument | wire.AskFiles


def answer(directory: KeyDirectory | None, instance: str, question: Question) -> wire.Answer:
    """Answer as the key holder; raises KeysRefused where there is no such key."""
    if isinstance(question, wire.AskFiles):
        files = directory.files() if directory else {}
        return wire.Given(seal_to(question.public, msgspec.msgpack.encode(files), files_place(instance)))
    key = directory.signer() if directory else None
    if isinstance(question, wire.AskCertificate):
        return wire.GivenCertificate(key.fingerprint, key.certificate) if key else wire.GivenCertificate("", "")
    if key is None:
        raise KeysRefused("there is no key to sign documents with; run “tocsin site”")
    return wire.Given(key.sign(question.body).encode("ascii"))
