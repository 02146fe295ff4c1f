# SPDX-License-Identifier: Apache-2.0
"""Signatures of mail that comes in: checked with the keys of whom it says it is from, in that case, and shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pysequoia import CipherSuite, Profile, SignatureMode, Tsk, encrypt, sign

from tests.mail import post
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.core.mail.addresses import FROM_REPORTER, Thread
from tocsin.core.mail.message import Mailbox, Message
from tocsin.core.mail_out.keys import Source
from tocsin.core.vocabulary import Refused
from tocsin.services import sealing
from tocsin.services.mail import signing, threads
from tocsin.services.ports.openpgp import Opened
from tocsin.services.post import keyring, members
from tocsin.testing.house import House, house

PART = "Content-Type: text/plain; charset=utf-8\r\n\r\nIt also happens on 7.2.\r\n"


@pytest.fixture
def home() -> House:
    made = house()
    made.desk = replace(made.desk, post=replace(made.desk.post, reads=Engine(parse)))
    return made


@pytest.fixture(scope="module")
def ann() -> Tsk:
    return key("ann@example.net")


def key(address: str) -> Tsk:
    return Tsk.generate(user_ids=[f"Ann <{address}>"], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519)


def signed(by: Tsk, to: str, message_id: str, *, part: str = PART, sender: str = "ann@example.net") -> bytes:
    """A mail that is signed as RFC 3156 says."""
    armour = sign(by.signer(), PART.removesuffix("\r\n").encode(), mode=SignatureMode.DETACHED).decode()
    return (
        f"From: Ann <{sender}>\r\nTo: {to}\r\nSubject: Re: it\r\nMessage-ID: <{message_id}>\r\n"
        'Content-Type: multipart/signed; boundary="s"; micalg=pgp-sha512; protocol="application/pgp-signature"\r\n\r\n'
        f"--s\r\n{part.removesuffix(chr(13) + chr(10))}\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n"
        + armour.replace("\n", "\r\n")
        + "\r\n--s--\r\n"
    ).encode()


def known(home: House, ref: str, whose: Tsk, *, compared: bool = True) -> str:
    body = bytes(whose.extract_certificate())
    taken = keyring.offer(home.desk, post.PROJECT, ref, "", body, Source.UPLOAD)
    assert not isinstance(taken, Refused)
    if compared:
        keyring.verify(home.desk, post.PROJECT, ref, "", taken[-1].fingerprint, home.dana)
    return taken[-1].fingerprint


def opened_case(home: House) -> tuple[str, str]:
    """A case by mail of Ann's; returns it and the address at which she answers."""
    post.deliver(home, post.mail(message_id=f"m{len(post.refs(home))}@e", subject=f"It {len(post.refs(home))}"))
    ref = post.refs(home)[-1]
    home.clock.advance(timedelta(minutes=1))
    secret, places = post.look(home, ref).key, sealing.Places(home.desk.sealer.instance)
    return ref, threads.reply_address(secret, places, post.BOX, ref, FROM_REPORTER)


def proof(home: House, ref: str) -> str:
    """What the team is shown beside the last words."""
    return post.entries(home, ref)[-1].event.letter.proof


def test_a_signature_by_the_verified_key_of_the_reporter_is_shown_as_theirs(home: House, ann: Tsk) -> None:
    ref, to = opened_case(home)
    fingerprint = known(home, ref, ann)
    post.deliver(home, signed(ann, to, "s1@e"), to=to)
    assert "signed with their verified key" in proof(home, ref)
    assert fingerprint[-4:] in proof(home, ref)


def test_a_key_that_nobody_compared_or_of_another_case_says_nothing(home: House, ann: Tsk) -> None:
    ref, to = opened_case(home)
    other, _ = opened_case(home)
    known(home, ref, ann, compared=False)
    known(home, other, ann)
    post.deliver(home, signed(ann, to, "s1@e"), to=to)
    assert "nobody here has verified as theirs" in proof(home, ref)


def test_words_that_were_changed_under_a_signature_are_shown_as_changed(home: House, ann: Tsk) -> None:
    ref, to = opened_case(home)
    known(home, ref, ann)
    post.deliver(home, signed(ann, to, "s1@e", part=PART.replace("7.2", "9.9")), to=to)
    assert "its signature does not fit" in proof(home, ref)


