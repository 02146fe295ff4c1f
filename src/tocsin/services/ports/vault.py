# SPDX-License-Identifier: Apache-2.0
"""Sealing, as the use cases see it: who may seal, who may open, and what a ciphertext is bound to.

Two ports, because two kinds of process exist. `Sealer` is what the process that faces the internet holds: it can seal
and has no way to open. `Vault` is what desk and worker hold: it opens too, and every case key it releases names an
actor and a purpose, so that a key holder in another process can log and limit the call. Receipt phrases are in
`receipts`, browser tokens in `tokens`, attachments in `blobs`; which bytes are stored where belongs to the use cases.

Source: DESIGN section 3. Constructions: libsodium XChaCha20-Poly1305-IETF and sealed boxes (doc.libsodium.org).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Protocol

AD_DOMAIN: Final = b"tocsin/ad/1"


class Tampered(Exception):
    """A sealed thing did not open: wrong key, wrong place, altered, cut short or never ours. Nothing says which.

    There is one class and one message on purpose. Callers fail closed, raise an alarm and show nothing.
    """

    def __init__(self) -> None:
        super().__init__("a sealed value does not belong here or was altered")


class Limited(Exception):
    """The key holder has released enough for now; the message is a sentence for the person who asked."""


def bind(instance: str, table: str, column: str, row: str, case: str) -> bytes:
    """Associated data of one sealed value: what it is and where it stands, so that it opens nowhere else.

    Each part goes in as the length of its UTF-8 (4 bytes, big-endian) and the UTF-8 itself, so no two different places
    share an encoding. `row` is the row's own permanent id as text, `case` the case reference, empty where a row belongs
    to no case yet.
    """
    return _place(instance, table, column) + _part(row) + _part(case)


@lru_cache(maxsize=256)
def _place(instance: str, table: str, column: str) -> bytes:
    return AD_DOMAIN + _part(instance) + _part(table) + _part(column)


def _part(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(4, "big") + encoded


class CaseKey(Protocol):
    """One symmetric key, of a case or a project's list. It shows no secret in `repr` and refuses pickle and copy."""

    def seal(self, plain: bytes, ad: bytes) -> bytes:
        """Encrypt and authenticate `plain` bound to `ad` (see `bind`): 41 bytes longer, different every time."""

    def open(self, sealed: bytes, ad: bytes) -> bytes:
        """Give back what was sealed under this key with the same `ad`; raises Tampered for anything else."""

    def salt(self, ad: bytes) -> bytes:
        """32 bytes for the place `ad` that only a holder of this key can make, the same every time.

        Salts of the log's commitments: nothing needs to be stored for them, and without the key they are gone.
        """


class Sealer(Protocol):
    """What intake holds: the public half only. Nothing here opens anything, whoever takes over the process."""

    @property
    def instance(self) -> str:
        """Id of this installation, first part of every `bind`."""

    def new_case_key(self, case: str) -> tuple[CaseKey, bytes]:
        """Make a random key for `case`: the key, to seal the first content with and then forget, and its wrapping.

        The wrapping is what is stored; it opens for this instance and this case only.
        """

    def seal_drop(self, plain: bytes, ad: bytes) -> bytes:
        """Seal to the instance itself, without a case key: submissions to existing cases and fresh list rows.

        Anybody with the public half can make one. A drop proves where it belongs, not who wrote it.
        """

    def seal_to_reporter(self, public_key: bytes, plain: bytes, ad: bytes) -> bytes:
        """Seal a copy that only the holder of the return phrase can open (`receipts.ReporterKey`).

        Raises ValueError when `public_key` is not 32 bytes or not a point that libsodium will encrypt to.
        """


class Vault(Sealer, Protocol):
    """What desk and worker hold. Every release of a case key says for whom and why."""

    def case_key(self, case: str, wrapped: bytes, actor_id: str, purpose: str) -> CaseKey:
        """Unwrap the key of `case` for `actor_id`; `purpose` is a short word such as `case.read`.

        Raises Tampered when the wrapping is not that of this case on this instance, Limited when this actor has opened
        as many different cases as one may in an hour or a day, `store.Unavailable` when no key holder answers.
        """

    def open_drop(self, sealed: bytes, ad: bytes) -> bytes:
        """Open what `seal_drop` sealed with the same `ad`; raises Tampered for anything else."""

    def open_drops(self, asked: Sequence[tuple[bytes, bytes]]) -> Sequence[bytes | None]:
        """Open several at once, each given with its `ad`, in one question to the key holder; None for one that
        `open_drop` raises Tampered for."""

    def list_key(self, project: str) -> CaseKey:
        """Key of the sealed inbox projection of `project`: the same at every call, derived, never stored.

        It changes when the key-encryption key is rotated: it then seals with the new one and opens with both, until the
        rotation has sealed every row anew.
        """
