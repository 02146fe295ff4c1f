# SPDX-License-Identifier: Apache-2.0
"""One's own tokens at the desk: made by a form, shown once, ended by a button, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.conftest import SignIn
from tocsin.core.wire.access import NewToken, Scope
from tocsin.services import api_tokens
from tocsin.testing.house import House

FORM = {"label": "nightly report", "project": "warehousepg", "scopes": ["read", "write"], "days": "30"}


def test_a_token_is_made_shown_once_and_ended(house: House, sign_in: SignIn) -> None:
    dana = sign_in()
    made = dana.post("/tokens", FORM)
    assert made.status_code == 201
    secret = made.content.decode().partition('<code dir="ltr">')[2].partition("</code>")[0]
    assert api_tokens.authenticate(house.desk, secret) is not None
    page = dana.get("/tokens").content.decode()
    assert "nightly report" in page
    assert "read cases, move cases" in page
    assert secret not in page
    (token,) = api_tokens.mine(house.desk, house.dana)
    assert dana.post(f"/tokens/{token.id}/end").headers["Location"] == "/tokens"
    assert api_tokens.authenticate(house.desk, secret) is None
    assert "Ended: " in dana.get("/tokens").content.decode()


@pytest.mark.parametrize("wrong", [{"label": ""}, {"days": "91"}, {"scopes": []}, {"project": "none"}])
def test_what_is_unfit_is_shown_again(house: House, sign_in: SignIn, wrong: dict[str, object]) -> None:
    answer = sign_in().post("/tokens", FORM | wrong)
    assert answer.status_code == 422
    assert list(api_tokens.mine(house.desk, house.dana)) == []


def test_nobody_ends_or_sees_somebody_elses_token(house: House, sign_in: SignIn) -> None:
    made = api_tokens.issue(house.desk, house.li, "warehousepg", "of Li", [Scope.READ], 1)
    assert isinstance(made, NewToken)
    dana = sign_in()
    assert "of Li" not in dana.get("/tokens").content.decode()
    assert dana.post(f"/tokens/{made.token.id}/end").status_code == 404
    assert api_tokens.authenticate(house.desk, made.secret) is not None


def test_a_token_out_of_time_says_so(house: House, sign_in: SignIn) -> None:
    api_tokens.issue(house.desk, house.dana, "warehousepg", "old", [Scope.READ], 1)
    house.clock.advance(timedelta(days=2))
    assert "Ended: out of time" in sign_in().get("/tokens").content.decode()
