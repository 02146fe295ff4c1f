# SPDX-License-Identifier: Apache-2.0
"""The test suites of CSAF 2.0 and 2.1: `prototyyppi`, and our own tests where they are right more often.

The validator's rules are called one by one, so that a document which fails the schema is told everything else as well.
Nothing is fetched; tests that need a dictionary (6.3.8, 6.3.16) are not run. The validator's rules for 2.1 are those of
the stage after CSD03; numbers that CSD03 does not have are left out. Measured in docs/reference/conformance.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from tocsin.core.formats import schema_violations
from tocsin.core.formats.csaf_suite import OWN, REPLACING, excused, found_by
from tocsin.core.vocabulary import Value

NOT_RUN: Final = frozenset({"6.3.8", "6.3.16"})

_SCHEMA: Final = {"2.0": "csaf-2.0", "2.1": "csaf-2.1"}
_PARENTS: Final = {"2.0": frozenset[str](), "2.1": frozenset({"6.1.27"})}
"""Numbers of the validator that repeat what their parts say."""
_LAST: Final = {"6.1": 61, "6.2": 54, "6.3": 22}
"""The last tests of CSD03."""
_STEP: Final = re.compile(r"\['([^'\\]*)'\]|\[(\d+)\]")
_MOST: Final = 50
"""Findings of one test that are told; the next hundred would say the same."""

Rule = Callable[[dict[str, Any]], list[Any]]


class CsafFinding(Value):
    """What one test says of a document: its number, a JSON pointer, a sentence."""

    test: str
    path: str
    message: str


def findings(edition: str, document: dict[str, Any], body: bytes) -> Iterator[CsafFinding]:
    """Everything that speaks against a document of the edition `2.0` or `2.1`, the schema first, then by number."""
    for each in schema_violations(_SCHEMA[edition], body):
        yield CsafFinding(test="schema", path=each.path, message=each.message)
    for number in numbers(edition):
        yield from run(edition, number, document)


def numbers(edition: str) -> list[str]:
    """Numbers of the tests that are run, in the order of the standard."""
    known = {each for each in _rules(edition) if _within(each)}
    theirs = known - REPLACING[edition] - NOT_RUN - _PARENTS[edition]
    return sorted(theirs | set(OWN[edition]), key=lambda number: [int(part) for part in number.split(".")])


def _within(number: str) -> bool:
    chapter, group, place, *_ = number.split(".")
    return int(place) <= _LAST[f"{chapter}.{group}"]


def run(edition: str, number: str, document: dict[str, Any]) -> list[CsafFinding]:
    """What the test of that number finds; a test that cannot be carried out on so odd a document finds nothing."""
    found: list[tuple[str, str]] = []
    if number in OWN[edition]:
        found += _told(lambda: found_by(edition, number, document))
    rule = _rules(edition).get(number)
    if rule is not None and number not in REPLACING[edition]:
        theirs = _told(lambda: [(_pointer(each.instance_path), each.message) for each in rule(document)])
        found += (each for each in theirs if not excused(edition, number, document, each[0]))
    return [CsafFinding(test=number, path=path, message=message) for path, message in dict(found[:_MOST]).items()]


def _told(test: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """The findings of a test, none where the document is of another shape than the test expects.

    The schema has said so already; which exception a foreign rule meets then is not ours to know.
    """
    try:
        return test()
    except Exception:
        return []


def _pointer(path: str) -> str:
    """A JSON pointer, also of the bracket notation that the validator uses in places."""
    if not path.startswith("$"):
        return path if path != "/" else ""
    steps = (name or place for name, place in _STEP.findall(path))
    return "".join(f"/{each.replace('~', '~0').replace('/', '~1')}" for each in steps)


@cache
def _rules(edition: str) -> Mapping[str, Rule]:
    """The validator's rules by number; of 2.1 the stage that is right on most of the committee's suite."""
    if edition == "2.0":
        from prototyyppi.csaf.v20._validator import all_rules
    else:
        from prototyyppi.csaf.v21csd04._validator import all_rules
    rules: Mapping[str, Rule] = all_rules()
    return rules
