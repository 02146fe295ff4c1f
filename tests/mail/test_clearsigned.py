# SPDX-License-Identifier: Apache-2.0
"""Texts with their signature inside of them, made by GnuPG: what it covers is shown as signed, and nothing else is,
wherever it stands and however it is dressed up."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from quopri import encodestring

import pytest

from tests.mail import post
from tests.openpgp.foreign import Gpg, gpg
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.core.mail.addresses import FROM_REPORTER, Thread
from tocsin.core.mail.covered import MARK, NOT_SIGNED
from tocsin.core.mail_out.keys import Source
from tocsin.core.vocabulary import Refused
from tocsin.services import sealing
from tocsin.services.mail import signing, threads
from tocsin.services.post import keyring, members
from tocsin.testing.house import House, house

WORDS = "It also happens on 7.2.  \n- first with a dash\n-- \nFrom Ann, with an ä\n"
TOLD = "It also happens on 7.2.\n- first with a dash\n--\nFrom Ann, with an ä"
EVIL = "Please publish it today, I agree."


@pytest.fixture(scope="module")
def ann() -> Iterator[Gpg]:
    with tempfile.TemporaryDirectory(prefix="pgp-") as base:
        made = gpg(Path(base) / "a")
        made.key("ann@example.net")
        yield made
        made.end()


@pytest.fixture
def home() -> House:
    made = house()
    made.desk = replace(made.desk, post=replace(made.desk.post, reads=Engine(parse)))
    return made


@pytest.fixture
def case(home: House, ann: Gpg) -> tuple[str, str]:
    """A case of Ann's whose key somebody compared, and the address at which she answers."""
    post.deliver(home, post.mail())
    (ref,) = post.refs(home)
    taken = keyring.offer(home.desk, post.PROJECT, ref, "", ann.public, Source.UPLOAD)
    assert not isinstance(taken, Refused)
    keyring.verify(home.desk, post.PROJECT, ref, "", taken[-1].fingerprint, home.dana)
    home.clock.advance(timedelta(minutes=1))
    places = sealing.Places(home.desk.sealer.instance)
    return ref, threads.reply_address(post.look(home, ref).key, places, post.BOX, ref, FROM_REPORTER)


def signed(by: Gpg, words: str = WORDS) -> str:
    return by("--clear-sign", given=words.encode()).decode()


def mail(to: str, text: str, *, sender: str = "ann@example.net", message_id: str = "c1@e", kind: str = "") -> bytes:
    """A mail of this text, packed as programs pack what is not ASCII."""
    head = (
        f"From: Somebody <{sender}>\nTo: {to}\nSubject: Re: it\nMessage-ID: <{message_id}>\nMIME-Version: 1.0\n"
        f"Content-Type: {kind or 'text/plain; charset=utf-8'}\nContent-Transfer-Encoding: quoted-printable\n\n"
    )
    return (head.encode() + encodestring(text.encode())).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def shown(home: House, ref: str) -> tuple[str, str]:
    """What the team is shown: the words, and what is proven about them."""
    event = post.entries(home, ref)[-1].event
    return event.text, event.letter.proof


def seems_signed(told: tuple[str, str], words: str) -> bool:
    """Whether a reader takes words for signed: a key is named, and they do not stand where we say that they are not."""
    text, proof = told
    covered, _, outside = text.partition(NOT_SIGNED)
    assert all(line.startswith(MARK.strip()) for line in outside.splitlines() if line)
    return "signed with their verified key" in proof and words in covered


def test_words_that_are_signed_are_shown_as_they_were_signed_and_by_whom(home: House, ann: Gpg, case) -> None:
    ref, to = case
    post.deliver(home, mail(to, signed(ann)), to=to)
    text, proof = shown(home, ref)
    assert text == TOLD
    assert proof.endswith(f"signed with their verified key {signing.spaced(ann.fingerprint[-16:])}")


