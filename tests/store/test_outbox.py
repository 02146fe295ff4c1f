# SPDX-License-Identifier: Apache-2.0
"""The contract of the outbox and of public numbers, on every store. Workers that race are in `test_races`."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tests.store.stores import OTHER, T0, WHPG, Stores, effect, opening

A = "WHPG-2026-k7x4m"
MINUTE = timedelta(minutes=1)


def with_effects(stores: Stores, *minutes: int) -> Stores:
    effects = tuple(effect(f"eff_{n}", A, T0 + at * MINUTE) for n, at in enumerate(minutes))
    stores.journal.commit(opening(A, effects=effects))
    return stores


def test_effects_are_leased_when_they_are_due_oldest_first(stores: Stores) -> None:
    with_effects(stores, 2, 0, 1, 5)
    taken = stores.outbox.lease(T0 + 2 * MINUTE, T0 + 9 * MINUTE, 10)
    assert [each.id for each in taken] == ["eff_1", "eff_2", "eff_0"]
    assert taken[0] == msgspec.structs.replace(effect("eff_1", A), tries=1)


def test_a_leased_effect_is_nobody_elses_until_the_lease_ends(stores: Stores) -> None:
    with_effects(stores, 0)
    assert len(stores.outbox.lease(T0, T0 + MINUTE, 10)) == 1
    assert list(stores.outbox.lease(T0, T0 + MINUTE, 10)) == []
    assert list(stores.outbox.lease(T0 + MINUTE - timedelta(microseconds=1), T0 + 2 * MINUTE, 10)) == []
    (again,) = stores.outbox.lease(T0 + MINUTE, T0 + 2 * MINUTE, 10)
    assert (again.tries, again.due_at, again.body) == (2, T0, b"effect")


def test_a_lease_takes_no_more_than_its_limit(stores: Stores) -> None:
    with_effects(stores, 0, 0, 0)
    first = stores.outbox.lease(T0, T0 + MINUTE, 2)
    second = stores.outbox.lease(T0, T0 + MINUTE, 2)
    assert [each.id for each in (*first, *second)] == ["eff_0", "eff_1", "eff_2"]


def test_what_is_done_stays_done(stores: Stores) -> None:
    with_effects(stores, 0, 0)
    first, _ = stores.outbox.lease(T0, T0 + MINUTE, 10)
    stores.outbox.done(["eff_0"], T0)
    stores.outbox.done(["eff_0"], T0 + MINUTE)
    stores.outbox.again(first, T0, "late")
    stores.outbox.done(["eff_unknown"], T0)
    stores.outbox.done([], T0)
    assert stores.outbox.waiting() == 1
    assert [each.id for each in stores.outbox.lease(T0 + MINUTE, T0 + 2 * MINUTE, 10)] == ["eff_1"]


def test_several_are_done_at_once(stores: Stores) -> None:
    with_effects(stores, 0, 0, 0)
    stores.outbox.done(["eff_0", "eff_2"], T0)
    assert [each.id for each in stores.outbox.lease(T0, T0 + MINUTE, 10)] == ["eff_1"]


def test_what_is_put_back_comes_again_when_it_is_due(stores: Stores) -> None:
    with_effects(stores, 0)
    (taken,) = stores.outbox.lease(T0, T0 + 9 * MINUTE, 10)
    stores.outbox.again(taken, T0 + MINUTE, "timeout")
    assert stores.outbox.waiting() == 1
    assert list(stores.outbox.lease(T0, T0 + 9 * MINUTE, 10)) == []
    (again,) = stores.outbox.lease(T0 + MINUTE, T0 + 9 * MINUTE, 10)
    assert (again.tries, again.due_at) == (2, T0 + MINUTE)


def test_who_comes_back_after_the_lease_ran_out_takes_nothing_from_who_has_it_now(stores: Stores) -> None:
    with_effects(stores, 0)
    (slow,) = stores.outbox.lease(T0, T0 + MINUTE, 10)
    (held,) = stores.outbox.lease(T0 + MINUTE, T0 + 9 * MINUTE, 10)
    stores.outbox.again(slow, T0 + MINUTE, "timeout")
    assert list(stores.outbox.lease(T0 + 2 * MINUTE, T0 + 9 * MINUTE, 10)) == []
    stores.outbox.again(held, T0 + 2 * MINUTE, "timeout")
    assert [each.tries for each in stores.outbox.lease(T0 + 2 * MINUTE, T0 + 9 * MINUTE, 10)] == [3]


def test_numbers_count_up_per_project_and_year(stores: Stores) -> None:
    given = [stores.numbers.next_advisory(*of) for of in ((WHPG, 2026), (WHPG, 2026), (OTHER, 2026), (WHPG, 2027))]
    assert given == [1, 2, 1, 1]
    assert stores.numbers.next_advisory(WHPG, 2026) == 3
