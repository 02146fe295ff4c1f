# SPDX-License-Identifier: Apache-2.0
"""Letters: who gets one, what it may say, that it leaves once, and what happens when a server does not take it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from pysequoia import CipherSuite, Profile, Tsk

from tests.post.conftest import FINDER, PROJECT, Mailed, decrypted, person, public
from tests.services.acts import act
from tests.services.test_parties import accepted, invited
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import REPORTER
from tocsin.core.case.party_commands import SetZone
from tocsin.core.intake import Identity, Letter
from tocsin.core.mail import addresses
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.mail_out.quiet import Wishes
from tocsin.core.vocabulary import Audience, Refused
from tocsin.services.ports.mail_out import Delivered, Fate, Outgoing
from tocsin.services.ports.openpgp import Certificate
from tocsin.services.post import digest, expiry, keyring, letters, list_keys, members, sending
from tocsin.services.post.letters import Fixed, State
from tocsin.services.post.room import Post
from tocsin.testing.house import house
from tocsin.testing.post import MemoryServer, read

SECRET = "The planner reads past its array: xyzzy-canary."


def say(mailed: Mailed, ref: str, text: str = SECRET, audience: Audience = Audience.REPORTER) -> None:
    act(mailed.home, ref, cmd.Say(audience=audience, text=text))
    mailed.work()


def verified(mailed: Mailed, ref: str, address: str = FINDER):
    """A key of the reporter that somebody has verified."""
    key = person(address)
    taken = keyring.offer(mailed.home.desk, PROJECT, ref, "", public(key), Source.UPLOAD, address)
    assert not isinstance(taken, Refused)
    seen = keyring.verify(mailed.home.desk, PROJECT, ref, "", taken[-1].fingerprint, "usr_dana")
    assert isinstance(seen, KnownKey)
    return key


def whole(mail) -> str:
    return mail.as_string() + mail.get_content() if mail.get_content_type() == "text/plain" else mail.as_string()


# -------------------------------------------------------------------------------------------------------- what is said


def test_the_team_is_told_that_something_came_and_never_what(mailed: Mailed) -> None:
    ref = mailed.report()
    mailed.work()
    for address in ("dana@example.org", "li@example.org"):
        (mail,) = mailed.server.to(address)
        assert mail["Subject"] == f"[{ref}] A new report has come in"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert f"/c/{ref}" in mail.get_content()
        for word in ("Out-of-bounds", "short buffer", FINDER, "read past"):
            assert word not in whole(mail)


def test_a_member_with_a_key_is_told_what_it_is_about_and_nobody_else_can_read_it(mailed: Mailed) -> None:
    key = person("dana@example.org")
    team = mailed.teams.make(PROJECT, ["WarehousePG security <security@warehousepg.org>"])
    assert not isinstance(team, Refused)
    assert isinstance(members.upload(mailed.home.desk, mailed.home.dana, public(key)), KnownKey)
    ref = mailed.report()
    mailed.work()
    (sent,) = [each for each in mailed.server.sent if each.to == "dana@example.org"]
    assert b"Out-of-bounds" not in sent.body
    assert read(sent.body)["Subject"] == f"[{ref}] A new report has come in"
    text, signers = decrypted(key, sent.body, team.body)
    assert "Out-of-bounds read" in text
    assert f"Subject: [{ref}] Out-of-bounds read" in text
    assert signers == [team.fingerprint]


def test_a_key_that_was_removed_is_encrypted_to_no_more_and_its_owner_is_told(
    mailed: Mailed, caplog: pytest.LogCaptureFixture
) -> None:
    desk, dana = mailed.home.desk, mailed.home.dana
    members.upload(desk, dana, public(person("dana@example.org")))
    ref = mailed.report()
    with caplog.at_level("INFO", logger="tocsin.post"):
        assert members.forget_key(desk, dana)
    assert f"the OpenPGP key of {dana} was removed" in caplog.text
    assert members.of(desk, dana).key is None
    assert not members.forget_key(desk, dana), "there is none any more"
    mailed.work()
    mailed.report()
    mailed.work()
    by_subject = {str(mail["Subject"]): mail for mail in mailed.server.to("dana@example.org")}
    told = by_subject["Your OpenPGP key was removed"].get_content()
    assert "If it was not you" in told
    latest = mailed.server.to("dana@example.org")[-1]
    assert latest.get_content_type() == "text/plain"
    assert ref not in latest["Subject"]
    assert "A new report has come in" in latest["Subject"]
    assert len(mailed.server.to("li@example.org")) == 2, "nobody else is told of the key"


def test_somebody_who_wrote_in_clear_is_answered_in_the_thread(mailed: Mailed) -> None:
    ref = mailed.report()
    say(mailed, ref)
    say(mailed, ref, "A second answer.")
    first, second = mailed.server.to(FINDER)
    assert SECRET.split(":", maxsplit=1)[0] in first.get_content()
    assert first.get_content().startswith("PRIVATE to: reporter, team")
    assert first["Subject"] == f"[{ref}] An answer to you"
    assert first["In-Reply-To"] == "<first@example.net>"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"].split() == ["<first@example.net>", first["Message-ID"]]
    assert first["Auto-Submitted"] is None, "a person wrote it"
    signed = addresses.read(first["Reply-To"].addresses[0].addr_spec)
    assert signed is not None
    assert signed.case == ref


def test_somebody_with_a_verified_key_gets_everything_encrypted(mailed: Mailed) -> None:
    mailed.teams.make(PROJECT, ["WarehousePG security <security@warehousepg.org>"])
    ref = mailed.report()
    key = verified(mailed, ref)
    say(mailed, ref)
    (sent,) = [each for each in mailed.server.sent if each.to == FINDER]
    assert b"planner" not in sent.body
    assert b"Out-of-bounds" not in sent.body
    text, _ = decrypted(key, sent.body)
    assert SECRET in text
    assert "[" + ref + "] Out-of-bounds read" in text
    assert "keydata=" in read(sent.body)["Autocrypt"]


@pytest.mark.parametrize("state", ["proposed", "encrypted once"])
def test_without_a_key_that_may_be_used_somebody_who_wrote_encrypted_is_told_where_to_read(
    mailed: Mailed, state: str
) -> None:
    letter = Letter(sender=FINDER, message_id="first@example.net", opened=True, answerable=True)
    ref = mailed.report(letter=letter)
    if state == "proposed":
        keyring.offer(mailed.home.desk, PROJECT, ref, "", public(person(FINDER)), Source.AUTOCRYPT, FINDER)
    say(mailed, ref)
    (mail,) = mailed.server.to(FINDER)
    assert "xyzzy" not in whole(mail)
    assert "/return" in mail.get_content()


def test_an_address_typed_into_a_form_gets_no_words_and_nothing_from_the_machine_by_itself(mailed: Mailed) -> None:
    ref = mailed.report(letter=None, channel="web", identity=Identity(contact=FINDER))
    act(mailed.home, ref, cmd.Say(audience=Audience.REPORTER, text="automatic words", automatic=True))
    mailed.work()
    assert mailed.server.to(FINDER) == []
    say(mailed, ref)
    (mail,) = mailed.server.to(FINDER)
    assert "xyzzy" not in whole(mail)
    assert "/return" in mail.get_content()


def test_an_internal_note_leaves_by_no_mail(mailed: Mailed) -> None:
    ref = mailed.report()
    before = len(mailed.server.sent)
    say(mailed, ref, audience=Audience.TEAM)
    assert not any(b"xyzzy" in each.body for each in mailed.server.sent)
    assert len(mailed.server.sent) == before
    say(mailed, ref)
    assert any(b"xyzzy" in each.body for each in mailed.server.sent), "the control: to the reporter, it does"


def test_a_mail_that_holds_a_secret_is_kept_and_the_lead_is_told(mailed: Mailed) -> None:
    ref = mailed.report()
    desk = mailed.home.desk
    fixed = Fixed(subject="x", text="-----BEGIN PRIVATE KEY-----\nabc", case=ref)
    letters.fixed(desk, PROJECT, "test", [Mailbox(address=FINDER)], fixed)
    mailed.work()
    assert mailed.server.to(FINDER) == []
    (kept,) = [each for each in letters.book(desk).all(PROJECT) if each.value.state is State.GIVEN_UP]
    assert kept.value.error == "held"
    assert any("could not be delivered" in str(mail["Subject"]) for mail in mailed.server.to("dana@example.org"))


def test_a_revoked_or_expired_key_is_refused_when_the_mail_is_sent(mailed: Mailed) -> None:
    ref = mailed.report()
    key = person(FINDER)
    mailed.teams.make(PROJECT, ["x <security@warehousepg.org>"])
    taken = keyring.offer(mailed.home.desk, PROJECT, ref, "", public(key), Source.UPLOAD)
    assert not isinstance(taken, Refused)
    keyring.verify(mailed.home.desk, PROJECT, ref, "", taken[-1].fingerprint, "usr_dana")
    certificate = key.extract_certificate()
    gone = certificate.from_bytes(bytes(certificate) + bytes(certificate.revoke(key.certifier())))
    keyring.offer(mailed.home.desk, PROJECT, ref, "", bytes(gone), Source.WKD)
    (kept,) = keyring.ring(mailed.home.desk, PROJECT, ref)
    assert (kept.revoked, kept.verified_by) == (True, "usr_dana")
    say(mailed, ref)
    (mail,) = mailed.server.to(FINDER)
    assert mail.get_content_type() == "text/plain"


# ------------------------------------------------------------------------------------------------------- exactly once


def test_many_recipients_get_distinct_mails_each_once(mailed: Mailed) -> None:
    desk = mailed.home.desk
    boxes = [Mailbox(address=f"reader{number}@example.net") for number in range(120)]
    letter = Fixed(subject="[SECURITY] WHPG-SA-2026-001", text="Update.")
    assert letters.fixed(desk, PROJECT, "WHPG-SA-2026-001", boxes, letter) == 120
    assert letters.fixed(desk, PROJECT, "WHPG-SA-2026-001", boxes, letter) == 0
    mailed.work(5)
    assert sorted(each.to for each in mailed.server.sent) == sorted(box.address for box in boxes)
    assert len({read(each.body)["Message-ID"] for each in mailed.server.sent}) == 120
    assert all(read(each.body)["To"].addresses[0].addr_spec == each.to for each in mailed.server.sent)
    assert mailed.server.sessions == 3
    mailed.work()
    assert len(mailed.server.sent) == 120


def test_only_what_may_have_arrived_is_sent_twice_and_then_under_the_same_id(mailed: Mailed) -> None:
    desk = mailed.home.desk
    mailed.server.fates = [Delivered(fate=Fate.LATER, code=451), Delivered(fate=Fate.UNKNOWN)]
    letters.fixed(desk, PROJECT, "a", [Mailbox(address=FINDER)], Fixed(subject="s", text="t"))
    for _ in range(6):
        mailed.work()
        mailed.home.clock.advance(timedelta(minutes=10))
    first, second = mailed.server.to(FINDER)
    assert first["Message-ID"] == second["Message-ID"]
    assert mailed.server.sessions == 3


def test_what_a_server_refuses_for_good_is_told_once_and_not_tried_again(mailed: Mailed) -> None:
    ref = mailed.report()
    mailed.work()
    mailed.server.fates = [Delivered(fate=Fate.NEVER, code=550)]
    say(mailed, ref)
    mailed.home.clock.advance(timedelta(days=1))
    mailed.work()
    assert mailed.server.to(FINDER) == []
    (kept,) = [each for each in letters.book(mailed.home.desk).all(PROJECT) if each.value.state is State.GIVEN_UP]
    assert kept.value.error == "never-550"
    told = [mail for mail in mailed.server.to("dana@example.org") if "could not be delivered" in str(mail["Subject"])]
    assert len(told) == 1


def test_a_server_that_is_away_costs_no_letter(mailed: Mailed) -> None:
    mailed.server.away = True
    ref = mailed.report()
    mailed.work(5)
    mailed.server.away = False
    say(mailed, ref)
    assert len(mailed.server.to(FINDER)) == 1
    assert len(mailed.server.to("dana@example.org")) == 1


def test_in_a_panic_nothing_leaves(mailed: Mailed) -> None:
    from tocsin.services import incident

    letters.fixed(mailed.home.desk, PROJECT, "a", [Mailbox(address=FINDER)], Fixed(subject="s", text="t"))
    mailed.home.desk.machine.facts.note(incident.PANIC, incident.ON, mailed.home.clock())
    mailed.work()
    assert mailed.server.sent == []


def test_a_panic_that_begins_between_two_letters_stops_the_second(mailed: Mailed) -> None:
    from tocsin.services import incident

    boxes = [Mailbox(address=FINDER), Mailbox(address="second@example.net")]
    letters.fixed(mailed.home.desk, PROJECT, "a", boxes, Fixed(subject="s", text="t"))
    send = mailed.server.send

    def and_panic(mail: Outgoing) -> Delivered:
        mailed.home.desk.machine.facts.note(incident.PANIC, incident.ON, mailed.home.clock())
        return send(mail)

    mailed.server.send = and_panic  # type: ignore[method-assign]
    mailed.work()
    assert len(mailed.server.sent) == 1
    incident.resume(mailed.home.desk)
    mailed.work()
    assert {each.to for each in mailed.server.sent} == {each.address for each in boxes}, "the control: it waited"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_fails_every_recipient_gets_each_mail_once_or_under_one_id(seed: int) -> None:
    """Servers fail at random, and everything is wished for again all the time."""
    chance, home, server = Random(seed), house(), MemoryServer()
    home.desk = replace(home.desk, post=Post(sends=server, host="security.example.org"))
    fates = [Delivered(fate=chance.choice([Fate.LATER, Fate.UNKNOWN])) for _ in range(chance.randrange(9))]
    server.fates = list(fates)
    boxes = [Mailbox(address=f"r{number}@example.net") for number in range(4)]
    for _ in range(14):
        letters.fixed(home.desk, PROJECT, "x", boxes, Fixed(subject="s", text="t"))
        sending.drain(home.desk)
        home.clock.advance(timedelta(minutes=chance.randrange(1, 500)))
    got = [{read(e.body)["Message-ID"] for e in server.sent if e.to == box.address} for box in boxes]
    assert [len(ids) for ids in got] == [1] * 4
    assert len(server.sent) == 4 + sum(each.fate is Fate.UNKNOWN for each in fates)


# ------------------------------------------------------------------------------------------------- a person's own time


def test_quiet_hours_hold_a_notification_back_and_not_what_is_urgent(mailed: Mailed) -> None:
    desk = mailed.home.desk
    night = Wishes(quiet_from=8, quiet_until=12)
    assert members.wish(desk, mailed.home.dana, night) is None
    mailed.report()
    mailed.work()
    assert mailed.server.to("dana@example.org") == []
    assert len(mailed.server.to("li@example.org")) == 1
    mailed.home.clock.advance(timedelta(hours=3, minutes=1))
    mailed.work()
    assert len(mailed.server.to("dana@example.org")) == 1
    assert isinstance(members.wish(desk, mailed.home.dana, Wishes(zone="Nowhere/Land")), Refused)


def test_who_may_not_read_cases_any_more_is_sent_nothing_that_waited(mailed: Mailed) -> None:
    """Mail waits for a server, or for the end of quiet hours; whom it is for is looked at when it leaves."""
    desk = mailed.home.desk
    key, gone = person("li@example.org"), mailed.home.li
    members.upload(desk, gone, public(key))
    assert members.wish(desk, gone, Wishes(quiet_from=8, quiet_until=12)) is None
    ref = mailed.report()
    mailed.work()
    (waits,) = [each for each in letters.standing(desk) if each.state == "waits"]
    desk.people.end(gone)
    mailed.home.clock.advance(timedelta(hours=4))
    mailed.work()
    assert mailed.server.to("li@example.org") == []
    (dropped,) = [each.value for each in letters.book(desk).all(PROJECT) if each.id == waits.id]
    assert (dropped.state, dropped.error) == (State.SENT, "not-theirs")
    assert len(mailed.server.to("dana@example.org")) == 1, f"the control: others read of {ref}"


def test_a_daily_mail_that_waited_is_not_for_somebody_with_other_roles(mailed: Mailed) -> None:
    desk = mailed.home.desk
    for someone in (mailed.home.dana, mailed.home.li):
        members.wish(desk, someone, Wishes(digest_at=12, each=False))
    mailed.report()
    mailed.home.clock.advance(timedelta(days=1))
    digest.make(desk)
    mailed.server.sent.clear()
    desk.people.renew(mailed.home.li)  # what a change of roles does
    mailed.work()
    assert mailed.server.to("li@example.org") == []
    assert len(mailed.server.to("dana@example.org")) == 1, "the control"


def test_a_daily_mail_comes_once_a_day_at_its_hour_and_says_titles_only_encrypted(mailed: Mailed) -> None:
    desk = mailed.home.desk
    key = person("li@example.org")
    members.upload(desk, mailed.home.li, public(key))
    for someone in (mailed.home.dana, mailed.home.li):
        members.wish(desk, someone, Wishes(digest_at=12, each=False))
    ref = mailed.report()
    mailed.work()
    assert mailed.server.sent == [], "nobody wants single notifications"
    digest.make(desk)
    mailed.work()
    for _ in range(40):
        mailed.home.clock.advance(timedelta(hours=1))
        digest.make(desk)
        mailed.work(1)
    for address in ("dana@example.org", "li@example.org"):
        found = [each for each in mailed.server.sent if each.to == address and b"Subject: Your cases" in each.body]
        assert len(found) == 3, "yesterday's on the first morning, and two noons"
        assert b"Out-of-bounds" not in found[-1].body
    mine = [each.body for each in mailed.server.sent if each.to == "li@example.org"]
    assert f"{ref}  Out-of-bounds read" in decrypted(key, mine[-1])[0]
    plain = [each.body for each in mailed.server.sent if each.to == "dana@example.org"]
    assert ref.encode() in plain[-1]


def test_the_end_of_a_key_is_told_to_whom_it_concerns_three_times(mailed: Mailed) -> None:
    desk = mailed.home.desk
    ref = mailed.report()
    short = Tsk.generate(user_ids=[f"x <{FINDER}>"], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519,
                         validity_seconds=90 * 86400)  # fmt: skip
    taken = keyring.offer(desk, PROJECT, ref, "", public(short), Source.UPLOAD)
    assert not isinstance(taken, Refused)
    keyring.verify(desk, PROJECT, ref, "", taken[-1].fingerprint, "usr_dana")
    start = mailed.home.clock()
    ends = taken[-1].expires_at
    assert ends is not None
    mailed.home.clock.set(ends - timedelta(days=100))
    days = []
    for _ in range(100):
        if expiry.warn(desk):
            days.append((ends - mailed.home.clock()).days)
        mailed.home.clock.advance(timedelta(days=1))
    assert days == [60, 30, 7]
    assert start < ends


def test_the_end_of_a_members_own_key_is_told_them_three_times(mailed: Mailed) -> None:
    desk, home = mailed.home.desk, mailed.home
    short = Tsk.generate(user_ids=["Dana <dana@example.org>"], profile=Profile.RFC4880,
                         cipher_suite=CipherSuite.Cv25519, validity_seconds=90 * 86400)  # fmt: skip
    taken = members.upload(desk, home.dana, public(short))
    assert isinstance(taken, KnownKey)
    days = told(mailed, taken.expires_at, "dana@example.org")
    assert days == [60, 30, 7]
    assert not mailed.server.to("li@example.org"), "nobody else's business"


def test_the_end_of_the_teams_key_is_told_its_owners_three_times(mailed: Mailed) -> None:
    made = mailed.teams.make(PROJECT, ["WarehousePG security <security@warehousepg.org>"])
    assert isinstance(made, Certificate)
    assert told(mailed, made.expires_at, "dana@example.org") == [60, 30, 7]


def test_the_end_of_a_lists_key_is_told_the_owners_three_times_until_another_is_given(mailed: Mailed) -> None:
    desk, home = mailed.home.desk, mailed.home
    given = [lists_key(), lists_key()]
    taken = [list_keys.give(desk, PROJECT, "linux-distros", public(key), print_of(key), home.dana) for key in given]
    assert isinstance(taken[-1], KnownKey), "the second took the place of the first, of which nothing is said"
    assert told(mailed, taken[-1].expires_at, "dana@example.org") == [60, 30, 7]
    for mail in mailed.server.to("dana@example.org"):
        assert "linux-distros" in mail.get_content()
        assert print_of(given[-1])[-16:] in mail.get_content()


def lists_key() -> Tsk:
    return Tsk.generate(user_ids=["list <linux-distros@vs.openwall.org>"], profile=Profile.RFC4880,
                        cipher_suite=CipherSuite.Cv25519, validity_seconds=90 * 86400)  # fmt: skip


def print_of(key: Tsk) -> str:
    return key.extract_certificate().fingerprint.upper()


def told(mailed: Mailed, ends: datetime | None, address: str) -> list[int]:
    """On which days before its end a key's end was told, looking each day from the hundredth on, twice a day."""
    assert ends is not None
    mailed.home.clock.set(ends - timedelta(days=100))
    days = []
    for _ in range(200):
        before = len(mailed.server.to(address))
        expiry.warn(mailed.home.desk)
        sending.drain(mailed.home.desk)
        fresh = mailed.server.to(address)[before:]
        assert all("ends soon" in str(mail["Subject"]) for mail in fresh)
        days += [(ends - mailed.home.clock()).days] * len(fresh)
        mailed.home.clock.advance(timedelta(hours=12))
    return days


