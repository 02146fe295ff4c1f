# SPDX-License-Identifier: Apache-2.0
"""The two ports of `services.ports.vault` on libsodium: `PublicSealer` for intake, `LocalVault` with the key in hand.

`LocalVault` keeps no unwrapped case keys. Unwrapping one costs a tenth of a millisecond, and a cache would answer reads
that the key holder then neither logs nor counts.
"""

from __future__ import annotations

import logging
import os

from tocsin.adapters.vault.aead import SymmetricKey
from tocsin.adapters.vault.box import BoxKey, seal_to
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

    def new_case_key(self, case: str) -> tuple[SymmetricKey, bytes]:
        """Draw a key and wrap it for `case`; see the port."""
        key = os.urandom(KEY_BYTES)
        return SymmetricKey(key), seal_to(self._public, key, self._wrapping(case))

    def seal_drop(self, plain: bytes, ad: bytes) -> bytes:
        """Seal to the instance; see the port."""
        return seal_to(self._public, plain, ad)

    def seal_to_reporter(self, public_key: bytes, plain: bytes, ad: bytes) -> bytes:
        """Seal to the holder of a return phrase; see the port."""
        return seal_to(public_key, plain, ad)

    def _wrapping(self, case: str) -> bytes:
        """Where a wrapped key belongs. A wrapping laid beside another case therefore does not open there."""
        return bind(self._instance, "case-key", "wrapped", case, case)


class LocalVault(Secret, PublicSealer):
    """A `Vault` that holds the key-encryption key in its own memory.

    The key is a 32-byte seed; the X25519 pair and the list keys are subkeys of it, so neither gives away the other.
    """

    def __init__(self, instance: str, seed: bytes) -> None:
        root = Root(seed)
        self._box = BoxKey(root.derive(b"tocsin kek box"))
        self._lists = Root(root.derive(b"tocsin list root"))
        super().__init__(instance, self._box.public)

    @property
    def public(self) -> bytes:
        """The public half, for `instance.json`."""
        return self._box.public

    def case_key(self, case: str, wrapped: bytes, actor_id: str, purpose: str) -> SymmetricKey:
        """Unwrap, and say in the log for whom and why; see the port."""
        key = _symmetric(self._box.open(wrapped, self._wrapping(case)))
        if key is None:
            raise Tampered
        log.info("case key released: case=%s actor=%s purpose=%s", case, actor_id, purpose)
        return key

    def open_drop(self, sealed: bytes, ad: bytes) -> bytes:
        """Open what intake sealed to the instance; see the port."""
        return self._box.open(sealed, ad)

    def list_key(self, project: str) -> SymmetricKey:
        """Derive the key of a project's inbox projection; see the port."""
        return SymmetricKey(self._lists.derive(b"tocsin list key", project.encode()))


def _symmetric(key: bytes) -> SymmetricKey | None:
    """The key, or None for a wrapping that somebody made with the public half and put no key into."""
    return SymmetricKey(key) if len(key) == KEY_BYTES else None
