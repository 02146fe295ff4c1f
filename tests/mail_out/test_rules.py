# SPDX-License-Identifier: Apache-2.0
"""Lists and their rules, quiet hours and digests, keys and where they are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.advisory.samples import warehouse as made
from tocsin.core.advisory.model import Tlp
from tocsin.core.mail_out import announce, autocrypt, compose, keys, quiet, wkd, words
from tocsin.core.mail_out.keys import KnownKey, Source
from tocsin.core.mail_out.lists import NAMES, rules, rules_of
from tocsin.core.mail_out.model import Mailbox
from tocsin.core.mail_out.quiet import Wishes
from tocsin.core.vocabulary import Refused

AT = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TEAM = Mailbox(address="security@example.org", name="WarehousePG security")


@pytest.mark.parametrize("name", NAMES)
def test_every_list_has_a_source_and_is_sent_plain_text_of_72_columns(name: str) -> None:
    found = rules(name)
    assert found.name == name
    assert "http" in found.source or "#" in found.source
    datetime.fromisoformat(found.checked)
    said = announce.announcement(made(), found, "list@lists.example.org", TEAM, "a.1.b@example.org", AT)
    wire = compose.clear(said.mail)
    assert b"Content-Type: text/plain; charset=utf-8\r\n" in wire
    assert b"html" not in wire.lower()
    lines = said.mail.text.split("\n")
    assert all(len(line) <= 72 or " " not in line.strip() for line in lines)


def test_subjects_are_those_the_lists_ask_for() -> None:
    advisory = made()
    assert announce.subject(advisory, rules("linux-distros")).startswith("[vs] ")
    cve = advisory.cve_id or advisory.id
    assert announce.subject(advisory, rules("oss-security")).startswith(f"[{advisory.project.name}] {cve}: ")
    assert announce.subject(advisory, rules("announce")).startswith(f"[SECURITY] {advisory.id}")
    long = replace(advisory, title="x" * 400)
    assert all(len(announce.subject(long, rules(name))) == 150 for name in NAMES)


def test_a_list_of_ones_own_gets_the_usual_rules_and_a_known_one_its_own() -> None:
    assert rules_of("announce@lists.example.org") is rules("announce")
    assert rules_of("OSS-security@lists.openwall.com") is rules("oss-security")


def test_a_list_is_not_sent_what_it_does_not_take() -> None:
    advisory = replace(made(), tlp=Tlp.CLEAR)
    public, private = rules("oss-security"), rules("linux-distros")
    assert announce.problems(advisory, public, AT, None) is None
    assert announce.problems(advisory, public, AT, AT) is None
    assert isinstance(announce.problems(advisory, public, AT, AT + timedelta(days=1)), Refused)
    assert isinstance(announce.problems(replace(advisory, tlp=Tlp.AMBER), public, AT, None), Refused)
    assert announce.problems(advisory, private, AT, AT + timedelta(days=14)) is None
    late = announce.problems(advisory, private, AT, AT + timedelta(days=15))
    assert isinstance(late, Refused)
    assert "14 days" in late.because
    assert isinstance(announce.problems(advisory, private, AT, None), Refused)


# ------------------------------------------------------------------------------------------------- hours of a person

BERLIN = Wishes(zone="Europe/Berlin", quiet_from=22, quiet_until=7, digest_at=8)


def test_quiet_hours_end_on_the_persons_own_clock() -> None:
    night = datetime(2026, 3, 3, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    assert quiet.send_at(BERLIN, night) == datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
    day = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert quiet.send_at(BERLIN, day) == day
    # The night in which the clocks go forward: seven in the morning is five by UTC, not six.
    assert quiet.send_at(BERLIN, datetime(2026, 3, 28, 23, 0, tzinfo=UTC)) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 23), st.integers(0, 23),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Asia/Kolkata"]),
)  # fmt: skip
def test_nothing_waits_longer_than_a_day_and_never_goes_back(now: datetime, start: int, end: int, zone: str) -> None:
    wishes = Wishes(zone=zone, quiet_from=start, quiet_until=end, digest_at=end)
    at = quiet.send_at(wishes, now)
    assert timedelta() <= at - now <= timedelta(hours=25)
    assert quiet.send_at(wishes, at) == at, "what waited is sent then"
    due = quiet.digest_due(wishes, now)
    assert due is not None
    assert timedelta() <= now - due <= timedelta(hours=25)


def test_wishes_that_make_no_sense_are_told_of() -> None:
    assert not BERLIN.problems()
    assert Wishes(zone="Berlin").problems()
    assert Wishes(quiet_from=22).problems()
    assert Wishes(digest_at=24).problems()


# --------------------------------------------------------------------------------------------------------------- keys


def key(fingerprint: str = "A" * 40, **given: object) -> KnownKey:
    known: dict[str, object] = {"body": b"k", "fingerprint": fingerprint, "source": Source.WKD, "seen_at": AT,
                                "made_at": AT}  # fmt: skip
    return KnownKey(**{**known, **given})  # type: ignore[arg-type]


def test_only_a_key_that_somebody_verified_is_used_and_only_while_it_is_good() -> None:
    fresh = key()
    assert keys.best((fresh,), AT) is None
    trusted = keys.verified((fresh,), "aaaa " * 10, "Dana", AT)
    assert trusted is not None
    assert keys.best(trusted, AT) == trusted[0]
    assert keys.verified((fresh,), "B" * 40, "Dana", AT) is None
    for spoilt in ({"revoked": True}, {"expires_at": AT}, {"encrypts": False}):
        assert keys.best((replace(trusted[0], **spoilt),), AT) is None
    newer = replace(trusted[0], fingerprint="C" * 40, made_at=AT + timedelta(days=1))
    assert keys.best((*trusted, newer), AT) == newer


def test_a_fresh_copy_keeps_who_verified_it_and_another_key_does_not_inherit_it() -> None:
    trusted = keys.verified((key(),), "A" * 40, "Dana", AT) or ()
    renewed = keys.added(trusted, key(expires_at=AT + timedelta(days=500)))
    assert [(each.verified_by, each.expires_at) for each in renewed] == [("Dana", AT + timedelta(days=500))]
    both = keys.added(trusted, key("B" * 40))
    assert [each.verified_by for each in both] == ["Dana", ""]


def test_the_end_of_a_key_is_told_at_sixty_thirty_and_seven_days_once_each() -> None:
    end, told, warned = AT + timedelta(days=100), [], 0
    for day in range(120):
        days = keys.warning(end, warned, AT + timedelta(days=day))
        if days:
            told.append((day, days))
            warned = days
    assert told == [(40, 60), (70, 30), (93, 7)]
    assert keys.warning(AT + timedelta(days=5), 0, AT) == 7, "one that was never warned of begins where it is"


def test_a_key_directory_is_asked_where_the_draft_says() -> None:
    # The example of draft-koch-openpgp-webkey-service, section 3.1.
    first, second = wkd.places("Joe.Doe@Example.ORG")
    assert first == (
        "https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q"
        "?l=Joe.Doe"
    )
    assert second == ("https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe")
    assert wkd.places("no address") == ()


def test_an_autocrypt_header_is_read_for_its_sender_only() -> None:
    written = autocrypt.write("finder@example.net", b"\x98key")
    offer = autocrypt.read((written,), "Finder@example.net")
    assert offer is not None
    assert (offer.key, offer.mutual) == (b"\x98key", True)
    assert autocrypt.read((written,), "somebody@example.net") is None
    assert autocrypt.read((written, written), "finder@example.net") is None
    assert autocrypt.read((written.replace("prefer-encrypt", "critical"),), "finder@example.net") is None
    assert autocrypt.read((written.replace("prefer-encrypt", "_note"),), "finder@example.net") is not None
    for broken in ("", "addr=finder@example.net; keydata=%%%", "addr=a@b.org", "x" * 50_000):
        assert autocrypt.read((broken,), "finder@example.net") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Public on Tue 2026-12-08 15:00 UTC.", ["2026-12-08 15:00 UTC is Wed 2026-12-09 00:00"]),
        ("At 2026-12-08T15:00:00Z, so 2026-12-08 15:00 UTC", ["2026-12-08 15:00 UTC is Wed 2026-12-09 00:00"]),
        ("2026-12-08 15:00 Berlin, 2026-13-45 15:00 UTC, 12026-12-08 15:00 UTC, at 15:00 UTC", []),
        ("9999-12-31 23:59 UTC", []),
    ],
)
def test_an_instant_is_given_on_the_readers_clock_too(text: str, said: list[str]) -> None:
    told = words.on_clock(text, "Asia/Tokyo")
    assert told.split("\n")[1:] == said
    assert bool(told) is bool(said)
    for nobody in ("", "UTC", "Atlantis/Nowhere", "../etc/passwd"):
        assert words.on_clock(text, nobody) == ""


@given(st.text(), st.sampled_from(("Asia/Tokyo", "America/St_Johns", "x")))
def test_whatever_is_written_has_a_clock_of_a_few_lines_or_none(text: str, place: str) -> None:
    assert len(words.on_clock(text, place).splitlines()) <= 9
