# SPDX-License-Identifier: Apache-2.0
"""Reads an OSV document into a record: ours, with the state of every release line, and everybody else's.

Source: https://ossf.github.io/osv-schema/ 1.7.5, "Evaluation". Ranges of git commits are left out: whether a commit
lies in one is not told by its name. What OSV has no field for stands in ours under `database_specific`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import msgspec

from tocsin.core.affected import names
from tocsin.core.affected.cuts import PARSERS
from tocsin.core.affected.statements import PURL, Listed, Name, Record, Statement
from tocsin.core.severity import Severity, score
from tocsin.core.versions import SCHEMES, Interval, LineRange, interval, scheme
from tocsin.core.vocabulary import Affectedness

_PREFIX: Final = re.compile(r"(?:x_)?([A-Z][A-Z0-9]*)-SA-\d{4}-\d+", re.ASCII)
_SCHEMES: Final = frozenset(each.name for each in SCHEMES)


class _Package(msgspec.Struct, frozen=True):
    ecosystem: str = ""
    name: str = ""
    purl: str = ""


class _Range(msgspec.Struct, frozen=True):
    type: str
    events: tuple[dict[str, str], ...] = ()


class _Affected(msgspec.Struct, frozen=True):
    package: _Package | None = None
    ranges: tuple[_Range, ...] = ()
    versions: tuple[str, ...] = ()
    database_specific: dict[str, Any] | None = None


class _Severity(msgspec.Struct, frozen=True):
    type: str
    score: str


class _Reference(msgspec.Struct, frozen=True):
    type: str = ""
    url: str = ""


class _Document(msgspec.Struct, frozen=True):
    id: str
    modified: datetime
    aliases: tuple[str, ...] | None = None
    summary: str = ""
    withdrawn: datetime | None = None
    severity: tuple[_Severity, ...] | None = None
    affected: tuple[_Affected, ...] | None = None
    references: tuple[_Reference, ...] | None = None
    database_specific: dict[str, Any] | None = None


_DECODER: Final = msgspec.json.Decoder(_Document)


def read(document: bytes) -> Record:
    """Read one OSV document. Raises ValueError, in words, for what is none."""
    try:
        found = _DECODER.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise ValueError(f"this is no OSV document: {wrong}") from None
    own = found.database_specific or {}
    prefix = _PREFIX.fullmatch(found.id)
    statements: list[Statement] = []
    listed: list[Listed] = []
    for each in found.affected or ():
        called = _names(each, prefix[1] if prefix else "")
        if called:
            statements += _statements(each, called)
            if each.versions:
                listed.append(Listed(names=called, scheme=_scheme(each, ""), versions=each.versions))
    return Record(
        id=found.id,
        modified=found.modified,
        statements=tuple(statements),
        listed=tuple(listed),
        title=found.summary,
        aliases=found.aliases or (),
        severity=_rated(found),
        page=next((each.url for each in found.references or () if each.type == "ADVISORY"), ""),
        mitigation=_text(own.get("mitigation")),
        no_mitigation_known=own.get("no_mitigation_known") is True,
        required_configuration=_text(own.get("required_configuration")),
        withdrawn=found.withdrawn is not None,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _rated(found: _Document) -> str:
    """`High 8.8`, from the first CVSS vector that can be read: ours put the authoritative one first."""
    for each in found.severity or ():
        rated = score(each.score)
        if isinstance(rated, Severity):
            return f"{rated.rating.value} {rated.base:.1f}"
    return ""


def _names(each: _Affected, prefix: str) -> tuple[Name, ...]:
    """Every name that the package may be asked for by; a product of ours also by its advisories' prefix."""
    own = each.database_specific or {}
    package = each.package or _Package()
    found: list[Name] = []
    if package.ecosystem and package.name:
        found.append(names.package(package.ecosystem, package.name))
    for text in (package.purl, _text(own.get("purl"))):
        taken = names.purl(text)
        if taken:
            found += [name for name in names.of_purl(taken) if name[0] == PURL or not package.ecosystem]
            found.append(names.product(taken.name))
    for text in (_text(own.get("product")), package.name, prefix if own.get("product") else ""):
        if text:
            found.append(names.product(text))
    return tuple(dict.fromkeys(found))


def _scheme(each: _Affected, kind: str) -> str:
    own = _text((each.database_specific or {}).get("scheme"))
    if own in _SCHEMES:
        return own
    if kind == "SEMVER":
        return "semver"
    return names.scheme_of(each.package.ecosystem if each.package else "")


def _statements(each: _Affected, called: tuple[Name, ...]) -> Iterator[Statement]:
    lines = _lines(each)
    if lines:
        order = scheme(_scheme(each, ""))
        for line in lines:
            yield Statement(
                names=called,
                scheme=order.name,
                state=line.state,
                interval=interval(order, line),
                fixed=line.fixed_in if line.vulnerable else "",
                line=line.line,
                why=line.reason,
            )
        return
    for one in each.ranges:
        if one.type != "GIT":
            name = _scheme(each, one.type)
            for span in spans(name, one.events):
                fixed = Affectedness.FIXED if span.fixed else Affectedness.AFFECTED
                yield Statement(names=called, scheme=name, state=fixed, interval=span, fixed=span.fixed)


def _lines(each: _Affected) -> tuple[LineRange, ...]:
    """The release lines as our own documents state them; () for everybody else's."""
    try:
        return msgspec.convert((each.database_specific or {}).get("lines") or (), tuple[LineRange, ...])
    except msgspec.ValidationError:
        return ()


_RANK: Final = {"fixed": 0, "limit": 0, "introduced": 1, "last_affected": 2}
"""Which of two events at one version comes first."""


def _place(name: str, version: str) -> tuple[bool, Any]:
    return (True, PARSERS[name](version)) if version != "0" else (False, ())


def spans(name: str, events: tuple[dict[str, str], ...]) -> list[Interval]:
    """The affected intervals of one range's events, sorted as the standard's algorithm does. A version that cannot be
    read keeps its place, and the index says so."""
    ordered = [(kind, version) for event in events for kind, version in event.items()]
    with suppress(ValueError, TypeError):
        ordered.sort(key=lambda each: (*_place(name, each[1]), _RANK.get(each[0], 1)))
    found, start = [], ""
    for kind, version in ordered:
        if kind == "introduced":
            start = start or version
        elif start and kind in ("fixed", "limit"):
            found.append(Interval(start=start, **{kind: version}))
            start = ""
        elif start and kind == "last_affected":
            found.append(Interval(start=start, last=version))
            start = ""
    return [*found, Interval(start=start)] if start else found
