# SPDX-License-Identifier: Apache-2.0
"""A mail is a report however long its words are, and what stands under a heading is in the report whatever the heading:
short fields show a part, the rest stands with the other words."""

from __future__ import annotations

import pytest

from tests.mail import post
from tocsin.core.forge.reports import reported
from tocsin.core.intake import MAX_TEXT_BYTES, Report, problems
from tocsin.services import intake
from tocsin.services.intake import Receipt
from tocsin.testing.house import House, house


@pytest.fixture
def home() -> House:
    return house()


def only(home: House) -> Report:
    (ref,) = post.refs(home)
    return post.look(home, ref).case.report


PART = "--b\r\nContent-Type: text/plain; charset=%s\r\n\r\n%s\r\n"


@pytest.mark.parametrize(
    ("charset", "letter", "parts"), [("latin-1", "ü", 1), ("utf-8", "a", 2), ("utf-8", "ü", 3), ("utf-16", "語", 2)]
)
def test_a_mail_with_more_words_than_a_report_takes_is_a_report_all_the_same(
    home: House, charset: str, letter: str, parts: int
) -> None:
    size = MAX_TEXT_BYTES - 2000
    part = (f"{letter * 70}\n".encode(charset) * (size // 70))[: size // 2 * 2]
    head = post.mail("", headers=("MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b"))
    mail = head + b"".join((PART % (charset, "")).encode().strip() + b"\r\n\r\n" + part + b"\r\n" for _ in range(parts))
    post.deliver(home, mail + b"--b--\r\n", via="imap")
    assert post.quarantine(home) == []
    report = only(home)
    assert report.reproduce.endswith("(There is more: the mail is attached whole, as original.eml.)")
    assert report.letter
    assert report.letter.raw
    assert report.letter.raw.size > size * parts


HELLO = "Hello,\n\n"


@pytest.mark.parametrize(
    "text",
    [
        HELLO + "Reported by: Ann Lee\n\n" + "The executor reads behind its array. " * 9 + "WORDS",
        HELLO + "## Summary of the issue\n\nThe executor reads behind its array. WORDS",
        HELLO + "Credit: me\n" + "It crashes. " * 30 + "WORDS",
    ],
)
def test_words_under_the_heading_of_a_short_field_are_not_lost(home: House, text: str) -> None:
    post.deliver(home, post.mail(text))
    report = only(home)
    assert report.title == "Crash in the executor"
    assert "Hello," in report.reproduce
    assert "WORDS" in report.reproduce
    assert len(report.identity.name) <= 200


def test_a_subject_that_is_longer_than_a_title_stands_whole_among_the_words(home: House) -> None:
    post.deliver(home, post.mail("It crashes.", subject="Crash " * 90 + "WORDS"))
    report = only(home)
    assert len(report.title) == 300
    assert "WORDS" in report.reproduce


def test_words_are_not_said_twice(home: House) -> None:
    post.deliver(home, post.mail("Title: Crash in the executor\nReporter: Ann Lee\nSteps to reproduce: Run it."))
    report = only(home)
    assert (report.title, report.identity.name, report.reproduce) == ("Crash in the executor", "Ann Lee", "Run it.")


def test_a_report_on_a_forge_is_taken_however_long_it_is(home: House) -> None:
    told = reported({
        "ghsa_id": "ISSUE-7",
        "summary": "Crash",
        "state": "triage",
        "description": "\N{PILE OF POO}" * MAX_TEXT_BYTES,
        "cwe_ids": ["CWE-" + "1" * MAX_TEXT_BYTES],
        "vulnerabilities": [{"package": {"name": "a" * MAX_TEXT_BYTES}}],
    })  # fmt: skip
    assert told
    assert problems(told.report) == ()
    assert isinstance(intake.receive(home.front, post.PROJECT, told.report, b"nonce" * 8), Receipt)
    assert "the report on the forge has the rest" in told.report.reproduce
