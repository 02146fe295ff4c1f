# SPDX-License-Identifier: Apache-2.0
"""Turns a document into another format, through the advisory record: `tocsin doc convert`.

What the target cannot say is told with the field. A document in its own format comes back as it was, letter by letter
in meaning: unknown fields too. Nothing is invented; dates that a document does not give are those of the conversion.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Cna
from tocsin.core.formats import FORMATS, Loss, cve, format_named
from tocsin.core.formats.encode import json_bytes, readable
from tocsin.core.formats.imports import NotImportable, imported, rewritten
from tocsin.core.formats.imports.common import NOWHERE, revisions
from tocsin.core.formats.imports.csaf import told_of
from tocsin.core.formats.judge.detect import as_kind, detect
from tocsin.core.formats.judge.reading import Unreadable, read
from tocsin.core.formats.other import OTHERS
from tocsin.core.severity import score
from tocsin.core.vocabulary import Refused, Value
from tocsin.services.documents.lint import format_name

_VECTOR: Final = re.compile(r'"(CVSS:[^"\\]{3,300})"')
_ALIASES: Final = {
    "cdx": "cyclonedx", "csaf": "csaf20", "csaf-2.0": "csaf20", "csaf-2.1": "csaf21", "csaf2.0": "csaf20",
    "csaf2.1": "csaf21", "csaf-report": "csaf21-report", "csaf-vex": "csaf20-vex", "cve-5.1.1": "cve5.1.1",
    "cve-5.2.0": "cve", "github": "ghsa", "mail": "oss-security", "md": "markdown", "txt": "text", "vex": "openvex",
}  # fmt: skip
_NAMESPACED: Final = ("csaf", "cyclonedx")
"""Formats that give the publisher's address."""
CANONICAL: Final = tuple(sorted({*(each.name for each in FORMATS), *OTHERS}))
TARGETS: Final = (*CANONICAL, *sorted(_ALIASES))
"""What can be asked for, and other names for it."""


class Converted(Value):
    """The document, the format it came in, and what is not in it or stands there only in words."""

    body: bytes
    source: str
    target: str
    losses: tuple[Loss, ...] = ()


class NotConvertible(ValueError):
    """There is no document to give; `fields` say what is missing."""

    def __init__(self, message: str, losses: tuple[Loss, ...] = ()) -> None:
        super().__init__(message)
        self.losses = losses


def convert(
    body: bytes, target: str, now: datetime, named: str = "", assigner: Cna | None = None, which: str = ""
) -> Converted:
    """The document in another format. `named` says what it is if it shall not be asked, `assigner` is the CNA, `which`
    is the vulnerability that is meant, where the document tells of several.

    Raises `NotConvertible` with what is missing.
    """
    wanted = _ALIASES.get(target, target)
    value, source = _read(body, named)
    if wanted == source and not which:
        advisory = _record(value, source, now, None)
    else:
        advisory = _record(value, source, now, _chosen(value, source, which))
    return _converted(advisory, source, wanted, now, assigner)


def convert_all(
    body: bytes, target: str, now: datetime, named: str = "", assigner: Cna | None = None
) -> list[tuple[str, Converted]]:
    """A document for each vulnerability that a CSAF document tells of, with an id of its own: `ID-1`, `ID-2` and on."""
    value, source = _read(body, named)
    wanted, made = _ALIASES.get(target, target), []
    for place in range(max(1, len(_told(value, source)))):
        advisory = _record(value, source, now, place if _told(value, source) else None)
        advisory = msgspec.structs.replace(advisory, id=f"{advisory.id}-{place + 1}")
        made.append((advisory.id, _converted(advisory, source, wanted, now, assigner)))
    return made


def _converted(advisory: Advisory, source: str, wanted: str, now: datetime, assigner: Cna | None) -> Converted:
    if assigner:
        who = msgspec.structs.replace(advisory.publisher, cna=assigner)
        advisory = msgspec.structs.replace(advisory, publisher=who)
    if wanted == source:
        made = rewritten(advisory, wanted, lambda each: _value(wanted, _dated(each, now)))
        return Converted(body=readable(json_bytes(made)), source=source, target=wanted)
    losses = (*_left_behind(advisory), *_made_up(wanted, advisory), *_cannot(wanted, advisory))
    blocking = tuple(each for each in losses if each.blocks and not _unfinished(wanted, each))
    if blocking:
        raise NotConvertible(f"{wanted}: " + "; ".join(f"{each.field}: {each.message}" for each in blocking), blocking)
    return Converted(body=readable(_rendered(wanted, advisory)), source=source, target=wanted, losses=losses)


