# SPDX-License-Identifier: Apache-2.0
"""Retention: what is not needed any more is erased in time. Erasing a case means forgetting its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Section, Sentence, Terms, says, timed
from tocsin.core.policy.spans import met

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy

_RULES: Final = {"rejected": "retention.rejected", "published": "retention.published"}


def read(policy: Policy) -> Terms | None:
    """Read `retention`."""
    stated = policy.retention
    if not stated:
        return None
    clocks, sentences = [], list[Sentence]()
    for order, (kind, rule) in enumerate(_RULES.items()):
        if kept := getattr(stated, kind):
            clocks.append(timed(policy, f"erase-{kind}", "Erasure", rule, "the case was closed", kept))
            text = f"Reports of {kind} cases are erased {kept} after closing."
            sentences.append(says(policy, rule, text, (Section.PRIORITIES, 30, order)))
    return Terms(sentences=tuple(sentences), clocks=tuple(clocks))


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """One promise, from closing; which one follows from how the case ended."""
    kind = "erase-published" if facts.published_at else "erase-rejected" if not facts.accepted_at else ""
    for clock in terms.clocks:
        if facts.closed_at and clock.name == kind:
            yield clock.starts(facts.closed_at, met(facts, "erased"))


CLAUSE: Final = Clause(name="retention", rows=(), read=read, due=due)
