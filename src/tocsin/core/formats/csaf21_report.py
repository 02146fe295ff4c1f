# SPDX-License-Identifier: Apache-2.0
"""CSAF 2.1, profile Vulnerability Report: what another vendor or a coordinator is sent before anything is public.

Source: draft CSD03 as the validator `prototyyppi` has it (tests 6.1.27.20, 6.2.39.7 to 6.2.39.13, 6.3.23). The
draft is not settled: its test 6.1.26 does not know the profile's own category yet and refuses it, and its schema has no
`document.involvement` (6.3.23.1). So this is made on request and never published.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from tocsin.core.advisory import Advisory, Tlp
from tocsin.core.formats import csaf21
from tocsin.core.formats import csaf_common as common
from tocsin.core.formats.csaf_parts import Vulnerability
from tocsin.core.formats.encode import document_bytes
from tocsin.core.formats.format import Loss

CATEGORY: Final = "csaf_vulnerability_report"
_OPEN: Final = frozenset({Tlp.CLEAR, Tlp.GREEN})


def render(advisory: Advisory) -> bytes:
    """The report. It is TLP:AMBER at least (6.2.39.9), whatever the advisory will be. Raises ValueError where a date or
    the revision history is missing."""
    told = replace(advisory, tlp=Tlp.AMBER) if advisory.tlp in _OPEN else advisory
    made = csaf21.whole(told, CATEGORY)
    document = replace(made.document, acknowledgments=common.vulnerability(told).acknowledgments)
    vulnerabilities = tuple([_told(told, each) for each in made.vulnerabilities])
    return document_bytes(replace(made, document=document, vulnerabilities=vulnerabilities))


def _told(advisory: Advisory, found: Vulnerability) -> Vulnerability:
    """With the note that the profile demands (6.1.27.20), and the references that it wants here as well (6.2.39.11)."""
    summary = common.note("summary", "Vulnerability Summary", advisory.summary)
    references = tuple([each for each in common.document(advisory).references if each.category == "external"])
    return replace(found, notes=(*summary, *found.notes), references=references)


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What keeps a report from being made, and what it says of itself that the advisory does not."""
    found = [*common.blocking(advisory), *csaf21.losses(advisory)]
    found.append(Loss(field="category", message="the draft's test 6.1.26 does not know its own profile yet"))
    if advisory.tlp in _OPEN:
        found.append(Loss(field="tlp", message="a vulnerability report is TLP:AMBER"))
    if not advisory.summary.strip():
        found.append(Loss(field="summary", message="the profile wants a summary (6.1.27.20)", blocks=True))
    return tuple(found)
