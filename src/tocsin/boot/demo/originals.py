# SPDX-License-Identifier: Apache-2.0
"""Holds what the demo published against what others published for the same vulnerability.

Differences are expected: formats leave choices, publishers make mistakes. Each one that may be there stands, word for
word and with its reason, in `data/divergences.toml`; docs/explanation/divergences.md is drawn from that file. A
difference that is not listed fails the story, and so does a listed one that is not there.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tocsin.boot.demo.matter import DATA, Matter
from tocsin.boot.demo.page import Unexpected
from tocsin.core.advisory import compare as documents
from tocsin.core.advisory.compare import Difference
from tocsin.core.vocabulary import Value

OWN_ID: Final = "(this advisory's id)"
OWN_PAGE: Final = "(this advisory's page)"


class Explained(Value):
    """One expected difference and why it is there. `matter` is `*` for what holds in every replay."""

    matter: str
    format: str
    field: str
    because: str
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()

    @property
    def difference(self) -> Difference:
        """The difference that this explains."""
        return Difference(format=self.format, field=self.field, only_ours=self.ours, only_theirs=self.theirs)


EVERYWHERE: Final = "*"


def explained() -> tuple[Explained, ...]:
    """Every expected difference, in the order of the file."""
    found = tomllib.loads((DATA / "divergences.toml").read_text(encoding="utf-8"))
    return msgspec.convert(found["divergence"], tuple[Explained, ...])


def compare(matter: Matter, published: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Compare the documents that were just published with the originals; returns the differences with their reasons.

    Raises Unexpected for a missing document, a difference that nobody explained, and an explanation that explains
    nothing.
    """
    listed = explained()
    common = tuple(each for each in listed if each.matter == EVERYWHERE)
    told = {each.difference: each for each in listed if each.matter == matter.id}
    found: list[dict[str, Any]] = []
    for name, original in matter.originals().items():
        if name not in published:
            raise Unexpected(f"there is no {name} document to compare with the published one")
        for difference in differences(name, published[name], original):
            left, reasons = _without(difference, common)
            own = told.pop(left, None) if left else None
            if left and own is None:
                raise Unexpected(f"{name}, {difference.field}: {_words(left)}, and nobody has explained it")
            reasons += (own.because,) if own else ()
            found.append(_row(difference, reasons))
    if told:
        raise Unexpected(f"explained, but not there: {'; '.join(f'{e.format}, {e.field}' for e in told.values())}")
    return found


def differences(name: str, ours: bytes, theirs: bytes) -> tuple[Difference, ...]:
    """Differences between two documents, with what changes from run to run (own id, own page) under fixed names."""
    own = own_names(name, ours)
    return tuple(
        msgspec.structs.replace(each, only_ours=tuple(sorted(own.get(value, value) for value in each.only_ours)))
        for each in documents.compare(name, ours, theirs)
    )


def own_names(name: str, document: bytes) -> dict[str, str]:
    """The advisory's own id and page as the document gives them, by fixed name."""
    found = json.loads(document)
    if name == "osv":
        return {found["id"].removeprefix("x_"): OWN_ID, found["references"][0]["url"]: OWN_PAGE}
    return {found["containers"]["cna"]["references"][0]["url"]: OWN_PAGE}


def _without(each: Difference, common: tuple[Explained, ...]) -> tuple[Difference | None, tuple[str, ...]]:
    """Take out what is expected everywhere; None when nothing is left."""
    fitting = [known for known in common if (known.format, known.field) == (each.format, each.field)]
    ours = tuple(value for value in each.only_ours if not any(value in known.ours for known in fitting))
    reasons = tuple(known.because for known in fitting if set(known.ours) & set(each.only_ours))
    left = msgspec.structs.replace(each, only_ours=ours)
    return (left if left.only_ours or left.only_theirs else None), reasons


def _words(each: Difference) -> str:
    ours = ", ".join(each.only_ours) or "nothing of its own"
    theirs = ", ".join(each.only_theirs) or "nothing of its own"
    return f"ours has {ours}; the published one has {theirs}"


def _row(each: Difference, reasons: tuple[str, ...]) -> dict[str, Any]:
    return {
        "document": each.format,
        "field": each.field,
        "ours": list(each.only_ours),
        "theirs": list(each.only_theirs),
        "because": " ".join(reasons),
    }
