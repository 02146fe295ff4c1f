# SPDX-License-Identifier: Apache-2.0
"""The return phrase: seven words of the EFF large wordlist, 90 bits, and what is made of them.

A phrase is compared by its letters alone. No used word is the beginning of another, so letters without separators
still mean one sequence of words only, and spaces, dashes and punctuation can be ignored when it is typed in. Nothing
looks the words up at that point: an unknown word simply makes letters that no case was ever filed under.

With 90 bits no slow hash is needed. The reporter's key pair is salted with the locator, so a thief of the database has
to search for each reporter's phrase apart. Source: EFF, "New Wordlists for Random Passphrases", 2016 (see the notice
beside the list).
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import count, islice
from typing import Final

from tocsin.adapters.vault.box import BoxKey
from tocsin.adapters.vault.secret import Root, Secret, digest
from tocsin.services.ports import receipts

WORDS: Final = 7
MIN_NONCE: Final = 16
MAX_TYPED: Final = 1024
LETTERS: Final = frozenset(string.ascii_lowercase)


@cache
def wordlist() -> tuple[str, ...]:
    """The 7,772 usable words: all but the four with a dash, because a dash does not count (`yo-yo` and `yoyo`)."""
    text = resources.files(__package__).joinpath("eff_large_wordlist.txt").read_text(encoding="ascii")
    words = (line.split("\t")[1] for line in text.splitlines())
    return tuple(word for word in words if "-" not in word)


def letters(text: str) -> bytes:
    """What counts of a typed phrase: its letters a to z, after compatibility (UAX 15, NFKD) and case folding."""
    folded = unicodedata.normalize("NFKD", text[:MAX_TYPED]).casefold()
    return "".join(filter(LETTERS.__contains__, folded)).encode("ascii")


def pick(draws: Iterator[int], words: Sequence[str]) -> Iterator[str]:
    """Words chosen by 16-bit `draws` without bias: draws above the last whole multiple of the list are thrown away."""
    limit = 2**16 - 2**16 % len(words)
    return (words[draw % len(words)] for draw in draws if draw < limit)


class Phrase(Secret):
    """Return phrase, made or typed in."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def derive(cls, nonce: bytes, secret: Root) -> Phrase:
        """The phrase of the form that carried `nonce`, for the holder of `secret`; ValueError below 16 bytes."""
        if len(nonce) < MIN_NONCE:
            raise ValueError("a nonce is 16 bytes or more")
        return cls(" ".join(islice(pick(_draws(nonce, secret), wordlist()), WORDS)))

    @classmethod
    def parse(cls, text: str) -> Phrase:
        """The phrase a person typed. Never fails; see the port on why."""
        return cls(letters(text).decode("ascii"))

    def reveal(self) -> str:
        """The text; `parse` of it is the same phrase."""
        return self._text


class ReturnPhrases(Secret):
    """`Receipts` of the port, with the two intake secrets it needs."""

    __slots__ = ("_locator", "_phrase")

    def __init__(self, phrase_secret: bytes, locator_secret: bytes) -> None:
        self._phrase = Root(phrase_secret)
        self._locator = Root(locator_secret)

    def issue(self, nonce: bytes) -> Phrase:
        """The phrase of a form; see the port."""
        return Phrase.derive(nonce, self._phrase)

    def read(self, text: str) -> Phrase:
        """The phrase a person typed; see the port."""
        return Phrase.parse(text)

    def locator(self, phrase: receipts.Phrase) -> bytes:
        """Keyed hash of the letters; see the port."""
        return locator(phrase, self._locator)

    def key(self, phrase: receipts.Phrase) -> BoxKey:
        """Key pair of the letters and the locator; see the port."""
        return reporter_key(phrase, self.locator(phrase))


def locator(phrase: receipts.Phrase, secret: Root) -> bytes:
    """Where the case of `phrase` is filed: 32 bytes, BLAKE2b keyed with the instance's locator `secret`."""
    return secret.derive(b"tocsin locator", letters(phrase.reveal()))


def reporter_key(phrase: receipts.Phrase, salt: bytes) -> BoxKey:
    """The reporter's X25519 pair. `salt` is the locator, different for each phrase, so no guess counts twice."""
    return BoxKey(digest(b"tocsin reporter", letters(phrase.reveal()), salt))


def _draws(nonce: bytes, secret: Root) -> Iterator[int]:
    """An endless stream of 16-bit numbers: keyed BLAKE2b of a block number and the nonce, 16 of them a block."""
    for number in count():
        block = secret.derive(b"tocsin phrase", number.to_bytes(8, "big") + nonce)
        yield from (int.from_bytes(block[at : at + 2], "big") for at in range(0, len(block), 2))
