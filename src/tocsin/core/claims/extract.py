# SPDX-License-Identifier: Apache-2.0
"""Takes the claims out of a report's text: what is cited, as it is spelt, and on which line of the report.

Only what looks like a name of code is taken: a word in prose is none, however odd. Each claim is taken once, where it
first stands. Frames follow the traces of gdb, AddressSanitizer, Python, Java and Go.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from tocsin.core.vocabulary import Value

MAX_CHARS: Final = 200_000
"""So much of a text is read; a longer one is a log, and its beginning names what crashed."""

MAX_CLAIMS: Final = 200
"""More than a person would look at; what stands first is kept."""


class Kind(StrEnum):
    """What is claimed to exist."""

    FILE = "file"
    LINE = "line"
    FRAME = "frame"
    SYMBOL = "symbol"
    COMMIT = "commit"
    VERSION = "version"
    CVE = "cve"
    PACKAGE = "package"
    OPTION = "option"


class Claim(Value):
    """One thing that a report cites. `value` is as spelt, `line` where in the report (from 1).

    `path` and `at` are file and line in the code, for files, lines and frames that name them; `symbol` is the name that
    a symbol or a frame stands for.
    """

    kind: Kind
    value: str
    line: int
    path: str = ""
    at: int = 0
    symbol: str = ""


_EXTENSIONS: Final = (
    "c|h|cc|cpp|cxx|hpp|hh|hxx|inc|m|mm|s|y|l|py|pyx|pyi|rs|go|js|mjs|cjs|ts|tsx|jsx|vue|java|kt|kts|scala|groovy|rb|erb|php|"
    "pl|pm|t|sh|bash|sql|html|htm|xml|xsl|json|ya?ml|toml|cfg|conf|ini|lua|swift|cs|fs|vb|ex|exs|erl|hs|ml|mli|clj|dart|"
    "zig|nim|proto|cmake|am|ac|mk|md|rst|sgml|txt"
)
_FILE: Final = re.compile(
    rf"(?<![\w/.@:+-])(?:\./|a/|b/)?((?:[\w.+-]+/)*[\w.+-]*\w\.(?:{_EXTENSIONS}))(?::(\d{{1,7}}))?(?::\d+)?(?![\w/])"
)
# What is quantified is bounded, because these read the texts of strangers: no text may take more than linear time.
_URL: Final = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}://\S+")
_GDB: Final = re.compile(
    r"#\d{1,4}[ \t]{1,4}(?:0x[0-9a-f]{1,16}[ \t]{1,4})?(?:in[ \t]{1,4})?([A-Za-z_~][\w:~<>]{0,200})"
    r"[^\n]{0,300}?[ \t](?:at[ \t])?([\w./+-]{1,200}\.\w{1,5}):(\d{1,7})"
)
_PYTHON: Final = re.compile(r'File "([^"\n]{1,300})", line (\d{1,7}), in ([\w<>]{1,100})')
_JAVA: Final = re.compile(
    r"\bat ((?:[\w$]{1,80}\.){1,20}[\w$<>]{1,80})\(([\w$]{1,80}\.(?:java|kt|scala|groovy)):(\d{1,7})\)"
)
_GO: Final = re.compile(
    r"^([\w./*()-]{1,200}\.[\w*().]{1,100})\(.{0,300}\)\n\s{1,8}(\S{1,300}\.go):(\d{1,7})", re.MULTILINE
)
_CALL: Final = re.compile(r"(?<![\w.$/:>-])((?:[A-Za-z_]\w{0,80}(?:::|->|\.)){0,8}[A-Za-z_]\w{2,80})\(")
_NAME: Final = re.compile(
    r"(?<![\w./$%-])([A-Za-z]\w{0,80}_\w{1,80}|_\w{3,80}|[a-z][a-z0-9]{0,60}[A-Z]\w{0,80}|[A-Z][a-z0-9]{1,60}[A-Z]\w{1,80})"
    r"(?![\w(/]|\.\w)"
)
_QUOTED: Final = re.compile(r"`([A-Za-z_][\w.]{0,100}(?:(?:::|->)\w{1,80}){0,8})(?:\(\))?`")
_COMMIT: Final = re.compile(r"(?<![\w#.-])([0-9a-f]{40}|(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,16})(?![\w-])")
_VERSION: Final = re.compile(
    r"(?<![\w./:-])v?(\d{1,4}(?:\.\d{1,4}){1,3}(?:-?(?:rc|alpha|beta|a|b)\.?\d*)?)(?![\w/]|\.\d)"
)
_CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,}\b", re.IGNORECASE)
_PURL: Final = re.compile(r"\bpkg:[a-z][a-z0-9.+-]*/[^\s,;)\]>\"'`]+")
_AT: Final = re.compile(r"(?<![\w.@/-])(@[\w.-]{1,80}/[\w.-]{1,80}|[a-z][\w.-]{0,80})@(\d[\w.+-]*)\b")
_OPTION: Final = re.compile(r"(?<![\w-])(--[a-z][a-z0-9]+(?:-[a-z0-9]+)*)\b")
_COMMON: Final = frozenset(
    ("printf", "malloc", "free", "memcpy", "strlen", "main", "exit", "assert", "sizeof", "strcpy")
)
"""Calls of the C library say nothing about the project's code."""


