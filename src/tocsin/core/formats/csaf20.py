# SPDX-License-Identifier: Apache-2.0
"""CSAF 2.0, profile Security Advisory (4.4): what enterprises and national teams exchange.

Source: https://docs.oasis-open.org/csaf/csaf/v2.0/. CSAF 2.0 knows no CVSS 4.0, one weakness per vulnerability, and
nothing that is "unsupported": those are notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.core.advisory import Advisory, Score, Tlp
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.formats import csaf_common as common
from tocsin.core.formats import csaf_tree as tree
from tocsin.core.formats.csaf_parts import Csaf, Document, Note, Scored, Weakness
from tocsin.core.formats.csaf_read import read_facts
from tocsin.core.formats.encode import document_bytes
from tocsin.core.formats.format import Format, Loss
from tocsin.core.formats.products import is_hit
from tocsin.core.vocabulary import Affectedness

_TLP: Final = {
    Tlp.CLEAR: "WHITE",
    Tlp.GREEN: "GREEN",
    Tlp.AMBER: "AMBER",
    Tlp.AMBER_STRICT: "AMBER",
    Tlp.RED: "RED",
}
_AMBER_STRICT: Final = Tlp.AMBER_STRICT
_STRICT: Final = "TLP:AMBER+STRICT: keep it within your organisation."
_DIALECT: Final = tree.Dialect(
    status={
        Affectedness.AFFECTED: "known_affected",
        Affectedness.FIXED: "known_affected",
        Affectedness.NOT_AFFECTED: "known_not_affected",
        Affectedness.REVIEW: "under_investigation",
        None: "fixed",
    },
    many=False,
)


def render(advisory: Advisory) -> bytes:
    """The CSAF document. Raises ValueError where a date or the revision history is missing."""
    return _render(advisory, common.CATEGORY)


def render_vex(advisory: Advisory) -> bytes:
    """The same facts in the profile VEX (4.5). Raises ValueError as `render` does."""
    return _render(advisory, common.VEX)


def _render(advisory: Advisory, category: str) -> bytes:
    document = _document(advisory, category)
    branches, status = tree.tree(advisory, _DIALECT)
    found, carried = common.vulnerability(advisory), _carried(advisory)
    named = _named(advisory)
    made = replace(
        found,
        cwe=Weakness(id=named, name=cwe_name(named) or named) if named else None,
        notes=(*found.notes, *_stand_ins(advisory, named, carried)),
        product_status=status if branches else None,
        release_date=document.tracking.initial_release_date,
        scores=(Scored(cvss_v3=common.cvss(carried.vector), products=status.known_affected),) if carried else (),
        threats=common.threats(advisory, always_why=True) if category == common.VEX else found.threats,
    )
    return document_bytes(Csaf(document=document, product_tree={"branches": branches}, vulnerabilities=(made,)))


def _document(advisory: Advisory, category: str) -> Document:
    tlp = {"label": _TLP[advisory.tlp], "url": "https://www.first.org/tlp/"}
    said = {"text": _STRICT} if advisory.tlp is _AMBER_STRICT else {}
    found = common.document(advisory)
    return replace(
        found,
        category=category,
        csaf_version="2.0",
        distribution={**said, "tlp": tlp},
        notes=(*found.notes, *common.note("legal_disclaimer", "License", advisory.license_expression)),
        publisher=replace(found.publisher, contact_details=advisory.publisher.contact),
    )


def _named(advisory: Advisory) -> str:
    """The one weakness that has a field, "" for none: the first whose name is known."""
    return next(filter(cwe_name, advisory.cwe), "")


def _stand_ins(advisory: Advisory, named: str, carried: Score | None) -> tuple[Note, ...]:
    """Notes for what has no field of its own in 2.0."""
    return (
        *common.weaknesses([each for each in advisory.cwe if each != named]),
        *common.rated(_noted(advisory, carried)),
        *common.unsupported(advisory),
    )


def _carried(advisory: Advisory) -> Score | None:
    """The one score with a field of its own, and only where a product is affected."""
    return common.third(advisory) if is_hit(advisory) else None


def _noted(advisory: Advisory, carried: Score | None) -> list[Score]:
    """Scores that become notes: 4.0, and every one where none has a field."""
    return [each for each in advisory.published_scores if carried is None or each.severity.version == "4.0"]


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What CSAF 2.0 has no field for; all of it is kept as a note."""
    return (*common.blocking(advisory), *_losses(advisory), *common.unsupported_losses(advisory))


def cannot_express_vex(advisory: Advisory) -> tuple[Loss, ...]:
    """The same for the profile VEX."""
    return (*common.blocking_vex(advisory), *_losses(advisory), *common.unsupported_losses(advisory))


def _losses(advisory: Advisory) -> Iterator[Loss]:
    carried = _carried(advisory)
    noted = _noted(advisory, carried)
    for each in advisory.published_scores:
        if each is not carried:
            instead = "is a note" if each in noted else "gives way to 3.1"
            yield Loss(field="scores", message=f"CVSS {each.severity.version} {instead}")
    if len(advisory.cwe) > 1:
        yield Loss(field="cwe", message="CSAF 2.0 has one weakness; the others are a note")
    if advisory.tlp is Tlp.AMBER_STRICT:
        yield Loss(field="tlp", message="CSAF 2.0 has no AMBER+STRICT; it is said in words")


def _marked(body: bytes, line: str) -> bytes:
    told: dict[str, Any] = msgspec.json.decode(body)
    told["document"]["tracking"]["status"] = "draft"
    told["document"].setdefault("distribution", {})["text"] = line
    return msgspec.json.format(msgspec.json.encode(told), indent=2)


FORMAT: Final = Format(
    name="csaf20",
    title="CSAF 2.0",
    media_type="application/json",
    suffix=".csaf.json",
    file_name=lambda advisory: csaf_file_name(advisory.id),
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="csaf-2.0",
    signed=True,  # requirement 19 of the standard
    marked=_marked,
)