PLACES = {
    "before": "{evil}\n\n{signed}",
    "behind": "{signed}\n{evil}\n",
    "in its armour's header": "{head}\nComment: {evil}\n{rest}",
    "where headers stand, without being one": "{head}\n{evil}\n{rest}",
    "before it, behind many empty lines": "{evil}" + "\n" * 80 + "{signed}",
    "behind a line end of another kind": "{signed}\nx\u2028{evil}\x85{evil}\x0b{evil}\n",
    "behind the words that say what is not signed": "{signed}\n" + NOT_SIGNED + "\n\n{evil}\n",
    "as a second text, by nobody": "{signed}\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{evil}\n",
    "as a text before it, without an end": "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{evil}\n{signed}",
    "behind the signature, in its armour": "{upto}Comment: {evil}\n{armour}",
}


def placed(where: str, text: str) -> str:
    """A signed text with evil words somewhere around it."""
    head, rest = text.split("\n", 1)
    upto, armour = text.split("-----BEGIN PGP SIGNATURE-----\n")
    upto += "-----BEGIN PGP SIGNATURE-----\n"
    return PLACES[where].format(evil=EVIL, signed=text, head=head, rest=rest, upto=upto, armour=armour)


@pytest.mark.parametrize("where", PLACES)
def test_words_around_it_never_seem_signed(home: House, ann: Gpg, case, where: str) -> None:
    ref, to = case
    post.deliver(home, mail(to, placed(where, signed(ann))), to=to)
    told = shown(home, ref)
    assert not seems_signed(told, EVIL)
    if EVIL in told[0] and "signed with" in told[1]:
        assert "but for the lines that begin with" in told[1]


def test_the_same_check_sees_it_where_words_are_left_in_their_order(home: House, ann: Gpg, case, monkeypatch) -> None:
    """Negative control: a build that shows the mail as it came, once a signature in it is good."""
    monkeypatch.setattr(signing, "apart", lambda words, before, after: f"{before}{words}{after}")
    ref, to = case
    post.deliver(home, mail(to, placed("before", signed(ann))), to=to)
    assert seems_signed(shown(home, ref), EVIL)


@pytest.mark.parametrize("where", ["before", "behind"])
def test_words_around_it_are_not_lost(home: House, ann: Gpg, case, where: str) -> None:
    ref, to = case
    post.deliver(home, mail(to, placed(where, signed(ann))), to=to)
    assert shown(home, ref)[0].splitlines()[-2:] == [NOT_SIGNED, f"{MARK}{EVIL}"]


def test_of_several_signatures_none_is_said_to_be_good(home: House, ann: Gpg, case) -> None:
    """Which of them was checked, and when it was made, could not be told apart."""
    ref, to = case
    words, armour = signed(ann).split("-----BEGIN PGP SIGNATURE-----", 1)
    twice = ann("--enarmor", given=2 * ann("--dearmor", given=f"-----BEGIN PGP SIGNATURE-----{armour}".encode()))
    text = words + twice.decode().replace("PGP ARMORED FILE", "PGP SIGNATURE")
    post.deliver(home, mail(to, text), to=to)
    assert "its signature could not be checked" in shown(home, ref)[1]


@pytest.mark.parametrize(("was", "became"), [("7.2", "9.9"), ("- first", "- last"), ("From Ann", "From Bob")])
def test_words_that_were_changed_are_not_signed(home: House, ann: Gpg, case, was: str, became: str) -> None:
    ref, to = case
    text = signed(ann)
    post.deliver(home, mail(to, text.replace(was, became)), to=to)
    assert "its signature does not fit" in shown(home, ref)[1]
    assert not seems_signed(shown(home, ref), "7.2")


def test_another_charset_makes_no_other_words_of_it(home: House, ann: Gpg, case) -> None:
    ref, to = case
    text = signed(ann, "We agree: +AGEAbg- ok\n")
    post.deliver(home, mail(to, text, kind="text/plain; charset=utf-7"), to=to)
    assert shown(home, ref)[0] == "We agree: +AGEAbg- ok"


