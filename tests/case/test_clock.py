# SPDX-License-Identifier: Apache-2.0
"""The clock over every case, whatever became of it: where an instant is named at which it has something to say, it says
it then, once, and names a later one; what is promised for after closing is told of after closing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tests.case.walks import walks
from tests.services.acts import act, report
from tocsin.core.case import commands as cmd
from tocsin.core.case.deadlines import next_wake
from tocsin.core.case.decide import Context, decide, record
from tocsin.core.case.phase import Phase, phase
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import CLOCK_ACTOR, Audience, Refused
from tocsin.services import worker
from tocsin.testing.house import house

SECOND = timedelta(seconds=1)
LENGTH = 70


@pytest.mark.parametrize("name", ["community", "warehousepg"])
def test_the_clock_speaks_whenever_it_said_that_it_would_and_never_stands_still(name: str) -> None:
    policy = load(seed(name) or "")
    assert isinstance(policy, Policy)
    seen = Counter[Phase]()
    for walk in walks(policy, seed=11, count=25, length=LENGTH):
        for _ in range(LENGTH):
            walk.step()
            if walk.case is None or (wake := next_wake(policy, walk.case)) is None or walk.case.shredded_at:
                continue
            context = Context(actor=CLOCK_ACTOR, now=max(wake, walk.now) + SECOND, policy=policy)
            told = decide(walk.case, cmd.Tick(), context)
            assert not isinstance(told, Refused), (told, phase(walk.case))
            assert told, (wake, phase(walk.case))
            after, _ = record(walk.case, told, context)
            again = next_wake(policy, after)
            assert again is None or again > wake
            seen[phase(walk.case)] += 1
    assert seen[Phase.CLOSED] > 10, "the control: closed cases were asked"


def test_erasure_that_is_promised_after_closing_is_warned_of_though_the_case_is_closed() -> None:
    home = house()
    ref = report(home).case
    act(home, ref, cmd.Say(audience=Audience.REPORTER, text="Thank you.", plan="We look.", workarounds="None known."))
    act(home, ref, cmd.Reject(rejection="not-reproducible", reason="We tried it on every supported version. " * 8))
    act(home, ref, cmd.Close(outcome="rejected", note="Nothing learned."))
    worker.run_once(home.desk)
    home.told.notices.clear()
    for _ in range(600):
        home.clock.advance(timedelta(days=1))
        worker.run_once(home.desk)
    told = [notice.what for notice in home.told.notices if notice.case == ref]
    assert told == [f"erase-rejected at {share} %" for share in (50, 80, 100, 150)], "and of nothing that was over"
    assert not home.desk.inbox.to_wake(home.clock(), 9)
