# SPDX-License-Identifier: Apache-2.0
"""The two ports of `services.ports.vault` on libsodium: `PublicSealer` for intake, `LocalVault` with the key in hand.

`LocalVault` keeps no unwrapped case keys. Unwrapping one costs a tenth of a millisecond, and a cache would answer reads
that the key holder then neither logs nor counts.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress

from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.box import BOX_START, VERSION, BoxKey, key_id, seal_to
from tocsin.adapters.vault.secret import KEY_BYTES, Root, Secret
from tocsin.services.ports.vault import Tampered, bind

log = logging.getLogger(__name__)


class PublicSealer:
    """A `Sealer`: knows the public half of the instance key and the instance's name, and nothing else."""

    def __init__(self, instance: str, public: bytes) -> None:
        self._instance = instance
        self._public = public

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._instance}>"

    @property
    def instance(self) -> str:
        """Id of this installation."""
        return self._instance

    @property
    def newest(self) -> bytes:
        """The public key that is sealed to."""
        return self._public

    def new_case_key(self, case: str) -> tuple[SymmetricKey, bytes]:
        """Draw a key and wrap it for `case`; see the port."""
        key = os.urandom(KEY_BYTES)
        return SymmetricKey(key), seal_to(self.newest, key, self._wrapping(case))

    def seal_drop(self, plain: bytes, ad: bytes) -> bytes:
        """Seal to the instance; see the port."""
        return seal_to(self.newest, plain, ad)

    def seal_to_reporter(self, public_key: bytes, plain: bytes, ad: bytes) -> bytes:
        """Seal to the holder of a return phrase; see the port."""
        return seal_to(public_key, plain, ad)

    def _wrapping(self, case: str) -> bytes:
        """Where a wrapped key belongs. A wrapping laid beside another case therefore does not open there."""
        return bind(self._instance, "case-key", "wrapped", case, case)


class KeyRing(Secret):
    """A `CaseKey` of several generations, newest first: seals with the newest, opens with any."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(SymmetricKey(key) for key in keys)

    def seal(self, plain: bytes, ad: bytes) -> bytes:
        """Seal with the newest; see the port."""
        return self._keys[0].seal(plain, ad)

    def open(self, sealed: bytes, ad: bytes) -> bytes:
        """Open with whichever fits; see the port."""
        for key in self._keys[:-1]:
            with suppress(Tampered):
                return key.open(sealed, ad)
        return self._keys[-1].open(sealed, ad)

    def salt(self, ad: bytes) -> bytes:
        """A keyed hash under the newest; see the port."""
        return self._keys[0].salt(ad)


class LocalVault(Secret, PublicSealer):
    """A `Vault` that holds the key-encryption key in its own memory.

    The key is a 32-byte seed; the X25519 pair and the list keys are subkeys of it, so neither gives away the other.
    `older` are the seeds before a rotation: they open, and nothing is sealed with them any more.
    """

    def __init__(self, instance: str, seed: bytes, older: Sequence[bytes] = ()) -> None:
        roots = [Root(each) for each in (seed, *older)]
        self._boxes = tuple(BoxKey(root.derive(b"tocsin kek box")) for root in roots)
        self._lists = tuple(Root(root.derive(b"tocsin list root")) for root in roots)
        super().__init__(instance, self._boxes[0].public)

    @property
    def public(self) -> bytes:
        """The public half, for `instance.json`."""
        return self._boxes[0].public

    @property
    def publics(self) -> tuple[bytes, ...]:
        """The public halves of all generations, newest first."""
        return tuple(box.public for box in self._boxes)

    def case_key(self, case: str, wrapped: bytes, actor_id: str, purpose: str) -> SymmetricKey:
        """Unwrap, and say in the log for whom and why; see the port."""
        key = _symmetric(self.unwrap(case, wrapped))
        if key is None:
            raise Tampered
        log.info("case key released: case=%s actor=%s purpose=%s", case, actor_id, purpose)
        return key

    def unwrap(self, case: str, wrapped: bytes) -> bytes:
        """The raw key of a case, for the key holder to hand on; raises Tampered."""
        return self._box_of(wrapped).open(wrapped, self._wrapping(case))

    def rewrap(self, case: str, wrapped: bytes) -> bytes:
        """The same key under the newest generation; raises Tampered."""
        if self._box_of(wrapped) is self._boxes[0]:
            self.unwrap(case, wrapped)
            return wrapped
        return seal_to(self.public, self.unwrap(case, wrapped), self._wrapping(case))

    def open_drop(self, sealed: bytes, ad: bytes) -> bytes:
        """Open what intake sealed to the instance; see the port."""
        return self._box_of(sealed).open(sealed, ad)

    def open_drops(self, asked: Sequence[tuple[bytes, bytes]]) -> list[bytes | None]:
        """Open several; see the port."""
        opened: list[bytes | None] = [None] * len(asked)
        for number, (sealed, ad) in enumerate(asked):
            with suppress(Tampered):
                opened[number] = self.open_drop(sealed, ad)
        return opened

    def list_key(self, project: str) -> SymmetricKey | KeyRing:
        """Derive the key of a project's inbox projection; see the port."""
        keys = self.list_keys(project)
        return KeyRing(keys) if len(keys) > 1 else SymmetricKey(keys[0])

    def list_keys(self, project: str) -> tuple[bytes, ...]:
        """The raw keys behind `list_key`, newest first, for the key holder to hand on."""
        return tuple(root.derive(b"tocsin list key", project.encode()) for root in self._lists)

    def _box_of(self, sealed: bytes) -> BoxKey:
        """The generation that a box names; the newest where it names none of ours, so that opening refuses it."""
        named = sealed[len(VERSION) : BOX_START]
        return next((box for box in self._boxes if key_id(box.public) == named), self._boxes[0])


def _symmetric(key: bytes) -> SymmetricKey | None:
    """The key, or None for a wrapping that somebody made with the public half and put no key into."""
    return SymmetricKey(key) if len(key) == KEY_BYTES else None
