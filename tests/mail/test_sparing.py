# SPDX-License-Identifier: Apache-2.0
"""Long bodies go around the parser: what comes out is what the standard library makes of the same mail."""

from __future__ import annotations

import binascii
import email
from base64 import encodebytes
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.adapters.child.mail import mail
from tocsin.adapters.child.mail_spared import LONG, MARK, unpacked


def whole(*parts: tuple[str, bytes]) -> bytes:
    """A mail of parts, each with its encoding."""
    inner = b"".join(
        b'--b\r\nContent-Type: application/x; name="f"\r\nContent-Transfer-Encoding: %b\r\n\r\n%b\r\n'
        % (encoding.encode(), body)
        for encoding, body in parts
    )
    return b"From: a@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + inner + b"--b--\r\n"


def by_default(raw: bytes) -> list[bytes]:
    found = email.message_from_bytes(raw, policy=policy.default)
    return [part.get_payload(decode=True) for part in found.walk() if not part.is_multipart()]


LINES = st.binary(max_size=LONG * 4).map(lambda body: encodebytes(body).replace(b"\n", b"\r\n"))


@given(st.lists(LINES, min_size=1, max_size=4))
def test_what_is_spared_comes_out_as_the_library_would_have_it(bodies: list[bytes]) -> None:
    raw = whole(*(("base64", body.removesuffix(b"\r\n")) for body in bodies))
    assert [each.content for each in mail(raw).files] == [each for each in by_default(raw) if each]


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"=", b"==", b"\\", b'"', b" ", b"\r\n", b"-", b"\\u0041", b"QQ=="])
)
def test_base64_is_unpacked_as_the_library_does_whatever_stands_in_it(body: bytes, odd: bytes) -> None:
    packed = binascii.b2a_base64(body, newline=False)
    for text in (packed + odd, odd + packed, packed[: len(packed) // 2] + odd + packed[len(packed) // 2 :]):
        try:
            expected = binascii.a2b_base64(text)
        except binascii.Error:
            continue  # what is cut short is taken as far as it goes
        assert unpacked(text) == expected


@pytest.mark.parametrize("where", ["words", "file"])
def test_who_writes_the_mark_themselves_is_read_as_they_wrote(where: str) -> None:
    long = encodebytes(b"x" * LONG * 2).replace(b"\n", b"\r\n")
    told = f"{MARK}0.".encode()
    raw = whole(("7bit", told), ("base64", long)) if where == "words" else whole(("base64", long), ("7bit", told * 999))
    assert told.rstrip() in b"".join(each.content for each in mail(raw).files)
    assert b"x" * LONG in b"".join(each.content for each in mail(raw).files)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_a_long_part_behind_an_empty_one_is_not_taken_for_its_body(ending: str) -> None:
    long = encodebytes(b"x" * LONG * 2).decode()
    head = "Content-Type: application/x; name=f\nContent-Transfer-Encoding: base64\n\n"
    raw = f"From: a@example.net\nContent-Type: multipart/mixed; boundary=b\n\n--b\n{head}--b\n{head}{long}--b--\n"
    assert [each.content for each in mail(raw.replace("\n", ending).encode()).files] == [b"x" * LONG * 2]


def test_a_mark_in_what_was_spared_stands_for_nothing() -> None:
    """Or else a mail of a megabyte would be one of a gigabyte."""
    many = f"{MARK}1.\r\n".encode() * 9000
    raw = whole(("8bit", many), ("x-other", b"y" * LONG * 4))
    assert [each.content for each in mail(raw).files] == [many, b"y" * LONG * 4]


def test_a_mark_in_a_mail_that_came_encoded_stands_for_nothing() -> None:
    inner = encodebytes(f"Subject: a\r\n\r\n{MARK}0.\r\n".encode()).decode()
    head = "From: a@example.net\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n"
    long = f"Content-Transfer-Encoding: 8bit\n\n{'z' * LONG * 2}\n--b\n"
    packed = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{inner}--b--\n"
    found = mail(f"{head}{long}{packed}".encode())
    assert found.inside is not None
    assert found.inside.text == f"{MARK}0."
