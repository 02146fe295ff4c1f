# SPDX-License-Identifier: Apache-2.0
"""The egress guard: what holds a secret does not leave, through any door, and its words are not repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.acts import act, attempt, ready, report
from tocsin.adapters.vault.phrase import wordlist
from tocsin.core import egress
from tocsin.core.case import commands as cmd
from tocsin.core.notices import Notice
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.vocabulary import Audience, Refused
from tocsin.services import cases, health, incident, notifying, outgoing, publication, worker
from tocsin.services.app import Doors, Guard
from tocsin.services.ports.keys import Release
from tocsin.services.ports.machine import Alarm
from tocsin.testing.house import House, house

WORDS = frozenset(wordlist())
SEVEN = wordlist()[100::700][:7]

SECRETS = {
    "PEM": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
    "PKCS 8": "-----BEGIN PRIVATE KEY-----",
    "OpenSSH": "-----BEGIN OPENSSH PRIVATE KEY-----",
    "OpenPGP": "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "age": "AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3",
    "our token": "tsn_4fJ2kLmN8pQrS6tUvWxYz0",
    "GitHub": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "GitLab": "glpat-abcdefghij0123456789",
    "Slack": "xoxb-1234567890-abcdefghij",
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "our cookie": "__Host-tocsin=k3j4h5k3j4h5k3j4h5k3",
    "a reporter's cookie": "__Host-tocsin-room=k3j4h5k3j4h5k3j4h5k3",
    "a reporter's cookie on a trial": "Cookie: a=b; tocsin-room=k3j4h5k3j4h5k3j4h5k3",
    "Django's cookie": "sessionid=abcdefghij0123456789",
    "cookie header": "Cookie: session=abcdefghijklmnopqrst",
    "bearer": "Authorization: Bearer abcdefghijklmnop1234",
    "sign-in link": "https://desk.example.org/sign-in/aETVjNhwI7a6zNvue-sRhy7Hf8hfIDXGdlpzJZhIU3o",
    "calendar address": "https://desk.example.org/calendar/aETVjNhwI7a6zNvuesRhy7Hf8hfIDXGdlpzJZhIU3o.ics",
    "webhook secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4",
    "phrase": " ".join(SEVEN),
    "phrase with dashes": "-".join(SEVEN).title(),
}


@pytest.fixture
def home() -> House:
    return house()


@pytest.mark.parametrize("name", SECRETS)
def test_every_kind_of_secret_is_found_in_its_line_and_not_repeated(name: str) -> None:
    text = f"Thank you for the report.\nHere it is: \n{SECRETS[name]}\nRegards"
    refused = egress.held([text], WORDS)
    assert refused is not None
    assert refused.missing[0].startswith("line 3: ")
    assert SECRETS[name][12:] not in str(refused)


@settings(max_examples=200)
@given(st.integers(0, 2**63), st.text(max_size=40), st.text(max_size=40))
def test_a_return_phrase_is_found_wherever_it_stands(draw: int, before: str, after: str) -> None:
    words = wordlist()
    phrase = " ".join(words[(draw * (at + 3) + at) % len(words)] for at in range(7))
    assert egress.find(f"{before} . {phrase} . {after}", WORDS)


def test_what_people_write_every_day_is_not_held() -> None:
    texts = [
        "The session cookie is not marked Secure: Set-Cookie: sessionid=<redacted>",
        "Call decode() with a buffer shorter than the header and look at what memory it reads beyond the end.",
        "The private key is read from /etc/ssl/private; -----BEGIN CERTIFICATE----- is fine, and so is a public key.",
        "Upgrade to 7.4.2. As a workaround turn the decoder off with decoder.enabled = false.",
        *(seed(name) or "" for name in NAMES),
    ]
    for text in texts:
        assert egress.find(text, WORDS) == (), text


def test_planted_words_are_found_in_any_case() -> None:
    assert egress.find("see Orchid-Meadow.internal", canaries=("orchid-meadow",))
    assert not egress.find("see the meadow", canaries=("orchid-meadow",))


# --------------------------------------------------------------------------------------------------------- every door


def test_a_message_that_holds_a_secret_is_not_sent_and_a_note_to_the_team_is_kept(home: House) -> None:
    ref = report(home).case
    said = f"Your cookie was {SECRETS['our cookie']}"
    before = home.desk.journal.head(ref)
    refused = attempt(home, ref, cmd.Say(audience=Audience.REPORTER, text=said))
    assert isinstance(refused, Refused)
    assert refused.code == egress.HELD
    assert home.desk.journal.head(ref) == before
    act(home, ref, cmd.Say(audience=Audience.TEAM, text=said))


def test_control_without_the_guard_it_is_sent(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "held", lambda *_: None)
    ref = report(home).case
    said = cmd.Say(audience=Audience.REPORTER, text=SECRETS["our token"], plan="Look.", workarounds="None.")
    assert not isinstance(attempt(home, ref, said), Refused)


@pytest.mark.parametrize(
    "command",
    [
        cmd.NeedInfo(question=SECRETS["PEM"]),
        cmd.DraftAdvisory(title="x", summary="y", details=f"Seen: {SECRETS['bearer']}"),
    ],
)
def test_decisions_and_advisories_pass_the_same_guard(home: House, command: cmd.Command) -> None:
    refused = attempt(home, report(home).case, command)
    assert isinstance(refused, Refused)
    assert refused.code == egress.HELD


def test_an_advisory_with_a_planted_word_is_not_published(home: House) -> None:
    ref = report(home).case
    ready(home, ref)
    guarded = guarded_house(home, Guard(canaries=("decoder off",)))
    opened = cases.open_case(guarded.desk, ref, dana(home), "test")
    assert opened is not None
    found = publication.preview(guarded.desk, opened).problems
    assert any("canary" in problem.message for problem in found)
    assert publication.preview(home.desk, opened).problems == ()


def guarded_house(home: House, guard: Guard) -> House:
    return replace(home, desk=replace(home.desk, guard=guard))


def dana(home: House):
    actor = home.desk.people.actor(home.dana, "warehousepg")
    assert actor is not None
    return actor


def test_a_notice_that_would_say_a_secret_is_kept_back(home: House) -> None:
    said = Notice(case="WHPG-2026-k7x4m", what=SECRETS["our token"])
    assert notifying.tell(home.desk, said, "one") == egress.HELD
    assert home.told.notices == []
    assert notifying.tell(home.desk, msgspec.structs.replace(said, what="report.received"), "two") == ""


# --------------------------------------------------------------------------------------------- after an account is lost


def test_in_a_panic_nothing_goes_out_and_reports_come_in(home: House) -> None:
    stamp = home.desk.people.stamp(home.dana)
    incident.halt(home.desk)
    ref = report(home).case
    worker.run_once(home.desk)
    assert home.told.notices == []
    assert home.desk.people.stamp(home.dana) != stamp, "every session ended"
    assert home.desk.journal.head(ref) is not None
    incident.resume(home.desk)
    worker.run_once(home.desk)
    assert [notice.what for notice in home.told.notices] == ["report.received"]


def test_a_panic_ends_the_sessions_of_those_too_who_belong_to_no_project(home: House) -> None:
    ada = home.desk.people.add("Ada", "ada@example.org", {}).id
    home.desk.people.appoint(ada, administrator=True)
    stamp = home.desk.people.stamp(ada)
    incident.halt(home.desk)
    assert home.desk.people.stamp(ada) != stamp


def test_an_incident_is_looked_into_also_once_the_account_has_ended(home: House) -> None:
    ada = home.desk.people.add("Ada", "ada@example.org", {}).id
    home.desk.people.end(home.dana)
    for person, words in ((home.dana, ("Dana", "dana@example.org", home.dana)), (ada, ("ada", "Ada@example.org"))):
        found = [incident.find(home.desk, each) for each in words]
        assert [each.id for each in found if each] == [person] * len(words)
    assert incident.find(home.desk, "nobody@example.org") is None
    home.desk.people.add("Ada", "ada@example.com", {})
    assert incident.find(home.desk, "Ada") is None, "two of one name: say which"


def test_an_incident_lists_what_somebody_opened_exported_and_shared_and_nothing_else(home: House) -> None:
    one, other = report(home).case, report(home).case
    act(home, one, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="Look.", workarounds="None."))
    act(home, one, cmd.Say(audience=Audience.TEAM, text="internal"))
    lines = home.desk.machine.keys.lines
    now = home.clock()
    lines += [
        Release(at=now, case=one, actor=home.dana, purpose="case.read"),
        Release(at=now, case=one, actor=home.dana, purpose="log.timeline"),
        Release(at=now, case=other, actor=home.dana, purpose="case.read", refused="limit"),
        Release(at=now, case=other, actor=home.li, purpose="case.read"),
    ]
    first, second = sorted(incident.of(home.desk, home.dana, now), key=lambda each: each.case != one)
    assert (first.case, first.opened, first.exported) == (one, 2, ("log.timeline",))
    assert [each.partition(" ")[0] for each in first.shared] == ["message.sent"]
    assert (second.case, second.opened, second.refused, second.shared) == (other, 0, 1, ())
    found = incident.find(home.desk, "dana@example.org")
    assert found is not None
    assert found.id == home.dana


def test_red_words_stand_on_the_desk_when_something_is_wrong_and_only_then(home: House) -> None:
    desk = replace(home.desk, doors=Doors(trial=False))
    facts, now = desk.machine.facts, home.clock()

    def shown() -> str:
        return " ".join(health.banners(desk, home.dana))

    assert "No backup was ever restored" in shown()
    facts.note(health.DRILLED, health.GOOD, now)
    assert shown() == ""
    home.clock.advance(timedelta(hours=49))
    assert "more than 48 hours ago" in shown()
    facts.note(health.DRILLED, "the restored database is damaged", home.clock())
    assert "the restored database is damaged" in shown()
    facts.note(health.DRILLED, health.GOOD, home.clock())
    ref = report(home).case
    desk.machine.alarms.sound(Alarm(at=home.clock(), kind="tampered", case=ref))
    assert f"tampered ({ref})" in shown()
    incident.halt(desk)
    assert "Nothing goes out" in shown()
