# SPDX-License-Identifier: Apache-2.0
"""Held mail at the desk: seen by readers, placed by those who triage, inert whatever it says."""

from __future__ import annotations

import pytest

from tests.desk.conftest import SignIn
from tests.mail import post
from tocsin.core.vocabulary import Audience, Role
from tocsin.services.api_tokens import Caller
from tocsin.services.mail import held, placing, reminding
from tocsin.services.mail.held import State
from tocsin.testing.house import House

TWO = post.mail(
    "<script>alert(1)</script>\u202e evil", headers=("From: second@example.net",), subject="<b>Bold</b>"
)  # fmt: skip


@pytest.fixture
def letter(house: House) -> str:
    post.deliver(house, TWO)
    (kept,) = held.book(house.desk).all(post.PROJECT)
    return kept.id


def state(house: House) -> State:
    (kept,) = held.book(house.desk).all(post.PROJECT)
    return kept.value.state


def test_the_page_says_why_it_waits_and_shows_it_unable_to_do_anything(
    house: House, sign_in: SignIn, letter: str
) -> None:
    dana = sign_in()
    listed = dana.get("/mail").content.decode()
    assert "it says it is from more than one sender" in listed
    assert "&lt;b&gt;Bold&lt;/b&gt;" in listed
    page = dana.get(f"/mail/{letter}").content.decode()
    assert "<script>alert" not in page
    assert "U+202E" in page
    assert "nobody has checked who sent it" in page


def test_the_inbox_says_how_much_waits_to_those_who_may_see_it_and_no_more_when_it_is_dealt_with(
    house: House, sign_in: SignIn, letter: str
) -> None:
    dana = sign_in()
    mo = sign_in(house.desk.people.add("Mo", "mo@example.org", {"example": frozenset({Role.OWNER})}).id)
    assert 'href="/mail">1 mail' not in dana.get("/inbox").content.decode()
    reminding.remind(house.desk)
    assert 'href="/mail">1 mail</a> waits for a person' in dana.get("/inbox").content.decode()
    assert 'href="/mail">1 mail' not in mo.get("/inbox").content.decode()
    dana.post(f"/mail/{letter}/discard", {"reason": "Nothing but a script."})
    assert 'href="/mail">1 mail' not in dana.get("/inbox").content.decode()


def test_a_person_makes_a_report_of_it_once(house: House, sign_in: SignIn, letter: str) -> None:
    dana, li = sign_in(), sign_in(house.li)
    went = dana.post(f"/mail/{letter}/report").headers["Location"]
    (ref,) = post.refs(house)
    assert went == f"/c/{ref}"
    assert state(house) is State.DONE
    again = li.post(f"/mail/{letter}/report")
    assert again.status_code == 422
    assert "dealt with this mail already" in again.content.decode()
    assert len(post.refs(house)) == 1


def test_a_person_adds_it_to_a_case_as_a_note_or_as_the_reporters_words(
    house: House, sign_in: SignIn, letter: str
) -> None:
    post.deliver(house, post.mail(message_id="other@e"))
    (ref,) = post.refs(house)
    dana = sign_in()
    assert dana.post(f"/mail/{letter}/add", {"case": "WHPG-2026-xxxxx"}).status_code == 422
    assert dana.post(f"/mail/{letter}/add", {"case": ref}).headers["Location"] == f"/c/{ref}"
    note = post.entries(house, ref)[-1]
    assert note.actor.id == house.dana
    assert getattr(note.event, "audience", None) is Audience.TEAM


def test_a_person_discards_it_with_a_reason_and_it_goes_after_thirty_days(
    house: House, sign_in: SignIn, letter: str
) -> None:
    dana = sign_in()
    assert dana.post(f"/mail/{letter}/discard", {"reason": "no"}).status_code == 422
    assert state(house) is State.WAITS
    assert dana.post(f"/mail/{letter}/discard", {"reason": "An advertisement."}).headers["Location"] == "/mail"
    assert "discarded by Dana" in dana.get("/mail").content.decode()
    assert held.forget(house.desk) == 0
    house.clock.advance(held.KEPT_FOR)
    assert held.forget(house.desk) == 1
    assert dana.get("/mail").content.decode().count("An advert") == 0


def test_an_auditor_reads_and_places_nothing_and_others_see_nothing(house: House, sign_in: SignIn, letter: str) -> None:
    auditor = house.desk.people.add("Aud", "aud@example.org", {post.PROJECT: frozenset({Role.AUDITOR})})
    other = house.desk.people.add("Oth", "oth@example.org", {"example": frozenset({Role.OWNER})})
    reads = sign_in(auditor.id)
    page = reads.get(f"/mail/{letter}")
    assert page.status_code == 200
    assert "Open a case" not in page.content.decode()
    for deed in ("report", "add", "discard"):
        assert reads.post(f"/mail/{letter}/{deed}", {"reason": "A long reason."}).status_code == 422
    outside = sign_in(other.id)
    assert outside.get(f"/mail/{letter}").content == outside.get("/mail/eml_none").content
    assert outside.post(f"/mail/{letter}/report").status_code == 404
    assert "Bold" not in outside.get("/mail").content.decode()
    assert state(house) is State.WAITS


def test_who_wrote_a_forwarded_mail_is_the_reporter_when_a_person_says_so(house: House, sign_in: SignIn) -> None:
    from tests.mail.test_main_path import FORWARD

    post.deliver(house, post.mail(FORWARD, sender="dana@example.org", subject="Fwd: x"))
    (kept,) = held.book(house.desk).all(post.PROJECT)
    dana = sign_in()
    assert "ann@example.net" in dana.get(f"/mail/{kept.id}").content.decode()
    dana.post(f"/mail/{kept.id}/report", {"passed_on": "yes"})
    (ref,) = post.refs(house)
    case = post.look(house, ref).case
    assert case.report.identity.contact == "ann@example.net"
    assert case.report.letter
    assert case.report.letter.forwarded_by == "dana@example.org"
    assert not case.report.letter.answerable


def test_nothing_is_placed_where_nothing_is_held(house: House) -> None:
    assert placing.listing(house.desk, Caller(house.dana)) == ()
    assert placing.look(house.desk, Caller(house.dana), "eml_none") == placing.NOT_FOUND


def test_the_case_says_what_came_by_mail_what_is_proven_and_who_owes_the_next_words(
    house: House, sign_in: SignIn
) -> None:
    post.deliver(house, post.mail())
    post.deliver(house, post.mail("More.", headers=("In-Reply-To: <m1@example.net>",), message_id="m2@e"))
    (ref,) = post.refs(house)
    dana = sign_in()
    page = dana.get(f"/c/{ref}").content.decode()
    assert page.count("by mail from ann@example.net: nobody has checked who sent it") == 2
    assert "The reporter waits for us since" in page
    letter = post.look(house, ref).case.report.letter
    assert letter
    assert letter.raw
    original = dana.get(f"/c/{ref}/files/{letter.raw.blob}")
    assert b"".join(original.streaming_content) == post.mail()  # type: ignore[attr-defined]
