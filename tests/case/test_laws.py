# SPDX-License-Identifier: Apache-2.0
"""Laws that hold for every case, whatever is asked of it, under both policies: replay, refusals, facts, embargoes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.case.walks import Walk, walks
from tocsin.core.case import commands as cmd
from tocsin.core.case import events as ev
from tocsin.core.case import model, standing
from tocsin.core.case import party_commands as pc
from tocsin.core.case.evolve import evolve
from tocsin.core.case.evolve import replay as fold
from tocsin.core.case.model import Case
from tocsin.core.case.parties import Party
from tocsin.core.case.phase import Phase, next_move, phase
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RM, RM_FIXES
from tocsin.core.notices import Copy, CopyStatus, deeds, message_copies, party_copies, party_status, status_copy
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Audience, Refused

LENGTH = 70


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
    publishing = {
        name for name in every if name.startswith(("publication.", "target."))
    }  # tests/publication goes there
    own_cna = {"cve.rejection_ordered", "cve.answered"}  # rare, or neither policy's route; tests/cna goes there
    custody = {"case.shredded"}  # no move of a case, but the end of its key; tests/services/test_shredding goes there
    assert every - seen <= {"advisory.published", "advisory.withdrawn", *publishing, *own_cna, *custody}, every - seen
    phases = {phase(case) for walk, steps in walked for _, case, _ in steps if case}
    assert phases >= {Phase.NEW, Phase.NEED_INFO, Phase.ACCEPTED, Phase.REJECTED, Phase.DUPLICATE, Phase.CLOSED}


def test_what_the_reporter_gets_never_holds_an_internal_note(walked, policy):
    for walk, _ in walked:
        marked = tuple(map(mark, walk.entries))
        copies = [*message_copies(marked, heard=True)]
        if walk.case:
            copies.append(status_copy(walk.case, policy, walk.now))
        assert "INTERNAL-7f3a" not in repr(copies)
        assert "4c1e" not in repr(copies), "another party's thread"


def mark(entry: ev.Entry) -> ev.Entry:
    """Put a word into every internal note that must be found nowhere else."""
    if isinstance(entry.event, ev.MessageSent) and entry.event.audience == Audience.TEAM:
        return replace(entry, event=replace(entry.event, text="INTERNAL-7f3a"))
    return entry


def told(walk: Walk, policy: Policy) -> Iterator[tuple[Case, Party, list[Copy]]]:
    """Every line of a walk with every party of the case after it, and what that party is told of it."""
    case = None
    for entry in walk.entries:
        case = evolve(case, entry)
        for party in case.parties:
            status = party_status(case, policy, party, entry.at)
            yield case, party, [*party_copies(case, party, (mark(entry),)), status]


def test_what_a_party_gets_never_holds_an_internal_note_or_somebody_elses_thread(walked, policy):
    reached = 0
    for walk, _ in walked:
        for _, party, copies in told(walk, policy):
            assert "INTERNAL-7f3a" not in repr(copies)
            assert party.part is Part.DISTRIBUTOR or "DISTRIBUTORS-4c1e" not in repr(copies)
            reached += "4c1e" in repr(copies)
    assert reached > 20, "the law has to see parties that are told something"


def test_under_an_embargo_a_party_sees_nothing_before_it_has_consented(walked, policy):
    held = 0
    for walk, _ in walked:
        for case, party, copies in told(walk, policy):
            if case.embargo.in_force and not case.embargo.may_see(party.id):
                held += 1
                (status,) = copies
                assert isinstance(status, CopyStatus)
                assert (status.steps, status.rm, status.products, status.advisory_id) == ((), "", (), "")
                assert status.phase in ("invited", "left")
    assert held > 100


def test_only_vendors_and_deployers_have_a_fix_path_and_only_who_accepted_has_a_fix(walked):
    fixed = 0
    for walk, _ in walked:
        for party in walk.case.parties if walk.case else ():
            assert all(each.path == "" for each in party.products) or party.part in (Part.VENDOR, Part.DEPLOYER)
            if any(each.path in ("VFd", "VFD", "D") for each in party.products):
                fixed += 1
                assert party.rm in RM_FIXES
    assert fixed > 5


def test_a_vendor_that_holds_the_report_is_aware_and_once_public_every_vendor_is(walked):
    for walk, steps in walked:
        for case in [*(before for _, before, _ in steps), walk.case]:
            for party in case.parties if case else ():
                if party.part is Part.VENDOR and party.here:
                    aware = party.rm is not RM.START
                    assert all(("V" in each.path) == aware for each in party.products)
                    assert aware or not case.public


def test_nothing_is_said_to_a_party_that_may_not_hear_it(walked):
    refused = 0
    for _, steps in walked:
        for command, case, decision in steps:
            if case is None or not isinstance(command, cmd.Say) or command.audience is not Audience.PARTY:
                continue
            party = standing.party(case, command.party)
            barred = party is None or not party.here or standing.may_be_told(case, party) is not None
            refused += barred
            assert not barred or isinstance(decision, Refused)
    assert refused > 20


def test_a_merged_case_keeps_every_report_and_the_earlier_end(walked):
    for _, steps in walked:
        for (command, before, decision), (_, after, _) in pairwise(steps):
            if isinstance(command, pc.Absorb) and before and after and decision and not isinstance(decision, Refused):
                assert after.reports == (*before.reports, command.report)
                ends = [each.ends_at for each in (before.embargo, command.embargo) if each.in_force and each.ends_at]
                if ends and after.embargo.in_force:
                    assert after.embargo.ends_at == min(ends)


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