def test_what_is_said_between_moves_is_mailed_as_well(mailed: Mailed) -> None:
    ref, ends = mailed.report(), mailed.home.clock() + timedelta(days=20)
    act(mailed.home, ref, cmd.ProposeEmbargo(proposal="prp_1", ends_at=ends, reason="A release."))
    mailed.work()
    assert any("A release." in mail.get_content() for mail in mailed.server.to(FINDER))


def test_keys_and_letters_of_a_case_can_be_forgotten_and_those_of_others_stay(mailed: Mailed) -> None:
    desk, ref, other = mailed.home.desk, mailed.report(), mailed.report()
    verified(mailed, ref)
    verified(mailed, other)
    mailed.work()
    assert letters.withdraw(desk, PROJECT, ref)
    keyring.forget(desk, PROJECT, ref)
    assert keyring.ring(desk, PROJECT, ref) == ()
    assert len(keyring.ring(desk, PROJECT, other)) == 1
    assert {each.value.letter.case for each in letters.book(desk).all(PROJECT)} == {other}


# --------------------------------------------------------------------------------------------------------------- clocks


def test_a_reporter_who_told_their_clock_reads_the_date_on_it_and_one_who_took_it_back_does_not(mailed: Mailed) -> None:
    ref, date = mailed.report(), "We think of Tue 2026-03-17 15:00 UTC."
    say(mailed, ref, date)
    act(mailed.home, ref, SetZone(party=REPORTER, zone="America/St_Johns"))
    say(mailed, ref, date)
    act(mailed.home, ref, SetZone(party=REPORTER, zone=""))
    say(mailed, ref, date)
    first, second, third = (mail.get_content() for mail in mailed.server.to(FINDER)[-3:])
    clock = "On your clock (America/St_Johns):\r\n2026-03-17 15:00 UTC is Tue 2026-03-17 12:30"
    assert date in second
    assert clock in second
    assert "clock" not in first + third


