# SPDX-License-Identifier: Apache-2.0
"""Contract of `Tokens`: a token says what it was made to say, for one purpose, until it expires."""

from __future__ import annotations

import string
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.vault.secret import Root
from tocsin.adapters.vault.tokens import MAX_TOKEN
from tocsin.core.vocabulary import Value
from tocsin.services.ports.blobs import SealedBlob
from tocsin.testing.vault import Sealing, in_memory

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
TOKENS = in_memory().tokens
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


class Upload(Value, frozen=True):
    name: str
    blob: SealedBlob


UPLOAD = Upload(name="poc.tar.gz", blob=SealedBlob(id="0" * 32, key=b"k" * 32, size=3, sha256="00"))

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), values), st.text())
def test_a_value_comes_back_for_its_purpose_only(value: dict[str, Any], purpose: str) -> None:
    token = TOKENS.seal(value, purpose, LATER)
    assert set(token) <= URL_SAFE
    assert TOKENS.open(token, purpose, NOON, dict) == value
    assert TOKENS.open(token, purpose + "x", NOON, dict) is None


def test_a_struct_with_a_blob_comes_back(sealing: Sealing) -> None:
    token = sealing.tokens.seal(UPLOAD, "upload", LATER)
    assert sealing.tokens.open(token, "upload", NOON, Upload) == UPLOAD
    assert "poc" not in token


def test_a_token_is_good_until_the_last_moment_before_it_expires(sealing: Sealing) -> None:
    token = sealing.tokens.seal(UPLOAD, "upload", LATER)
    tick = timedelta(microseconds=1)
    assert sealing.tokens.open(token, "upload", LATER - tick, Upload) == UPLOAD
    assert sealing.tokens.open(token, "upload", LATER, Upload) is None
    assert sealing.tokens.open(token, "upload", LATER + tick, Upload) is None


def test_instants_in_other_zones_are_the_same_instants() -> None:
    delhi = timezone(timedelta(hours=5, minutes=30))
    token = TOKENS.seal(UPLOAD, "upload", LATER.astimezone(delhi))
    assert TOKENS.open(token, "upload", NOON.astimezone(delhi), Upload) == UPLOAD
    assert TOKENS.open(token, "upload", LATER.astimezone(delhi), Upload) is None


def test_an_instant_without_a_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="zone"):
        TOKENS.seal({}, "upload", LATER.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        TOKENS.open(TOKENS.seal({}, "upload", LATER), "upload", NOON.replace(tzinfo=None), dict)


def test_a_token_of_another_instance_says_nothing(sealing: Sealing, elsewhere: Sealing) -> None:
    assert elsewhere.tokens.open(sealing.tokens.seal({}, "upload", LATER), "upload", NOON, dict) is None


def test_a_token_of_another_shape_says_nothing() -> None:
    assert TOKENS.open(TOKENS.seal({"name": 1}, "upload", LATER), "upload", NOON, Upload) is None
    assert TOKENS.open(TOKENS.seal(UPLOAD, "upload", LATER), "upload", NOON, int) is None


@given(st.text() | st.text(alphabet=sorted(URL_SAFE), max_size=200))
def test_what_is_no_token_says_nothing(text: str) -> None:
    assert TOKENS.open(text, "upload", NOON, dict) is None


@given(st.data())
def test_one_changed_character_says_nothing(data: st.DataObject) -> None:
    token = TOKENS.seal({"a": 1}, "upload", LATER)
    index = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from(sorted(URL_SAFE - {token[index]})))
    assert TOKENS.open(token[:index] + character + token[index + 1 :], "upload", NOON, dict) is None


@pytest.mark.parametrize("suffix", ["=", "==", "\n", " ", "A", "\0"])
def test_a_token_has_one_spelling(suffix: str) -> None:
    token = TOKENS.seal({"a": 1}, "upload", LATER)
    assert TOKENS.open(token + suffix, "upload", NOON, dict) is None
    assert TOKENS.open(suffix + token, "upload", NOON, dict) is None


def test_an_enormous_text_is_not_looked_at() -> None:
    assert TOKENS.open("A" * (MAX_TOKEN + 1), "upload", NOON, dict) is None
    with pytest.raises(ValueError, match="too large"):
        TOKENS.seal("x" * MAX_TOKEN, "upload", LATER)
    largest = "x" * (MAX_TOKEN * 3 // 4 - 100)
    assert TOKENS.open(TOKENS.seal(largest, "upload", LATER), "upload", NOON, str) == largest
    twenty = [UPLOAD] * 20
    token = TOKENS.seal(twenty, "upload", LATER)
    assert len(token) < 8192
    assert TOKENS.open(token, "upload", NOON, list[Upload]) == twenty


def test_a_sealed_body_that_is_no_token_body_says_nothing() -> None:
    key = TOKENS._key  # type: ignore[attr-defined]
    for body in (b"", b"junk", msgspec.msgpack.encode({"expires_at": LATER})):
        token = urlsafe_b64encode(key.seal(body, b"upload")).rstrip(b"=").decode()
        assert TOKENS.open(token, "upload", NOON, dict) is None


def test_two_tokens_of_one_value_are_different() -> None:
    assert TOKENS.seal({}, "upload", LATER) != TOKENS.seal({}, "upload", LATER)


def test_a_short_secret_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Root(b"short")
