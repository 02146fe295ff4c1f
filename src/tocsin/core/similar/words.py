# SPDX-License-Identifier: Apache-2.0
"""The terms of a text: words, and the names that make a report about code recognisable.

`http-ntlm.c` counts as itself and as its parts, `Curl_input_ntlm` likewise; a version counts as one term only; runs of
Chinese, Japanese or Korean, which have no spaces, count by pairs of characters. Plurals fall together, and so do an
abbreviation of the field and what it stands for (`RCE`), and some forms of its usual words; more stemming was measured
and bought nothing on `shared/duplicates`.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zlib import crc32

MAX_CHARS: Final = 3000
"""So much of a text is looked at: what a matter is about stands near its beginning, and a log may go on for ever."""

MAX_TERM: Final = 80
"""A longer run of letters is no name that two people would both write."""

_WORD: Final = re.compile(r"https?://[^\s<>()\[\]\"'`]+|\w+(?:[./:@-]{1,2}\w+)*")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_VERSION: Final = re.compile(r"v?(\d+(?:\.\w+)+(?:-\w+(?:\.\w+)*)?)", re.IGNORECASE)
_IDENTIFIER: Final = re.compile(r"(?:CVE|CWE|GHSA|RUSTSEC|GO|PYSEC|OSV|EUVD|ZDI|TALOS|DSA|RHSA)-[\w-]+", re.IGNORECASE)
_FILE: Final = re.compile(
    r"[\w./-]*\w\.(?:[chmsly]|cc|cpp|cxx|hpp|hh|py|pyx|rs|go|js|mjs|ts|tsx|jsx|java|kt|scala|rb|php|pl|pm|sh|sql|html?|"
    r"xml|json|ya?ml|toml|cfg|conf|ini|lua|swift|cs|vb|asm|aspx?|jsp|cgi|dll|exe|so|sys)(?::\d+)*",
    re.IGNORECASE,
)
_HUMPED: Final = re.compile(r"[a-z][A-Z]")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
_STOP: Final = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "could", "for", "from", "has", "have", "if", "in",
    "into", "is", "it", "its", "may", "not", "of", "on", "or", "s", "t", "that", "the", "their", "then", "there",
    "these", "this", "to", "via", "was", "when", "which", "while", "will", "with", "within", "would", "you", "your",
))  # fmt: skip

_SHORT: Final = {
    short: tuple(long.split())
    for short, long in {
        "acl": "access control list", "csp": "content security policy", "csrf": "cross site request forgery",
        "ddos": "denial service", "dos": "denial service", "eop": "privilege escalation",
        "idor": "insecure direct object reference", "lfi": "local file inclusion", "mitm": "man middle",
        "oob": "out bound", "poc": "proof concept", "rce": "remote code execution",
        "redos": "regular expression denial service", "rfi": "remote file inclusion", "sqli": "sql injection",
        "ssrf": "server side request forgery", "ssti": "server side template injection",
        "toctou": "time check time use", "uaf": "use after free", "xsrf": "cross site request forgery",
        "xss": "cross site scripting", "xxe": "xml external entity",
    }.items()
}  # fmt: skip
"""What the field's abbreviations stand for (the names of CWE), each word as it counts: one writes the one, one the
other."""

_SAME: Final = {
    "crafted": "malicious", "deserialisation": "deserialization", "deserialise": "deserialization",
    "deserialize": "deserialization", "disclose": "disclosure", "elevated": "escalation", "elevation": "escalation",
    "escalate": "escalation", "execute": "execution", "executing": "execution", "incorrectly": "incorrect",
    "inject": "injection", "maliciously": "malicious", "prior": "before", "traverse": "traversal",
    "unauthorised": "unauthorized",
}  # fmt: skip
"""Forms of the words that advisories are made of, and what Microsoft calls an escalation."""


class Kind(StrEnum):
    """What a term is to a person who compares two reports."""

    LINK = "link"
    IDENTIFIER = "identifier"
    FILE = "file"
    SYMBOL = "symbol"
    VERSION = "version"
    WORD = "word"


def words(text: str) -> list[str]:
    """Return the words of a text as they are spelt, compound names in one piece."""
    return _WORD.findall(text[:MAX_CHARS])


def terms(text: str) -> array[int]:
    """Return the terms of a text as numbers, in their order, repeated as often as they occur.

    A number is the term's CRC-32: no list of words has to be kept, and of a hundred thousand terms one pair shares one.
    """
    return flat(words(text))


def flat(said: Iterable[str]) -> array[int]:
    """Return the terms of words that were found already."""
    return array("I", [number for word in said for number in numbers(word)])


def pack(told: array[int]) -> bytes:
    """Write terms down, four bytes each; `unpack` reads them."""
    return struct.pack(f"<{len(told)}I", *told)


def unpack(packed: bytes) -> array[int]:
    """Read terms that were written down."""
    return array("I", struct.unpack(f"<{len(packed) // 4}I", packed))


@lru_cache(maxsize=1 << 15)
def numbers(word: str) -> tuple[int, ...]:
    """Return the numbers of the terms that one word stands for."""
    return tuple(crc32(term.encode("utf-8", "surrogatepass")) for term in split(word))


def split(word: str) -> tuple[str, ...]:
    """Return the terms that one word stands for: none for a stop word, several for a compound name."""
    if word.isascii() and word.isalpha() and (word.islower() or word[1:].islower() or word.isupper()):
        low = word.lower()
        return () if low in _STOP or len(low) > MAX_TERM else _meant(low)
    if len(word) > MAX_TERM:
        return (word.casefold(),) if word.startswith("http") else ()
    if version := _VERSION.fullmatch(word):
        return (version[1].lower(),)
    return tuple(_compound(word))


def _compound(word: str) -> Iterator[str]:
    found = [part.casefold() for part in _PARTS.findall(word)]
    for part in found:
        if not part.isascii() and _UNSPACED.fullmatch(part) and len(part) > 1:
            yield from (part[at : at + 2] for at in range(len(part) - 1))
        elif part not in _STOP:
            yield from _meant(part) if part.isalpha() else (part,)
    if len(found) > 1:
        yield word.casefold()
        if "/" in word and not word.startswith("http"):
            yield word.casefold().rsplit("/", 1)[1]


def _meant(word: str) -> tuple[str, ...]:
    """The terms of a word of letters: itself in the singular, or what it is another word for."""
    one = _singular(word)
    return _SHORT.get(word) or (_SAME.get(one, one),)


def _singular(word: str) -> str:
    """Cut a plural's ending, where it can hardly be anything else."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith("sses"):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "sui":
        return word[:-1]
    return word


@lru_cache(maxsize=1 << 13)
def kind(word: str) -> Kind:
    """Say what a word, as it is spelt, is."""
    if word.isalnum():  # no other kind of name does without a sign between its parts
        return Kind.SYMBOL if _HUMPED.search(word) else Kind.WORD
    if word.startswith(("http://", "https://")):
        return Kind.LINK
    if _IDENTIFIER.fullmatch(word):
        return Kind.IDENTIFIER
    if _VERSION.fullmatch(word):
        return Kind.VERSION
    if _FILE.fullmatch(word):
        return Kind.FILE
    if "_" in word or "::" in word or _HUMPED.search(word):
        return Kind.SYMBOL
    return Kind.WORD