def test_somebody_elses_key_under_the_reporters_name_is_not_theirs(home: House, ann: Tsk) -> None:
    ref, to = opened_case(home)
    known(home, ref, ann)
    post.deliver(home, signed(key("ann@example.net"), to, "s1@e"), to=to)
    assert "nobody here has verified as theirs" in proof(home, ref)


def test_a_mail_that_names_two_senders_is_no_members(home: House) -> None:
    dana = Mailbox(
        address=next(each.email for each, _ in home.desk.people.members(post.PROJECT) if each.id == home.dana)
    )
    one = Message(froms=(dana,), from_headers=1)
    assert signing.member(home.desk, post.PROJECT, one).id == home.dana  # type: ignore[union-attr]
    for froms, headers in (((dana, Mailbox(address="eve@example.net")), 1), ((dana,), 2)):
        assert signing.member(home.desk, post.PROJECT, Message(froms=froms, from_headers=headers)) is None


def encrypted(home: House, to: str, plain: bytes, signer: Tsk | None = None, sender: str = "ann@example.net") -> bytes:
    """A mail to a team whose key is at hand."""
    team, engine = key(post.BOX), Engine(parse)

    class Team:
        """The key holder's part."""

        def open(self, project, ciphertext, known=(), purpose="mail.open"):  # type: ignore[no-untyped-def]
            found = engine.open([bytes(team)], ciphertext, known)
            assert isinstance(found, Opened)
            return found

    assert home.desk.mail
    home.desk = replace(home.desk, mail=replace(home.desk.mail, keys=Team()))
    by = signer.signer() if signer else None
    body = encrypt(bytes=plain, recipients=[team.extract_certificate()], signer=by).decode().replace("\n", "\r\n")
    head = f"From: Ann <{sender}>\r\nTo: {to}\r\nSubject: ...\r\nMessage-ID: <e1@e>\r\n"
    wrapped = (
        'Content-Type: multipart/encrypted; boundary="b"; protocol="application/pgp-encrypted"\r\n\r\n--b\r\n'
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        f"Content-Type: application/octet-stream\r\n\r\n{body}\r\n--b--\r\n"
    )
    return (head + wrapped).encode()


def test_the_signature_inside_of_an_encrypted_mail_is_checked_with_the_same_keys(home: House, ann: Tsk) -> None:
    ref, to = opened_case(home)
    known(home, ref, ann)
    post.deliver(home, encrypted(home, to, PART.encode(), ann), to=to)
    assert "signed with their verified key" in proof(home, ref)
    assert post.entries(home, ref)[-1].event.text == "It also happens on 7.2."


@pytest.mark.parametrize(("part", "told"), [(PART, "signed with their verified key"), (PART[:-6], "does not fit")])
def test_what_was_signed_before_it_was_encrypted_is_checked_too(home: House, ann: Tsk, part: str, told: str) -> None:
    """RFC 3156, section 6.1."""
    ref, to = opened_case(home)
    known(home, ref, ann)
    post.deliver(home, encrypted(home, to, signed(ann, to, "in@e", part=part)), to=to)
    assert told in proof(home, ref)


def test_signed_words_sent_again_in_another_envelope_act_once_and_then_wait_for_a_person(home: House) -> None:
    dana = key("dana@example.org")
    assert not isinstance(members.upload(home.desk, home.dana, bytes(dana.extract_certificate())), Refused)
    ref, _ = opened_case(home)
    secret, places = post.look(home, ref).key, sealing.Places(home.desk.sealer.instance)
    own = threads.reply_address(secret, places, post.BOX, ref, Thread(room="team", holder=home.dana))
    words = b"Content-Type: text/plain; charset=utf-8\r\n\r\n/note It is an old one.\r\n"
    first = encrypted(home, own, words, dana, "dana@example.org")
    post.deliver(home, first, to=own)
    acted = post.look(home, ref).case.seq
    assert post.entries(home, ref)[-1].event.text == "It is an old one."
    post.deliver(home, first, to=own)
    assert post.quarantine(home) == [], "the same mail twice is one"
    post.deliver(home, first.replace(b"<e1@e>", b"<e2@e>"), to=own)
    assert post.look(home, ref).case.seq == acted
    (held,) = post.quarantine(home)
    assert "carried out before" in held.because[0]
    fresh = encrypted(home, own, words.replace(b"old", b"older"), dana, "dana@example.org").replace(
        b"<e1@e>", b"<e3@e>"
    )
    post.deliver(home, fresh, to=own)
    assert post.entries(home, ref)[-1].event.text == "It is an older one."
