# SPDX-License-Identifier: Apache-2.0
"""Posture: operators are told that the defaults are not hardened, and reports about them feed a hardening backlog
(S68, S69, S71)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Reaction, Section, Sentence, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group, Posture
from tocsin.core.policy.voice import voice
from tocsin.core.vocabulary import RejectionClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


class Terms(clause.Terms, kw_only=True):
    """Whether the project improves its defaults over time."""

    hardening: bool
    hardening_cite: str


def read(policy: Policy) -> Terms | None:
    """Read `assess.posture`."""
    posture = policy.assess and policy.assess.posture
    if not posture:
        return None
    cite = policy.source("assess.posture.hardening").cite
    return Terms(sentences=tuple(_say(policy, posture)), hardening=posture.hardening, hardening_cite=cite)


def _say(policy: Policy, posture: Posture) -> Iterator[Sentence]:
    rule = "assess.posture.secure_by_default"
    not_safe = "" if posture.secure_by_default else "not currently "
    text = (
        f"Note that we do {not_safe}consider the default settings for {voice(policy).called} to be secure-by-default."
    )
    yield says(policy, rule, text, (Section.PRIORITIES, 10, 0))
    if posture.required_configuration:
        text = f"It is necessary for operators to {posture.required_configuration}."
        yield says(policy, "assess.posture.required_configuration", text, (Section.PRIORITIES, 10, 10))
    if posture.hardening:
        text = (
            "Over time, we will work towards improved safe-by-default configuration, taking into account backwards "
            "compatibility."
        )
        yield says(policy, "assess.posture.hardening", text, (Section.PRIORITIES, 10, 40))


def react(terms: Terms, _facts: Facts, move: Move) -> Iterator[Reaction]:
    """Keep a rejected report about defaults in the hardening backlog."""
    if terms.hardening and move.name is MoveName.REJECT and move.rejection is RejectionClass.UNSAFE_DEFAULT:
        because = "the project works towards safer defaults"
        yield Reaction(name="hardening-backlog", because=because, to=(Group.LEAD,), cite=terms.hardening_cite)


CLAUSE: Final = Clause(name="posture", rows=("S68", "S69", "S71"), read=read, react=react)
