# SPDX-License-Identifier: Apache-2.0
"""`ports.openpgp.TeamKeys` of the processes that ask: each question travels to the key holder, no key comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tocsin.adapters.vault.holder import team
from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.ports.openpgp import Certificate, Opened

Carry = Callable[[bytes], bytes]
"""Carries one question of `team` to the key holder and its answer back."""

_REFUSAL: Final = "the key holder gave no answer to this"


class HeldTeams:
    """See the port. `make` and `take` are for the holder's own user."""

    def __init__(self, carry: Carry) -> None:
        self._carry = carry

    def open(
        self, project: ProjectId, ciphertext: bytes, known: Sequence[bytes] = (), purpose: str = "mail.open"
    ) -> Opened | Refused:
        """Have a message opened; see the port."""
        told = self._ask(team.Open(project, ciphertext, tuple(known), purpose))
        return told.opened or told.refused or _nothing()

    def seal(self, plaintext: bytes, certificates: Sequence[bytes], sign_as: ProjectId = "") -> bytes | Refused:
        """Have a text sealed; see the port."""
        told = self._ask(team.Seal(sign_as, plaintext, tuple(certificates)))
        return told.refused or told.data

    def certificate(self, project: ProjectId) -> Certificate | None:
        """The public half; see the port."""
        return self._ask(team.Public(project)).certificate

    def sign(self, project: ProjectId, body: bytes, *, clear: bool = False) -> str | Refused:
        """Have a text signed; see the port."""
        told = self._ask(team.Sign(project, body, clear))
        return told.refused or told.data.decode("utf-8")

    def make(self, project: ProjectId, users: Sequence[str]) -> Certificate | Refused:
        """Make a new key, in front of those there are; raises KeysRefused for callers that may not."""
        told = self._ask(team.Make(project, tuple(users)))
        return told.certificate or told.refused or _nothing()

    def take(self, project: ProjectId, secret: bytes) -> Certificate | Refused:
        """Take a key that the team has already; raises KeysRefused, also for what is no key without a passphrase."""
        told = self._ask(team.Take(project, secret))
        return told.certificate or told.refused or _nothing()

    def _ask(self, question: team.Question) -> team.Told:
        return team.TOLD.decode(self._carry(team.ENCODER.encode(question)))


def _nothing() -> Refused:
    return Refused(code="unavailable", because=f"{_REFUSAL}; restart the whole server.", rule="key holder")
