# SPDX-License-Identifier: Apache-2.0
"""Words that tell the world of a vulnerability before its advisory does: in branch names, messages, tests and comments.

Watchers read public commits for these. A finding names the place and the rule, and the word itself only because it
already stands there; what a case is about is never looked up.
Source: OpenSSF, guide to coordinated disclosure for maintainers; linux-distros list policy on commit messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import GHSA_ALPHABET, Value


class Place(StrEnum):
    """Where a text stands."""

    BRANCH = "branch"
    MESSAGE = "message"
    TEST = "test"
    COMMENT = "comment"


class Leak(Value):
    """One finding. `where` is a branch, a commit or a file with its line."""

    code: str
    place: Place
    where: str
    word: str


CODES: Final[Mapping[str, str]] = {
    "leak-id": "names a CVE, GHSA or case id",
    "leak-kind": "names a kind of vulnerability",
    "leak-security": "says that this is about security",
    "leak-canary": "contains a word that was planted to be found",
}
"""What each finding means."""

_ID: Final = re.compile(
    rf"CVE[-_ ]?\d{{4}}[-_ ]?\d{{4,}}|GHSA(?:-[{GHSA_ALPHABET}]{{4}}){{3}}"
    rf"|\b[A-Z][A-Z0-9]{{1,9}}-\d{{4}}-[{GHSA_ALPHABET}]{{5}}\b"
    r"|\b[A-Z][A-Z0-9]{1,9}-SA-\d{4}-\d{3,}\b|\bCVE\b|\bCWE-\d+",
    re.IGNORECASE,
)
_KIND: Final = re.compile(
    r"(?:buffer|heap|stack|integer)[-_ ]?(?:over|under)(?:flow|run)|use[-_ ]?after[-_ ]?free|double[-_ ]?free"
    r"|out[-_ ]?of[-_ ]?bounds|\b(?:uaf|oob|rce|xss|csrf|ssrf|sqli|toctou|lpe|redos)\b"
    r"|(?:sql|command|code)[-_ ]?injection"
    r"|privilege[-_ ]?escalation|path[-_ ]?traversal|denial[-_ ]?of[-_ ]?service|memory[-_ ]?corruption"
    r"|remote[-_ ]?code|(?:auth\w*|sandbox)[-_ ]?(?:bypass|escape)|request[-_ ]?smuggling|info(?:rmation)?[-_ ]?leak",
    re.IGNORECASE,
)
_SECURITY: Final = re.compile(
    r"vulnerab\w*|exploit\w*|\bsecurity\b|\bembargo\w*|malicious\w*|attacker\w*|\bpoc\b|proof[-_ ]of[-_ ]concept"
    r"|responsible[-_ ]disclosure|\bsecfix\b",
    re.IGNORECASE,
)
_RULES: Final = (("leak-id", _ID), ("leak-kind", _KIND), ("leak-security", _SECURITY))
_TEST_FILE: Final = re.compile(r"(?:^|[/_.-])(?:tests?|spec|regress)(?:[/_.-]|$)", re.IGNORECASE)
_TEST_NAME: Final = re.compile(
    r"\b(?:def|func|fn|void|it|test|TEST\w*|describe)\b[\s(\"']*[\w\"' .:,-]*", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"(?:#|//|/\*|^\s*\*|--|<!--|;;|%%)(.*)")


def text(place: Place, where: str, words: str, canaries: Iterable[str] = ()) -> Iterator[Leak]:
    """Look through one text. `canaries` are words of the project's own that must never be seen."""
    seen = set()
    for code, form in _RULES:
        for found in form.finditer(words):
            if (code, found[0].lower()) not in seen:
                seen.add((code, found[0].lower()))
                yield Leak(code=code, place=place, where=where, word=found[0])
    for canary in canaries:
        if canary and canary.lower() in words.lower():
            yield Leak(code="leak-canary", place=place, where=where, word=canary)


def added(path: str, number: int, line: str, canaries: Iterable[str] = ()) -> Iterator[Leak]:
    """Look through one added line of a file: its comments, and in tests the names of tests. Code itself may name
    anything."""
    where = f"{path}:{number}"
    comment = _COMMENT.search(line)
    if comment:
        yield from text(Place.COMMENT, where, comment[1], canaries)
    if _TEST_FILE.search(path) and (named := _TEST_NAME.search(line)):
        yield from text(Place.TEST, where, named[0].replace("_", " "), canaries)


def file_name(path: str, canaries: Iterable[str] = ()) -> Iterator[Leak]:
    """Look at the name of an added file; tests are often named after what they prove."""
    yield from text(Place.TEST, path, path.replace("_", " "), canaries)
