# SPDX-License-Identifier: Apache-2.0
"""A policy changes: looked at first, in force for new cases, adopted for open ones by a person, and never by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.services.acts import act, attempt, digest, ready, report
from tocsin.core.case import commands as cmd
from tocsin.core.policy.clause import State
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Audience, Refused, Role
from tocsin.services import policies, worker
from tocsin.services.queries import case as query
from tocsin.testing.house import House, house

FASTER = (seed("warehousepg") or "").replace('within = "3 business days"', 'within = "1 business day"')


@pytest.fixture
def home() -> House:
    return house()


def dana(home):
    return home.desk.people.actor(home.dana, "warehousepg")


def due(home, ref):
    view = query.view(home.desk, ref, home.dana)
    return next(promise.due for promise in view.promises if promise.name == "first-feedback")


def test_looking_at_a_policy_changes_nothing_and_says_what_would_move(home):
    case = report(home).case
    before = due(home, case)
    seen = policies.propose(home.desk, dana(home), "warehousepg", FASTER)
    assert seen.problems == ()
    assert "sla.first_feedback.within" in [each.path for each in seen.changed]
    (moves,) = seen.cases
    assert moves.case == case
    assert "first-feedback" in [moved.name for moved in moves.moved]
    assert due(home, case) == before


def test_a_new_policy_holds_for_new_cases_and_leaves_open_ones_alone(home):
    old = report(home).case
    before = due(home, old)
    policies.put_in_force(home.desk, dana(home), "warehousepg", FASTER)
    new = report(home).case
    assert due(home, old) == before
    assert (before[:3], due(home, new)[:3]) == ("Fri", "Wed")
    policy_of = [query.authorised(home.desk, ref, home.dana, "test")[1].case.policy for ref in (old, new)]
    assert policy_of[0] != policy_of[1]


def test_adopting_for_an_open_case_is_an_event_with_the_deadlines_it_moved(home):
    case = report(home).case
    before = due(home, case)
    policies.put_in_force(home.desk, dana(home), "warehousepg", FASTER)
    adopted = policies.adopt_for(home.desk, dana(home), "warehousepg", case, seen=1)
    assert not isinstance(adopted, Refused)
    assert (before[:3], due(home, case)[:3]) == ("Fri", "Wed")
    row = home.desk.inbox.row(case)
    assert row.next_due < home.clock() + timedelta(days=2)
    assert "put the case under the policy" in query.view(home.desk, case, home.dana).history[-1].said


def test_adopting_reaches_no_case_of_another_project(home):
    case = report(home, project="example").case
    refused = policies.adopt_for(home.desk, dana(home), "warehousepg", case, seen=1)
    assert isinstance(refused, Refused)
    assert refused.code == "not-found"


def test_a_policy_with_problems_is_refused_with_all_of_them_and_the_old_one_stays(home):
    broken = FASTER.replace('max = "28 days"', 'max = "1 day"').replace('scheme = "postgres"', 'scheem = "postgres"')
    before = home.desk.projects.get("warehousepg")
    refused = policies.put_in_force(home.desk, dana(home), "warehousepg", broken)
    assert isinstance(refused, Refused)
    assert "scheem" in repr(refused.missing)
    assert home.desk.projects.get("warehousepg") == before
    foreign = policies.propose(home.desk, dana(home), "warehousepg", seed("community") or "")
    assert foreign.problems[0].code == "other-project"
    renamed = policies.put_in_force(home.desk, dana(home), "warehousepg", FASTER.replace('"WHPG"', '"NEWER"'))
    assert isinstance(renamed, Refused)
    assert "prefix stays WHPG" in renamed.because
    assert home.desk.projects.get("warehousepg") == before


def test_a_triager_changes_no_policy(home):
    person = home.desk.people.add("Tri", "tri@example.org", {"warehousepg": frozenset({Role.TRIAGER})})
    actor = home.desk.people.actor(person.id, "warehousepg")
    refused = policies.put_in_force(home.desk, actor, "warehousepg", FASTER)
    assert isinstance(refused, Refused)
    assert refused.code == "not-permitted"


def test_a_closed_case_ends_with_a_record_of_every_promise_kept_or_missed(home):
    case = report(home).case
    home.clock.advance(timedelta(days=10))
    act(home, case, cmd.Say(audience=Audience.REPORTER, text="Sorry.", plan="We look.", workarounds="None known."))
    act(home, case, cmd.Publish(confirmation="WHPG-SA-2026-001", digest=ready(home, case)))
    worker.run_once(home.desk)
    act(home, case, cmd.Say(audience=Audience.REPORTER, text="It is published. Thank you."))
    closed = attempt(home, case, cmd.Close(outcome="advisory", note="We answered late: nobody was on duty."))
    assert not isinstance(closed, Refused), closed
    record = {each.promise: each.state for each in closed.adherence}
    assert record["first-feedback"] is State.LATE
    assert digest(home, case)
