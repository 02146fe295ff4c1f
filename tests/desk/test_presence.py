# SPDX-License-Identifier: Apache-2.0
"""Who else is at a case: seen by colleagues for two minutes, without a word of the case, and only by those who show
themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.desk import story
from tests.desk.conftest import SignIn
from tocsin.core.clock import at
from tocsin.core.vocabulary import Role
from tocsin.services.presence import Presence
from tocsin.testing.house import House

NOW = at("2026-03-06 09:00 UTC")
SECRET = "the length field is odd"


def test_a_colleague_is_seen_where_they_write_and_gone_after_two_minutes(house: House, sign_in: SignIn) -> None:
    ref, dana, li = story.report(house), sign_in(), sign_in(house.li)
    li.get(f"/c/{ref}")
    assert "Li has this case open" in dana.get(f"/c/{ref}").content.decode()
    li.post(f"/c/{ref}/draft/note", {"seen": "1", "text": SECRET})
    told = dana.get(f"/c/{ref}/here").content.decode()
    assert "Li is writing: Talk" in told
    assert SECRET not in told
    house.clock.advance(timedelta(seconds=30))
    assert "Li has this case open" in dana.get(f"/c/{ref}/here").content.decode()
    house.clock.advance(timedelta(minutes=2))
    assert "Li" not in dana.get(f"/c/{ref}/here").content.decode()


def test_nobody_is_told_of_themselves(house: House, sign_in: SignIn) -> None:
    ref, one, other = story.report(house), sign_in(), sign_in()
    one.get(f"/c/{ref}")
    assert "has this case open" not in other.get(f"/c/{ref}").content.decode()


def test_whoever_does_not_show_themselves_sees_nobody_and_asks_nothing(house: House, sign_in: SignIn) -> None:
    ref, dana, li = story.report(house), sign_in(), sign_in(house.li)
    li.get(f"/c/{ref}")
    li.post("/look", {"scheme": "", "keys": "", "here": "off"})
    page = li.get(f"/c/{ref}").content.decode()
    assert "/here" not in page
    assert "Li" not in dana.get(f"/c/{ref}/here").content.decode()
    assert "Dana" not in li.get(f"/c/{ref}/here").content.decode()


def test_asking_opens_no_case(house: House, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = story.report(house)
    story.embargoed(house, ref)
    dana = sign_in()
    opened: list[str] = []
    kind, real = type(house.desk.vault), type(house.desk.vault).case_key
    monkeypatch.setattr(kind, "case_key", lambda *args: opened.append(args[1]) or real(*args))
    assert dana.get(f"/c/{ref}/here").status_code == 200
    assert opened == []
    dana.get(f"/c/{ref}")
    assert opened == [ref], "the page itself does"


def test_an_outsider_learns_nothing_of_who_is_there(house: House, sign_in: SignIn, member: Callable[..., str]) -> None:
    ref = story.report(house)
    sign_in().get(f"/c/{ref}")
    outsider = sign_in(member("Mallory", story.second(house), Role.OWNER))
    hidden, absent = outsider.get(f"/c/{ref}/here"), outsider.get("/c/WHPG-2026-22222/here")
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) == (404, absent.content)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(house: House, sign_in: SignIn) -> None:
    ref, dana = story.report(house), sign_in()
    dana.get(f"/c/{ref}")
    for _ in range(29):
        house.clock.advance(timedelta(minutes=1))
        assert dana.get(f"/c/{ref}/here").status_code == 200
        assert dana.get("/inbox/news").status_code == 200
    house.clock.advance(timedelta(minutes=1))
    assert dana.get(f"/c/{ref}/here").status_code == 302
    assert dana.get(f"/c/{ref}").status_code == 302


def test_other_keys_leave_colours_and_company_as_they_are(sign_in: SignIn) -> None:
    dana = sign_in()
    dana.post("/look", {"scheme": "dark", "keys": "", "here": "off"})
    dana.post("/look", {"remap": "reset"})
    page = dana.get("/look").content.decode()
    assert 'name="scheme" value="dark" checked' in page
    assert 'name="here" value="off" checked' in page


def test_it_never_remembers_more_than_it_may() -> None:
    presence = Presence()
    for number in range(5_000):
        presence.note(f"X-2026-{number:05d}", "usr_1", "Li", NOW)
    assert sum(bool(presence.others(f"X-2026-{n:05d}", "usr_2", NOW)) for n in range(5_000)) == 2_000
    later = NOW + timedelta(minutes=5)
    presence.note("Y-2026-00001", "usr_1", "Li", later)
    assert presence.others("Y-2026-00001", "usr_2", later), "who left makes room"
