# SPDX-License-Identifier: Apache-2.0
"""Mitigation: an advisory says what users can do until they patch, or says that nothing is known (S23, S40, S62)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Gate, Section, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.voice import voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts
    from tocsin.core.policy.model import Policy


class Terms(clause.Terms, kw_only=True):
    """`mandatory` when an empty field is not an answer."""

    mandatory: bool


def read(policy: Policy) -> Terms | None:
    """Read `disclosure.mitigations`."""
    wanted = policy.disclosure.mitigations if policy.disclosure else ""
    if not wanted:
        return None
    our = voice(policy)
    instances = f"their {our.called} instances" if our.of_it else "their instances"
    text = (
        f"{our.team} will also publish any mitigating steps users can take until the fix can be applied to {instances}."
    )
    return Terms(
        sentences=(says(policy, "disclosure.mitigations", text, (Section.DISCLOSURE, 10, 0)),),
        mandatory=wanted == "required-or-explicit-none",
    )


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """One gate before publication."""
    if not terms.mandatory:
        return
    written, none_known = bool(facts.mitigation.strip()), facts.no_mitigation_known
    if written:
        reason = "mitigating steps are written"
    elif none_known:
        reason = "the advisory says that none are known"
    else:
        reason = "write mitigating steps, or say that none are known"
    yield Gate(
        name="mitigation",
        move=MoveName.PUBLISH,
        satisfied=written or none_known,
        reason=reason,
        rule=terms.rule,
        cite=terms.cite,
    )


CLAUSE: Final = Clause(name="mitigation", rows=("S23", "S40", "S62"), read=read, gates=gates)
