# SPDX-License-Identifier: Apache-2.0
"""Keys of one's own: put elsewhere, refused where two would do the same, and forgotten when they make no sense."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.desk.conftest import SignIn
from tocsin.delivery.desk.views.look import KEYS_OF_THE_DESK
from tocsin.delivery.desk.wishes import REMAP, SINGLE, clashes


def remap(browser: Client, **wanted: str) -> HttpResponse:
    places = {key: f"key-{number}" for number, key in enumerate(SINGLE)}
    return browser.post("/look", {"remap": "set", **{places[key]: other for key, other in wanted.items()}})


def test_a_key_is_put_elsewhere_and_back(sign_in: SignIn) -> None:
    dana = sign_in()
    assert remap(dana, r="w", n="r").status_code == 303
    assert 'data-map="n=r r=w"' in dana.get("/inbox").content.decode()
    dana.post("/look", {"remap": "reset"})
    assert "data-map" not in dana.get("/inbox").content.decode()


@pytest.mark.parametrize(
    ("wanted", "because"),
    [
        ({"r": "n"}, "n is taken: Internal note."),
        ({"r": "w", "n": "w"}, "w is taken"),
        ({"r": "g"}, "g begins"),
        ({"r": "é"}, "Name one letter"),
    ],
)
def test_keys_that_cannot_work_are_refused_beside_their_field(
    sign_in: SignIn, wanted: dict[str, str], because: str
) -> None:
    dana = sign_in()
    answer = remap(dana, **wanted)
    assert answer.status_code == 422
    assert because in answer.content.decode()
    assert any(because in why for why in clashes(wanted).values())
    assert "data-map" not in dana.get("/inbox").content.decode()


@pytest.mark.parametrize(
    "told", ["r=n", "r=", "%F0%9F%92%A5=x", "r=%22%3E%3Cscript%3E", urlencode({"zz": "q"}), "r=w&" * 400]
)
def test_a_cookie_that_makes_no_sense_counts_for_nothing(sign_in: SignIn, told: str) -> None:
    dana = sign_in()
    dana.cookies[REMAP] = told
    page = dana.get("/inbox").content.decode()
    assert "<script>" not in page
    assert "data-map" not in page or 'data-map="r=w"' in page


def test_every_single_key_of_the_desk_can_be_put_elsewhere() -> None:
    listed = {key for keys in KEYS_OF_THE_DESK.values() for told, _ in keys for key in told.split() if len(key) == 1}
    assert listed - {"g", "i", "c", "l", "m", "p", "/"} <= set(SINGLE)
