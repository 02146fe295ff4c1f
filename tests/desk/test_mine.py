# SPDX-License-Identifier: Apache-2.0
"""A person's own mail settings: kept when they make sense, shown again if not, and a key of one's own only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pysequoia import CipherSuite, Profile, Tsk

from tests.desk.conftest import SignIn
from tocsin.adapters.child.run import parse
from tocsin.adapters.openpgp.engine import Engine
from tocsin.services.post import members
from tocsin.testing.house import House

FORM = {"zone": "Europe/Berlin", "quiet_from": "22", "quiet_until": "7", "digest_at": "8", "each": "on"}


def key(address: str) -> str:
    made = Tsk.generate(user_ids=[f"x <{address}>"], profile=Profile.RFC4880, cipher_suite=CipherSuite.Cv25519)
    return str(made.extract_certificate())


@pytest.fixture
def home(house: House) -> House:
    house.desk = replace(house.desk, post=replace(house.desk.post, reads=Engine(parse)))
    return house


def test_wishes_and_a_key_are_kept_and_shown(home: House, sign_in: SignIn) -> None:
    dana = sign_in()
    page = dana.post("/me/mail", FORM | {"key": key("dana@example.org")})
    assert page.status_code == 200
    assert "Saved." in page.content.decode()
    kept = members.of(home.desk, home.dana)
    assert (kept.wishes.zone, kept.wishes.quiet_from, kept.wishes.digest_at) == ("Europe/Berlin", 22, 8)
    assert kept.key is not None
    assert kept.key.fingerprint[:4] in dana.get("/me/mail").content.decode()
    assert members.of(home.desk, home.li).key is None
    again = dana.post("/me/mail", FORM | {"digest_at": ""})
    assert again.status_code == 200
    assert members.of(home.desk, home.dana).key == kept.key, "an empty field keeps the key"


def test_a_lost_key_is_removed_and_can_be_replaced_at_once(home: House, sign_in: SignIn) -> None:
    dana, box = sign_in(), 'name="forget"'
    assert box not in dana.get("/me/mail").content.decode(), "there is none to remove"
    dana.post("/me/mail", FORM | {"key": key("dana@example.org")})
    lost = members.of(home.desk, home.dana).key
    assert box in dana.get("/me/mail").content.decode()
    assert dana.post("/me/mail", FORM | {"forget": "on"}).status_code == 200
    assert members.of(home.desk, home.dana).key is None
    assert members.of(home.desk, home.dana).wishes.quiet_from == 22, "wishes stay"
    dana.post("/me/mail", FORM | {"forget": "on", "key": key("dana@example.org")})
    fresh = members.of(home.desk, home.dana).key
    assert fresh is not None
    assert lost is not None
    assert fresh.fingerprint != lost.fingerprint


@pytest.mark.parametrize("wrong", [{"zone": "Nowhere"}, {"zone": ""}, {"quiet_until": ""}, {"quiet_from": "24"}])
def test_what_makes_no_sense_is_shown_again(home: House, sign_in: SignIn, wrong: dict[str, str]) -> None:
    assert sign_in().post("/me/mail", FORM | wrong).status_code == 422
    assert members.of(home.desk, home.dana) == members.Member()


def test_a_key_of_somebody_else_is_refused_and_so_is_a_secret_one(home: House, sign_in: SignIn) -> None:
    secret = str(Tsk.generate("x <dana@example.org>"))
    for given in (key("li@example.org"), "no key\nxyzzy-zyxxy\nat all", secret):
        answer = sign_in().post("/me/mail", FORM | {"key": given})
        assert answer.status_code == 422
        assert given.strip().splitlines()[-2] not in answer.content.decode(), "what was pasted is not sent back"
    assert members.of(home.desk, home.dana).key is None
