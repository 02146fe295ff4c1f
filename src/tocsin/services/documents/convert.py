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
from tocsin.core.formats.encode import json_bytes
from tocsin.core.formats.imports import NotImportable, imported, rewritten
from tocsin.core.formats.imports.common import revisions
from tocsin.core.formats.imports.csaf import several
from tocsin.core.formats.judge.detect import as_kind, detect
from tocsin.core.formats.judge.reading import Unreadable, read
from tocsin.core.formats.other import OTHERS
from tocsin.core.severity import score
from tocsin.core.vocabulary import Refused, Value
from tocsin.services.documents.lint import format_name

_VECTOR: Final = re.compile(r'"(CVSS:[^"\\]{3,300})"')
_ALIASES: Final = {
    "cdx": "cyclonedx", "csaf": "csaf20", "csaf-2.0": "csaf20", "csaf-2.1": "csaf21", "csaf2.0": "csaf20",
    "csaf2.1": "csaf21", "csaf-vex": "csaf20-vex", "cve-5.1.1": "cve5.1.1", "cve-5.2.0": "cve", "github": "ghsa",
    "mail": "oss-security", "md": "markdown", "txt": "text", "vex": "openvex",
}  # fmt: skip
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


def convert(body: bytes, target: str, now: datetime, named: str = "", assigner: Cna | None = None) -> Converted:
    """The document in another format. `named` says what it is if it shall not be asked, `assigner` is the CNA.

    Raises `NotConvertible` with what is missing.
    """
    wanted = _ALIASES.get(target, target)
    advisory, source = record_of(body, now, named)
    if assigner:
        who = msgspec.structs.replace(advisory.publisher, cna=assigner)
        advisory = msgspec.structs.replace(advisory, publisher=who)
    if wanted == source:
        made = rewritten(advisory, wanted, lambda each: _value(wanted, _dated(each, now)))
        return Converted(body=json_bytes(made), source=source, target=wanted)
    losses = (*_left_behind(advisory, source), *_cannot(wanted, advisory))
    blocking = tuple(each for each in losses if each.blocks and not _unfinished(wanted, each))
    if blocking:
        raise NotConvertible(f"{wanted}: " + "; ".join(f"{each.field}: {each.message}" for each in blocking), blocking)
    return Converted(body=_rendered(wanted, advisory), source=source, target=wanted, losses=losses)


def record_of(body: bytes, now: datetime, named: str = "") -> tuple[Advisory, str]:
    """The record of a document and the name of its format; raises `NotConvertible` for what cannot be read."""
    try:
        value, _ = read(body)
    except Unreadable as wrong:
        raise NotConvertible(wrong.problem.message) from None
    kind = as_kind(named, value) if named else detect(value)
    name = format_name(kind) if kind else ""
    if not name or not isinstance(value, dict):
        raise NotConvertible("not a document of a format that can be read: CSAF, CVE, OSV, GHSA")
    try:
        return _dated(imported(name, value), now), name
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


def _value(name: str, advisory: Advisory) -> Any:
    return msgspec.json.decode(_rendered(name, advisory))


def _left_behind(advisory: Advisory, source: str) -> Iterator[Loss]:
    """What of the source the record does not hold: further vulnerabilities, vectors that nobody here can read."""
    kept = advisory.extra[0].json
    for vector in dict.fromkeys(_VECTOR.findall(kept)):
        refused = score(vector)
        if isinstance(refused, Refused):
            yield Loss(field="scores", message=f"{vector[:60]!r} is left out: {refused.because}")
    count = several(msgspec.json.decode(kept)) if source in ("csaf20", "csaf21") else 1
    if count > 1:
        yield Loss(field="vulnerabilities", message=f"only the first of {count} is converted; a record is about one")
