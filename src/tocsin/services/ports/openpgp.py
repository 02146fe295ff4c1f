# SPDX-License-Identifier: Apache-2.0
"""OpenPGP mail (RFC 9580, RFC 3156): opening what was encrypted to a team, sealing what leaves, signing, reading keys.

A team's secret key is with the key holder and nowhere else: whoever is given these ports asks for one message to be
opened or signed, never for the key. No hostile byte is decrypted in the process that asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from tocsin.core.vocabulary import ProjectId, Refused, Value

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a message before and after it is opened; what is larger is refused, whatever it unpacks to."""

NO_KEY: Final = "no-key"
"""Code of the refusal where the project has no key, or the message was not encrypted to it."""

UNREADABLE: Final = "unreadable"
"""Code of the refusal of what is damaged, altered, too large, or no OpenPGP message."""


class Signed(StrEnum):
    """What is known of the signature of a text. Only `GOOD` says anything about who wrote it."""

    NONE = "none"
    GOOD = "good"
    UNKNOWN = "unknown-key"
    """By a key that nobody here knows."""
    BAD = "bad"
    """By a key that is known and does not fit the text, or must not be used any more."""
    UNCHECKED = "unchecked"
    """There is one, and no engine here can check it."""


class Signature(Value):
    """A signature's state, and whose: the certificate's fingerprint where it is good, else the key named in it.

    `made_at` is what the signature itself says, where it is good and checked apart from what it was sealed in; `partly`
    says that there is more in the message than it covers."""

    state: Signed = Signed.NONE
    by: str = ""
    made_at: datetime | None = None
    partly: bool = False


class ClearText(Value):
    """Exactly the words that a signature covers, where it is good; none where it is not."""

    text: bytes = b""
    signature: Signature = Signature()


class Opened(Value):
    """A message as it was before it was encrypted. Keep it sealed; it is nothing but one person's words so far."""

    plain: bytes
    signature: Signature = Signature()


class Certificate(Value):
    """What a public key says of itself. Nobody has vouched for it: `core.pgp` holds who has."""

    body: bytes
    fingerprint: str
    addresses: tuple[str, ...]
    made_at: datetime
    armour: str = ""
    expires_at: datetime | None = None
    revoked: bool = False
    encrypts: bool = True


class Decrypts(Protocol):
    """Opens what was encrypted to a project's team key."""

    def open(
        self, project: ProjectId, ciphertext: bytes, known: Sequence[bytes] = (), purpose: str = "mail.open"
    ) -> Opened | Refused:
        """Open a message, armoured or not, and check its signature against the certificates that are `known`.

        Each opening is written to the key holder's ledger. Only what is whole and authenticated is given back (no
        unauthenticated ciphertext, EFAIL). Raises `store.Unavailable` when no key holder answers.
        """


class Encrypts(Protocol):
    """Seals a text for people's keys."""

    def seal(self, plaintext: bytes, certificates: Sequence[bytes], sign_as: ProjectId = "") -> bytes | Refused:
        """Encrypt to all `certificates` at once, signed by the project's team key; the result is armoured.

        Refuses (`key-expired`, `key-revoked`, `no-encryption-key`) a certificate that must not be encrypted to now.
        """


class Signs(Protocol):
    """Signs with a project's team key, and says which it is."""

    def certificate(self, project: ProjectId) -> Certificate | None:
        """The public half; None for a project without a key."""

    def sign(self, project: ProjectId, body: bytes, *, clear: bool = False) -> str | Refused:
        """A detached signature in armour (SHA-512, for `micalg=pgp-sha512` of RFC 3156); with `clear`, the text inside
        of one (RFC 9580, section 7), for lists that take plain text only."""


class Reads(Protocol):
    """Reads public keys and detached signatures, which are as hostile as anything else that arrives."""

    def certificates(self, body: bytes) -> tuple[Certificate, ...] | Refused:
        """Every certificate in armoured or binary bytes."""

    def verify(self, body: bytes, signature: bytes, known: Sequence[bytes]) -> Signature:
        """Check a detached signature of `body` (multipart/signed, RFC 3156)."""

    def clear(self, body: bytes, known: Sequence[bytes]) -> ClearText:
        """Check a text with its signature inside of it (RFC 9580, section 7), `body` being that and nothing else."""


class TeamKeys(Decrypts, Encrypts, Signs, Protocol):
    """What the key holder does with the keys of the teams. Making and taking them is for its own user."""

    def make(self, project: ProjectId, users: Sequence[str]) -> Certificate | Refused:
        """Make a key in front of those there are, which go on opening. Raises `keys.KeysRefused`."""

    def take(self, project: ProjectId, secret: bytes) -> Certificate | Refused:
        """Take a key that the team has already. Raises `keys.KeysRefused`, also for what needs a passphrase."""


class NoTeamKeys:
    """Where no team has a key: nothing opens, nothing is sealed."""

    def open(
        self, project: ProjectId, ciphertext: bytes, known: Sequence[bytes] = (), purpose: str = "mail.open"
    ) -> Opened | Refused:
        """Refuse."""
        return _none(project)

    def seal(self, plaintext: bytes, certificates: Sequence[bytes], sign_as: ProjectId = "") -> bytes | Refused:
        """Refuse."""
        return _none(sign_as)

    def certificate(self, project: ProjectId) -> Certificate | None:
        """None."""
        return None

    def sign(self, project: ProjectId, body: bytes, *, clear: bool = False) -> str | Refused:
        """Refuse."""
        return _none(project)

    def make(self, project: ProjectId, users: Sequence[str]) -> Certificate | Refused:
        """Refuse."""
        return _none(project)

    def take(self, project: ProjectId, secret: bytes) -> Certificate | Refused:
        """Refuse."""
        return _none(project)


def _none(project: ProjectId) -> Refused:
    because = f"{project or 'This installation'} has no OpenPGP key; “tocsin mail key create” makes one."
    return Refused(code=NO_KEY, because=because, rule="RFC 9580")