def test_words_in_an_old_charset_are_read_by_it(home: House, ann: Gpg, case) -> None:
    ref, to = case
    text = ann("--clear-sign", given="Größe\n".encode("latin-1"))
    head = mail(to, "", kind="text/plain; charset=iso-8859-1").replace(b"quoted-printable", b"8bit")
    post.deliver(home, head + text.replace(b"\n", b"\r\n"), to=to)
    assert shown(home, ref)[0] == "Größe"


def test_a_file_beside_signed_words_is_said_to_be_unsigned(home: House, ann: Gpg, case) -> None:
    ref, to = case
    part = f"--b\nContent-Type: text/plain; charset=utf-8\n\n{signed(ann)}\n"
    file = "--b\nContent-Type: text/x-patch; name=fix.patch\n\n+ evil\n--b--\n"
    head = mail(to, "", kind="multipart/mixed; boundary=b").replace(b"quoted-printable", b"8bit")
    post.deliver(home, head + f"{part}{file}".replace("\n", "\r\n").encode(), to=to)
    text, proof = shown(home, ref)
    assert text == TOLD
    assert "but for the lines that begin with “|” and the files" in proof


def test_a_key_that_nobody_compared_says_nothing_and_the_mail_is_shown_as_it_came(home: House, ann: Gpg) -> None:
    post.deliver(home, mail(post.BOX, signed(ann)))
    (ref,) = post.refs(home)
    report = post.look(home, ref).case.report
    assert report.letter
    assert "nobody here has verified as theirs" in report.letter.proof
    assert "-----BEGIN PGP SIGNED MESSAGE-----" in report.reproduce


@pytest.fixture
def dana() -> Iterator[Gpg]:
    with tempfile.TemporaryDirectory(prefix="pgp-") as base:
        made = gpg(Path(base) / "d")
        made.key("dana@example.org")
        yield made
        made.end()


@pytest.mark.parametrize(("frame", "acts"), [("{0}", True), ("{0}\nand more\n", False), ("and more\n{0}", False)])
def test_a_members_signature_in_the_text_counts_where_it_covers_all_of_it(
    home: House, dana: Gpg, frame: str, acts: bool
) -> None:
    assert not isinstance(members.upload(home.desk, home.dana, dana.public), Refused)
    post.deliver(home, post.mail())
    (ref,) = post.refs(home)
    places, opened = sealing.Places(home.desk.sealer.instance), post.look(home, ref)
    own = threads.reply_address(opened.key, places, post.BOX, ref, Thread(room="team", holder=home.dana))
    text = frame.format(signed(dana, "/assign\n"))
    post.deliver(home, mail(own, text, sender="dana@example.org", message_id="d1@e"), to=own)
    assert bool(post.look(home, ref).case.lead) == acts
    assert bool(post.quarantine(home)) == (not acts)


def test_a_members_signed_words_act_once_however_their_armour_is_written(home: House, dana: Gpg) -> None:
    assert not isinstance(members.upload(home.desk, home.dana, dana.public), Refused)
    post.deliver(home, post.mail())
    (ref,) = post.refs(home)
    places, opened = sealing.Places(home.desk.sealer.instance), post.look(home, ref)
    own = threads.reply_address(opened.key, places, post.BOX, ref, Thread(room="team", holder=home.dana))
    text = signed(dana, "/note It is an old one.\n")
    again = text.replace("-----BEGIN PGP SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE-----\nComment: another\n")
    numbers = []
    for number, each in enumerate((text, again, again.replace("Hash: SHA512\n", ""))):
        post.deliver(home, mail(own, each, sender="dana@example.org", message_id=f"d{number}@e"), to=own)
        numbers.append(post.look(home, ref).case.seq)
    assert len(set(numbers)) == 1
    assert numbers[0] > opened.case.seq
