# SPDX-License-Identifier: Apache-2.0
"""A repository of PostgreSQL's size that nobody wrote: 6,000 files of C of 12 KB on average, 60,000 commits, six lines
with a tenth of their files their own, a tag a release; made by `git fast-import` from a seed, so that it is the same
every time. And reports about it, whose names are known to stand in it.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILES, COMMITS, DIRECTORIES, SYMBOLS = 6_000, 60_000, 250, 40_000
LINES: Final = ("main", "REL_18_STABLE", "REL_17_STABLE", "REL_16_STABLE", "REL_15_STABLE", "REL_14_STABLE")
OWN: Final = 600
"""Files that each release line has changed for itself."""

SMALL: Final = 2_000
"""Bytes at most of the files that commits change, so that making it all takes a minute and not an hour."""

WORDS: Final = [
    "buffer",
    "page",
    "tuple",
    "heap",
    "index",
    "scan",
    "plan",
    "node",
    "path",
    "relation",
    "attribute",
    "type",
    "value",
    "list",
    "hash",
    "sort",
    "merge",
    "join",
    "agg",
    "set",
    "get",
    "init",
    "free",
    "alloc",
    "read",
    "write",
    "lock",
    "latch",
    "wait",
    "wal",
    "log",
    "flush",
    "sync",
    "parse",
    "analyze",
    "rewrite",
    "execute",
    "fetch",
    "store",
    "cache",
]


@dataclass(frozen=True)
class Made:
    """What there is to cite: files by the symbols that they define, on every line."""

    files: dict[str, list[str]]


def symbols(chance: random.Random) -> list[str]:
    """Names as C has them, all different."""
    found: dict[str, None] = {}
    while len(found) < SYMBOLS:
        found["_".join(chance.choices(WORDS, k=3)) + f"_{chance.randrange(1000)}"] = None
    return list(found)


def text(chance: random.Random, own: list[str], known: list[str], size: int) -> bytes:
    """One file: functions of its own that call others."""
    lines = ['#include "postgres.h"', ""]
    while sum(map(len, lines)) < size or own:
        name = own.pop() if own else f"static_{chance.choice(known)}"
        called = chance.choices(known, k=6)
        lines += [f"static int {name}(Datum value, int length)", "{", "\tint result = 0;"]
        lines += [f"\tif (length > {chance.randrange(4096)})\n\t\tresult += {each}(value, length);" for each in called]
        lines += ["\treturn result;", "}", ""]
    return "\n".join(lines).encode()


def stream(chance: random.Random, made: Made) -> Iterator[bytes]:
    """What `git fast-import` reads."""
    known = symbols(chance)
    when, given = 1_000_000_000, iter(known)
    contents: dict[str, int] = {}
    for number in range(FILES):
        path = f"src/part{number % DIRECTORIES:03}/{chance.choice(WORDS)}_{number}.c"
        own = [next(given) for _ in range(5)]
        made.files[path] = list(own)
        size = SMALL if number % 4 else chance.randrange(20_000, 65_000)
        contents[path] = size
        body = text(chance, own, known, size)
        yield b"blob\nmark :%d\ndata %d\n%s\n" % (number + 1, len(body), body)
    yield commit("main", when, b"", "Begin")
    for number, path in enumerate(contents, 1):
        yield b"M 100644 :%d %s\n" % (number, path.encode())
    small = [path for path, size in contents.items() if size <= SMALL]
    for number in range(COMMITS - 1):
        when += 8_000
        path = small[number % len(small)]
        body = b"/* %d */\n" % number + text(chance, list(made.files[path]), known, SMALL)
        yield commit("main", when, b"", f"Change {path}") + inline(path, body)
        if number % 12_000 == 11_998:
            yield from branch(chance, LINES[-1 - number // 12_000], when, known, made, small)
    yield b"done\n"


def branch(
    chance: random.Random, name: str, when: int, known: list[str], made: Made, small: list[str]
) -> Iterator[bytes]:
    """A release line off the main one, with files of its own making and a tag."""
    yield commit(name, when, b"from refs/heads/main\n", f"Branch {name}")
    for path in chance.sample(small, OWN):
        yield inline(path, b"/* %s */\n" % name.encode() + text(chance, list(made.files[path]), known, SMALL))
    tag = name.removesuffix("_STABLE") + "_1"
    yield b"reset refs/tags/%s\nfrom refs/heads/%s\n\n" % (tag.encode(), name.encode())


def commit(line: str, when: int, parent: bytes, told: str) -> bytes:
    """The head of a commit."""
    said = told.encode()
    return b"commit refs/heads/%s\ncommitter A Committer <committer@example.org> %d +0000\ndata %d\n%s\n%s" % (
        line.encode(), when, len(said), said, parent,
    )  # fmt: skip


def inline(path: str, body: bytes) -> bytes:
    """A file of a commit, written where it is named."""
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(body), body)


def make(directory: Path) -> Made:
    """Make the repository, bare, and tell what stands in it."""
    made = Made({})
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(directory)], check=True)
    command = ["git", "-C", str(directory), "fast-import", "--quiet", "--done"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as importer:
        assert importer.stdin
        for part in stream(random.Random(18), made):
            importer.stdin.write(part)
    assert importer.returncode == 0
    return made


def reports(made: Made, many: int) -> Iterator[tuple[str, set[str], set[str]]]:
    """Reports with the names in them that exist, and those that nobody ever wrote."""
    chance = random.Random(7)
    for number in range(many):
        files = chance.sample(sorted(made.files), 4)
        there = [name for path in files for name in chance.sample(made.files[path], 2)]
        invented = {f"quantum_handshake_{number}", f"src/backend/vortex_{number}.c"}
        cites = [f"The fault lies in {path}." for path in files]
        cites += [f"{name}() does not check its argument." for name in there]
        cites += [f"It may be reached from {name} too." for name in sorted(invented)]
        yield "\n".join([*cites, "Seen on 17.1 and on main."]), {*files, *there}, invented
