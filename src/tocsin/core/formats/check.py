# SPDX-License-Identifier: Apache-2.0
"""The agreement checker: all documents of an advisory say the same, or the one that does not is named (law 5).

Each format reads its documents back into facts, with code that knows the standard and not the renderer. Those facts are
held against the record; without a record, against what most of the documents say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats.facts import points, record_facts
from tocsin.core.formats.format import PARTIAL, Facts, Format
from tocsin.core.severity import Severity, score
from tocsin.core.vocabulary import Value

_OF_PRODUCTS: Final = ("affected ", "purl-affected ", "package-affected ")
_ENOUGH: Final = 3
_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


class Disagreement(Value):
    """One document's field that says something else. `expected` is empty where the field should not be there."""

    document: str
    field: str
    found: str
    expected: str


def disagreements(
    formats: Mapping[str, Format], documents: Mapping[str, bytes], advisory: Advisory | None = None
) -> tuple[Disagreement, ...]:
    """Every field in which a document differs from the record, or from the other documents where there is no record.

    `documents` are by format name. A document that cannot be read is one disagreement in the field `document`.
    """
    said: dict[str, Facts] = {}
    found: list[Disagreement] = []
    for name, document in documents.items():
        try:
            said[name] = formats[name].facts(document)
        except _UNREADABLE as wrong:
            found.append(Disagreement(document=name, field="document", found=f"unreadable: {wrong!r}", expected=""))
    if advisory is None:
        found += _alone(said)
    truth = record_facts(advisory) if advisory else _majority([_stated(each) for each in said.values()])
    for name, told in said.items():
        facts = _stated(told)
        found += _against(name, facts, truth, whole=advisory is not None)
        found += _inner(name, facts)
        if advisory and PARTIAL not in told:
            found += _left_out(name, facts, truth, formats[name].silent_on)
    return tuple(dict.fromkeys(found))


def _stated(told: Facts) -> Facts:
    return {field: value for field, value in told.items() if field != PARTIAL}


def _against(name: str, facts: Facts, truth: Facts, *, whole: bool) -> list[Disagreement]:
    """Fields that differ; with a record also those that name something the record does not know."""
    return [
        Disagreement(document=name, field=field, found=value, expected=truth.get(field, ""))
        for field, value in facts.items()
        if value != truth.get(field, "" if whole else value)
    ]


def _alone(said: Mapping[str, Facts]) -> Iterator[Disagreement]:
    """Products that one document names and two others do not: without a record, that is a slip of the one."""
    for kind in _OF_PRODUCTS:
        named = {name: {field for field in facts if field.startswith(kind)} for name, facts in said.items()}
        stating = {name: fields for name, fields in named.items() if fields}
        counted = Counter(field for fields in stating.values() for field in fields)
        for name, fields in stating.items():
            for field in sorted(fields):
                if counted[field] == 1 and len(stating) >= _ENOUGH:
                    yield Disagreement(document=name, field=field, found=said[name][field], expected="")


def _left_out(name: str, facts: Facts, truth: Facts, silent_on: frozenset[str]) -> Iterator[Disagreement]:
    """Fields of the record that the document should state and does not.

    Of several vectors a format may carry some; carrying none is an omission, and so is a vector without its score.
    """
    vectors = [field for field in truth if field.startswith("vector ")]
    for field, expected in truth.items():
        kind, _, rest = field.partition(" ")
        if kind == "score":
            due = f"vector {rest}" in facts
        elif kind == "vector":
            due = field == vectors[0] and not any(each in facts for each in vectors)
        else:
            due = True
        if due and field not in facts and kind not in silent_on:
            yield Disagreement(document=name, field=field, found="", expected=expected)


def _inner(name: str, facts: Facts) -> list[Disagreement]:
    """Scores that do not follow from the vector beside them, or stand without one: a vector of another version."""
    versions = [field.removeprefix("score ") for field in facts if field.startswith("score ")]
    found = [
        Disagreement(document=name, field=f"vector {version}", found="", expected=f"the vector of score {version}")
        for version in versions
        if f"vector {version}" not in facts
    ]
    for field, value in facts.items():
        version = field.removeprefix("vector ")
        severity = score(value) if version != field else None
        stated = facts.get(f"score {version}")
        if isinstance(severity, Severity) and stated is not None and stated != points(severity.base):
            expected = points(severity.base)
            found.append(Disagreement(document=name, field=f"score {version}", found=stated, expected=expected))
    return found


def _majority(all_facts: list[Facts]) -> dict[str, str]:
    """Most frequent value of each field; where two are equally frequent, the first document decides."""
    fields = dict.fromkeys(field for facts in all_facts for field in facts)
    votes = {field: Counter(facts[field] for facts in all_facts if field in facts) for field in fields}
    return {field: counted.most_common(1)[0][0] for field, counted in votes.items()}
