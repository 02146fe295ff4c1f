# SPDX-License-Identifier: Apache-2.0
"""Laws of all clauses together, over random facts and moves, under three policies."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import DATA
from tocsin.core.clock import at
from tocsin.core.policy import clauses
from tocsin.core.policy.adherence import adherence
from tocsin.core.policy.clause import State
from tocsin.core.policy.explain import explain
from tocsin.core.policy.facts import Known, LineFact, Move, MoveName, PromiseFact
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.prose.phrases import phrases
from tocsin.core.policy.prose.reading import read
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Actor, ActorKind, Affectedness, Refused, RejectionClass, ReportKind, Role

START = at("2026-11-20T15:30:00Z")


def policies() -> list[Policy]:
    texts = [
        seed("community"),
        seed("warehousepg"),
        (DATA / "policies" / "everything.toml").read_text(encoding="utf-8"),
    ]
    loaded = [load(text or "") for text in texts]
    assert all(isinstance(policy, Policy) for policy in loaded)
    return [policy for policy in loaded if isinstance(policy, Policy)]


POLICIES = policies()
instants = st.integers(0, 60 * 24 * 120).map(lambda minutes: START + timedelta(minutes=minutes))
maybe = st.none() | instants
words = st.sampled_from(["", "   ", "short", "a long and detailed reason " * 6, "by default the password is empty"])
lines = st.builds(
    LineFact,
    line=st.sampled_from(["7.4", "7.3", "2.1"]),
    state=st.sampled_from(list(Affectedness)),
    supported=st.booleans(),
    fixed_in=st.sampled_from(["", "7.4.2"]),
    waiver=words,
    waived_by=st.sampled_from(["", "li"]),
    tested=st.booleans(),
    last_release_at=maybe,
)
facts = st.builds(
    Known,
    received_at=instants,
    kind=st.sampled_from(list(ReportKind)),
    public=st.booleans(),
    first_feedback_at=maybe,
    plan_sent_at=maybe,
    workarounds_sent_at=maybe,
    reporter_waits_since=maybe,
    reporter_owes_since=maybe,
    effect=words,
    criticality=words,
    affected_versions=words,
    decided_at=maybe,
    conversation_at=maybe,
    accepted_at=maybe,
    closed_at=maybe,
    vector=st.sampled_from(["", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "CVSS:4.0/VC:H", "nonsense"]),
    cwe=st.sampled_from([(), ("CWE-269",)]),
    lines=st.lists(lines, max_size=3).map(tuple),
    mitigation=words,
    no_mitigation_known=st.booleans(),
    fix_ready_at=maybe,
    fix_confirmed_by=st.sampled_from([(), ("li",), ("dana",)]),
    fix_author=st.sampled_from(["", "li"]),
    embargo_until=maybe,
    embargo_rejections=st.integers(0, 3),
    published_at=maybe,
    advisory_id=st.sampled_from(["", "EX-SA-2026-001"]),
    cve_id=st.sampled_from(["", "CVE-1900-0001"]),
    cve_state=st.sampled_from(["none", "reserved", "published", "rejected"]),
    promises_met=st.lists(
        st.builds(
            PromiseFact,
            name=st.sampled_from(["acknowledgement", "update", "urgent-call", "cve-requested", "erased"]),
            at=instants,
        ),
        max_size=2,
    ).map(tuple),
)
moves = st.builds(
    Move,
    name=st.sampled_from(list(MoveName)),
    actor=st.builds(
        Actor,
        kind=st.sampled_from(list(ActorKind)),
        id=st.sampled_from(["dana", "li"]),
        roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    ),
    text=words,
    plan=words,
    workarounds=words,
    automatic=st.booleans(),
    rejection=st.none() | st.sampled_from(list(RejectionClass)),
    reason_class=st.sampled_from(["", "not-well-tested", "advisory", "fix-only-internal"]),
    ends_at=maybe,
    assignee_roles=st.frozensets(st.sampled_from(list(Role)), max_size=3),
    vector=st.sampled_from(["", "CVSS:2.0/x", "CVSS:4.0/VC:H"]),
    cve_state=st.sampled_from(["", "reserved", "published"]),
    approved_by=st.sampled_from([(), ("li",), ("dana", "li")]),
)
law = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@law
@given(st.sampled_from(POLICIES), facts, moves, instants)
def test_law_no_question_to_the_clauses_is_an_error_and_answers_are_stable(policy, known, move, now):
    first = clauses.guard(policy, known, move, now)
    assert first == clauses.guard(policy, known, move, now)
    clauses.warnings(policy, known, move, now)
    clauses.reactions(policy, known, move)
    clauses.proposals(policy, known, now)
    assert clauses.priority_class(policy, known) in (0, 1, 2)


@law
@given(st.sampled_from(POLICIES), facts, moves, instants)
def test_law_a_shut_gate_refuses_and_every_refusal_tells_rule_and_remedy(policy, known, move, now):
    shut = [gate for gate in clauses.required_before(policy, known, move.name) if not gate.satisfied]
    refused = clauses.guard(policy, known, move, now)
    if shut:
        assert isinstance(refused, Refused)
        assert refused.missing == tuple(gate.reason for gate in shut)
    if refused:
        assert refused.rule
        assert refused.because.endswith(".")
        msgspec.json.encode(refused)


@law
@given(st.sampled_from(POLICIES), facts, instants)
def test_law_every_promise_explains_itself_and_its_ladder_rises(policy, known, now):
    for promise in clauses.promises(policy, known):
        assert promise.due_at >= promise.started_at or promise.name == "distributor-notice"
        shares = [alert.at for alert in promise.warnings if alert.share <= 100]
        assert shares == sorted(shares) or promise.name == "distributor-notice"
        assert promise.rule in explain(promise)
        if promise.kept_at:
            assert promise.state(now) in (State.KEPT, State.LATE)
    record = adherence(policy, known, now)
    assert [each.promise for each in record] == [promise.name for promise in clauses.promises(policy, known)]


@law
@given(st.sampled_from(POLICIES), facts, moves, instants)
def test_law_scoring_by_those_who_decide_never_blocks(policy, known, move, now):
    score = msgspec.structs.replace(
        move, name=MoveName.SCORE, actor=Actor(kind=ActorKind.PERSON, id="dana", roles=frozenset({Role.MAINTAINER}))
    )
    assert clauses.guard(policy, known, score, now) is None


@pytest.mark.parametrize("name", ["community", "warehousepg"])
def test_no_phrase_looks_at_a_sentence_for_long(name):
    """Every phrase answers quickly on the longest sentence that is ever shown to it."""
    reading = read((DATA / "policies" / f"{name}-SECURITY.md").read_bytes())
    for unit in reading.page.units:
        longest = msgspec.structs.replace(unit, text=(unit.text * 400)[:4000])
        list(phrases(0, longest, reading.page))