def record_of(body: bytes, now: datetime, named: str = "", which: str = "") -> tuple[Advisory, str]:
    """The record of a document and the name of its format; raises `NotConvertible` for what cannot be read, and where
    the document tells of several vulnerabilities and `which`, a CVE id or a number from 1 on, names none of them."""
    value, name = _read(body, named)
    return _record(value, name, now, _chosen(value, name, which)), name


def _read(body: bytes, named: str) -> tuple[dict[str, Any], str]:
    try:
        value, wrong = read(body)
    except Unreadable as unreadable:
        raise NotConvertible(unreadable.problem.message) from None
    if grave := [each.message for each in wrong if each.grave]:
        raise NotConvertible("; ".join(grave))
    kind = as_kind(named, value) if named else detect(value)
    name = format_name(kind) if kind else ""
    if not name or not isinstance(value, dict):
        raise NotConvertible("not a document of a format that can be read: CSAF, CVE, OSV, GHSA")
    return value, name


def _told(value: dict[str, Any], name: str) -> list[str]:
    """The vulnerabilities of a document that may tell of several."""
    return told_of(value) if name in ("csaf20", "csaf21") else []


def _chosen(value: dict[str, Any], name: str, which: str) -> int | None:
    """Place of the vulnerability that is meant; None where there is but one. Nothing is left out by silence."""
    told = _told(value, name)
    names = [each or str(number) for number, each in enumerate(told, 1)]
    if which in names:
        return names.index(which)
    if which.isdecimal() and 0 < int(which) <= len(told):
        return int(which) - 1
    if which and told:
        raise NotConvertible(f"{which!r} is none of its vulnerabilities: {', '.join(names)}")
    if len(told) > 1:
        raise NotConvertible(f"it tells of {len(told)} vulnerabilities: choose among {', '.join(names)}")
    return None


def _record(value: dict[str, Any], name: str, now: datetime, place: int | None) -> Advisory:
    try:
        return _dated(imported(name, value, place), now)
    except KeyError:
        raise NotConvertible(f"documents in {name} can be checked, not read into a record") from None
    except NotImportable as wrong:
        raise NotConvertible(str(wrong)) from None


def _dated(advisory: Advisory, now: datetime) -> Advisory:
    """The record with the instant of the conversion for the dates that it lacks."""
    if advisory.modified and advisory.published and advisory.revisions:
        return advisory
    published = advisory.published or advisory.modified or now
    modified = advisory.modified or published
    history = advisory.revisions or revisions(published, modified)
    return msgspec.structs.replace(advisory, published=published, modified=modified, revisions=history)


def _cannot(name: str, advisory: Advisory) -> tuple[Loss, ...]:
    if name in OTHERS:
        return OTHERS[name].cannot_express(advisory)
    return format_named(name).cannot_express(advisory)


def _unfinished(name: str, loss: Loss) -> bool:
    """What a record may lack and still be handed to somebody who fills it in: the CNA."""
    return name == "cve" and loss.field == "publisher.cna"


_RENDER: Final[Mapping[str, Callable[[Advisory], bytes]]] = {"cve": cve.record}


def _rendered(name: str, advisory: Advisory) -> bytes:
    if name in OTHERS:
        return OTHERS[name].render(advisory)
    return _RENDER.get(name, format_named(name).render)(advisory)


def suffix(name: str) -> str:
    """How a file with a document of this format ends."""
    return f".{name}" if name in OTHERS else format_named(name).suffix


def _value(name: str, advisory: Advisory) -> Any:
    return msgspec.json.decode(_rendered(name, advisory))


def _made_up(wanted: str, advisory: Advisory) -> Iterator[Loss]:
    """What the source does not say and the document cannot do without."""
    if advisory.publisher.namespace == NOWHERE and wanted.startswith(_NAMESPACED):
        message = f"the source does not say whose it is: {NOWHERE} stands there, put the publisher's address in"
        yield Loss(field="publisher.namespace", message=message)


def _left_behind(advisory: Advisory) -> Iterator[Loss]:
    """What of the source the record does not hold: vectors that nobody here can read."""
    kept = advisory.extra[0].json
    for vector in dict.fromkeys(_VECTOR.findall(kept)):
        refused = score(vector)
        if isinstance(refused, Refused):
            yield Loss(field="scores", message=f"{vector[:60]!r} is left out: {refused.because}")
