# SPDX-License-Identifier: Apache-2.0
"""Reads differences out of `git diff-tree -p`: changed lines by file, hunks with their context, stable patch ids.

Renames are never looked for: whether they are found depends on limits of the machine, and patch ids would differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tocsin.adapters.git.run import git
from tocsin.core.backports.commits import Patch
from tocsin.core.backports.similarity import Hunk

OPTIONS: Final = ("-p", "-r", "--root", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--full-index")
_COMMIT: Final = re.compile(r"^commit ([0-9a-f]{40,64})$", re.MULTILINE)
_QUOTED: Final = re.compile(r"\\([0-7]{3}|.)")


def read(directory: Path, commits: Sequence[str]) -> dict[str, Patch]:
    """Patches of commits; merges have none. Raises GitFailed where a tree or blob is not there."""
    if not commits:
        return {}
    raw = difference(directory, commits)
    ids = _patch_ids(directory, raw)
    found = {}
    for commit, text in _split(raw.decode("utf-8", "replace")):
        removed: dict[str, list[str]] = {}
        added: dict[str, list[str]] = {}
        for path, line in _changed(text):
            (removed if line[0] == "-" else added).setdefault(path, []).append(line[1:])
        found[commit] = Patch(
            id=ids.get(commit, ""),
            removed={path: tuple(lines) for path, lines in removed.items()},
            added={path: tuple(lines) for path, lines in added.items()},
        )
    return found


def difference(directory: Path, commits: Sequence[str], *options: str) -> bytes:
    """The raw difference of commits, each after a line `commit ID`."""
    given = "".join(f"{each}\n" for each in commits).encode()
    return git(directory, "diff-tree", "--stdin", *OPTIONS, *options, "--format=commit %H", given=given)


def hunks(directory: Path, commit: str) -> tuple[Hunk, ...]:
    """What each hunk of a commit expects to find, in order."""
    found: list[Hunk] = []
    path = ""
    before: list[str] = []
    inside = False
    for line in difference(directory, [commit]).decode("utf-8", "replace").split("\n"):
        if line.startswith(("diff --git ", "@@ ")):
            if before:
                found.append(Hunk(path=path, before=tuple(before)))
            before, inside = [], line.startswith("@@ ")
        elif not inside and line.startswith("--- "):
            path = _path(line[4:])
        elif inside and line[:1] in ("-", " "):
            before.append(line[1:])
    if before:
        found.append(Hunk(path=path, before=tuple(before)))
    return tuple(found)


def _patch_ids(directory: Path, raw: bytes) -> dict[str, str]:
    printed = git(directory, "patch-id", "--stable", given=raw).decode().split()
    return dict(zip(printed[1::2], printed[::2], strict=False))


def _split(text: str) -> Iterator[tuple[str, str]]:
    marks = list(_COMMIT.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        yield mark[1], text[mark.end() : end]


def _changed(text: str) -> Iterator[tuple[str, str]]:
    path, inside = "", False
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            inside = False
        elif line.startswith("@@ "):
            inside = True
        elif not inside and line.startswith(("--- ", "+++ ")) and line[4:] != "/dev/null":
            path = _path(line[4:])
        elif inside and line[:1] in ("-", "+"):
            yield path, line


def _path(written: str) -> str:
    """A path as git writes it in a difference: without `a/`, unquoted."""
    written = written.rstrip("\t")
    if written.startswith('"') and written.endswith('"'):
        raw = _QUOTED.sub(lambda found: _byte(found[1]), written[1:-1])
        written = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return written[2:] if written[:2] in ("a/", "b/") else written


def _byte(code: str) -> str:
    return chr(int(code, 8)) if code.isdigit() else {"t": "\t", "n": "\n"}.get(code, code)
