# SPDX-License-Identifier: Apache-2.0
"""Mail as bytes: what the standard library reads back from it, what lists and threads ask of it, what must not get in.

Python's own `email` package is the foreign reader here; GnuPG reads the encrypted and signed ones in `test_openpgp`.
"""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support import ROOT
from tocsin.core.case import events as ev
from tocsin.core.case.approval import ApprovalAsked, CaseShredded, GlassBroken
from tocsin.core.case.party_events import PartyConsented, PartyDeclined, PartyLeft
from tocsin.core.mail_out import compose, flowed, headers, words
from tocsin.core.mail_out.model import Automatic, File, Mail, Mailbox, is_address, safe_name
from tocsin.core.publication.events import TargetRefused, TargetTroubled

NOTICED = (
    ev.ReportReceived, ev.MessageReceived, ev.CaseAppealed, PartyConsented, PartyDeclined, PartyLeft, GlassBroken,
    CaseShredded, ApprovalAsked, ev.PublicationFailed, TargetRefused, TargetTroubled,
)  # fmt: skip

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
MAIL = Mail(
    id="whpg-2026-k7x4m.5.a1b2c3d4e5f6@security.example.org",
    date=AT,
    sender=Mailbox(address="security@example.org", name="WarehousePG security"),
    to=Mailbox(address="finder@example.net", name="Jörg “X” Müller"),
    subject="[WHPG-2026-k7x4m] An answer to you",
    inner_subject="[WHPG-2026-k7x4m] Lesen über das Ende hinaus",
    text="PRIVATE to: reporter, team\n\nThank you.\n\n> quoted\n-- \nDana",
    reply_to="security+whpg-2026-k7x4m.abcdefghijklmnop@example.org",
    references=("first@example.net", "second@security.example.org"),
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=400)


def read(wire: bytes) -> EmailMessage:
    """As a program at the other end reads it."""
    return email.message_from_bytes(wire, policy=email.policy.default)  # type: ignore[return-value]


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def unflowed(text: str) -> str:
    """Join flowed lines as a reader does (RFC 3676, section 4.4), quote depths apart."""
    joined: list[tuple[int, str]] = []
    goes_on = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words_ = line[depth:].removeprefix(" ")
        if goes_on and joined and joined[-1][0] == depth:
            joined[-1] = (depth, joined[-1][1] + words_)
        else:
            joined.append((depth, words_))
        goes_on = words_.endswith(" ") and words_ != "-- "
    return "\n".join((">" * depth + " " if depth else "") + words_ for depth, words_ in joined)


def test_another_program_reads_what_was_written() -> None:
    seen = read(compose.clear(MAIL))
    assert seen["From"] == "WarehousePG security <security@example.org>"
    assert seen["To"].addresses[0].display_name == "Jörg “X” Müller"
    assert seen["To"].addresses[0].addr_spec == "finder@example.net"
    assert seen["Subject"] == MAIL.subject
    assert seen["Message-ID"] == f"<{MAIL.id}>"
    assert seen["In-Reply-To"] == "<second@security.example.org>"
    assert seen["References"].split() == ["<first@example.net>", "<second@security.example.org>"]
    assert seen["Date"].datetime == AT
    assert seen.get_content_type() == "text/plain"
    assert seen.get_param("format") == "flowed"
    assert body(seen).startswith("PRIVATE to: reporter, team\n\nThank you.")


def test_the_same_mail_is_the_same_bytes_always() -> None:
    with_file = replace(MAIL, files=(File(name="a.txt", body=b"x" * 1000),))
    assert compose.clear(with_file) == compose.clear(with_file)
    assert compose.clear(with_file) != compose.clear(replace(with_file, id="other@example.org"))


@given(TEXTS)
def test_every_text_is_at_most_72_columns_plain_and_whole(text: str) -> None:
    wire = compose.clear(replace(MAIL, text=text))
    seen = read(wire)
    assert wire.isascii()
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
    assert b"\n" not in wire.replace(b"\r\n", b"")
    for line in body(seen).split("\n"):
        assert flowed.columns(line) <= 72 or " " not in line.strip().lstrip("> ")
    shown = unflowed(body(seen)).strip("\n")
    assert shown.split() == unflowed_words(text)


def unflowed_words(text: str) -> list[str]:
    cleaned = "".join(each if each >= " " and each != "\x7f" else " " if each in "\t\n\r" else "" for each in text)
    return cleaned.split()


