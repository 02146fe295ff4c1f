# SPDX-License-Identifier: Apache-2.0
"""Why a deadline falls where it falls; what another policy would move; what a case leaves behind."""

from __future__ import annotations

import pytest

from tocsin.core.clock import at
from tocsin.core.policy.adherence import adherence
from tocsin.core.policy.changes import deadlines_moved, terms_changed
from tocsin.core.policy.clause import State
from tocsin.core.policy.explain import due_after, explain, explain_case, unmeasurable
from tocsin.core.policy.facts import Known
from tocsin.core.policy.load import from_tables, load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import seed
from tocsin.core.policy.tables import tables

TUESDAY = at("2026-11-24T09:12Z")


def policy(name: str) -> Policy:
    loaded = load(seed(name) or "")
    assert isinstance(loaded, Policy)
    return loaded


def test_the_answer_names_start_rule_line_and_who_chose_the_number():
    promise = due_after(policy("warehousepg"), "first_feedback", TUESDAY)
    assert promise is not None
    assert explain(promise) == (
        "First feedback is due Fri 27 Nov 2026 09:12 UTC because the report arrived Tue 24 Nov 2026 09:12 UTC, policy "
        '`sla.first_feedback.within = 3 business days` (Mon-Fri, UTC), from "Emails will be addressed '
        "promptly, including a detailed plan to investigate the issue and any potential workarounds to perform in the "
        'meantime.", '
        "SECURITY.md:23, value chosen by the WarehousePG project team on 2026-11-21: the document says 'promptly'."
    )


def test_a_promise_is_found_by_either_spelling_and_an_unknown_one_is_none():
    community = policy("community")
    assert due_after(community, "first-feedback", TUESDAY) == due_after(community, "first_feedback", TUESDAY)
    assert due_after(community, "lunch", TUESDAY) is None


def test_every_promise_of_a_case_explains_itself_soonest_first():
    facts = Known(received_at=TUESDAY, decided_at=TUESDAY, accepted_at=TUESDAY, embargo_until=at("2026-12-08T15:00Z"))
    lines = explain_case(policy("community"), facts)
    assert [line.partition(" is due")[0] for line in lines] == [
        "First feedback",
        "Conversation",
        "Distributors",
        "Disclosure",
    ]


def test_a_policy_pinned_to_a_case_keeps_its_dates_and_the_diff_shows_what_would_move():
    community, warehousepg = policy("community"), policy("warehousepg")
    facts = Known(received_at=TUESDAY, accepted_at=TUESDAY, embargo_until=at("2026-12-15T15:00Z"))
    assert [str(moved) for moved in deadlines_moved(community, warehousepg, facts)] == [
        "disclosure: Mon 22 Feb 2027 09:12 UTC -> Tue 22 Dec 2026 09:12 UTC",
        "distributor-notice: Tue 8 Dec 2026 15:00 UTC -> not promised",
    ]
    assert deadlines_moved(community, community, facts) == ()


def test_the_same_report_gets_different_dates_under_a_changed_number():
    changed = load((seed("community") or "").replace('within = "3 business days"', 'within = "5 business days"'))
    assert isinstance(changed, Policy)
    assert changed.version != policy("community").version
    (moved,) = deadlines_moved(policy("community"), changed, Known(received_at=TUESDAY))
    assert (moved.before, moved.after) == (at("2026-11-27T09:12Z"), at("2026-12-01T09:12Z"))
    terms = {term.path: (term.before, term.after) for term in terms_changed(policy("community"), changed)}
    assert terms == {
        "sla.first_feedback.within": ("3 business days", "5 business days"),
        "sla.conversation.within": ("3 business days", "5 business days"),
    }


@pytest.mark.parametrize("name", ["community", "warehousepg"])
def test_a_policy_as_tables_is_the_same_policy(name):
    again = from_tables({**tables(policy(name)), "choice": True})
    assert isinstance(again, Policy), again
    assert terms_changed(policy(name), again) == ()


def test_the_adherence_record_shows_a_late_answer_as_missed():
    facts = Known(
        received_at=TUESDAY,
        first_feedback_at=at("2026-11-30T09:00Z"),
        plan_sent_at=at("2026-11-30T09:00Z"),
        workarounds_sent_at=at("2026-11-30T09:00Z"),
        decided_at=at("2026-11-30T10:00Z"),
        accepted_at=at("2026-11-30T10:00Z"),
        conversation_at=at("2026-11-30T10:00Z"),
        published_at=at("2026-12-08T15:00Z"),
    )
    record = {each.promise: each for each in adherence(policy("warehousepg"), facts, at("2027-01-10T00:00Z"))}
    assert {name: each.state for name, each in record.items()} == {
        "first-feedback": State.LATE,
        "conversation": State.KEPT,
        "disclosure": State.KEPT,
    }
    assert record["first-feedback"].missed
    assert "S20" in record["first-feedback"].rows
    assert record["first-feedback"].cite == "SECURITY.md:23"


def test_words_without_a_number_are_listed_as_unmeasurable():
    worded = from_tables(
        {
            "project": {"id": "x", "name": "X", "prefix": "XX"},
            "choice": True,
            "sla": {"first_feedback": {"said": "promptly"}, "conversation": {"within": "3 days", "said": "soon"}},
        }
    )
    assert isinstance(worded, Policy)
    assert unmeasurable(worded) == ("Feedback will be sent promptly.",)
    assert unmeasurable(policy("warehousepg")) == ()
