# SPDX-License-Identifier: Apache-2.0
"""Under which name somebody is thanked: their wish, at any time, before and after a draft was written (S27)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.services import acts
from tocsin.core.advisory.assemble import assemble
from tocsin.core.case.drafting import AdvisoryWords, CreditGiven, ReferenceGiven, recredited
from tocsin.core.intake import CreditWish, Identity, wishing
from tocsin.core.vocabulary import SYSTEM_ACTOR, CreditType, ReferenceType
from tocsin.services import cases
from tocsin.testing.house import house

KIM, SAM = CreditGiven(name="Kim", type="analyst", consent=True), CreditGiven(name="Sam", consent=True)
NEW = CreditGiven(name="s4m", consent=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Sam", None, (KIM,)),
        ("", None, (KIM, SAM)),
        ("Nobody", None, (KIM, SAM)),
        ("Sam", NEW, (KIM, NEW)),
        ("", NEW, (KIM, SAM, NEW)),
        ("Nobody", NEW, (KIM, SAM, NEW)),
        ("", CreditGiven(name="Kim", consent=True), (SAM, KIM)),
    ],
)
def test_the_draft_follows_the_wish_and_nobody_elses_credit_changes(before, after, expected):
    assert recredited((KIM, SAM), before, after) == expected


def test_a_credit_noted_without_consent_gets_it_from_the_wish():
    noted = CreditGiven(name="Sam", organization="Acme")
    assert recredited((noted,), "", SAM) == (CreditGiven(name="Sam", organization="Acme", consent=True),)


@pytest.mark.parametrize(
    ("name", "wish"), [("Sam", CreditWish.NAME), ("s4m", CreditWish.HANDLE), ("", CreditWish.NONE)]
)
def test_a_wish_says_whether_it_is_the_persons_name_or_one_that_they_chose(name, wish):
    said = wishing(Identity(name="Sam", contact="sam@example.org"), name)
    assert (said.credit, said.credited, said.contact) == (wish, name, "sam@example.org")


def test_a_draft_of_before_its_types_were_looked_at_is_still_an_advisory():
    home = house()
    opened = cases.open_case(home.desk, acts.report(home).case, SYSTEM_ACTOR, "test")
    assert opened
    old = AdvisoryWords(
        title="Old",
        credits=(CreditGiven(name="Sam", type="hero", consent=True), KIM),
        references=(ReferenceGiven(url="https://example.org/", type="blog"),),
    )
    made = assemble(replace(opened.case, advisory=old), opened.policy, "https://example.org", home.clock())
    assert [each.type for each in made.credits] == [CreditType.OTHER, CreditType.ANALYST]
    assert [each.type for each in made.references] == [ReferenceType.WEB]
