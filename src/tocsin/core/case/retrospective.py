# SPDX-License-Identifier: Apache-2.0
"""Looking back on a case: what was promised against what happened, as a text that people finish (S2, S78).

The text is blameless: it names deeds and times, never who did them, so that it can be shown. What went well and what to
change is for people to write; the machine lays out the facts and asks the questions that the facts raise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.core.case.keys import ON_TIME
from tocsin.core.case.model import Case
from tocsin.core.clock import show
from tocsin.core.policy.adherence import Adherence, adherence
from tocsin.core.policy.clause import State
from tocsin.core.policy.model import Policy


def retrospective(policy: Policy, case: Case, now: datetime) -> str:
    """Write the template in Markdown: timeline, promises, questions. Nothing of a report's content is in it."""
    kept = case.adherence or adherence(policy, case, now)
    parts = (
        f"# Retrospective: {case.advisory_id or case.ref}\n",
        "This text is about what happened, not about who did it.\n",
        "## Timeline\n",
        *_timeline(policy, case),
        "\n## Promises\n",
        *_promises(policy, kept),
        "\n## Questions\n",
        *(f"- {question}" for question in _questions(case, kept, now)),
        "\n## What went well\n\n-\n",
        "## What we change\n\n| change | until when | where it is tracked |\n|---|---|---|\n| | | |",
    )
    return "\n".join(parts) + "\n"


def _timeline(policy: Policy, case: Case) -> Iterator[str]:
    tz = policy.calendar.tz
    steps = (
        ("Report received", case.received_at),
        ("First answer by a person", case.first_feedback_at),
        ("Decision", case.decided_at),
        ("Fix ready", case.fix_ready_at),
        ("Fixed on every supported line", case.remedied_at),
        ("Agreed date", case.embargo.ends_at),
        ("Published", case.published_at),
        *((moment.name.replace("-", " ").capitalize(), moment.at) for moment in case.recorded),
        *((f"Revision {number}", at) for number, at, _ in case.revisions if number > 1),
        ("Closed", case.closed_at),
    )
    yield "| when | what | after the report |"
    yield "|---|---|---|"
    for what, at in sorted(((what, at) for what, at in steps if at), key=lambda step: step[1]):
        yield f"| {show(at, tz)} | {what} | {_after(at - case.received_at)} |"


def _after(passed: timedelta) -> str:
    hours = passed // timedelta(hours=1)
    return f"{hours} h" if hours < 72 else f"{passed.days} days"


def _promises(policy: Policy, kept: tuple[Adherence, ...]) -> Iterator[str]:
    tz = policy.calendar.tz
    yield "| promise | due | done | how |"
    yield "|---|---|---|---|"
    for each in sorted(kept, key=lambda one: one.due_at):
        done = show(each.kept_at, tz) if each.kept_at else "not done"
        cite = f" ({each.cite})" if each.cite else ""
        yield f"| {each.promise.replace('-', ' ')}{cite} | {show(each.due_at, tz)} | {done} | {each.state.value} |"


def _questions(case: Case, kept: tuple[Adherence, ...], now: datetime) -> Iterator[str]:
    """Ask only what the facts raise."""
    for each in kept:
        if each.missed:
            late = (each.kept_at or now) - each.due_at
            how = "was kept late" if each.state is State.LATE else "was not kept"
            yield f"“{each.promise.replace('-', ' ')}” {how}, by {_after(late)}. What would have made it on time?"
    agreed, published = case.embargo.ends_at, case.published_at
    if agreed and published and abs(published - agreed) > ON_TIME:
        side = "before" if published < agreed else "after"
        yield f"Publication came {_after(abs(published - agreed))} {side} the agreed date. What moved it?"
    if case.embargo_why == "leaked":
        yield "The embargo ended because of a leak. Who could see the matter by then, and what showed it?"
    if case.appealed or case.appeals:
        yield "The first decision was appealed. What did the report lack, or what did we overlook?"
    for number, _, why in case.revisions:
        if number > 1:
            yield f"The advisory was corrected ({why.strip() or 'no reason given'}). Which check would have caught it?"
    if case.embargo.unilateral:
        yield "The date was decided without agreement. What stood between the sides?"
    if case.rejection and case.rejection.value == "unsafe-default":
        yield "The report was about a default. Does it belong in the hardening backlog, and is it there?"
    yield "Which step took the longest, and was it work or waiting?"
    yield "What did the reporter have to ask for that we should have said by ourselves?"
