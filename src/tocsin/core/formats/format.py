# SPDX-License-Identifier: Apache-2.0
"""What a format is: a pure function from the advisory to bytes, and what it has to say about itself.

One file for each format, exporting `FORMAT`; `tocsin.core.formats.FORMATS` lists them. A format never asks for more
than the record, never reads a clock, and gives the same bytes for the same record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.vocabulary import Value

Facts = Mapping[str, str]
"""What a document states, for the agreement checker: `id`, `cve`, `cwe`, `credits`, `published`, `modified`, `title`,
`vector 3.1`, `score 3.1`, `affected <product>`, `fixed <product>`, `purl-affected <purl>`, `package-fixed <package>`,
each in the one spelling of `facts.py`. The first word is the kind of a fact."""


PARTIAL: Final = "partial"
"""Set by a document that leaves facts out on purpose; what it does say is compared all the same."""


class Loss(Value):
    """A fact that a format cannot carry as a fact. `blocks` means that no document can be made at all."""

    field: str
    message: str
    blocks: bool = False


BY_OTHER_NAMES: Final = frozenset({"purl-affected", "purl-fixed", "package-affected", "package-fixed"})
"""Kinds of facts that only formats state which do not name products as the record does."""


@dataclass(frozen=True, slots=True)
class Format:
    """One document format.

    `suffix` follows the advisory's id in URLs (`.csaf.json`), `file_name` is the name by which the standard files it.
    `render` is for records that `cannot_express` does not block: `render_all` asks first. `facts` reads a document of
    this format, ours or a stranger's, for comparison; of the kinds in `silent_on` it never says anything. `schema`
    names the official JSON schema (`formats.schema`), "" where there is none. `signed` says that its published
    documents are signed. `marked` puts the line of one recipient's copy into a draft, where the format has a place for
    it; a format without it is no part of what distributors are sent before publication.
    """

    name: str
    title: str
    media_type: str
    suffix: str
    file_name: Callable[[Advisory], str]
    render: Callable[[Advisory], bytes]
    cannot_express: Callable[[Advisory], tuple[Loss, ...]]
    facts: Callable[[bytes], Facts]
    schema: str = ""
    silent_on: frozenset[str] = BY_OTHER_NAMES
    signed: bool = False
    marked: Callable[[bytes, str], bytes] | None = None
