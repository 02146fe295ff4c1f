# SPDX-License-Identifier: Apache-2.0
"""Why is this due on Friday at 09:12? One sentence: start, rule, calendar, cited words, and who chose the number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.core.clock import Unit, show
from tocsin.core.policy.clauses import bound, promises, timed_rules

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.core.policy.clause import Promise, Timed
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


def explain(promise: Promise) -> str:
    """Explain one promise in one sentence."""
    timed = promise.timed
    tz = timed.calendar.tz
    counted = f" ({timed.calendar.words})" if timed.within.unit is Unit.BUSINESS_DAY else ""
    skipped = [step for step in promise.explain if step.startswith("not counted")]
    days = f"; {skipped[0]}" if skipped else ""
    kept = f" It was kept {show(promise.kept_at, tz)}." if promise.kept_at else ""
    return (
        f"{promise.title} is due {show(promise.due_at, tz)} because {timed.because} {show(promise.started_at, tz)}, "
        f"policy `{promise.rule} = {timed.within}`{counted}{days}, {timed.source}.{kept}"
    )


def explain_case(policy: Policy, facts: Facts) -> tuple[str, ...]:
    """Explain every promise of a case, the soonest first."""
    return tuple(explain(promise) for promise in sorted(promises(policy, facts), key=lambda each: each.due_at))


def rule_named(policy: Policy, name: str) -> Timed | None:
    """Return the rule of a promise by its name, with dashes or underscores; None when the policy has no such number."""
    wanted = name.replace("_", "-")
    return next((rule for rule in timed_rules(policy) if rule.name == wanted), None)


def due_after(policy: Policy, name: str, start: datetime) -> Promise | None:
    """Return the promise called `name` as if its clock started at `start`; None when the policy has no such number."""
    rule = rule_named(policy, name)
    return rule.starts(start) if rule else None


def unmeasurable(policy: Policy) -> tuple[str, ...]:
    """List the sentences that promise something in words where a number belongs (S21)."""
    clocks = {rule.rule for rule in timed_rules(policy)}
    stated = policy.sla
    names = ("acknowledgement", "first_feedback", "conversation", "reply", "updates", "assessment", "fix")
    worded = [name for name in names if (span := getattr(stated, name, None)) and span.said]
    rules = {f"sla.{name}.{'every' if name == 'updates' else 'within'}" for name in worded} - clocks
    said = (sentence for _, terms in bound(policy) for sentence in terms.sentences)
    return tuple(sentence.text for sentence in said if sentence.rule in rules)
