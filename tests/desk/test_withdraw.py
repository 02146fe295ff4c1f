# SPDX-License-Identifier: Apache-2.0
"""Taking an advisory back at the desk: offered once it is public, said with the next revision."""

from __future__ import annotations

from tests.desk.conftest import SignIn
from tests.desk.test_moves import done, hidden
from tests.publication.places import order, run
from tests.services import acts
from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
from tocsin.services.cases import open_case
from tocsin.testing.house import House

OFFER = "Withdraw, or name what stands in its place"


def test_what_is_public_is_taken_back_with_the_next_revision(house: House, sign_in: SignIn) -> None:
    ref = acts.report(house).case
    acts.ready(house, ref)
    dana = sign_in()
    assert OFFER not in dana.get(f"/c/{ref}/publish").content.decode()
    assert not isinstance(order(house, ref), Refused)
    run(house, 10)
    page = dana.get(f"/c/{ref}/publish").content.decode()
    assert OFFER in page
    sent = dana.post(f"/c/{ref}/do/withdraw", {**hidden(page, "withdraw"), "because": "It never was."})
    done(sent)
    page = dana.get(f"/c/{ref}/publish").content.decode()
    assert "It never was." in page
    opened = open_case(house.desk, ref, SYSTEM_ACTOR, "story")
    assert opened
    assert (opened.case.withdrawn_because, opened.case.withdrawn_at) == ("It never was.", None)
