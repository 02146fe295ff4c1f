# SPDX-License-Identifier: Apache-2.0
"""From an invitation to the inbox: what it takes to get in, what ends a session, what a stolen part is worth."""

from __future__ import annotations

import pytest

from tests.accounts.conftest import PASSWORD, Person, Served, code

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("accounts")]


def invited(served: Served, name: str) -> Person:
    """Somebody who has come all the way in."""
    person = Person(served)
    person.enter(served.add(name))
    person.set_up()
    return person


@pytest.fixture(scope="module")
def dana(served: Served) -> Person:
    return invited(served, "Dana")


def test_an_invitation_leads_to_a_second_factor_and_to_nothing_else(served: Served) -> None:
    person = Person(served)
    page = person.enter(served.add("Ada"))
    assert page.url.endswith("/account/factors")
    assert "You see no case before" in page.words
    for path in ("/inbox", "/people", "/policy/warehousepg", "/metrics"):
        assert person.get(path).url.endswith("/account/factors"), path
    person.set_up()
    assert len(person.codes) == 10
    assert person.sees_the_inbox()
    assert "You have a password" in person.get("/account/factors").words
    assert not any(each in person.get("/account/factors/recovery").text for each in person.codes)


def test_a_password_alone_opens_nothing(served: Served, dana: Person) -> None:
    other = Person(served)
    page = other.knock("dana@example.org")
    assert page.url.endswith("/account/factors/authenticate")
    assert not other.sees_the_inbox()
    wrong = other.browser.offer(other.get("/account/factors/authenticate"), "/authenticate", {"code": "000000"})
    assert "Incorrect code" in wrong.words
    assert not other.sees_the_inbox()
    right = other.get("/account/factors/authenticate")
    other.browser.send(right, "/authenticate", {"code": dana.codes.pop()})
    assert other.sees_the_inbox()


def test_wrong_addresses_and_wrong_passwords_are_answered_alike(served: Served, dana: Person) -> None:
    known, unknown = (Person(served).knock(email, "wrong") for email in ("dana@example.org", "nobody@example.org"))
    assert (known.status, known.words) == (unknown.status, unknown.words)
    assert known.url.endswith("/account/sign-in")


def test_a_condition_in_the_address_changes_no_answer(served: Served, dana: Person) -> None:
    """What a scanner took for SQL: true and false conditions are answered alike while attempts are left."""
    known, unknown = "dana@example.org", "nobody@example.org"
    for condition in ("' OR '1'='{}", "' AND '1'='{}", "'/**/OR/**/1={}--"):
        told = [
            Person(served).knock(email + condition.format(number), "wrong")
            for email in (known, unknown)
            for number in (1, 2)
        ]
        assert len({(page.status, page.url, page.words) for page in told}) == 1


def test_a_link_is_no_way_around_the_second_factor(served: Served, dana: Person) -> None:
    thief = Person(served)
    page = thief.enter(served.link("dana@example.org"))
    assert page.url.endswith("/account/factors/authenticate")
    assert not thief.sees_the_inbox()


def test_a_password_is_no_proof_where_there_is_a_second_factor(served: Served) -> None:
    person = invited(served, "Eve")
    assert "/account/factors/reauthenticate" in person.get("/account/reauthenticate").url


def test_changing_the_password_ends_every_other_session_at_once(served: Served) -> None:
    here = invited(served, "Pia")
    there = Person(served)
    there.knock("pia@example.org")
    there.browser.send(there.get("/account/factors/authenticate"), "/authenticate", {"code": here.codes.pop()})
    assert there.sees_the_inbox()
    new = {"oldpassword": PASSWORD, "password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    here.browser.send(here.get("/account/password/change"), "/password/change", new)
    assert here.sees_the_inbox()
    assert not there.sees_the_inbox()


def test_adding_or_removing_a_second_factor_ends_every_other_session_at_once(served: Served) -> None:
    here = invited(served, "Una")
    there = Person(served)

    def comes_in_elsewhere() -> None:
        there.knock("una@example.org")
        there.browser.send(there.get("/account/factors/authenticate"), "/authenticate", {"code": here.codes.pop()})
        assert there.sees_the_inbox()

    comes_in_elsewhere()
    here.browser.send(here.get("/account/factors/app/remove"), "/app/remove", {})
    assert not there.sees_the_inbox()
    assert not here.sees_the_inbox(), "without any second factor nobody sees a case"
    here.set_up_again()
    assert here.sees_the_inbox()
    comes_in_elsewhere()
    here.browser.send(here.get("/account/factors/recovery/new"), "/recovery/new", {})
    assert not there.sees_the_inbox(), "new recovery codes are a change of what proves who somebody is"


def test_a_reset_on_the_console_takes_everything_away_and_gives_a_way_back(served: Served) -> None:
    person = invited(served, "Rea")
    told = served.tocsin("people", "reset", "rea@example.org")
    assert not person.sees_the_inbox()
    assert "Incorrect" not in Person(served).knock("rea@example.org").url
    assert Person(served).knock("rea@example.org").url.endswith("/account/sign-in")
    again = Person(served)
    assert again.enter(told.split()[-1]).url.endswith("/account/factors")
    again.set_up()
    assert again.sees_the_inbox()


def test_a_stolen_database_holds_no_second_factor(served: Served, dana: Person) -> None:
    """The secret stands sealed; its negative control is that the address it belongs to stands there plainly."""
    files = [path.read_bytes() for path in (served.home / "data").rglob("*") if path.is_file()]
    assert any(b"dana@example.org" in each for each in files)
    assert not any(dana.secret.encode() in each for each in files)
    assert not any(PASSWORD.encode() in each for each in files)
    assert code(dana.secret)


def test_nobody_signs_up(served: Served) -> None:
    stranger = Person(served)
    for path in ("sign-up", "signup/", "email/", "password/reset", "password/reset/", "factors/passkeys/signup"):
        status, _, _ = stranger.browser.fetch(f"{served.url}/account/{path}")
        assert status == 404, path
