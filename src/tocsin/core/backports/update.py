# SPDX-License-Identifier: Apache-2.0
"""What changed on the lines: from git's answer to the case's table, and since the advisory was published.

A table that git fills keeps what people said: waivers, reasons, tests, support. A line that a person declared not
affected stays so, with git's doubt beside it, unless git proves a fix there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tocsin.core.backports.equivalents import Strength
from tocsin.core.backports.facts import LineFacts, State
from tocsin.core.backports.ranges import line_fact
from tocsin.core.policy.facts import LineEvidence, LineFact
from tocsin.core.versions import Scheme
from tocsin.core.vocabulary import Affectedness

_SPARED = "fixed before its first release"
_SETTLED = (Affectedness.NOT_AFFECTED, Affectedness.UNSUPPORTED)


def table(
    found: Sequence[LineFacts], standing: Sequence[LineFact], order: Scheme, named: Iterable[str] = ()
) -> tuple[LineFact, ...]:
    """The case's lines as git sees them, newest first; lines that git does not know stay as they stand.

    `named` are the lines that the policy supports, by version; where given, other lines of git join unsupported. A
    trunk beside release lines is none itself: its versions begin where the newest line's end.
    """
    held = {line.line: line for line in standing}
    after = next((order.span(each.version)[1] for each in found if each.version), "")
    supported = set(named)
    rows = []
    for each in found:
        name = _name(each, held, supported)
        fact = replace(line_fact(each, held.pop(name, None)), line=name, evidence=_evidence(each))
        if each.spared:
            fact = replace(
                fact, state=Affectedness.NOT_AFFECTED, fixed_in="", introduced="", reason=fact.reason or _SPARED
            )
        if not each.version and after:
            fact = replace(fact, introduced=after)
        if name not in {line.line for line in standing}:
            fact = replace(fact, supported=name in supported if supported else bool(each.version or not after))
        rows.append(_kept(fact, each, next((line for line in standing if line.line == name), None)))
    return (*rows, *held.values())


def _name(each: LineFacts, held: dict[str, LineFact], supported: set[str]) -> str:
    """The name the case or the policy already uses: the branch's, or the version it spells."""
    for name in (each.line, each.version):
        if name and (name in held or name in supported):
            return name
    return each.line


def _kept(fact: LineFact, each: LineFacts, before: LineFact | None) -> LineFact:
    """A person's *not affected* outlives anything but a proven fix."""
    if before and before.state in _SETTLED and each.state in (State.REVIEW, State.NEEDS_BACKPORT):
        return replace(fact, state=before.state)
    return fact


def _evidence(each: LineFacts) -> tuple[LineEvidence, ...]:
    return tuple(
        LineEvidence(rule=one.rule, says=one.says, strong=one.strength is Strength.STRONG, commit=one.commit, of=one.of)
        for one in each.evidence
    )


def said(line: LineFact) -> tuple[str, str, str, str, str]:
    """What an advisory says of a line: its range and its fixed version, and nothing else."""
    return line.line, line.state.value, line.introduced, line.fixed_in, line.last_affected


def pending(published: Sequence[LineFact], lines: Sequence[LineFact]) -> tuple[str, ...]:
    """What an update would say that the published advisory does not, a line each; empty when they agree."""
    before = {line.line: line for line in published}
    news = []
    for line in lines:
        old = before.pop(line.line, None)
        if old is None or said(old) != said(line):
            news.append(_news(line))
    return (*news, *(f"{name} is no longer listed" for name in before))


def _news(line: LineFact) -> str:
    if line.state is Affectedness.FIXED:
        return f"{line.line} is fixed in {line.fixed_in}"
    return f"{line.line} is {line.state.value.replace('-', ' ')}"


def summary(news: Sequence[str]) -> str:
    """The sentence for the public revision history."""
    text = "; ".join(news)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
