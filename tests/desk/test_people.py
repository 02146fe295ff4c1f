# SPDX-License-Identifier: Apache-2.0
"""The people of a case at the desk: invited, written to, written down; words sent on after a look; cases merged."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpResponse
from django.test import Client
from msgspec.structs import replace

from tests.desk import story
from tests.desk.conftest import SignIn
from tests.desk.test_moves import done, hidden, the_case
from tocsin.core.case import party_commands as pc
from tocsin.core.case.parties import Party
from tocsin.core.case.shared import Part
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.vocabulary import Role
from tocsin.delivery.desk import panels
from tocsin.services import room
from tocsin.services.post import keyring
from tocsin.testing.house import House

ANSWER = {"text": "Thank you.", "plan": "We look at it.", "workarounds": "None known."}


def accepted(house: House, browser: Client) -> str:
    ref = story.report(house)
    done(send(browser, ref, "reply", **ANSWER))
    done(send(browser, ref, "investigate", effect="Runs code", criticality="high"))
    done(send(browser, ref, "accept", text="It is real."))
    return ref


def send(browser: Client, ref: str, move: str, **typed: object) -> HttpResponse:
    """Send one form with the journal length of now, whichever of several for that move on the page it is."""
    page = browser.get(f"/c/{ref}").content.decode()
    return browser.post(f"/c/{ref}/do/{move}", {"seen": hidden(page, "note")["seen"], **typed})


def page(browser: Client, ref: str) -> str:
    return browser.get(f"/c/{ref}/people").content.decode()


def invited(house: House, browser: Client, ref: str, name: str = "Example Ltd", **more: object) -> tuple[Party, str]:
    """Invite by the form; returns the party and the phrase that the page showed."""
    typed = {"part": "vendor", "called": name, "why": "They ship it.", **more}
    answer = browser.post(f"/c/{ref}/do/invite", {**hidden(page(browser, ref), "invite"), **typed})
    assert answer.status_code == 200, answer.content.decode()[:2000]
    phrase = re.search(r'<code class="wrap">([^<]+)</code></p>\s*<p>It is shown only now', answer.content.decode())
    assert phrase
    return the_case(house, ref).parties[-1], phrase[1]


def test_a_vendor_is_invited_written_to_and_answers_from_a_room_of_its_own(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    party, phrase = invited(house, browser, ref, products="Router, Switch")
    assert phrase not in page(browser, ref), "the phrase is shown once"
    done(send(browser, ref, "write", party=party.id, text="The decoder reads too far."))
    door = room.enter(house.front, phrase)
    assert door
    assert room.look(house.front, door, story.PROJECT).messages[-1].text == "The decoder reads too far."
    done(send(browser, ref, "move-party", party=party.id, step="a", note="By telephone."))
    done(send(browser, ref, "set-product", party=party.id, product="Router", path="VFd"))
    shown = page(browser, ref)
    assert "Router: fix ready, Switch: aware" in shown
    assert "The decoder reads too far." in shown
    assert "The decoder reads too far." not in browser.get(f"/c/{ref}").content.decode()


def test_words_are_sent_on_only_after_a_look_at_what_is_new(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    party, _ = invited(house, browser, ref)
    before = the_case(house, ref).seq
    typed = {"of": 1, "to": party.id, "text": "Out-of-bounds read"}
    answer = send(browser, ref, "resend", **typed)
    assert answer.status_code == 200
    assert "+ new" in answer.content.decode()
    assert the_case(house, ref).seq == before, "looking sends nothing"
    done(send(browser, ref, "resend", do="send", **typed))
    assert "Out-of-bounds read" in page(browser, ref)
    done(send(browser, ref, "note", text="between us"))
    refused = send(browser, ref, "resend", of=the_case(house, ref).seq, to=party.id, do="send")
    assert refused.status_code == 422
    assert "never leaves the desk" in refused.content.decode()


def test_upstream_waits_for_the_reporter_and_says_so(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    party, _ = invited(house, browser, ref, "Zlib", upstream="on")
    assert "The reporter has to agree" in page(browser, ref)
    assert send(browser, ref, "write", party=party.id, text="x").status_code == 422
    done(send(browser, ref, "pass-on", party=party.id, note="In their mail of today."))
    done(send(browser, ref, "write", party=party.id, text="The window is too small."))


def test_dependencies_that_a_report_names_are_offered_and_nobody_is_told(house: House, sign_in: SignIn) -> None:
    named = "pkg:pypi/pyyaml@6.0 and pkg:deb/debian/zlib1g, perhaps"
    ref = story.report(house, replace(story.PLPERL, dependencies=named))
    shown = page(sign_in(), ref)
    assert "pyyaml" in shown
    assert "zlib1g" in shown
    assert the_case(house, ref).parties == ()


def test_two_reports_become_one_case_with_both_threads(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    other = story.report(house)
    done(send(browser, ref, "merge", other=other, reason="The same function."))
    shown = page(browser, ref)
    assert f'<a href="/c/{other}">{other}</a>' in shown
    assert f'part of <a href="/c/{ref}/people">{ref}</a>' in page(browser, other)
    done(send(browser, ref, "write", party=other, text="Thank you as well."))


def test_a_part_is_split_off_and_a_case_handed_over(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    answer = send(browser, ref, "split", title="A second way", reason="Two bugs.")
    done(answer)
    part = answer.headers["Location"].split("/")[2]
    assert part != ref
    assert the_case(house, part).continues == ref
    theirs = story.report(house)
    done(send(browser, theirs, "transfer", to="example", reason="Their code."))
    assert the_case(house, theirs).project == "example"


def test_an_auditor_sees_the_people_and_moves_nothing(
    house: House, sign_in: SignIn, member: Callable[..., str]
) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    party, _ = invited(house, browser, ref)
    auditor = sign_in(member("Aud", story.PROJECT, Role.AUDITOR))
    shown = page(auditor, ref)
    assert "Example Ltd" in shown
    assert "/do/write" not in shown
    assert auditor.post(f"/c/{ref}/do/let-go", {"party": party.id, "reason": "x"}).status_code in (403, 409)
    assert the_case(house, ref).parties[0].here


def test_a_key_is_theirs_once_its_fingerprint_was_typed_and_mail_uses_it_then(house: House, sign_in: SignIn) -> None:
    browser = sign_in()
    ref = accepted(house, browser)
    fingerprint = "C59B860F1234567890ABCDEF1234567890ABCDEF"
    key = KnownKey(body=b"k", fingerprint=fingerprint, source=Source.AUTOCRYPT, seen_at=house.clock(),
                   made_at=house.clock())  # fmt: skip
    keyring._change(house.desk, story.PROJECT, f"{ref}.{keyring.REPORTER}", lambda known: (key,))
    assert "nobody has compared its fingerprint" in page(browser, ref)
    wrong = send(browser, ref, "verify-key", fingerprint="C59B 860F")
    assert wrong.status_code == 422
    assert not keyring.verified(house.desk, story.PROJECT, ref)
    done(send(browser, ref, "verify-key", fingerprint="c59b 860f 1234 5678 90ab  cdef 1234 5678 90ab cdef"))
    shown = page(browser, ref)
    assert "used; verified by Dana" in shown
    assert "verify-key" not in shown
    assert keyring.verified(house.desk, story.PROJECT, ref)[0].verified_by == house.dana


def test_of_many_parties_the_table_names_all_and_one_is_shown_whole_when_asked_for(
    house: House, sign_in: SignIn
) -> None:
    browser = sign_in()
    ref = story.report(house)
    for number in range(panels.MOST + 1):
        story.act(house, ref, pc.Invite(party=f"pty_{number}", part=Part.VENDOR, name=f"Vendor {number}", why="x"))
    crowd = page(browser, ref)
    assert all(f">Vendor {number}</a>" in crowd for number in range(panels.MOST + 1))
    assert 'class="panel" id="pty_' not in crowd
    one = browser.get(f"/c/{ref}/people?party=pty_3").content.decode()
    assert 'class="panel" id="pty_3"' in one
    assert 'id="pty_4"' not in one
    answer = send(browser, ref, "let-go", party="pty_3", reason="They left.")
    assert answer.headers["Location"] == f"/c/{ref}/people?did=let-go&party=pty_3#did"
    assert 'class="panel" id="pty_3"' in browser.get(answer.headers["Location"]).content.decode()
