# SPDX-License-Identifier: Apache-2.0
"""Private drafts: a draft advisory has no public state, and a CVE id is only reserved until publication (S41, S46)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy.clause import Clause, Reaction, Section, Sentence
from tocsin.core.policy.facts import MoveName
from tocsin.core.vocabulary import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Policy


class Terms(Value):
    """The promise that nothing is public before publication."""

    sentence: Sentence


def read(policy: Policy) -> Terms | None:
    """Read `disclosure.draft_visibility`."""
    if not policy.disclosure or policy.disclosure.draft_visibility != "private":
        return None
    rule = "disclosure.draft_visibility"
    text = "The draft advisory will initially be set to private."
    return Terms(
        sentence=Sentence(
            section=Section.RESPONSE, order=56, text=text, shape="step", rule=rule, source=policy.source(rule)
        )
    )


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Refuse to call a CVE record public before the advisory is."""
    if move.name is MoveName.SET_CVE and move.cve_state == "published" and not (facts.published_at or facts.public):
        yield Refused(
            code="cve-before-publication",
            because="The CVE id stays reserved until the advisory is published.",
            rule=terms.sentence.rule,
            cite=terms.sentence.source.cite,
        )


def react(terms: Terms, facts: Facts, move: Move) -> Iterator[Reaction]:
    """Ask for the one private draft when a report is accepted."""
    if move.name is MoveName.ACCEPT and not facts.advisory_id:
        cite = terms.sentence.source.cite
        yield Reaction(name="draft-advisory", because="an accepted report gets one private draft", cite=cite)


CLAUSE: Final = Clause(
    name="draft_private", rows=("S41", "S46"), read=read, say=lambda terms: (terms.sentence,), guard=guard, react=react
)
