# SPDX-License-Identifier: Apache-2.0
"""A leaf has one spelling, hides what it stands for, and names nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.log.leaf import SALT_BYTES, Kind, Leaf, commitment, digest, text

T0 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LEAF = Leaf(kind=Kind.ENTRY, case="WHPG-2026-k7x4m", at=T0, seq=3, by="person", what="case.accepted", digest="00" * 32)
SALT = bytes(range(SALT_BYTES))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 2**53 - 1))
def test_a_text_is_canonical_json_as_the_reference_writes_it(words: str, seq: int) -> None:
    leaf = msgspec.structs.replace(LEAF, what=words, by=words, seq=seq)
    said = {name: getattr(leaf, name) for name in leaf.__struct_fields__}
    said |= {"at": T0.isoformat(), "kind": leaf.kind.value}
    assert text(leaf).encode() == rfc8785.dumps(said)


def test_every_character_is_spelt_as_the_reference_spells_it() -> None:
    every = "".join(chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000)
    leaf = msgspec.structs.replace(LEAF, what=every)
    assert rfc8785.dumps(every).decode() in text(leaf)


def test_an_instant_is_told_in_utc() -> None:
    elsewhere = msgspec.structs.replace(LEAF, at=T0.astimezone(timezone(timedelta(hours=5))))
    assert text(elsewhere) == text(LEAF)


def test_a_commitment_follows_from_salt_and_text_as_documented() -> None:
    assert commitment(SALT, "said") == sha256(b"tocsin leaf 1\n" + SALT + b"said").digest()
    assert digest(SALT, b"content") == sha256(b"tocsin content 1\n" + SALT + b"content").hexdigest()


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + b"\x00"], ids=["none", "short", "long"])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    # Else a byte could wander between salt and text and two texts would share a commitment.
    with pytest.raises(ValueError, match="salt"):
        commitment(salt, "said")
    with pytest.raises(ValueError, match="salt"):
        digest(salt, b"content")
