# SPDX-License-Identifier: Apache-2.0
"""Says in one sentence which versions are affected, the way PostgreSQL closes its advisories.

`Versions before 7.4.2 and 7.3.4 are affected; 6.29 is not.` A plain yes or no is short; every other state gets a clause
of its own, because silence about a line is read as `not affected`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.core.versions.lines import LineRange
from tocsin.core.versions.scheme import Scheme
from tocsin.core.vocabulary import Affectedness

_EVERY: Final = "every version"
_STAR: Final = "*"
_BOUNDED: Final = re.compile(r"versions (before|up to and including) (.+) are affected")
_SAID: Final = re.compile(
    r"(.+?) (?:is|are) "
    r"(affected and not fixed|not affected|not|still being investigated|unsupported and not investigated)"
)
_PIECE: Final = re.compile(r"(\S+)(?: \(from (\S+)\))?")
_OPEN: Final = (
    (Affectedness.REVIEW, "still being investigated"),
    (Affectedness.UNSUPPORTED, "unsupported and not investigated"),
)
_VERDICTS: Final = {
    True: ((Affectedness.NOT_AFFECTED, "not"), *_OPEN),
    False: ((Affectedness.NOT_AFFECTED, "not affected"), *_OPEN),
}
"""What is said of lines without affected versions, by whether the sentence has spoken of affected ones before."""
_STATES: Final = {
    "affected and not fixed": Affectedness.AFFECTED,
    "not": Affectedness.NOT_AFFECTED,
    "not affected": Affectedness.NOT_AFFECTED,
    "still being investigated": Affectedness.REVIEW,
    "unsupported and not investigated": Affectedness.UNSUPPORTED,
}


def sentence(scheme: Scheme, lines: Sequence[LineRange]) -> str:
    """What is affected, in one sentence; empty where there are no lines."""
    fixed: list[str] = []
    ended: list[str] = []
    unfixed: list[str] = []
    others: dict[Affectedness, list[str]] = {}
    for line in lines:
        if not line.vulnerable:
            others.setdefault(line.state, []).append(line.line or _EVERY)
        elif line.fixed_in or line.last_affected:
            (fixed if line.fixed_in else ended).append(_end(scheme, line))
        else:
            unfixed.append(_since(scheme, line))
    clauses: list[str] = []
    if fixed:
        clauses.append(f"versions before {join_words(fixed)} are affected")
    if ended:
        clauses.append(f"versions up to and including {join_words(ended)} are affected")
    if unfixed:
        clauses.append(_said(unfixed, "affected and not fixed"))
    for state, verdict in _VERDICTS[bool(clauses)]:
        if state in others:
            clauses.append(_said(others[state], verdict))
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def join_words(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def _end(scheme: Scheme, line: LineRange) -> str:
    """The end of an affected interval; its start too where that is not simply the line's beginning."""
    end = line.fixed_in or line.last_affected
    return f"{end} (from {line.introduced})" if _starts_late(scheme, line) else end


def _said(names: Sequence[str], verdict: str) -> str:
    """`6.29 is not`."""
    return f"{join_words(names)} {'is' if len(names) == 1 else 'are'} {verdict}"


def _since(scheme: Scheme, line: LineRange) -> str:
    """A line without a fix; its first affected version too where that is not simply the line's beginning."""
    name = line.line or _EVERY
    return f"{name} (from {line.introduced})" if _starts_late(scheme, line) else name


def _starts_late(scheme: Scheme, line: LineRange) -> bool:
    """Whether a version is named as the first affected one that is not simply the line's beginning."""
    return bool(line.introduced) and line.introduced not in ("0", scheme.span(line.line)[0])


def read_sentence(scheme: Scheme, text: str, names: Sequence[str]) -> tuple[LineRange, ...]:
    """The lines that a sentence of this form speaks of, by the names of the project's lines.

    The sentence gives only the end of a fixed line; which line that is, its bounds tell. Raises ValueError for a text
    that is no such sentence.
    """
    found: list[LineRange] = []
    for clause in text.strip().removesuffix(".").split("; "):
        found += _clause(scheme, clause[:1].lower() + clause[1:], names)
    return tuple(found)


def _clause(scheme: Scheme, clause: str, names: Sequence[str]) -> Iterator[LineRange]:
    bounded = _BOUNDED.fullmatch(clause)
    if bounded:
        for version, start in _pieces(bounded[2]):
            name = _line_of(scheme, version, names)
            if bounded[1] == "before":
                yield LineRange(line=name, state=Affectedness.FIXED, introduced=start, fixed_in=version)
            else:
                yield LineRange(line=name, state=Affectedness.AFFECTED, introduced=start, last_affected=version)
        return
    said = _SAID.fullmatch(clause)
    if not said:
        raise ValueError(f"{clause!r} is no statement on versions")
    for name, start in _pieces(said[1].replace(_EVERY, _STAR)):
        yield LineRange(line="" if name == _STAR else name, state=_STATES[said[2]], introduced=start)


def _pieces(listed: str) -> Iterator[tuple[str, str]]:
    """Names or versions of a list in words, each with what stands in `(from ...)`."""
    for each in re.split(r", | and ", listed):
        found = _PIECE.fullmatch(each)
        if not found:
            raise ValueError(f"{each!r} is neither a version nor a line")
        yield found[1], found[2] or ""


def _line_of(scheme: Scheme, version: str, names: Sequence[str]) -> str:
    """The line that a version belongs to: of nested ones the narrowest; "" for none."""
    key = scheme.key(version)
    fitting = []
    for name in names:
        first, after = scheme.span(name)
        if first and after and scheme.key(first) <= key <= scheme.key(after):
            fitting.append((scheme.key(first), name))
    return max(fitting)[1] if fitting else ""
