# SPDX-License-Identifier: Apache-2.0
"""What is due in a case, and what comes first. The instants come from the policy's clauses; this only orders them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tocsin.core.case import negotiation
from tocsin.core.case.model import Case
from tocsin.core.policy.clauses import Promise, promises
from tocsin.core.policy.model import Policy


def due(policy: Policy, case: Case) -> tuple[Promise, ...]:
    """List the promises of a case that are neither kept nor void, soonest first."""
    return waiting(promises(policy, case))


def waiting(promised: Iterable[Promise]) -> tuple[Promise, ...]:
    """List the promises that are neither kept nor void, soonest first, where all of them are at hand."""
    return tuple(sorted((each for each in promised if each.kept_at is None), key=lambda promise: promise.due_at))


def next_due(policy: Policy, case: Case) -> Promise | None:
    """Return the promise that is due first, or None when nothing is."""
    return next(iter(due(policy, case)), None)


def warns(case: Case, promise: Promise) -> bool:
    """Whether somebody is warned of a promise that is not kept: not of one that was over when the case was closed,
    because whoever closed it saw that. What is promised for later (erasure, a law's last report) outlives closing."""
    return promise.kept_at is None and (case.closed_at is None or promise.due_at > case.closed_at)


def next_wake(policy: Policy, case: Case, open_ones: tuple[Promise, ...] | None = None) -> datetime | None:
    """Return the next instant at which the clock has something to say: a share to warn at, or the due instant.
    `open_ones` is what `due` lists, where that is known already.

    A share below one that was told is past: where the clock looks late, only the latest share is told.
    """
    told: dict[tuple[str, datetime], int] = {}
    for name, share, due_at in case.warned:
        told[name, due_at] = max(share, told.get((name, due_at), 0))
    instants = (
        warning.at
        for promise in (due(policy, case) if open_ones is None else open_ones)
        if warns(case, promise)
        for warning in promise.warnings
        if warning.share > told.get((promise.name, promise.due_at), 0)
    )
    embargo = negotiation.due(case.embargo)
    return min([*instants, *([embargo] if embargo else [])], default=None)