def test_a_reporter_reads_below_the_words_where_the_case_stands_and_a_party_does_not(mailed: Mailed) -> None:
    ref = mailed.report()
    say(mailed, ref, "Thank you.")
    act(mailed.home, ref, cmd.Investigate(effect="Reads memory", criticality="high", cwe=("CWE-125",)))
    act(mailed.home, ref, cmd.Accept(advisory_id="WHPG-SA-2026-0009"))
    act(mailed.home, ref, SetZone(party=REPORTER, zone="Asia/Tokyo"))
    say(mailed, ref, "It is one.")
    first, second = (mail.get_content().replace("\r\n", "\n") for mail in mailed.server.to(FINDER)[-2:])
    assert first.startswith("PRIVATE to: reporter, team\n\nThank you.\n\nWhere it stands:\n[x] First answer  Tue 3 Mar")
    standing = second.partition("Where it stands:\n")[2].splitlines()[:5]
    assert [line[:16].rstrip() for line in standing] == [
        "[x] First answer",
        "[x] Decision",
        "[ ] Fix",
        "[ ] Agreed date",
        "[ ] Publication",
    ]
    assert standing[1].endswith("2026 18:03 JST"), "on the clock of who reads it"


def test_a_party_reads_the_date_on_its_own_clock_and_not_on_the_reporters(mailed: Mailed) -> None:
    ref, _ = accepted(mailed.home)
    vendor = invited(mailed.home, ref, contact="psirt@example.com")
    key = person("psirt@example.com")
    desk = mailed.home.desk
    taken = keyring.offer(desk, PROJECT, ref, vendor.party, public(key), Source.UPLOAD, "psirt@example.com")
    assert not isinstance(taken, Refused)
    assert isinstance(keyring.verify(desk, PROJECT, ref, vendor.party, taken[-1].fingerprint, "usr_dana"), KnownKey)
    act(mailed.home, ref, SetZone(party=REPORTER, zone="America/St_Johns"))
    act(mailed.home, ref, SetZone(party=vendor.party, zone="Asia/Tokyo"))
    act(mailed.home, ref, cmd.Say(audience=Audience.PARTY, party=vendor.party, text="Out on 2026-03-17 15:00 UTC."))
    mailed.work()
    sent = [each for each in mailed.server.sent if each.to == "psirt@example.com"][-1]
    text, _ = decrypted(key, sent.body)
    assert "On your clock (Asia/Tokyo):\r\n2026-03-17 15:00 UTC is Wed 2026-03-18 00:00" in text
    assert "Where it stands" not in text
    assert "St_Johns" not in text
