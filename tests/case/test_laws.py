# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for every case, whatever is asked of it, under both policies: replay, refusals, facts, embargoes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.case.walks import Walk, walks
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case import model
from tocsin.core.case.evolve import evolve
from tocsin.core.case.evolve import replay as fold
from tocsin.core.case.phase import Phase, next_move, phase
from tocsin.core.notices import deeds, message_copies, status_copy
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Audience, Refused

LENGTH = 60


@pytest.fixture(params=["community", "warehousepg"], scope="module")
def policy(request: pytest.FixtureRequest) -> Policy:
    loaded = load(seed(request.param) or "")
    assert isinstance(loaded, Policy), loaded
    return loaded


@pytest.fixture(scope="module")
def walked(policy: Policy, request: pytest.FixtureRequest) -> list[tuple[Walk, list]]:
    """Walks of this policy with every step of theirs: 160 in the usual run, 2,000 in the deep one."""
    count = 2000 if request.config.getoption("--deep", default=False) else 160
    return [(walk, [walk.step() for _ in range(LENGTH)]) for walk in walks(policy, seed=7, count=count, length=LENGTH)]


def test_replaying_a_journal_gives_its_case(walked):
    for walk, _ in walked:
        assert fold(walk.entries) == walk.case


def test_a_journal_survives_being_written_down(walked):
    for walk, _ in walked:
        assert [ev.decode(ev.encode(entry)) for entry in walk.entries] == walk.entries


def test_a_snapshot_is_as_good_as_the_journal(walked):
    for walk, _ in walked:
        half = len(walk.entries) // 2
        start = fold(walk.entries[:half])
        kept = model.decode(model.encode(start)) if start else None
        assert kept == start
        assert fold(walk.entries[half:], kept) == walk.case


def test_a_refusal_changes_nothing_and_says_why(walked):
    refusals = 0
    for _, steps in walked:
        for (_, before, decision), (_, after, _) in pairwise(steps):
            if isinstance(decision, Refused):
                refusals += 1
                assert after == before
                assert decision.code
                assert decision.because.endswith((".", "!", "?")), decision
    assert refusals > 1000


def test_facts_never_unhappen(walked):
    for _, steps in walked:
        state = ""
        for _, case, _ in steps:
            if case:
                assert all(bit in case.state for bit in state if bit.isupper())
                state = case.state


def test_no_embargo_holds_on_what_is_public_exploited_or_attacked(walked):
    for walk, steps in walked:
        for case in [*(before for _, before, _ in steps), walk.case]:
            if case and set(case.state) & set("PXA"):
                assert not case.embargo.in_force


def test_publication_is_never_ordered_while_an_embargo_holds(walked):
    for _, steps in walked:
        for command, before, decision in steps:
            if isinstance(command, cmd.Publish) and not isinstance(decision, Refused) and decision:
                ordered = decision[0]
                assert isinstance(ordered, ev.PublicationOrdered)
                assert before
                assert before.embargo_until is None or before.embargo_until <= ordered.at


def test_walks_reach_every_event_and_most_phases(walked):
    seen = {ev.name(entry.event) for walk, _ in walked for entry in walk.entries}
    every = {str(kind.__struct_config__.tag) for kind in ev.Event.__args__}
    assert every - seen <= {"advisory.published", "publication.ordered", "publication.failed"}, every - seen
    phases = {phase(case) for walk, steps in walked for _, case, _ in steps if case}
    assert phases >= {Phase.NEW, Phase.NEED_INFO, Phase.ACCEPTED, Phase.REJECTED, Phase.DUPLICATE, Phase.CLOSED}


def test_what_the_reporter_gets_never_holds_an_internal_note(walked, policy):
    for walk, _ in walked:
        marked = tuple(
            replace(e, event=replace(e.event, text="INTERNAL-7f3a"))
            if isinstance(e.event, ev.MessageSent) and e.event.audience == Audience.TEAM
            else e
            for e in walk.entries
        )
        copies = [*message_copies(marked, heard=True)]
        if walk.case:
            copies.append(status_copy(walk.case, policy, walk.now))
        assert "INTERNAL-7f3a" not in repr(copies)


def test_notifications_carry_no_content(walked):
    for walk, _ in walked:
        if walk.case:
            told = repr(deeds(walk.case, tuple(walk.entries)))
            assert "Out-of-bounds" not in told
            assert "buffer" not in told


def test_every_case_has_a_phase_and_says_who_owes_the_next_move(walked):
    for _, steps in walked:
        for _, case, _ in steps:
            if case:
                assert phase(case) in Phase
                assert next_move(case) in ("team", "reporter", "nobody")


def test_a_journal_out_of_order_is_not_read_as_a_case(walked):
    """Negative control: dropping or swapping lines must be noticed, not folded into some other case."""
    walk = max((walk for walk, _ in walked), key=lambda walk: len(walk.entries))
    with pytest.raises(ValueError, match="follows"):
        fold([*walk.entries[:2], *walk.entries[3:]])
    with pytest.raises(ValueError, match=r"second report|follows|starts"):
        fold([walk.entries[1], walk.entries[0]])
    with pytest.raises(ValueError, match="second report"):
        evolve(walk.case, walk.entries[0])
