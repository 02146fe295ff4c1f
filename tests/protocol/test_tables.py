# SPDX-License-Identifier: Apache-2.0
"""The four machines say what the publications say, and nothing more."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import product

import pytest

from tests.protocol.data import lines, table
from tocsin.core.case.rules import cs_after
from tocsin.core.case.tables import (
    CONSENT,
    CS_FINAL,
    CS_NEXT,
    CS_START,
    CS_STATES,
    EM,
    EMBARGO,
    PEC,
    REPORT,
    RM,
    EMInput,
    Fact,
    Machine,
    PECInput,
    RMInput,
    caution,
    cs_set,
    start_ok,
    viable,
    zero_days,
)
from tocsin.core.vocabulary import Refused

MACHINES = pytest.mark.parametrize("machine", [REPORT, EMBARGO, CONSENT], ids=lambda machine: machine.name)


def words(machine: Machine, alphabet: type[StrEnum], longest: int) -> set[str]:
    """Every input string of 1 to `longest` letters that the machine takes from its start to a final state."""
    found: set[str] = set()
    level = [(machine.start, "")]
    for _ in range(longest):
        level = [
            (to, word + letter)
            for state, word in level
            for letter in alphabet
            if (to := machine.step(state, letter)) is not None
        ]
        found |= {word for state, word in level if state in machine.final}
    return found


def test_report_management_has_seven_states_and_eleven_transitions() -> None:
    assert "".join(RM) == "SRIVDAC"
    edges = {(a.value, i.value, b.value) for (a, i), b in REPORT.transitions.items()}
    assert {a + i + b for a, i, b in edges} == {
        "SrR",
        "RvV",
        "RiI",
        "IvV",
        "IcC",
        "VaA",
        "VdD",
        "DaA",
        "DcC",
        "AdD",
        "AcC",
    }


def test_exactly_the_published_paths_lead_to_closed() -> None:
    assert words(REPORT, RMInput, 7) == set(lines("rm_paths.txt"))
    assert len(lines("rm_paths.txt")) == 15


def test_embargo_management_has_five_states_and_ten_transitions() -> None:
    assert "".join(EM) == "NPARX"
    edges = {(a.value, i.value, b.value) for (a, i), b in EMBARGO.transitions.items()}
    assert {a + i + b for a, i, b in edges} == {"NpP", "PpP", "PrN", "PaA", "ApR", "AtX", "RpR", "RaA", "RrA", "RtX"}


def test_exactly_the_published_traces_end_without_an_embargo_in_force() -> None:
    assert words(EMBARGO, EMInput, 7) == set(lines("em_traces.txt"))
    assert len(lines("em_traces.txt")) == 72


def test_the_corrected_regular_expression_is_the_embargo_machine() -> None:
    correct = re.compile(r"(p+r)*(p+a(p+[ar])*p*t)?")
    candidates = ("".join(letters) for n in range(1, 10) for letters in product("part", repeat=n))
    assert {word for word in candidates if correct.fullmatch(word)} == words(EMBARGO, EMInput, 9)


def test_the_published_regular_expression_is_wrong_and_therefore_not_used() -> None:
    published = re.compile(r"(p*r)*(pa(p*r)*(pa)?t)?")
    assert sum(not published.fullmatch(trace) for trace in lines("em_traces.txt")) == 39
    assert all(published.fullmatch(word) for word in ("r", "rr", "prr"))


def test_consent_has_five_states_and_is_reset_from_each() -> None:
    assert [state.value for state in PEC] == ["NO_EMBARGO", "INVITED", "SIGNATORY", "LAPSED", "DECLINED"]
    assert all(CONSENT.step(state, PECInput.RESET) is PEC.NO_EMBARGO for state in PEC)
    assert len(CONSENT.transitions) == 3 + 3 + 3 + 1 + 5


@MACHINES
def test_every_state_can_be_reached_and_every_transition_stays_inside(machine: Machine) -> None:
    reached = {machine.start} | set(machine.transitions.values())
    assert reached == set(machine.states)
    assert {origin for origin, _ in machine.transitions} <= set(machine.states)


@pytest.mark.parametrize(("state", "following", "embargo"), [(r[0], r[1], r[4]) for r in table("case_states.tsv")])
def test_a_case_state_is_as_published(state: str, following: str, embargo: str) -> None:
    assert list(CS_NEXT[state]) == ([] if following == "-" else following.split())
    assert start_ok(state) == ("start ok" in embargo)
    assert viable(state) == ("not viable" not in embargo)
    assert caution(state) == ("caution" in embargo)


def test_there_are_32_case_states_and_58_edges() -> None:
    assert list(CS_STATES) == [row[0] for row in table("case_states.tsv")]
    assert (len(CS_STATES), sum(map(len, CS_NEXT.values()))) == (32, 58)
    assert (CS_STATES[0], CS_STATES[-1]) == (CS_START, CS_FINAL)


@pytest.mark.parametrize(("state", "fact"), list(product(CS_STATES, Fact)))
def test_a_fact_is_recorded_or_refused_by_a_named_rule(state: str, fact: Fact) -> None:
    after = cs_after(state, fact)
    assert after.rule.startswith("cs.") if isinstance(after, Refused) else after in CS_NEXT[state]
    assert cs_set(state, fact) == (None if isinstance(after, Refused) else after)


def test_zero_days_are_named_by_shape() -> None:
    assert zero_days("vfdpxa") == ("ZDV1",)
    assert zero_days("vfdPxa") == ("ZDV2", "ZDV3")
    assert zero_days("VfdpxA") == ("ZDA2", "ZDA3")
    assert zero_days("vfdpXa") == ("ZDV1", "ZDE1", "ZDE2", "ZDE3")
    assert zero_days("VFDPXA") == ()
