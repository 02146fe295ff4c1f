# SPDX-License-Identifier: Apache-2.0
"""CSAF 2.1 (draft CSD03 of 2026-07-29), profile Security Advisory; beside 2.0, which stays primary.

Source: oasis-tcs/csaf at the commit named in schemas/SOURCES.md. 2.1 carries what 2.0 needed notes for: CVSS 4.0, every
weakness with the version of its list, unsupported lines as `unknown` (but not in VEX), and TLP 2.0 labels. The draft
may still move.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from tocsin.core.advisory import Advisory, Tlp
from tocsin.core.advisory.cwe import CWE_VERSION, cwe_name
from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.formats import csaf_common as common
from tocsin.core.formats import csaf_tree as tree
from tocsin.core.formats import words
from tocsin.core.formats.csaf_parts import Content, Csaf, Document, Metric, Note, Reference, Weakness
from tocsin.core.formats.csaf_read import read_facts
from tocsin.core.formats.encode import document_bytes
from tocsin.core.formats.format import Format, Loss
from tocsin.core.formats.products import is_hit
from tocsin.core.vocabulary import Affectedness

SCHEMA: Final = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"

_TLP: Final = {
    Tlp.CLEAR: "CLEAR",
    Tlp.GREEN: "GREEN",
    Tlp.AMBER: "AMBER",
    Tlp.AMBER_STRICT: "AMBER+STRICT",
    Tlp.RED: "RED",
}
_IN_VEX: Final = tree.Dialect(
    status={
        Affectedness.AFFECTED: "known_affected",
        Affectedness.FIXED: "known_affected",
        Affectedness.NOT_AFFECTED: "known_not_affected",
        Affectedness.REVIEW: "under_investigation",
        None: "fixed",
    },
    many=True,
)
"""The four statuses that VEX is about (profile 5); some validators refuse any other there."""
_DIALECT: Final = tree.Dialect(status={**_IN_VEX.status, Affectedness.UNSUPPORTED: "unknown"}, many=True)
_NAME: Final = re.compile(r"[^\s_.-](.*[^\s_.-])?")
_LEAST_REVISIONS: Final = 2


def render(advisory: Advisory) -> bytes:
    """The CSAF document; of an advisory that was taken back, the notice of that (profiles 7 and 8).

    Raises ValueError where a date or the revision history is missing.
    """
    if _is_taken_back(advisory):
        return _taken_back(advisory)
    return _render(advisory, _profile(advisory))


def _profile(advisory: Advisory) -> str:
    """Profile 4 wants something affected (6.1.27.12)."""
    return common.CATEGORY if is_hit(advisory) else common.VEX


def render_vex(advisory: Advisory) -> bytes:
    """The same facts in the profile VEX (profile 5). Raises ValueError as `render` does."""
    return _render(advisory, common.VEX)


def _is_taken_back(advisory: Advisory) -> bool:
    """The profiles want the history of what was taken back: two revisions at least."""
    return bool((advisory.withdrawn or advisory.superseded_by) and len(advisory.revisions) >= _LEAST_REVISIONS)


def _taken_back(advisory: Advisory) -> bytes:
    """Profile Withdrawn, or Superseded, which goes first: products and vulnerabilities are gone, the reason stays."""
    gone = "Supersession" if advisory.superseded_by else "Withdrawal"
    category = "csaf_superseded" if advisory.superseded_by else "csaf_withdrawn"
    reason = f"{words.banner(advisory)}\n\n{advisory.title}\n\n{advisory.summary}"
    document = replace(
        _document(advisory, category),
        aggregate_severity=None,
        notes=common.note("description", f"Reasoning for {gone}", reason),
    )
    if advisory.superseded_by:
        successor = Reference(
            category="external",
            summary=f"Superseding Document {advisory.superseded_by}",
            url=advisory.urls.page.replace(advisory.id, advisory.superseded_by),
        )
        document = replace(document, references=(*document.references, successor))
    return document_bytes(Csaf(schema=SCHEMA, document=document))


def _render(advisory: Advisory, category: str) -> bytes:
    return document_bytes(whole(advisory, category))


def whole(advisory: Advisory, category: str) -> Csaf:
    """The document of a profile that names products. Raises ValueError as `render` does."""
    vex, document = category == common.VEX, _document(advisory, category)
    branches, status = tree.tree(advisory, _IN_VEX if vex else _DIALECT)
    notes = (*_stand_ins(advisory), *(common.unsupported(advisory) if vex else ()))
    found = common.vulnerability(advisory)
    made = replace(
        found,
        cwes=tuple([_weakness(each) for each in advisory.cwe if _nameable(each)]),
        disclosure_date=document.tracking.initial_release_date,
        metrics=_metrics(advisory, status.known_affected),
        notes=(*found.notes, *notes),
        product_status=status if branches else None,
        threats=common.threats(advisory, always_why=True) if vex else found.threats,
    )
    return Csaf(schema=SCHEMA, document=document, product_tree={"branches": branches}, vulnerabilities=(made,))


def _document(advisory: Advisory, category: str) -> Document:
    return replace(
        common.document(advisory),
        category=category,
        csaf_version="2.1",
        distribution={"tlp": {"label": _TLP[advisory.tlp]}},
        license_expression=advisory.license_expression,
    )


def _weakness(cwe: str) -> Weakness:
    return Weakness(id=cwe, name=cwe_name(cwe) or cwe, version=CWE_VERSION)


@lru_cache(maxsize=1024)
def _nameable(cwe: str) -> bool:
    """Whether the schema's pattern for names lets the official name pass: `.NET Misconfiguration` it does not."""
    return bool(_NAME.fullmatch(cwe_name(cwe) or ""))


