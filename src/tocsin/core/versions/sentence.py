# SPDX-License-Identifier: Apache-2.0
"""Says in one sentence which versions are affected, the way PostgreSQL closes its advisories.

`Versions before 7.4.2 and 7.3.4 are affected; 6.29 is not.` A plain yes or no is short; every other state gets a clause
of its own, because silence about a line is read as `not affected`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.core.versions.lines import LineRange
from tocsin.core.versions.scheme import Scheme
from tocsin.core.vocabulary import Affectedness


def sentence(scheme: Scheme, lines: Sequence[LineRange]) -> str:
    """What is affected, in one sentence; empty where there are no lines."""
    hit = [line for line in lines if line.vulnerable]
    fixed = [line for line in hit if line.fixed_in]
    ended = [line for line in hit if line.last_affected and not line.fixed_in]
    unfixed = [line for line in hit if not line.fixed_in and not line.last_affected]
    spared = _in_state(lines, Affectedness.NOT_AFFECTED)
    clauses = (
        _bounded("before", [_end(scheme, line) for line in fixed]),
        _bounded("up to and including", [_end(scheme, line) for line in ended]),
        _named(unfixed, "affected and not fixed"),
        _named(spared, "not" if hit else "not affected"),
        _named(_in_state(lines, Affectedness.REVIEW), "still being investigated"),
        _named(_in_state(lines, Affectedness.UNSUPPORTED), "unsupported and not investigated"),
    )
    text = "; ".join(clause for clause in clauses if clause)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def join_words(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    head = ", ".join(words[:-1])
    return f"{head} and {words[-1]}" if head else "".join(words)


def _in_state(lines: Sequence[LineRange], state: Affectedness) -> list[LineRange]:
    return [line for line in lines if line.state is state]


def _end(scheme: Scheme, line: LineRange) -> str:
    """The end of an affected interval; its start too where that is not simply the line's beginning."""
    end = line.fixed_in or line.last_affected
    plain = ("", "0", scheme.span(line.line)[0])
    return end if line.introduced in plain else f"{end} (from {line.introduced})"


def _bounded(preposition: str, ends: Sequence[str]) -> str:
    return f"versions {preposition} {join_words(ends)} are affected" if ends else ""


def _named(lines: Sequence[LineRange], verdict: str) -> str:
    """`6.29 is not`; a product without lines speaks of all its versions."""
    if not lines:
        return ""
    names = [line.line or "every version" for line in lines]
    return f"{join_words(names)} {'is' if len(names) == 1 else 'are'} {verdict}"
