# SPDX-License-Identifier: Apache-2.0
"""The counting rules as questions (CNA 4.2.11 to 4.2.15), who is asked and what they answer; and that the
reporter is told the id."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cna.conftest import Place
from tests.services import acts
from tocsin.core.case import cve_commands as cc
from tocsin.core.case.cve_count import Counting, count
from tocsin.core.policy.clauses import promises
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import SYSTEM_ACTOR, Refused
from tocsin.services import cases, publishing, room, worker
from tocsin.services.intake import Receipt

ASKED = (
    (Counting(), 1, ()),
    (Counting(faults=3, separately="yes"), 3, ("4.2.11",)),
    (Counting(faults=3, separately="no"), 1, ("4.2.11",)),
    (Counting(faults=3, separately="unsure"), 1, ("4.2.12",)),
    (Counting(faults=3, separately="yes", interdependent=True), 1, ("4.2.15",)),
    (Counting(products=4, shared_code="yes"), 1, ("4.2.13.1",)),
    (Counting(products=4, shared_code="no"), 4, ("4.2.13.2",)),
    (Counting(products=4, shared_code="unsure"), 4, ("4.2.13.3",)),
    (Counting(products=4, safe_use="yes"), 4, ("4.2.14.1",)),
    (Counting(products=4, safe_use="no"), 1, ("4.2.14.2",)),
    (Counting(products=4, safe_use="unsure"), 4, ("4.2.14.3",)),
    (Counting(faults=2, separately="yes", products=3, shared_code="no"), 6, ("4.2.11", "4.2.13.2")),
    (Counting(unsupported=True), 1, ("4.2.17.1",)),
)
SURE = st.sampled_from(["yes", "no", "unsure"])


@pytest.mark.parametrize(("asked", "ids", "rules"), ASKED)
def test_every_rule_counts_as_it_says(asked: Counting, ids: int, rules: tuple[str, ...]) -> None:
    assert (count(asked).ids, count(asked).rules) == (ids, rules)


@given(st.builds(
    Counting, faults=st.integers(1, 9), separately=SURE, interdependent=st.booleans(), products=st.integers(1, 9),
    shared_code=SURE, safe_use=st.sampled_from(["", "yes", "no", "unsure"]), unsupported=st.booleans(),
))  # fmt: skip
def test_there_is_always_one_and_never_more_than_faults_times_products(asked: Counting) -> None:
    assert 1 <= count(asked).ids <= asked.faults * asked.products


def accepted(place: Place) -> str:
    ref = acts.report(place.home).case
    acts.ready(place.home, ref)
    return ref


def test_more_than_one_id_is_more_than_one_case_and_the_answers_stay(place: Place) -> None:
    ref = accepted(place)
    asked = Counting(faults=2, separately="yes")
    assert acts.act(place.home, ref, cc.CountCve(asked=asked)).cve_counted.asked == asked  # type: ignore[union-attr]
    refused = acts.attempt(place.home, ref, cc.RequestCve())
    assert isinstance(refused, Refused)
    assert refused.code == "cve-many"
    assert refused.rule == "CNA 4.2.11"
    acts.act(place.home, ref, cc.CountCve(asked=Counting(faults=2, separately="unsure")))
    assert not isinstance(acts.attempt(place.home, ref, cc.RequestCve()), Refused)
    assert isinstance(acts.attempt(place.home, ref, cc.CountCve(asked=Counting(faults=0))), Refused)


def test_the_reporter_is_told_the_id_as_soon_as_there_is_one(place: Place) -> None:
    receipt = acts.report(place.home)
    acts.ready(place.home, receipt.case)
    acts.act(place.home, receipt.case, cc.RequestCve())
    run(place)
    (number,) = place.service.ids
    assert f"The CVE id is {number}." in said(place, receipt)
    acts.act(place.home, receipt.case, cc.RejectCve(reason="Not a vulnerability after all."))
    run(place)
    assert f"{number} was rejected" in said(place, receipt)


def run(place: Place) -> None:
    while not worker.run_once(place.home.desk).idle:
        pass


def said(place: Place, receipt: Receipt) -> str:
    """What the reporter reads in their room."""
    door = room.enter(place.home.front, receipt.phrase)
    assert door
    return "\n".join(each.text for each in room.look(place.home.front, door, acts.PROJECT).messages)


def test_another_cna_is_asked_by_a_person_with_a_packet_and_its_answer_is_kept(place: Place) -> None:
    elsewhere(place)
    ref = accepted(place)
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    (packet,) = [each for each in publishing.plan(place.home.desk, opened).targets if each.target.kind == "cve-packet"]
    assert packet.target.by_hand
    assert packet.payload
    assert packet.payload.body.startswith(b"[To] Red Hat (secalert@redhat.example)\n[Request for a CVE id]\n")
    assert isinstance(acts.attempt(place.home, ref, cc.AnswerCve(answer="refused")), Refused), "nobody was asked"
    acts.act(place.home, ref, cc.RequestCve(to="Red Hat"))
    assert answer(place, ref) == (place.home.clock() + timedelta(hours=72), None)
    run(place)
    assert place.service.log == [], "no program asks there"
    acts.act(place.home, ref, cc.AnswerCve(answer="refused", note="End of life."))
    assert answer(place, ref)[1] == place.home.clock()
    acts.act(place.home, ref, cc.RequestCve(to="MITRE"))
    assert answer(place, ref) == (place.home.clock() + timedelta(hours=72), None), "the next one has the same time"


def elsewhere(place: Place) -> None:
    """Let the project ask another CNA."""
    other = 'route = "another-cna"\ncna = "Red Hat (secalert@redhat.example)"\nrefusal_within = "72 hours"'
    told = (seed(acts.PROJECT) or "").replace('route = "mitre"', other)
    place.home.desk.projects.adopt(told, "test", place.home.clock())


def answer(place: Place, ref: str) -> tuple[datetime, datetime | None]:
    """When the answer about the id is due, and when it came."""
    opened = cases.open_case(place.home.desk, ref, SYSTEM_ACTOR, "test")
    assert opened
    (found,) = [each for each in promises(opened.policy, opened.case) if each.name == "cve-answer"]
    return found.due_at, found.kept_at
