# SPDX-License-Identifier: Apache-2.0
"""Keys that people leave in their own rooms: used at once, told with their fingerprint, and refused with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from pysequoia import CipherSuite, Profile, Tsk

from tests.post.conftest import FINDER, PROJECT, Mailed, decrypted, person
from tests.services.acts import REPORT, act, report
from tests.services.test_parties import accepted, invited
from tocsin.core.case import commands as cmd
from tocsin.core.intake import Identity
from tocsin.core.mail_out import keys
from tocsin.core.vocabulary import SYSTEM_ACTOR, Audience, Refused
from tocsin.services import cases, relating, room
from tocsin.services.post import given, keyring

SECRET = "The planner reads past its array: xyzzy-canary."


def armoured(key: Tsk) -> bytes:
    return str(key.extract_certificate()).encode()


def fingerprint(key: Tsk) -> str:
    return str(key.extract_certificate().fingerprint).upper()


def written(mailed: Mailed, contact: str = FINDER) -> tuple[str, str]:
    """A report by the form, with an address; returns the case and the phrase."""
    receipt = report(mailed.home, PROJECT, replace(REPORT, identity=Identity(contact=contact)))
    return receipt.case, receipt.phrase


def leave(mailed: Mailed, phrase: str, body: bytes) -> room.RoomView:
    """Leave a key, let the worker take it up, and look into the room."""
    door = room.enter(mailed.home.front, phrase)
    assert door
    mailed.home.clock.advance(timedelta(minutes=1))
    room.leave(mailed.home.front, door, room.GiveKey(body=body))
    mailed.work()
    return room.look(mailed.home.front, door, PROJECT)


def test_a_key_left_in_the_room_is_told_with_its_fingerprint_and_encrypted_to(mailed: Mailed) -> None:
    (ref, phrase), key = written(mailed), person(FINDER)
    seen = leave(mailed, phrase, armoured(key))
    assert seen.messages[-1].automatic
    assert keys.spaced(fingerprint(key)) in seen.messages[-1].text
    (kept,) = keyring.ring(mailed.home.desk, PROJECT, ref)
    assert (kept.fingerprint, kept.verified_by) == (fingerprint(key), given.BY_PHRASE)
    act(mailed.home, ref, cmd.Say(audience=Audience.REPORTER, text=SECRET))
    mailed.work()
    (sent,) = [each for each in mailed.server.sent if each.to == FINDER]
    assert b"xyzzy" not in sent.body
    assert SECRET in decrypted(key, sent.body)[0]


def test_without_a_key_in_the_room_the_same_answer_says_nothing(mailed: Mailed) -> None:
    """Control: it is the key that lets the words leave."""
    ref, _ = written(mailed)
    act(mailed.home, ref, cmd.Say(audience=Audience.REPORTER, text=SECRET))
    mailed.work()
    (mail,) = mailed.server.to(FINDER)
    assert mail.get_content_type() == "text/plain"
    assert "xyzzy" not in mail.get_content()


def test_a_second_key_takes_the_place_of_the_first(mailed: Mailed) -> None:
    ref, phrase = written(mailed)
    old, new = person(FINDER), person(FINDER)
    leave(mailed, phrase, armoured(new))
    leave(mailed, phrase, armoured(old))
    assert [each.fingerprint for each in keyring.ring(mailed.home.desk, PROJECT, ref)] == [fingerprint(old)]


def _short() -> bytes:
    key = Tsk.generate(user_ids=[f"x <{FINDER}>"], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519,
                       validity_seconds=60)  # fmt: skip
    return armoured(key)


@pytest.mark.parametrize(
    ("contact", "body", "because"),
    [
        (FINDER, lambda: armoured(person("other@example.net")), given.OTHER_ADDRESS.because),
        (FINDER, lambda: armoured(person(FINDER)) + armoured(person(FINDER)), given.OTHER_ADDRESS.because),
        ("", lambda: armoured(person(FINDER)), given.NO_ADDRESS.because),
        (FINDER, lambda: str(person(FINDER)).encode(), "no OpenPGP public key"),
        (FINDER, lambda: b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxx\n-----END", "no OpenPGP public key"),
    ],
    ids=["another's", "two", "nowhere to write", "a secret one", "none"],
)
def test_a_key_that_cannot_be_used_is_refused_in_the_room_and_not_kept(mailed: Mailed, contact, body, because) -> None:
    ref, phrase = written(mailed, contact)
    seen = leave(mailed, phrase, body())
    assert because in seen.refusals[-1].because
    assert keyring.ring(mailed.home.desk, PROJECT, ref) == ()
    assert not mailed.home.desk.drops.waiting(9)


def test_a_key_that_has_ended_is_refused(mailed: Mailed) -> None:
    ref, phrase = written(mailed)
    body = _short()
    (read,) = keyring.certificates(mailed.home.desk, body)
    mailed.home.clock.set(read.expires_at + timedelta(hours=1))
    assert leave(mailed, phrase, body).refusals[-1].because == given.UNUSABLE.because
    assert keyring.ring(mailed.home.desk, PROJECT, ref) == ()


def test_a_party_leaves_its_own_key_and_not_the_reporters(mailed: Mailed) -> None:
    ref, _ = accepted(mailed.home)
    vendor = invited(mailed.home, ref, contact="psirt@example.com")
    key = person("psirt@example.com")
    seen = leave(mailed, vendor.phrase, armoured(key))
    assert keys.spaced(fingerprint(key)) in seen.messages[-1].text
    assert keyring.ring(mailed.home.desk, PROJECT, ref) == ()
    opened = cases.open_case(mailed.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    (party,) = opened.case.parties
    assert [each.fingerprint for each in keyring.ring(mailed.home.desk, PROJECT, ref, party.id)] == [fingerprint(key)]


def test_a_key_left_for_a_case_that_was_merged_is_used_in_the_one_it_is_part_of(mailed: Mailed) -> None:
    before = person(FINDER)
    ref, phrase = written(mailed)
    leave(mailed, phrase, armoured(before))
    into, _ = written(mailed, "second@example.net")
    home = mailed.home
    actor = home.desk.people.actor(home.dana, PROJECT)
    assert actor
    merged = relating.merge(home.desk, into, ref, actor, "the same bug")
    assert not isinstance(merged, Refused), merged
    assert keyring.ring(home.desk, PROJECT, into, ref)[0].fingerprint == fingerprint(before), (
        "what was known goes along"
    )
    after = person(FINDER)
    leave(mailed, phrase, armoured(after))
    assert keyring.verified(home.desk, PROJECT, into, ref)[-1].fingerprint == fingerprint(after)
    assert keyring.ring(home.desk, PROJECT, ref)[-1].fingerprint == fingerprint(before), "the old case is left alone"


def test_nothing_is_told_to_a_party_that_has_not_consented(mailed: Mailed) -> None:
    ref, phrase = accepted(mailed.home)
    ends = (mailed.home.clock() + timedelta(days=14)).replace(hour=15, minute=0)
    act(mailed.home, ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends))
    door = room.enter(mailed.home.front, phrase)
    assert door
    room.leave(mailed.home.front, door, room.AcceptEmbargo(proposal="prp_1"))
    mailed.work()
    vendor = invited(mailed.home, ref, contact="psirt@example.com")
    seen = leave(mailed, vendor.phrase, armoured(person("psirt@example.com")))
    assert seen.refusals[-1].because == given.NOT_YET.because


def test_whose_case_was_merged_is_written_to_as_before(mailed: Mailed) -> None:
    by_mail = mailed.report()
    into, _ = written(mailed, "second@example.net")
    home = mailed.home
    actor = home.desk.people.actor(home.dana, PROJECT)
    assert actor
    merged = relating.merge(home.desk, into, by_mail, actor, "the same bug")
    assert not isinstance(merged, Refused), merged
    act(home, into, cmd.Say(audience=Audience.PARTY, party=by_mail, text="We fixed both."))
    mailed.work()
    assert "We fixed both." in mailed.server.to(FINDER)[-1].get_content(), "in clear, as they wrote themselves"
