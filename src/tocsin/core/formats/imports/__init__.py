# SPDX-License-Identifier: Apache-2.0
"""Reads documents of others into the advisory record: OSV, CSAF, CVE, GitHub's advisories.

Nothing is lost: the record keeps the whole document, and writing it back in the same format gives the same document
until somebody changes the record (`rewritten`). What cannot be told in another format is that format's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Kept
from tocsin.core.formats.imports import csaf, cve, ghsa, osv
from tocsin.core.formats.imports.merge import merged
from tocsin.core.vocabulary import is_cve_id

READERS: Final[Mapping[str, Callable[[dict[str, Any]], Advisory]]] = {
    "csaf20": csaf.read,
    "csaf21": csaf.read,
    "cve": cve.read,
    "ghsa": ghsa.read,
    "osv": osv.read,
}
"""Importers by format name."""


class NotImportable(ValueError):
    """The document cannot become a record; the message says what is missing."""


def imported(name: str, document: dict[str, Any], place: int | None = None) -> Advisory:
    """The record of a document of the named format, with the document itself kept.

    A CSAF document may tell of several vulnerabilities: `place`, from 0, says which one becomes the record, as if the
    document told of no other; the others' CVE ids are related. Raises KeyError for a format without an importer,
    `NotImportable` for a document that names nothing.
    """
    if place is not None:
        others = tuple(each for each in csaf.told_of(document) if is_cve_id(each))
        own = imported(name, csaf.only(document, place))
        related = (*own.related, *(each for each in others if each != own.cve_id))
        return msgspec.structs.replace(own, related=tuple(dict.fromkeys(related)))
    found = READERS[name](document)
    if not found.id:
        raise NotImportable("the document has no id")
    kept = Kept(format=name, pointer="", json=msgspec.json.encode(document).decode())
    return msgspec.structs.replace(found, extra=(kept,))


def original(advisory: Advisory, name: str) -> dict[str, Any] | None:
    """The document of that format which the record was imported from; None for another format."""
    found = next((each for each in advisory.extra if each.format == name and not each.pointer), None)
    return msgspec.json.decode(found.json) if found else None


def rewritten(advisory: Advisory, name: str, render: Callable[[Advisory], Any]) -> Any:
    """The document that the record was imported from, with everything that has changed in the record since.

    `render` gives a document as a value. A record that was not imported from this format is rendered as it is.
    """
    source = original(advisory, name)
    now = render(msgspec.structs.replace(advisory, extra=()))
    if source is None:
        return now
    return merged(source, render(READERS[name](source)), now)
