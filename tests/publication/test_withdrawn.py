# SPDX-License-Identifier: Apache-2.0
"""A published advisory is taken back in public, by a revision that every format writes in its own words, and never by
making it disappear; it can stand again."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest

from tests.publication.places import case_of, order, run
from tests.services import acts
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
from tocsin.services import cases, publication
from tocsin.services.publication import RECORD
from tocsin.testing.house import House, house

ID = "WHPG-SA-2026-001"
WHY = "The decoder never reads past its buffer: the report was about a debugger."


@pytest.fixture
def home() -> House:
    return house()


def public(home: House) -> str:
    ref = acts.report(home).case
    acts.ready(home, ref)
    publish(home, ref)
    return ref


def publish(home: House, ref: str) -> None:
    home.clock.advance(timedelta(days=1))
    made = order(home, ref)
    assert not isinstance(made, Refused), made
    run(home, 10)
    assert not case_of(home, ref).ordered_digest


def record(home: House) -> Advisory:
    return msgspec.json.decode(document(home, RECORD), type=Advisory)


def document(home: House, name: str) -> bytes:
    found = home.desk.shelf.document(ID, name)
    assert found, name
    return found.body


def test_what_is_not_public_cannot_be_taken_back(home: House) -> None:
    ref = acts.report(home).case
    acts.ready(home, ref)
    refused = acts.attempt(home, ref, cmd.Withdraw(because=WHY))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.missing) == ("not-published", ("publish",))


def test_it_is_taken_back_by_a_revision_that_every_format_writes(home: House) -> None:
    ref = public(home)
    acts.act(home, ref, cmd.Withdraw(because=f"  {WHY} "))
    assert record(home).withdrawn is None, "a wish is not a revision"
    publish(home, ref)
    case = case_of(home, ref)
    taken = record(home)
    assert (taken.withdrawn, taken.withdrawn_reason, taken.superseded_by) == (case.withdrawn_at, WHY, "")
    assert taken.revisions[-1].summary == "Withdrawn."
    assert json.loads(document(home, "osv"))["withdrawn"] == f"{case.withdrawn_at:%Y-%m-%dT%H:%M:%SZ}"
    assert json.loads(document(home, "csaf21"))["document"]["category"] == "csaf_withdrawn"
    for name in ("csaf20", "text", "markdown"):
        assert "WITHDRAWN" in document(home, name).decode(), name


def test_what_stands_is_not_said_to_be_taken_back_for_nothing(home: House) -> None:
    ref = public(home)
    refused = acts.attempt(home, ref, cmd.Withdraw(because="  "))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.missing) == ("not-taken-back", ("because",))


def test_later_revisions_keep_the_instant_until_it_stands_again(home: House) -> None:
    ref = public(home)
    acts.act(home, ref, cmd.Withdraw(because=WHY))
    publish(home, ref)
    since = record(home).withdrawn
    draft = case_of(home, ref).advisory
    assert draft
    words = {name: getattr(draft, name) for name in cmd.DraftAdvisory.__struct_fields__} | {"details": "Other words."}
    acts.act(home, ref, cmd.DraftAdvisory(**words))
    publish(home, ref)
    assert (record(home).withdrawn, record(home).details) == (since, "Other words."), "an edit lets nothing stand again"
    acts.act(home, ref, cmd.Withdraw())
    publish(home, ref)
    assert (record(home).withdrawn, case_of(home, ref).withdrawn_at) == (None, None)


def test_it_can_give_way_to_another_one_and_to_nothing_else(home: House) -> None:
    ref = public(home)
    for other in (ID, "two names"):
        refused = acts.attempt(home, ref, cmd.Withdraw(superseded_by=other))
        assert isinstance(refused, Refused)
        assert refused.code == "no-successor"
    acts.act(home, ref, cmd.Withdraw(superseded_by="WHPG-SA-2026-002"))
    opened = cases.open_case(home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    (early,) = publication.preview(home.desk, opened).problems
    assert (early.field, "publish it first" in early.message) == ("superseded_by", True), "its existence would be told"
    successor = acts.report(home).case
    acts.ready(home, successor, "WHPG-SA-2026-002")
    publish(home, successor)
    publish(home, ref)
    assert record(home).revisions[-1].summary == "Superseded by WHPG-SA-2026-002."
    assert json.loads(document(home, "csaf21"))["document"]["category"] == "csaf_superseded"
    before = case_of(home, ref).seq
    assert acts.act(home, ref, cmd.Withdraw(superseded_by="WHPG-SA-2026-002")).seq == before, "said already"
