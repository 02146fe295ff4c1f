# SPDX-License-Identifier: Apache-2.0
"""The 70 possible histories of a vulnerability, how likely each is by luck, and how well a set of cases was handled.

A history is the order in which the six facts of the case state happened. Under the random walk every possible next fact
is equally likely, which gives each desired order of two facts a frequency by luck; being better than that is skill.
All numbers are exact fractions; only the interval of an observed frequency is a decimal (`core.case.beta`).

Source: CMU/SEI-2021-SR-021, "Are We Skillful or Just Lucky?" (doi 10.1145/3477431), CERTCC/Vultron
`docs/reference/measuring_cvd`. The published rank column follows neither its own text nor the reference code: it is the
dense rank of the sum of 1 - f over the desired orders met, with one exact tie (VFPAXD and VFXPAD, 307/72 each) split by
rounding. Here a tie is a tie, so there are 61 ranks where the publication has 62.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from itertools import chain, permutations, product
from types import MappingProxyType
from typing import Final

from tocsin.core.case.beta import beta_quantile
from tocsin.core.case.tables import CS_FINAL, CS_NEXT, CS_START, CS_STATES, CaseState, Fact, cs_set
from tocsin.core.vocabulary import Value

History = str
"""Up to six letters, each a fact in the order in which it happened: `VFDPXA` is the best, `AXPVFD` the worst."""

Pair = tuple[Fact, Fact]

DESIDERATA: Final[tuple[Pair, ...]] = tuple(
    (Fact(first), Fact(second))
    for first, second in ("VP", "VX", "VA", "FP", "FX", "FA", "DP", "DX", "DA", "PX", "PA", "XA")
)
"""The twelve desired orders: the first fact of each pair before the second."""


def _walks(state: CaseState = CS_START) -> Iterator[tuple[History, Fraction]]:
    """Walk every way from `state` to the end, with its probability."""
    if state == CS_FINAL:
        yield "", Fraction(1)
    for after in CS_NEXT[state]:
        fact = next(new for new, old in zip(after, state, strict=True) if new != old)
        for rest, probability in _walks(after):
            yield fact + rest, probability / len(CS_NEXT[state])


FREQUENCY: Final[Mapping[History, Fraction]] = MappingProxyType(dict(_walks()))
"""Each of the 70 histories with its probability by luck; they add up to one."""


def precedes(history: History, pair: Pair) -> bool:
    """Say whether the first fact of `pair` came before the second in `history`; what never happened came last."""
    first, second = (history.find(fact) if fact in history else len(history) for fact in pair)
    return first < second


def _by_luck(pair: Pair) -> Fraction:
    return sum((f for history, f in FREQUENCY.items() if precedes(history, pair)), Fraction(0))


PRECEDENCE: Final[Mapping[Pair, Fraction]] = MappingProxyType({pair: _by_luck(pair) for pair in permutations(Fact, 2)})
"""How often the first of two facts comes before the second by luck."""


def met(history: History) -> tuple[Pair, ...]:
    """Return the desired orders that `history` meets."""
    return tuple(pair for pair in DESIDERATA if precedes(history, pair))


def merit(history: History) -> Fraction:
    """Return the sum of 1 - f over the desired orders met: what was hard to get counts more."""
    return sum((1 - PRECEDENCE[pair] for pair in met(history)), Fraction(0))


_LEVELS: Final = tuple(sorted({merit(history) for history in FREQUENCY}))
RANK: Final[Mapping[History, int]] = MappingProxyType(
    {history: 1 + _LEVELS.index(merit(history)) for history in sorted(FREQUENCY, key=lambda h: (merit(h), h))}
)
"""Rank of each history from 1, the worst, to 61, the best. Equal merit is equal rank."""


def is_history(text: str) -> bool:
    """Say whether the facts of `text` can happen in this order, from the start; it need not be complete."""
    state: CaseState | None = CS_START
    for letter in text:
        state = cs_set(state, Fact(letter)) if state is not None and letter in Fact.__members__.values() else None
    return state is not None


def history_of(instants: Mapping[Fact, datetime]) -> History:
    """Return the history that the instants of a case's facts tell.

    What was recorded at one instant is put in a possible order that earns least: a tie is no credit. Where the instants
    themselves are in no possible order (somebody learnt late that attacks came first), the order of the record stands.
    """
    ordered = [sorted(fact for fact in instants if instants[fact] == at) for at in sorted(set(instants.values()))]
    tellings = ["".join(chain.from_iterable(groups)) for groups in product(*map(permutations, ordered))]
    possible = [telling for telling in tellings if is_history(telling)]
    return min(possible or tellings, key=lambda telling: (merit(telling), telling))


def median_rank(counts: Mapping[History, Fraction | int]) -> int:
    """Return the weighted median rank of complete histories; raises ValueError for none."""
    total = sum(counts.values())
    if not total:
        raise ValueError("no histories, no median")
    reached: Fraction | int = 0
    for history in RANK:
        reached += counts.get(history, 0)
        if 2 * reached >= total:
            break
    return RANK[history]


class Skill(Value, frozen=True):
    """How often one desired order was met: `alpha` is 0 for luck, 1 for always, negative for worse than luck.

    `low` and `high` bound alpha's 95 % interval; they are None where every case or no case met the order.
    """

    order: str
    by_luck: float
    cases: int
    successes: int
    observed: float
    alpha: float
    low: float | None
    high: float | None


def alpha(observed: Fraction, by_luck: Fraction) -> Fraction:
    """Return (observed - by luck) / (1 - by luck)."""
    return (observed - by_luck) / (1 - by_luck)


def skill(pair: Pair, successes: int, cases: int) -> Skill:
    """Return the skill shown by `successes` out of `cases`; raises ValueError unless that is a frequency."""
    if not 0 <= successes <= cases or not cases:
        raise ValueError(f"{successes} of {cases} is no frequency")
    luck = PRECEDENCE[pair]
    bounds = (
        [beta_quantile(q, successes, cases - successes) for q in (0.025, 0.975)]
        if 0 < successes < cases
        else [None, None]
    )
    low, high = (None if each is None else (each - float(luck)) / (1 - float(luck)) for each in bounds)
    observed = Fraction(successes, cases)
    return Skill(
        order=f"{pair[0]}<{pair[1]}",
        by_luck=float(luck),
        cases=cases,
        successes=successes,
        observed=float(observed),
        alpha=float(alpha(observed, luck)),
        low=low,
        high=high,
    )


def skills(histories: Iterable[History]) -> tuple[Skill, ...]:
    """Return the skill for each desired order over what happened in some cases; one that says nothing is left out.

    In an unfinished case, an order is known as soon as one of its two facts has happened.
    """
    known = list(histories)
    result = []
    for pair in DESIDERATA:
        telling = [history for history in known if set(pair) & set(history)]
        if telling:
            result.append(skill(pair, sum(precedes(history, pair) for history in telling), len(telling)))
    return tuple(result)


def page_rank(damping: float = 0.85, rounds: int = 200) -> Mapping[CaseState, float]:
    """Return how much of a long random walk each state gets, restarting at `vfdpxa` once everything has happened."""
    links = {state: CS_NEXT[state] or (CS_START,) for state in CS_STATES}
    rank = dict.fromkeys(CS_STATES, 1 / len(CS_STATES))
    for _ in range(rounds):
        fresh = dict.fromkeys(CS_STATES, (1 - damping) / len(CS_STATES))
        for state, targets in links.items():
            for target in targets:
                fresh[target] += damping * rank[state] / len(targets)
        rank = fresh
    return rank
