# SPDX-License-Identifier: Apache-2.0
"""Laws of a run, over random happenings in random order: forwards only, in order, never early, never by two at once."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.core.publication import SITE, Planned, Progress, Run, Stage, State, Step, digest, opened, order, ready, step
from tocsin.core.publication import events as ev
from tocsin.core.publication.model import MUST_BE_READ, STAGES
from tocsin.core.publication.run import apply

AT = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)
TARGETS = order(
    (
        SITE,
        Planned(name="releases", kind="releases", stage=Stage.RELEASES),
        Planned(name="feeds", kind="feeds", stage=Stage.FEEDS),
        Planned(name="csaf", kind="csaf", stage=Stage.FEEDS),
        Planned(name="cve", kind="cve", stage=Stage.CVE),
        Planned(name="forge", kind="forge", stage=Stage.FORGE),
        Planned(name="list:a", kind="list", stage=Stage.LISTS, to="a"),
        Planned(name="list:b", kind="list", stage=Stage.LISTS, to="b"),
        Planned(name="twitter", kind="twitter", stage=Stage.CHAT, by_hand=True),
        Planned(name="people", kind="people", stage=Stage.PEOPLE),
    )
)


def fresh() -> Run:
    return Run(order="ab" * 32, plan="cd" * 32, at=AT, targets=tuple(Progress(target=each) for each in TARGETS))


def happening(rng: random.Random, run: Run, now: datetime) -> ev.TargetEvent | None:
    """What the rules allow next at some target."""
    name, claim = rng.choice(TARGETS).name, rng.choice(("eff_1", "eff_2"))
    match step(run, name, claim, now):
        case Step.INTEND:
            return ev.TargetIntended(target=name, claim=claim)
        case Step.ACT:
            return rng.choice(
                (
                    ev.TargetDone(target=name, where="there"),
                    ev.TargetTroubled(target=name, reason="it hangs", untouched=rng.random() < 0.3),
                    ev.TargetRefused(target=name, reason="no"),
                )
            )
        case Step.READ:
            return rng.choice((ev.TargetRead(target=name), ev.TargetTroubled(target=name, reason="not yet")))
        case _:
            found = run.get(name)
            stuck = found is not None and found.state in (State.REFUSED, State.SKIPPED)
            if stuck and rng.random() < 0.5:
                return ev.TargetResumed(target=name)
            if rng.random() < 0.05:
                return ev.TargetSkipped(target=name, reason="gone", later=rng.random() < 0.5)
    return None


@pytest.mark.parametrize("seed", range(60))
def test_a_run_goes_forwards_in_order_and_ends(seed: int) -> None:
    rng, run, now = random.Random(seed), fresh(), AT - timedelta(minutes=20)
    for _ in range(900):
        now += timedelta(seconds=rng.choice((0, 30, 60)))
        event = happening(rng, run, now)
        if event is None:
            continue
        before, run = run, apply(run, event, now)
        if isinstance(event, ev.TargetIntended):
            assert now >= AT, "never early"
            _earlier_settled(before, event.target)
            assert before.get(event.target).claim == "", "never two at once"
        was, found = before.get(event.target), run.get(event.target)
        if was.state is State.READABLE and not isinstance(event, ev.TargetSkipped):
            assert found.state is State.READABLE
        assert set(opened(run, event)) <= ready(run) - {event.target}
    left = {each.target.name for each in run.targets if not each.over and each.state is not State.PLANNED}
    assert left <= ready(run), "whatever was begun can be gone on with"


def _earlier_settled(run: Run, name: str) -> None:
    at = STAGES.index(run.get(name).target.stage)
    for each in run.targets:
        if STAGES.index(each.target.stage) >= at or each.target.by_hand or each.passing:
            continue
        enough = {State.READABLE, State.SKIPPED} | (set() if each.target.stage in MUST_BE_READ else {State.DONE})
        assert each.state in enough, f"{name} began before {each.target.name}"


def test_every_target_that_becomes_possible_is_named_exactly_once() -> None:
    run, now = fresh(), AT
    begun = set(ready(run))
    for name in [each.name for each in TARGETS if not each.by_hand]:
        run = apply(run, ev.TargetIntended(target=name, claim="eff"), now)
        for event in (ev.TargetDone(target=name), ev.TargetRead(target=name)):
            run = apply(run, event, now)
            new = opened(run, event)
            assert not begun & set(new)
            begun |= set(new)
    assert begun == {each.name for each in TARGETS if not each.by_hand}
    assert all(each.state is State.READABLE for each in run.targets if not each.target.by_hand)


def test_an_effect_that_does_not_hold_the_target_keeps_its_hands_off() -> None:
    run = apply(fresh(), ev.TargetIntended(target="releases", claim="eff_1"), AT)
    assert step(run, "releases", "eff_1", AT) is Step.ACT
    assert step(run, "releases", "eff_2", AT) is Step.NOTHING


def test_another_target_order_instant_or_hash_is_another_plan() -> None:
    record = "ab" * 32
    one = digest(record, AT, TARGETS)
    assert one != digest(record, None, TARGETS)
    assert one != digest(record, AT, TARGETS[:-1])
    assert one != digest(record, AT, tuple(reversed(TARGETS)))
    assert one != digest("cd" * 32, AT, TARGETS)
    assert one == digest(record, AT, TARGETS)


def test_a_stage_stands_where_the_process_of_the_policies_has_it() -> None:
    assert [stage.value for stage in STAGES][:7] == ["releases", "site", "feeds", "cve", "forge", "lists", "chat"]
