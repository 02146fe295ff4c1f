# SPDX-License-Identifier: Apache-2.0
"""The claims check: looks up what a report cites in the sources of every line, and says where it stands. Facts only.

A file that is not where the report says, but elsewhere under its name, is *moved*. A line or a frame is found where its
file has such a line, and shown with the text that stands there. A symbol is looked for in the cited files first and in
the whole tree only where they do not have it, which is what keeps the check quick.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tocsin.core.case.model import Case
from tocsin.core.claims.extract import Claim, Kind, extract
from tocsin.core.vocabulary import Value
from tocsin.services.app import Desk
from tocsin.services.ports.git import GitFailed
from tocsin.services.ports.sources import Sources, Spot

MOST: Final = 5
"""Places that are named for one claim in one line."""

NO_MIRROR: Final = (
    "The project's sources are not mirrored here, so nothing could be looked up. Whoever runs this installation names "
    "the repository in tocsin.toml, as [repository.PROJECT] with its url; it is fetched from then on."
)

LONGEST: Final = 200
"""Characters that are shown of a line of code."""

_GREPPED: Final = (Kind.SYMBOL, Kind.CVE, Kind.PACKAGE, Kind.OPTION)
_TAG: Final = re.compile(
    r"(?:.*[^\d._-])?[._-]?v?(\d+(?:[._-]\d+)+)[._-]?((?:rc|alpha|beta|a|b)[._-]?\d*)?", re.IGNORECASE
)


class Found(Value):
    """A place where a claim holds: the line of the project, the path, the number of the line in it and its text."""

    ref: str
    path: str = ""
    line: int = 0
    text: str = ""
    moved: bool = False


class Checked(Value):
    """One claim and where it holds; nowhere is an empty `found`. `line` is where the report makes it."""

    kind: Kind
    value: str
    found: tuple[Found, ...]
    line: int


class Row(Value):
    """One claim on the case page: a cell a line of the project, or one sentence for what belongs to no line."""

    kind: str
    value: str
    cells: tuple[str, ...]
    elsewhere: str = ""


class Table(Value):
    """The claims of a report on the case page; `trouble` says why there are none."""

    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    trouble: str = ""


class Answer(Value):
    """All claims of a report, and the lines that they were looked up in."""

    claims: tuple[Checked, ...]
    lines: tuple[str, ...]


def check(text: str, sources: Sources) -> Answer:
    """Look up everything that a text cites. Raises `ports.git.GitFailed` when the sources cannot be read."""
    claims = extract(text)
    if not claims:
        return Answer(claims=(), lines=())
    found: defaultdict[int, list[Found]] = defaultdict(list)
    lines = tuple(sources.lines())
    for line in lines:
        for number, place in _in_line(claims, sources, line):
            found[number].append(place)
    for number, place in _in_history(claims, sources):
        found[number].append(place)
    checked = tuple(
        Checked(kind=claim.kind, value=claim.value, found=tuple(found[number]), line=claim.line)
        for number, claim in enumerate(claims)
    )
    return Answer(claims=checked, lines=lines)


def of_report(desk: Desk, case: Case) -> Table:
    """Look up what a case's report cites in its project's mirror."""
    sources = desk.sources(case.project)
    if sources is None:
        return Table(trouble=NO_MIRROR)
    report = case.report
    said = (report.title, report.reproduce, report.version, report.effects, report.attack_surface, report.dependencies)
    try:
        answer = check("\n".join(said), sources)
    except GitFailed as error:
        return Table(trouble=f"Git cannot say: {error.because}.")
    return Table(lines=answer.lines, rows=tuple(_row(claim, answer.lines) for claim in answer.claims))


def _row(claim: Checked, lines: Sequence[str]) -> Row:
    if claim.kind in (Kind.COMMIT, Kind.VERSION):
        what = {Kind.COMMIT: "is a commit", Kind.VERSION: "is released as"}[claim.kind]
        told = f"{what} {claim.found[0].ref}" if claim.found else "not found"
        return Row(kind=claim.kind.value, value=claim.value, cells=(), elsewhere=told)
    return Row(kind=claim.kind.value, value=claim.value, cells=tuple(_cell(claim, line) for line in lines))


def _cell(claim: Checked, line: str) -> str:
    """In words: the first place in one line of the project."""
    first = next((each for each in claim.found if each.ref == line), None)
    if first is None:
        return "not found"
    place = first.path + (f":{first.line}" if first.line else "")
    return f"{'moved to' if first.moved else '✓'} {place}{f'  {first.text}' if first.text else ''}"


def _in_history(claims: Sequence[Claim], sources: Sources) -> Iterable[tuple[int, Found]]:
    ids = [claim.value for claim in claims if claim.kind is Kind.COMMIT]
    known = sources.commits(ids) if ids else frozenset()
    wanted = [claim.value for claim in claims if claim.kind is Kind.VERSION]
    tags = _versions(sources.tags()) if wanted else {}
    for number, claim in enumerate(claims):
        if claim.kind is Kind.COMMIT and claim.value in known:
            yield number, Found(ref=claim.value)
        if claim.kind is Kind.VERSION and (tag := tags.get(_digits(claim.value))):
            yield number, Found(ref=tag)


def _versions(tags: Iterable[str]) -> Mapping[str, str]:
    """Tags by the version they name, however they spell it: `v7.3.1`, `REL_7_3_1`, `curl-7_3_1`."""
    found = {}
    for tag in tags:
        if match := _TAG.fullmatch(tag):
            found[_digits(match[1] + (match[2] or ""))] = tag
    return found


def _digits(version: str) -> str:
    return ".".join(re.findall(r"\d+|[a-z]+", version.lower()))


def _in_line(claims: Sequence[Claim], sources: Sources, line: str) -> Iterable[tuple[int, Found]]:
    paths = _paths(claims, sources.files(line))
    held = {path: text.decode("utf-8", "replace").split("\n") for path, text in sources.read(
        line, {path for found in paths.values() for path, _ in found}
    ).items()}  # fmt: skip
    spots = _spots(claims, sources, line, held)
    for number, claim in enumerate(claims):
        for path, moved in paths.get(claim.path, ()):
            if (place := _place(claim, line, path, held.get(path, []))) is not None:
                yield number, Found(ref=line, path=path, moved=moved, line=place[0], text=place[1])
        if claim.kind in _GREPPED:
            for spot in spots.get(name(claim), ()):
                told = held.get(spot.path, [])
                text = told[spot.line - 1].strip()[:LONGEST] if 0 < spot.line <= len(told) else ""
                yield number, Found(ref=line, path=spot.path, line=spot.line, text=text)


def _place(claim: Claim, line: str, path: str, told: Sequence[str]) -> tuple[int, str] | None:
    """The line of the file that a claim is about (0: none in particular) and its text; None where there is none."""
    if not claim.at:
        return 0, ""
    if claim.at > len(told):
        return None
    return claim.at, told[claim.at - 1].strip()[:LONGEST]


def _paths(claims: Sequence[Claim], files: frozenset[str]) -> Mapping[str, Sequence[tuple[str, bool]]]:
    """For each cited path, the files it may mean: itself, or those of its name with the longest common end (moved)."""
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    cited = {claim.path for claim in claims if claim.path}
    names = {path.rsplit("/", 1)[-1] for path in cited}
    for path in files:
        if (last := path.rsplit("/", 1)[-1]) in names:
            by_name[last].append(path)
    found: dict[str, Sequence[tuple[str, bool]]] = {}
    for path in cited:
        if path in files:
            found[path] = ((path, False),)
            continue
        same = by_name.get(path.rsplit("/", 1)[-1], [])
        ends = [(_common(path, each), each) for each in same]
        longest = max((common for common, _ in ends), default=0)
        best = sorted(each for common, each in ends if common == longest)[:MOST]
        # A bare name, or a path of somebody's machine that ends like ours, is no move.
        parts = path.strip("/").count("/") + 1
        found[path] = tuple((each, longest < min(parts, each.count("/") + 1)) for each in best)
    return found


def _common(first: str, second: str) -> int:
    """How many of the last parts of two paths are the same."""
    count = 0
    for one, other in zip(reversed(first.split("/")), reversed(second.split("/")), strict=False):
        if one != other:
            break
        count += 1
    return count


def _spots(
    claims: Sequence[Claim], sources: Sources, line: str, held: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[Spot]]:
    """Where names stand in a line: in the cited files where they have them, else anywhere."""
    wanted = {name(claim) for claim in claims if claim.kind in _GREPPED}
    found: dict[str, Sequence[Spot]] = {}
    for each in wanted:
        word = re.compile(rf"(?<!\w){re.escape(each)}(?!\w)")
        spots = [
            Spot(path=path, line=number)
            for path, told in held.items()
            for number, text in enumerate(told, 1)
            if each in text and word.search(text)
        ]
        if spots:
            found[each] = spots[:MOST]
    missing = wanted - found.keys()
    return {**found, **sources.grep(line, missing)} if missing else found


def name(claim: Claim) -> str:
    """The word that is looked for in the sources."""
    if claim.kind is Kind.OPTION:
        return claim.value.removeprefix("--")
    if claim.kind is Kind.PACKAGE:
        plain = claim.value.partition("?")[0].removeprefix("pkg:")
        head, at, version = plain.rpartition("@")
        return (head if at and version else plain).rsplit("/", 1)[-1]
    return claim.symbol or claim.value
