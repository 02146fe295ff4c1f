# SPDX-License-Identifier: Apache-2.0
"""Steps are answered or refused by name, and joint states come to rest where the laws hold."""

from __future__ import annotations

from itertools import product

import pytest

from tocsin.core.case.rules import (
    RULES,
    Joint,
    cs_after,
    em_step,
    embargo_may_hold,
    embargo_may_start,
    embargo_possible,
    fix_may_be_ready,
    may_close,
    may_negotiate,
    pec_step,
    rm_step,
    settle,
)
from tocsin.core.case.tables import (
    CS_STATES,
    EM,
    EM_IN_FORCE,
    JOINT,
    PEC,
    RM,
    EMInput,
    Fact,
    PECInput,
    RMInput,
    forced,
    start_ok,
    viable,
)
from tocsin.core.vocabulary import Refused

JOINTS = [Joint(rm=r, em=e, cs=c, vendor=v) for r, e, c, v in product(RM, EM, CS_STATES, (True, False))]


def refusals() -> list[Refused]:
    """Every refusal that the rules can make."""
    answers: list[object] = [rm_step(s, i) for s, i in product(RM, RMInput)]
    answers += [em_step(s, i) for s, i in product(EM, EMInput)]
    answers += [pec_step(s, i) for s, i in product(PEC, PECInput)]
    answers += [cs_after(s, i) for s, i in product(CS_STATES, Fact)]
    answers += [ask(s) for s in CS_STATES for ask in (embargo_possible, embargo_may_start, embargo_may_hold)]
    answers += [ask(s) for s in RM for ask in (may_negotiate, fix_may_be_ready)] + [may_close(s) for s in EM]
    return [answer for answer in answers if isinstance(answer, Refused)]


def test_every_refusal_names_a_rule_and_says_why_in_one_sentence() -> None:
    made = refusals()
    assert len(made) > 100
    for refused in made:
        assert refused.rule in RULES
        assert refused.code
        assert refused.because.endswith(".")
        assert refused.because[0].isupper()


def test_what_joint_rules_cite_is_a_rule() -> None:
    assert {rule.rule for rule in JOINT} <= set(RULES)


def test_a_refusal_says_what_is_possible_instead() -> None:
    refused = rm_step(RM.RECEIVED, RMInput.ACCEPT)
    assert isinstance(refused, Refused)
    assert refused.because == "A report in state received cannot be accepted; it can be found valid, found invalid."


def test_settling_comes_to_rest_and_settling_twice_is_settling_once() -> None:
    for joint in JOINTS:
        rest = settle(joint)
        assert settle(rest) == rest


def test_settling_never_undoes_a_fact_and_never_begins_an_embargo() -> None:
    for joint in JOINTS:
        rest = settle(joint)
        assert all(fact not in joint.cs or fact in rest.cs for fact in Fact)
        assert rest.em not in EM_IN_FORCE or rest.em is joint.em


def test_at_rest_no_embargo_is_open_on_what_is_public_exploited_or_attacked() -> None:
    for rest in map(settle, JOINTS):
        assert viable(rest.cs) or rest.em in {EM.NONE, EM.EXITED}


def test_at_rest_a_vendor_who_holds_the_report_is_aware_and_nothing_is_overdue() -> None:
    for rest in map(settle, JOINTS):
        assert forced(rest.cs) is not Fact.PUBLIC
        if rest.vendor:
            assert forced(rest.cs) is None
            assert ("V" in rest.cs) == (rest.rm is not RM.START)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Joint(em=EM.REVISE, cs="vfdpXa"), Joint(rm=RM.RECEIVED, em=EM.EXITED, cs="VfdPXa")),
        (Joint(em=EM.PROPOSED, cs="vfdPxa", vendor=False), Joint(em=EM.NONE, cs="vfdPxa", vendor=False)),
        (Joint(rm=RM.ACCEPTED, em=EM.ACTIVE, cs="VfdpxA"), Joint(rm=RM.ACCEPTED, em=EM.EXITED, cs="VfdpxA")),
        (Joint(rm=RM.RECEIVED), Joint(rm=RM.RECEIVED, cs="Vfdpxa")),
    ],
    ids=["an exploit ends it", "publicity ends the talks", "attacks end it", "a vendor's receipt is awareness"],
)
def test_the_world_moves_the_other_machines(before: Joint, after: Joint) -> None:
    assert settle(before) == after


def test_an_embargo_begins_only_where_it_is_viable() -> None:
    for state in CS_STATES:
        assert (embargo_may_start(state) is None) == start_ok(state)
        assert (embargo_may_hold(state) is None) == viable(state) == (embargo_possible(state) is None)


def test_only_who_accepted_can_have_a_fix() -> None:
    assert [rm.value for rm in RM if fix_may_be_ready(rm) is None] == ["D", "A", "C"]


def test_nobody_negotiates_over_an_invalid_or_closed_report() -> None:
    assert [rm.value for rm in RM if may_negotiate(rm) is None] == ["S", "R", "V", "D", "A"]


def test_a_report_under_an_active_embargo_is_not_closed() -> None:
    assert [em.value for em in EM if may_close(em) is None] == ["N", "P", "X"]
