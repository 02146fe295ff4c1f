# SPDX-License-Identifier: Apache-2.0
"""What must never leave by mistake: secrets in a text on its way out. Pure: a text in, findings out, nothing quoted.

A person pastes a log with a cookie in it, a crash dump with a key, the reporter's words with their return phrase. What
is found is named by kind and line, and never repeated. Whether to hold the text back is the caller's; here all that is
outgoing is held. Forms of the secrets: RFC 7468 (PEM), RFC 9580 6.2 (OpenPGP armour), age-encryption.org/v1, RFC 6265
4.1 (cookies), RFC 6750 2.1 (bearer tokens), and the prefixes that services publish for scanners.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from tocsin.core.vocabulary import Refused, Value

PHRASE_WORDS: Final = 7
"""Words in a return phrase (`adapters.vault.phrase`)."""

HELD: Final = "held"


class Found(Value):
    """One secret in a text: what kind, and in which line (from 1)."""

    what: str
    line: int


_PATTERNS: Final = tuple(
    (what, re.compile(pattern, re.MULTILINE))
    for what, pattern in (
        ("a private key (PEM)", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
        ("a private key (OpenPGP)", r"-----BEGIN PGP PRIVATE KEY BLOCK-----"),
        ("a private key (age)", r"\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{20,}"),
        ("a token of this product", r"\btsn_[A-Za-z0-9_-]{16,}"),
        ("a token of GitHub", r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
        ("a token of GitLab", r"\bglpat-[A-Za-z0-9_-]{20,}"),
        ("a token of Slack", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
        ("an access key of AWS", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        (
            "a session cookie",
            r"(?:__Host-tocsin(?:-room)?|\btocsin(?:-room)?|\bsessionid|\bJSESSIONID|\bPHPSESSID)=[A-Za-z0-9_.-]{16,}",
        ),
        ("a cookie header", r"(?i)^\s*(?:set-)?cookie:\s*\S+=\S{16,}"),
        ("a bearer token", r"(?i)\bauthorization:\s*(?:bearer|basic)\s+[A-Za-z0-9+/=_.~-]{16,}"),
        ("a sign-in link", r"/sign-in/[A-Za-z0-9_-]{32,}"),
        ("somebody's calendar address", r"/calendar/[A-Za-z0-9_.-]{32,}\.ics"),
        ("a secret of a webhook", r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
        ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    )
)
_WORD: Final = re.compile(r"[a-z]+")
_BETWEEN: Final = re.compile(r"[\s\-\u2013\u2014.,\u00b7]*")


def find(text: str, words: Collection[str] = (), canaries: Iterable[str] = ()) -> tuple[Found, ...]:
    """List the secrets in a text, by line. `words` is the word list of return phrases, `canaries` are planted words
    that occur nowhere but in what must not leave."""
    found = [Found(what=what, line=_line(text, hit.start())) for what, form in _PATTERNS for hit in form.finditer(text)]
    found += [Found(what="a return phrase", line=_line(text, at)) for at in _phrases(text, words)]
    low = text.casefold()
    found += [
        Found(what="a canary word", line=_line(text, low.index(word)))
        for word in (each.casefold() for each in canaries)
        if word and word in low
    ]
    return tuple(sorted(set(found), key=lambda each: (each.line, each.what)))


def held(
    texts: Iterable[str], words: Collection[str] = (), canaries: Iterable[str] = (), what: str = "This text"
) -> Refused | None:
    """Refuse a text that holds a secret, saying what and where; None for one that may leave."""
    known = tuple(canaries)
    found = [each for text in texts if text for each in find(text, words, known)]
    if not found:
        return None
    return Refused(
        code=HELD,
        because=f"{what} was not sent: it holds {found[0].what}. Take it out and send it again.",
        rule="egress guard",
        missing=tuple(f"line {each.line}: {each.what}" for each in found),
    )


def strings(value: object) -> Iterable[str]:
    """Every text in a record of lists, maps and texts, as `msgspec.to_builtins` makes it."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from strings(each)
        case list() | tuple() | set() | frozenset():
            for each in value:
                yield from strings(each)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _phrases(text: str, words: Collection[str]) -> Iterable[int]:
    """Where seven words of the list stand in a row: a phrase, for people's sentences need words that are not there."""
    if not words:
        return
    low, run, start, end = text.lower(), 0, 0, 0
    for hit in _WORD.finditer(low):
        joined = run and _BETWEEN.fullmatch(low, end, hit.start())
        if hit.group() not in words:
            run = 0
        elif joined:
            run += 1
        else:
            run, start = 1, hit.start()
        end = hit.end()
        if run == PHRASE_WORDS:
            yield start
