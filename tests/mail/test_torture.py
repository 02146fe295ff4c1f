# SPDX-License-Identifier: Apache-2.0
"""The torture sets of other people's parsers: nothing is lost, nothing crashes, and what is decoded agrees."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail import post
from tests.support import shared
from tocsin.adapters.child.mail import mail
from tocsin.adapters.child.pool import Pool
from tocsin.core.mail.bounds import exceeded
from tocsin.core.mail.message import Message
from tocsin.services.ports.child import Failed
from tocsin.testing.house import house

SAMPLE = 60


def messages() -> list[Path]:
    """Every message of every set."""
    base = shared("standards", "email")
    found = [*base.glob("*/*.eml"), *base.glob("*/*.msg"), *base.glob("cpython-test_email/msg_*")]
    return sorted([*found, *(path for path in base.glob("ruby-mail/**/*") if path.is_file())])


def chosen(request: pytest.FixtureRequest) -> list[Path]:
    """All with --deep, else a sample that is the same at every run."""
    every = messages()
    return every if request.config.getoption("--deep") else random.Random(8).sample(every, SAMPLE)


def test_every_message_keeps_its_bytes_and_becomes_a_report_or_waits_with_the_reason(request):
    home = house()
    paths = chosen(request)
    kept = {}
    for path in paths:
        raw = path.read_bytes()
        kept[raw] = post.arrive(home, raw, sender=None, via="feed")
    while home.desk.outside.arrivals.waiting(1):
        post.work(home)
    held = post.quarantine(home)
    assert all(each.because for each in held)
    blobs = [each.left for each in held]
    letters = [post.look(home, ref).case.report.letter for ref in post.refs(home)]
    bytes_of = {b"".join(home.desk.blobs.open(each.blob, each.key)) for each in blobs}
    bytes_of |= {b"".join(home.desk.blobs.open(each.raw.blob, each.raw.key)) for each in letters if each and each.raw}
    threads = {raw for raw in kept if raw not in bytes_of}  # answers to others of the set are words in their threads
    assert len(threads) <= len(kept) // 20
    assert bytes_of <= set(kept)


def test_every_message_is_taken_apart_within_the_childs_limits(request):
    pool = Pool("mail", Message, 64 << 20)
    try:
        for path in chosen(request):
            raw = path.read_bytes()
            if exceeded(raw) is None:
                assert not isinstance(pool(raw), Failed), path
    finally:
        pool.close()


def words(content: bytes) -> bytes:
    return b" ".join(content.split())


def every(message: Message) -> Iterator[bytes]:
    """All that was found in a message, also in those inside of it."""
    yield message.text.encode("utf-8", "replace")
    yield message.text.encode("latin-1", "replace")
    yield from (file.content for file in message.files)
    if message.inside:
        yield from every(message.inside)


DIFFERENT = {
    "malformedHeaderStartsBody-nocrlfcrlf",  # a line that is no header: here the body begins with it, there behind it
    "very-long-boundary", "weird-boundary",  # boundaries that RFC 2046 forbids
    "bluedot-postcard", "double-bound",  # of alternatives, the plain one is read
}  # fmt: skip
"""Where our outline differs from the one that is given, and why; the bytes are kept all the same."""


def test_what_is_decoded_agrees_with_the_outlines_that_are_given():
    missing, agreed = set(), 0
    for folder in ("mime4j-testmsgs", "mimetools-testmsgs"):
        for path in sorted(shared("standards", "email", folder).glob("*.msg")):
            found = [words(each) for each in every(mail(path.read_bytes()))]
            for leaf in sorted(path.parent.glob(f"{path.stem}_decoded_*.*")):
                want = leaf.read_bytes()
                if leaf.suffix == ".xml" or not want.strip():
                    continue
                latin = want.decode("latin-1").encode("utf-8")
                if any(words(each) in text for each in (want, latin) for text in found):
                    agreed += 1
                else:
                    missing.add(path.stem)
    assert missing == DIFFERENT
    assert agreed >= 86
