# SPDX-License-Identifier: Apache-2.0
"""CVE: by which way an id is asked for, and what must not happen to one (S10, S45, S46).

Two clocks are those of the CNA Operational Rules 4.2.0, and run only where the policy writes them down: the authority
with the best scope answers within 72 hours (4.2.1.2), and the record follows publication within 72 (4.5.1.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.core.policy import clause
from tocsin.core.policy.clause import Clause, Gate, Section, Sentence, Shape, says, timed
from tocsin.core.policy.facts import MoveName
from tocsin.core.policy.spans import met
from tocsin.core.vocabulary import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.core.policy.clause import Promise
    from tocsin.core.policy.facts import Facts, Move
    from tocsin.core.policy.model import Cve, Policy

_ROUTES: Final = {
    "github": "CVE identifiers are requested through GitHub.",
    "another-cna": "CVE identifiers are requested from {cna}.",
    "own-cna": "We assign CVE identifiers ourselves.",
    "none": "We do not request CVE identifiers.",
}
_MITRE: Final = (
    "Issues may also be reported to [Mitre](https://www.cve.org/) using this "
    "[scoring calculator](https://nvd.nist.gov/vuln-metrics/cvss/v3-calculator)."
)


class Terms(clause.Terms, kw_only=True):
    """`stays_private` where the document promises that a new id is not public."""

    required: bool
    stays_private: bool


def read(policy: Policy) -> Terms | None:
    """Read `cve`."""
    stated = policy.cve
    if not stated:
        return None
    clocks = []
    if stated.refusal_within:
        rule, because = "cve.refusal_within", "the CVE id was requested"
        clocks.append(timed(policy, "cve-answer", "CVE answer", rule, because, stated.refusal_within))
    if stated.record_within:
        rule, because = "cve.record_within", "the advisory was published"
        clocks.append(timed(policy, "cve-record", "CVE record", rule, because, stated.record_within))
    return Terms(
        sentences=tuple(_say(policy, stated)),
        clocks=tuple(clocks),
        required=stated.required,
        stays_private=stated.initial_state == "private",
    )


def _say(policy: Policy, stated: Cve) -> Iterator[Sentence]:
    if stated.route in ("mitre", "github") and not stated.required:
        yield says(policy, "cve.required", _MITRE, (Section.RESPONSE, 50, 20), Shape.STEP)
    if stated.route in _ROUTES:
        text = _ROUTES[stated.route].format(cna=stated.cna or "the CNA whose scope fits best")
        yield says(policy, "cve.route", text, (Section.RESPONSE, 50, 22), Shape.STEP)
    if stated.required:
        text = "Every advisory carries a CVE identifier."
        yield says(policy, "cve.required", text, (Section.RESPONSE, 50, 24), Shape.STEP)
    if stated.initial_state == "private":
        text = "The CVE will initially be set to private."
        yield says(policy, "cve.initial_state", text, (Section.RESPONSE, 50, 26), Shape.STEP)


def due(terms: Terms, facts: Facts) -> Iterator[Promise]:
    """The two clocks, each from its own event."""
    starts = {"cve-answer": met(facts, "cve-requested"), "cve-record": facts.published_at if facts.cve_id else None}
    answers = (met(facts, "cve-reserved"), met(facts, "cve-answered"))
    answered = max((each for each in answers if each), default=None)
    kept = {"cve-answer": answered, "cve-record": met(facts, "cve-published")}
    for clock in terms.clocks:
        if start := starts[clock.name]:
            yield clock.starts(start, kept[clock.name])


def gates(terms: Terms, facts: Facts) -> Iterator[Gate]:
    """An id before publication, where the policy promises one."""
    if terms.required:
        yield Gate(
            name="cve",
            move=MoveName.PUBLISH,
            satisfied=bool(facts.cve_id),
            reason=f"{facts.cve_id} is reserved" if facts.cve_id else "reserve a CVE id",
            rule="cve.required",
            cite=terms.cite,
        )


def guard(terms: Terms, facts: Facts, move: Move, _now: datetime) -> Iterator[Refused]:
    """Keep a reserved id reserved until publication, and never leave one behind (CNA 4.2.4, 4.5.3.5)."""
    public = facts.published_at or facts.public
    if move.name is MoveName.SET_CVE and move.cve_state == "published" and terms.stays_private and not public:
        because = "The CVE id stays reserved until the advisory is published."
        yield Refused(code="cve-before-publication", because=because, rule="cve.initial_state", cite=terms.cite)
    if move.name is MoveName.CLOSE and facts.cve_state == "reserved":
        yield Refused(
            code="cve-left-reserved",
            because=f"{facts.cve_id or 'The CVE id'} is reserved; an unused id must be rejected (CNA 4.5.3.5).",
            rule="cve.route",
            cite=terms.cite,
            missing=("publish or reject the CVE id",),
        )


CLAUSE: Final = Clause(name="cve", rows=("S10", "S45", "S46"), read=read, due=due, gates=gates, guard=guard)
