# SPDX-License-Identifier: Apache-2.0
"""Every document, rendered from the one record: `FORMATS` is the registry, one file and one line for each.

`render_all` gives the bytes of every format that can express an advisory, `losses` what each of them cannot carry,
`findings` everything that speaks against publishing those bytes: a schema that is not met, documents that disagree.
Where the documents are stored, signed and served is the publishers' business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats import check, csaf20, csaf21, cve, cyclonedx, ghsa, markdown, openvex, osv, text
from tocsin.core.formats.check import Disagreement
from tocsin.core.formats.format import Format, Loss
from tocsin.core.formats.schema import Violation, schema_violations
from tocsin.core.vocabulary import Value

__all__ = [
    "FORMATS",
    "Disagreement",
    "Finding",
    "Format",
    "Loss",
    "Violation",
    "disagreements",
    "findings",
    "format_named",
    "losses",
    "render_all",
    "schema_violations",
]

FORMATS: Final[tuple[Format, ...]] = (
    csaf20.FORMAT,
    csaf21.FORMAT,
    cve.FORMAT,
    cyclonedx.FORMAT,
    ghsa.FORMAT,
    markdown.FORMAT,
    openvex.FORMAT,
    osv.FORMAT,
    text.FORMAT,
)

_BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}


class Finding(Value):
    """What speaks against publishing a document: its format, a place or field in it, and a sentence."""

    format: str
    where: str
    message: str


def format_named(name: str) -> Format:
    """The registered format of that name; raises KeyError for an unknown one."""
    return _BY_NAME[name]


def losses(advisory: Advisory) -> dict[str, tuple[Loss, ...]]:
    """What each format cannot express of this advisory, by format name; formats that lose nothing are left out."""
    found = {each.name: each.cannot_express(advisory) for each in FORMATS}
    return {name: lost for name, lost in found.items() if lost}


def render_all(advisory: Advisory) -> dict[str, bytes]:
    """The documents by format name, without those that nothing can be made for (`Loss.blocks`)."""
    possible = [each for each in FORMATS if not any(loss.blocks for loss in each.cannot_express(advisory))]
    return {each.name: each.render(advisory) for each in possible}


def disagreements(documents: Mapping[str, bytes], advisory: Advisory | None = None) -> tuple[Disagreement, ...]:
    """Every field in which a document differs from the record, or from its fellows where no record is given."""
    return check.disagreements(_BY_NAME, documents, advisory)


def findings(documents: Mapping[str, bytes], advisory: Advisory | None = None) -> tuple[Finding, ...]:
    """All that speaks against publishing these documents: schema violations first, then disagreements."""
    broken = [
        Finding(format=name, where=each.path, message=each.message)
        for name, document in documents.items()
        if _BY_NAME[name].schema
        for each in schema_violations(_BY_NAME[name].schema, document)
    ]
    differing = [
        Finding(format=each.document, where=each.field, message=f"says {each.found!r} where {each.expected!r} is right")
        for each in disagreements(documents, advisory)
    ]
    return (*broken, *differing)
