# SPDX-License-Identifier: Apache-2.0
"""Laws of signed reply addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.mail import addresses
from tocsin.core.mail.addresses import FROM_REPORTER, REPORTER, TEAM, Thread
from tocsin.core.vocabulary import GHSA_ALPHABET

REFS = st.builds(
    "{}-{}-{}".format,
    st.from_regex(r"[A-Z][A-Z0-9]{1,9}", fullmatch=True),
    st.integers(1000, 9999),
    st.text(GHSA_ALPHABET, min_size=5, max_size=5),
)
THREADS = st.builds(
    lambda room, holder: Thread(room=room, holder=holder),
    st.sampled_from([REPORTER, TEAM, "pty_1", "pty_2"]),
    st.sampled_from([REPORTER, "pty_1", "pty_2", "usr_1"]),
)
SECRETS = st.binary(min_size=32, max_size=32)


@given(SECRETS, REFS, THREADS, st.sampled_from([str, str.lower, str.upper, str.title]))
def test_an_address_says_its_thread_again_however_its_letters_were_changed_on_the_way(secret, ref, thread, spelt):
    address = spelt(addresses.make(secret, "security@example.org", ref, thread))
    signed = addresses.read(address)
    assert signed is not None
    assert signed.case == ref
    every = [FROM_REPORTER, thread, Thread(room="pty_9", holder="pty_9")]
    assert addresses.check(secret, signed, every) == thread


@given(SECRETS, REFS, THREADS, THREADS)
def test_an_address_of_one_thread_opens_no_other(secret, ref, thread, other):
    signed = addresses.read(addresses.make(secret, "security@example.org", ref, thread))
    assert signed is not None
    assert addresses.check(secret, signed, [other]) == (other if other == thread else None)


@given(SECRETS, SECRETS, REFS, REFS)
def test_an_address_of_one_case_opens_no_other(secret, other_secret, ref, other):
    signed = addresses.read(addresses.make(secret, "security@example.org", ref, FROM_REPORTER))
    assert signed is not None
    moved = addresses.Signed(case=other, tag=signed.tag)
    assert (addresses.check(secret, moved, [FROM_REPORTER]) is not None) == (other == ref)
    assert (addresses.check(other_secret, signed, [FROM_REPORTER]) is not None) == (other_secret == secret)


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "security@example.org", "security+@example.org", "security+ex-2026-k7x4m@example.org",
        "security+ex-2026-k7x4m.short@example.org", "security+ex-2026-aaaaa.abcdefghijklmnop@example.org",
        "security+ex-2026-k7x4m.abcdefghijklmnop\n@example.org", "a+b+ex-2026-k7x4m.abcdefghijklmnop@example.org",
    ],
)  # fmt: skip
def test_what_is_no_reply_address_says_nothing(address):
    assert addresses.read(address) is None


def test_a_mailbox_with_too_long_a_name_makes_no_address():
    with pytest.raises(ValueError, match="no mailbox"):
        addresses.make(b"k" * 32, "x" * 40 + "@example.org", "EXAMPLE-2026-k7x4m", FROM_REPORTER)
    with pytest.raises(ValueError, match="no mailbox"):
        addresses.make(b"k" * 32, "security", "EX-2026-k7x4m", FROM_REPORTER)