def test_flowed_lines_join_to_what_was_typed_and_fixed_ones_stay() -> None:
    text = (
        "A paragraph that is longer than seventy-two columns, so that it has to be broken between its words.\n"
        "\n> A quoted paragraph that is longer than seventy-two columns, so that it has to be broken as well, quoted.\n"
        "From the start of a line\n    indented by four\nhttps://example.org/" + "a" * 90
    )
    flows = flowed.flowed(text)
    assert unflowed(flows).rstrip("\n") == text
    assert all(flowed.columns(line) <= 72 or "https" in line for line in flows.split("\n"))
    assert not any(line.endswith(" ") for line in flowed.fixed(text).split("\n"))


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_word_of_anybody_becomes_a_header(subject: str, name: str) -> None:
    wicked = replace(MAIL, subject=f"{subject}\r\nBcc: evil@example.com\r\n\r\n{subject}",
                     to=Mailbox(address="finder@example.net", name=f"{name}\nBcc: evil@example.com"))  # fmt: skip
    try:
        seen = read(compose.clear(wicked))
    except ValueError:
        return
    assert seen["Bcc"] is None
    assert seen["To"].addresses[0].addr_spec == "finder@example.net"
    assert len(seen["To"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    ["a@b", "a b@example.org", "a@example.org\r\nBcc: x@y.org", '"a b"@example.org', "ü@example.org", "a@exämple.org",
     "a,b@example.org", "a@example.org,b@example.org", "<a@example.org>", ".a@example.org", "-a@example.org",
     "a@-example.org", "a@example..org", "", "@example.org", "a@"],
)  # fmt: skip
def test_what_is_no_plain_address_is_never_written(address: str) -> None:
    assert not is_address(address)
    with pytest.raises(ValueError, match="address"):
        compose.clear(replace(MAIL, to=Mailbox(address=address)))


def test_a_long_thread_keeps_its_first_message_and_the_last_ten() -> None:
    many = tuple(f"m{number}@example.net" for number in range(40))
    seen = read(compose.clear(replace(MAIL, references=many)))
    kept = seen["References"].split()
    assert len(kept) == 11
    assert (kept[0], kept[1], kept[-1]) == ("<m0@example.net>", "<m30@example.net>", "<m39@example.net>")


def test_what_a_machine_wrote_says_so_and_what_a_person_wrote_does_not() -> None:
    assert read(compose.clear(MAIL))["Auto-Submitted"] is None
    for kind in (Automatic.GENERATED, Automatic.REPLIED):
        seen = read(compose.clear(replace(MAIL, automatic=kind)))
        assert seen["Auto-Submitted"] == kind.value
        assert seen["X-Auto-Response-Suppress"] == "All"


def test_the_outer_header_is_neutral_and_the_inner_one_travels_encrypted() -> None:
    payload = read(compose.payload(MAIL))
    assert payload["Subject"] == MAIL.inner_subject
    assert payload.get_param("hp") == "cipher"
    outer = {str(each).partition(":")[0]: str(each).partition(": ")[2] for each in payload.get_all("HP-Outer", [])}
    assert outer["Subject"] == MAIL.subject
    wire = compose.encrypted(MAIL, b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n")
    seen = read(wire)
    assert seen.get_content_type() == "multipart/encrypted"
    assert seen.get_param("protocol") == "application/pgp-encrypted"
    kinds = [part.get_content_type() for part in seen.iter_parts()]
    assert kinds == ["application/pgp-encrypted", "application/octet-stream"]
    for secret in ("Lesen", "Thank you"):
        assert secret.encode() not in wire
    assert seen["Subject"] == MAIL.subject


def test_attachments_have_names_that_lists_take_and_arrive_whole() -> None:
    files = (File(name="../../etc/päss wd", body=bytes(range(256)) * 5), File(name="-rf.sh", body=b""))
    seen = read(compose.clear(replace(MAIL, files=files)))
    found = list(seen.iter_attachments())
    assert [each.get_filename() for each in found] == ["etc_p_ss_wd", "rf.sh"]
    assert found[0].get_payload(decode=True) == files[0].body
    for name in ("", "...", "---", "/", "ü"):
        assert safe_name(name) == "attachment"


def test_headers_are_folded_and_read_back() -> None:
    long = "Ein sehr langer Betreff mit Umläuten, der über mehrere Zeilen gefaltet werden muss, und noch länger wird"
    seen = read(compose.clear(replace(MAIL, subject=long)))
    assert seen["Subject"] == long
    assert all(len(line) <= 78 for line in headers.write([("Subject", headers.text(long))]).split(b"\r\n"))


def test_neutral_words_hold_nothing_but_the_reference() -> None:
    for what in ("report.received", "first-feedback at 80 %", "mail.undeliverable", "something.else"):
        said = words.subject("WHPG-2026-k7x4m", what) + words.notice(
            "WHPG-2026-k7x4m", what, "https://desk.example.org"
        )
        assert said.isprintable() or "\n" in said
        assert "WHPG-2026-k7x4m" in said
    assert words.happened("announce:slack") == "An announcement waits for a person"
    assert words.happened("first-feedback at 80 %") == "First feedback is due soon: 80 % of its time has passed"
    assert words.happened("urgent-call at 150 %") == "Urgent call is overdue: 150 % of its time has passed"


def test_every_notice_has_words_of_its_own() -> None:
    """What the policy's clauses set going, and what happened, by the names that the code gives them."""
    clauses = "".join(path.read_text() for path in (ROOT / "src/tocsin/core/policy/clauses").glob("*.py"))
    named = set(re.findall(r"Reaction\(\s*name=f?\"([a-z-]+)[\":]", clauses)) - {"draft-advisory", "ask-public-issue"}
    assert len(named) >= 7
    happened = {ev.name(each) for each in NOTICED}
    for what in (*named, *happened, "alarm: tampered"):
        assert words.happened(what) != words.happened("something.else"), what
