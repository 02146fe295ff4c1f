# SPDX-License-Identifier: Apache-2.0
"""The reporter's return phrase: seven words that find a case and open the reporter's own copy of it.

The phrase is shown once and never stored. What is stored is the locator (a keyed hash, to find the row) and the public
half of a key pair made from the phrase (to seal the reporter's copies).

A wrong phrase, an unknown word and an empty field all give a well-formed phrase that finds nothing, by the same path
and at the same cost: `read` never fails, so the caller has one answer, *not found*, and no way to tell more.
"""

from __future__ import annotations

from typing import Protocol


class ReporterKey(Protocol):
    """The key pair of one return phrase. It lives as long as one request."""

    @property
    def public(self) -> bytes:
        """32 bytes; stored, and given to `Sealer.seal_to_reporter`."""

    def open(self, sealed: bytes, ad: bytes) -> bytes:
        """Open a copy sealed to this key with the same `ad`; raises `vault.Tampered` for anything else."""


class Phrase(Protocol):
    """A return phrase. It shows nothing in `repr` and refuses pickle and copy; `reveal` is the one way to its text."""

    def reveal(self) -> str:
        """The words for the receipt page (or, of a phrase that was typed in, its bare letters)."""


class Receipts(Protocol):
    """Makes and recognises return phrases. Intake holds it; it opens no case."""

    def issue(self, nonce: bytes) -> Phrase:
        """Phrase for the form that carried `nonce` (16 bytes or more): one form sent twice has one phrase.

        Never store the nonce: with the intake secrets it is the phrase. Store the locator.
        """

    def read(self, text: str) -> Phrase:
        """Phrase from what a person typed: case, spaces, dashes, punctuation and Unicode forms do not matter."""

    def locator(self, phrase: Phrase) -> bytes:
        """32 bytes that find the case; the same for the same phrase on this instance only."""

    def key(self, phrase: Phrase) -> ReporterKey:
        """Key pair of the phrase on this instance."""
