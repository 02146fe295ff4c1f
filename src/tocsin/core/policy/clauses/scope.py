# SPDX-License-Identifier: Apache-2.0
"""Scope: reports the project says it will not act on, and those it may not wave away (S66, S70).

The machine only proposes, with the policy's own sentence; a person confirms. For unsafe defaults it also says what the
CNA Operational Rules 4.2.0 say (4.1.3: CNAs SHOULD treat insecure defaults as vulnerabilities), because the two differ.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Caution, Clause, Reaction, Section, says
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.model import Group
from tocsin.core.vocabulary import Refused, RejectionClass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Verdict
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy

UNSAFE_DEFAULTS: Final = "unsafe-defaults"
CNA_4_1_3: Final = (
    "The CNA Operational Rules (4.2.0, 4.1.3) say that insecure defaults SHOULD be treated as vulnerabilities; a CVE "
    "Numbering Authority may see this differently."
)
_SENTENCE: Final = "We will not act on any security disclosure that relates to a lack of safe defaults."
_ABOUT_DEFAULTS: Final = re.compile(
    r"\b(?:default (?:password|credential|account|configuration|config|setting|secret|key|token|permission)s?"
    r"|(?:insecure|unsafe|weak) defaults?|by default\b|out of the box)",
    re.I,
)


class Terms(clause.Terms, kw_only=True):
    """`quotes` holds the policy's sentence for each kind of report it does not accept."""

    quotes: dict[str, str]
    cites: dict[str, str]
    dos_in_scope: bool
    dos_cite: str


def read(policy: Policy) -> Terms | None:
    """Read `assess.not_accepted` and the impacts that `assess.priority` names."""
    assess = policy.assess
    if not assess or not (assess.not_accepted or assess.priority):
        return None
    paths = {item.id: f"assess.not_accepted.{index}.id" for index, item in enumerate(assess.not_accepted)}
    quotes = {
        item.id: policy.source(paths[item.id]).words or item.words or (_SENTENCE if item.id == UNSAFE_DEFAULTS else "")
        for item in assess.not_accepted
    }
    sentences = tuple(
        says(
            policy,
            paths[item.id],
            _SENTENCE if item.id == UNSAFE_DEFAULTS else item.words,
            (Section.PRIORITIES, 10, 20 + index),
        )
        for index, item in enumerate(assess.not_accepted)
        if item.id == UNSAFE_DEFAULTS or item.words
    )
    named = (*assess.priority.highest, *assess.priority.serious) if assess.priority else ()
    return Terms(
        sentences=sentences,
        quotes=quotes,
        cites={name: policy.source(path).cite for name, path in paths.items()},
        dos_in_scope="availability" in named,
        dos_cite=policy.source("assess.priority.serious").cite,
    )


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Verdict]:
    """Quote the sentence a rejection rests on; refuse to call denial of service out of scope alone."""
    if move.name is not MoveName.REJECT:
        return
    if move.rejection is RejectionClass.UNSAFE_DEFAULT:
        yield from _unsafe_default(terms)
    if move.rejection is RejectionClass.OUT_OF_SCOPE and terms.dos_in_scope and only_availability(facts.vector):
        others = [name for name in move.approved_by if name != move.actor.id]
        if not others:
            yield Refused(
                code="availability-in-scope",
                because="Denial of service is a serious concern under this policy, so it is not out of scope.",
                rule="assess.priority.serious",
                cite=terms.dos_cite,
                missing=("approval by another person",),
            )


def _unsafe_default(terms: Terms) -> Iterator[Verdict]:
    rule = "assess.not_accepted"
    if UNSAFE_DEFAULTS not in terms.quotes:
        because = "This policy does not say that unsafe defaults are left alone; choose another class."
        yield Refused(code="no-such-exclusion", because=because, rule=rule)
        return
    because = f'The policy says: "{terms.quotes[UNSAFE_DEFAULTS]}" {CNA_4_1_3}'
    yield Caution(code="unsafe-default", because=because, rule=rule, cite=terms.cites[UNSAFE_DEFAULTS])


def react(terms: Terms, _facts: Facts, move: Move) -> Iterator[Reaction]:
    """Propose the class when a report speaks of defaults; nothing is sent before a person confirms."""
    if move.name is MoveName.REPORT and UNSAFE_DEFAULTS in terms.quotes and _ABOUT_DEFAULTS.search(move.text):
        because = f'the report speaks of defaults; the policy says: "{terms.quotes[UNSAFE_DEFAULTS]}" {CNA_4_1_3}'
        cite = terms.cites[UNSAFE_DEFAULTS]
        yield Reaction(name="propose-unsafe-default", because=because, to=(Group.LEAD,), cite=cite)


def only_availability(vector: str) -> bool:
    """Say whether a CVSS 3 or 4 vector harms availability and nothing else."""
    metrics = dict(part.split(":", 1) for part in vector.split("/") if ":" in part)
    harm = [metrics.get(name, "N") for name in ("C", "I", "VC", "VI", "SC", "SI")]
    available = [metrics.get(name, "N") for name in ("A", "VA", "SA")]
    return all(value == "N" for value in harm) and any(value != "N" for value in available)


CLAUSE: Final = Clause(name="scope", rows=("S66", "S70"), read=read, guard=guard, react=react)
