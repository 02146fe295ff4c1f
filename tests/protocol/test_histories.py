# SPDX-License-Identifier: Apache-2.0
"""Histories, luck and skill: the published numbers to the last digit, and where they are wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.data import table
from tocsin.core.case.beta import beta_cdf, beta_quantile
from tocsin.core.case.histories import (
    DESIDERATA,
    FREQUENCY,
    PRECEDENCE,
    RANK,
    history_of,
    is_history,
    median_rank,
    merit,
    met,
    page_rank,
    precedes,
    skill,
    skills,
)
from tocsin.core.case.tables import CS_NEXT, CS_STATES, Fact

HISTORIES = table("histories.tsv")
FIXED_FIRST = (Fact.FIX_READY, Fact.PUBLIC)


def test_there_are_70_histories_and_they_are_all_there_is() -> None:
    assert set(FREQUENCY) == {row[1] for row in HISTORIES}
    assert len(FREQUENCY) == len(HISTORIES) == 70
    assert sum(FREQUENCY.values()) == 1
    assert {"".join(word) for word in permutations("VFDPXA") if is_history("".join(word))} == set(FREQUENCY)


@pytest.mark.parametrize("row", HISTORIES, ids=lambda row: row[1])
def test_a_history_has_its_published_numbers(row: list[str]) -> None:
    _, history, _, desiderata, exact, published, total = row
    assert FREQUENCY[history] == Fraction(exact)
    assert f"{float(FREQUENCY[history]):.4f}" == published
    assert len(met(history)) == int(desiderata)
    assert merit(history) == Fraction(total)


def test_ranks_are_the_published_ones_but_for_one_exact_tie() -> None:
    published = {row[1]: int(row[2]) for row in HISTORIES}
    assert merit("VFPAXD") == merit("VFXPAD") == Fraction(307, 72)
    assert (published["VFPAXD"], published["VFXPAD"]) == (40, 41)
    assert RANK["VFPAXD"] == RANK["VFXPAD"] == 40
    for history, rank in published.items():
        assert RANK[history] == (rank if rank <= 40 else rank - 1)
    assert (min(RANK.values()), max(RANK.values()), len(set(RANK.values()))) == (1, 61, 61)


def test_luck_has_median_rank_11_best_and_worst_are_as_published() -> None:
    assert median_rank(FREQUENCY) == 11
    assert (RANK["AXPVFD"], len(met("AXPVFD"))) == (1, 0)
    assert (RANK["VFDPXA"], len(met("VFDPXA"))) == (61, 12)
    with pytest.raises(ValueError, match="no histories"):
        median_rank({})


@pytest.mark.parametrize("row", table("desiderata.tsv"), ids=lambda row: row[0])
def test_a_desired_order_holds_by_luck_as_often_as_published(row: list[str]) -> None:
    pair = Fact(row[0][0]), Fact(row[0][2])
    assert pair in DESIDERATA
    assert PRECEDENCE[pair] == Fraction(row[1])
    assert abs(float(PRECEDENCE[pair]) - float(row[2])) <= 0.00051
    assert sum(precedes(history, pair) for history in FREQUENCY) == int(row[3])


def test_the_whole_precedence_matrix_is_as_published() -> None:
    for letter, *cells in table("precedence.tsv"):
        for other, cell in zip("VFDPXA", cells, strict=True):
            if cell != "-":
                assert PRECEDENCE[Fact(letter), Fact(other)] == Fraction(cell)


@pytest.mark.parametrize("row", table("case_states.tsv"), ids=lambda row: row[0])
def test_a_state_has_its_published_step_probability_and_page_rank(row: list[str]) -> None:
    following = CS_NEXT[row[0]]
    assert f"{1 / len(following) if following else 0:.3f}" == row[2]
    assert abs(page_rank()[row[0]] - float(row[3])) <= 0.0005


def test_page_rank_is_a_distribution() -> None:
    assert sum(page_rank().values()) == pytest.approx(1)
    assert set(page_rank()) == set(CS_STATES)


@pytest.mark.parametrize("row", table("skill.tsv"), ids=lambda row: row[0])
def test_observed_skill_is_as_recomputed(row: list[str]) -> None:
    """Two of the three published alphas are raw frequencies; alpha by its own definition is what we compute."""
    pair = Fact(row[0][-3]), Fact(row[0][-1])
    cases, successes = (int(cell.split(" ")[0].replace(",", "")) for cell in row[1:3])
    value, interval = row[4].strip("*").split(" ", 1)
    shown = skill(pair, successes, cases)
    assert f"{shown.alpha:.3f}" == value
    low, high = (float(bound) for bound in interval.strip("[]").split(", "))
    assert (shown.low, shown.high) == pytest.approx((low, high), abs=0.00052)  # one bound was rounded twice: SOURCES.md
    assert f"{shown.observed:.4f}" == row[3].split(" ")[0]
    published = row[5].split(" ")[0]
    assert ("this is f_obs" in row[5]) == (f"{shown.observed:.3f}" == published != f"{shown.alpha:.3f}")


def test_skill_is_0_for_luck_1_for_always_and_negative_for_worse() -> None:
    assert skill(FIXED_FIRST, 1, 9).alpha == 0
    always = skill(FIXED_FIRST, 9, 9)
    assert (always.alpha, always.low, always.high) == (1, None, None)
    assert skill(FIXED_FIRST, 0, 9).alpha < 0
    for successes, cases in ((1, 0), (-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="no frequency"):
            skill(FIXED_FIRST, successes, cases)


def test_an_unfinished_case_tells_only_what_it_knows() -> None:
    known = {each.order: each for each in skills(["VF", "V", "P"])}
    assert (known["V<P"].successes, known["V<P"].cases) == (2, 3)
    assert (known["F<P"].successes, known["F<P"].cases) == (1, 2)
    assert known["D<P"].cases == 1
    assert "X<A" not in known
    assert skills([]) == ()


def test_a_tie_in_time_is_no_credit() -> None:
    noon, later = datetime(2026, 11, 24, 12, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    assert history_of({Fact.VENDOR_AWARE: noon, Fact.PUBLIC: noon, Fact.FIX_READY: later}) == "PVF"
    assert history_of({Fact.EXPLOIT: noon, Fact.PUBLIC: noon, Fact.VENDOR_AWARE: noon}) == "XPV"
    assert history_of({Fact.FIX_READY: noon, Fact.VENDOR_AWARE: noon, Fact.PUBLIC: later}) == "VFP"
    assert history_of({}) == ""


def test_a_late_discovery_is_kept_as_recorded() -> None:
    noon, later = datetime(2026, 11, 24, 12, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)
    assert history_of({Fact.PUBLIC: noon, Fact.ATTACKS: later, Fact.VENDOR_AWARE: later.replace(hour=9)}) == "PAV"


def test_luck_played_out_is_no_skill() -> None:
    """Negative control: cases drawn as often as luck draws them show an alpha of exactly 0."""
    drawn = [history for history, f in FREQUENCY.items() for _ in range(int(f * 3456))]
    assert len(drawn) == 3456
    assert all(each.alpha == pytest.approx(0, abs=1e-12) for each in skills(drawn))


@pytest.mark.parametrize("share", [0.001, 0.025, 0.5, 0.8, 0.975])
@pytest.mark.parametrize("b", [1, 2, 7.5, 100, 50_000])
def test_the_beta_quantile_has_its_closed_forms(share: float, b: float) -> None:
    assert beta_quantile(share, 1, b) == pytest.approx(1 - (1 - share) ** (1 / b), abs=1e-9)
    assert beta_quantile(share, b, 1) == pytest.approx(share ** (1 / b), abs=1e-9)


def test_the_beta_distribution_is_a_polynomial_where_it_must_be() -> None:
    for x in (0.1, 0.35, 0.5, 0.9):
        assert beta_cdf(x, 2, 3) == pytest.approx(6 * x**2 - 8 * x**3 + 3 * x**4, abs=1e-12)
    assert beta_cdf(0, 2, 3) == 0
    assert beta_cdf(1, 2, 3) == 1


@given(st.floats(0.01, 0.99), st.floats(1, 5_000), st.floats(1, 5_000))
def test_quantile_and_share_undo_each_other_and_mirror(share: float, a: float, b: float) -> None:
    x = beta_quantile(share, a, b)
    assert beta_cdf(x, a, b) == pytest.approx(share, abs=1e-6)
    assert beta_cdf(x, a, b) + beta_cdf(1 - x, b, a) == pytest.approx(1, abs=1e-6)