def extract(text: str) -> tuple[Claim, ...]:
    """Return the claims of a text in the order in which they stand there, each once."""
    text = text[:MAX_CHARS]
    found: dict[tuple[Kind, str], tuple[int, Claim]] = {}
    for at, claim in _all(text):
        key = (claim.kind, claim.value)
        if key not in found or at < found[key][0]:
            found[key] = (at, claim)
    ordered = sorted(found.values(), key=lambda each: each[0])
    breaks = [match.start() for match in re.finditer("\n", text)]
    return tuple(_placed(claim, at, breaks) for at, claim in ordered[:MAX_CLAIMS])


def _placed(claim: Claim, at: int, breaks: list[int]) -> Claim:
    return Claim(
        kind=claim.kind, value=claim.value, line=bisect_left(breaks, at) + 1, path=claim.path, at=claim.at,
        symbol=claim.symbol,
    )  # fmt: skip


def _all(text: str) -> Iterator[tuple[int, Claim]]:
    for found in _PURL.finditer(text):
        yield found.start(), _claim(Kind.PACKAGE, found[0].rstrip("."))
    for found in _AT.finditer(text):
        yield found.start(), _claim(Kind.PACKAGE, found[0])
    plain = _blank(_AT, _blank(_PURL, _blank(_URL, text)))
    for pattern, read in _FRAMES.items():
        for found in pattern.finditer(plain):
            yield from ((found.start(), each) for each in read(found))
        plain = _blank(pattern, plain)
    yield from _files(plain)
    plain = _blank(_FILE, plain)
    for found in _CVE.finditer(plain):
        yield found.start(), _claim(Kind.CVE, found[0].upper())
    plain = _blank(_CVE, plain)
    for pattern, kind in ((_COMMIT, Kind.COMMIT), (_VERSION, Kind.VERSION), (_OPTION, Kind.OPTION)):
        for found in pattern.finditer(plain):
            yield found.start(), _claim(kind, found[1])
    yield from _symbols(plain)


def _files(text: str) -> Iterator[tuple[int, Claim]]:
    for found in _FILE.finditer(text):
        path, at = found[1], int(found[2] or 0)
        yield found.start(), Claim(kind=Kind.FILE, value=path, line=0, path=path)
        if at:
            yield found.start(), Claim(kind=Kind.LINE, value=f"{path}:{at}", line=0, path=path, at=at)


def _symbols(text: str) -> Iterator[tuple[int, Claim]]:
    for pattern in (_CALL, _QUOTED, _NAME):
        for found in pattern.finditer(text):
            name = re.split(r"::|->|\.", found[1])[-1]
            named = pattern is not _QUOTED or "_" in name or not name.islower()
            if named and name.lower() not in _COMMON and len(name) > 2:
                yield found.start(), Claim(kind=Kind.SYMBOL, value=found[1], line=0, symbol=name)


def _frame(path: str, at: str, symbol: str) -> Iterator[Claim]:
    name = re.split(r"::|\.", symbol.partition("<")[0])[-1] or symbol
    yield Claim(kind=Kind.FRAME, value=f"{symbol} {path}:{at}", line=0, path=path, at=int(at), symbol=name)


_FRAMES: Final[Mapping[re.Pattern[str], Callable[[re.Match[str]], Iterator[Claim]]]] = {
    _GDB: lambda found: _frame(found[2], found[3], found[1]),
    _PYTHON: lambda found: _frame(found[1], found[2], found[3]),
    _JAVA: lambda found: _frame(found[2], found[3], found[1]),
    _GO: lambda found: _frame(found[2], found[3], found[1]),
}


def _claim(kind: Kind, value: str) -> Claim:
    return Claim(kind=kind, value=value, line=0)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Put spaces where something was read already, so that nothing is read twice and places stay."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