def _metrics(advisory: Advisory, affected: Sequence[str]) -> tuple[Metric, ...]:
    """One metric with a vector of each CVSS generation (6.1.7, 6.3.12); 3.1 where 3.0 is given too (6.3.2)."""
    found = common.by_version(advisory)
    if not found or not affected:
        return ()
    scores = found.get("2.0"), common.third(advisory), found.get("4.0")
    v2, v3, v4 = [common.cvss(each.vector) if each else None for each in scores]
    return (Metric(content=Content(cvss_v2=v2, cvss_v3=v3, cvss_v4=v4), products=affected),)


def _stand_ins(advisory: Advisory) -> tuple[Note, ...]:
    """Weaknesses that the schema refuses; scores, where no product is affected that a metric could speak of."""
    weaknesses = common.weaknesses([each for each in advisory.cwe if not _nameable(each)])
    return weaknesses if is_hit(advisory) else (*weaknesses, *common.rated(advisory.published_scores))


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What keeps a document from being made; CSAF 2.1 has a field for everything else but the contact.

    The draft renames that field from one stage to the next, and a document without it is valid in all of them.
    """
    if _is_taken_back(advisory):
        return (*common.dated_only(advisory), Loss(field="products", message="a document taken back names no products"))
    unsupported = common.unsupported_losses(advisory) if _profile(advisory) == common.VEX else ()
    return (*common.blocking(advisory), *losses(advisory), *unsupported)


def cannot_express_vex(advisory: Advisory) -> tuple[Loss, ...]:
    """The same for the profile VEX."""
    return (*common.blocking_vex(advisory), *losses(advisory), *common.unsupported_losses(advisory))


def losses(advisory: Advisory) -> Iterator[Loss]:
    """What stands elsewhere than in its field, in any profile that names products."""
    if advisory.withdrawn or advisory.superseded_by:
        yield Loss(field="withdrawn", message="without a second revision it is a note, not the profile for it")
    if advisory.publisher.contact:
        yield Loss(field="publisher.contact", message="the draft is not settled on a field for it")
    for place, cwe in enumerate(advisory.cwe):
        if not _nameable(cwe):
            yield Loss(field=f"cwe[{place}]", message=f"the draft's schema refuses the name of {cwe}; it is a note")
    if {"3.0", "3.1"} <= {each.severity.version for each in advisory.published_scores}:
        yield Loss(field="scores", message="CVSS 3.0 gives way to 3.1")


FORMAT: Final = Format(
    name="csaf21",
    title="CSAF 2.1 (draft)",
    media_type="application/json",
    suffix=".csaf-2.1.json",
    file_name=lambda advisory: csaf_file_name(advisory.id),
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="csaf-2.1",
    signed=True,  # requirement 19 of the standard
)
