# SPDX-License-Identifier: Apache-2.0
"""What CSAF 2.0 and 2.1 say in the same words: document, tracking, references, remedies, threats, thanks.

Sources: CSAF 2.0 and 2.1, section 3.2. The two versions differ in product statuses, scores, weaknesses and TLP labels;
those stand in `csaf20` and `csaf21`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from tocsin.core.advisory import Advisory, Credit, LineRange, Score
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.formats import csaf_tree as tree
from tocsin.core.formats import words
from tocsin.core.formats.csaf_parts import (
    Acknowledgment,
    Cvss,
    Document,
    Id,
    Note,
    Publisher,
    Reference,
    Remediation,
    Revision,
    Threat,
    Tracking,
    Vulnerability,
)
from tocsin.core.formats.encode import dated, instant
from tocsin.core.formats.format import Loss
from tocsin.core.severity import must_score
from tocsin.core.vocabulary import Affectedness

CATEGORY: Final = "csaf_security_advisory"
VEX: Final = "csaf_vex"
"""Profiles (CSAF 2.0, 4.4 and 4.5; 2.1, profiles 4 and 5)."""
_WEB: Final = ("http://", "https://")
_GENERATOR: Final = {"engine": {"name": "Tocsin"}}
_NOT_AFFECTED, _REVIEW, _UNSUPPORTED = Affectedness.NOT_AFFECTED, Affectedness.REVIEW, Affectedness.UNSUPPORTED


@words.once
def document(advisory: Advisory) -> Document:
    """Document level but for what the versions say differently. ValueError where dates or revisions are missing."""
    main, publisher = advisory.authoritative, advisory.publisher
    return Document(
        aggregate_severity={"text": main.severity.rating} if main else None,
        category=CATEGORY,
        csaf_version="",
        distribution={},
        lang=advisory.lang,
        notes=_head_notes(advisory),
        publisher=Publisher(category=publisher.category, name=publisher.name, namespace=publisher.namespace),
        references=_references(advisory),
        title=advisory.title,
        tracking=_tracking(advisory),
    )


def _tracking(advisory: Advisory) -> Tracking:
    if not advisory.revisions:
        raise ValueError("revisions: the advisory has none yet")
    return Tracking(
        aliases=advisory.other_ids,
        current_release_date=dated(advisory.modified, "modified"),
        generator=_GENERATOR,
        id=advisory.id,
        initial_release_date=dated(advisory.published, "published"),
        revision_history=tuple(
            [Revision(date=instant(each.date), number=each.number, summary=each.summary) for each in advisory.revisions]
        ),
        status="final",
        version=advisory.revisions[-1].number,
    )


def _references(advisory: Advisory) -> tuple[Reference, ...]:
    own = (("Canonical URL", advisory.urls.csaf), (f"{advisory.id} for people", advisory.urls.page))
    found = [Reference(category="self", summary=summary, url=url) for summary, url in own if url]
    for each in advisory.references:
        summary = each.summary or each.type.capitalize()
        found.append(Reference(category="external", summary=summary, url=each.url))
    return tuple(found)


@words.once
def vulnerability(advisory: Advisory) -> Vulnerability:
    """The parts of the one vulnerability that both versions write alike."""
    return Vulnerability(
        acknowledgments=tuple(map(_acknowledgment, advisory.consented_credits)),
        cve=advisory.cve_id,
        discovery_date=instant(advisory.discovered) if advisory.discovered else "",
        ids=tuple(_ids(advisory)),
        notes=_notes(advisory),
        remediations=tuple(_remediations(advisory)),
        threats=threats(advisory),
        title=advisory.title,
    )


def _head_notes(advisory: Advisory) -> tuple[Note, ...]:
    return (
        *note("summary", "Summary", advisory.summary),
        *note("general", "Notice", words.banner(advisory)),
        *note("general", "Affected versions", words.sentences(advisory)),
    )


def _notes(advisory: Advisory) -> tuple[Note, ...]:
    return (
        *note("details", "Details", words.details(advisory)),
        *note("description", "Impact", advisory.impact),
        *note("other", "Required configuration", advisory.required_configuration),
        *note("other", "Detection", advisory.detection),
        *note("other", "Mitigation", "No mitigation is known." if advisory.no_mitigation_known else ""),
    )


def note(category: str, title: str, text: str) -> tuple[Note, ...]:
    """A note, or none where the text is empty."""
    return (Note(category=category, text=text, title=title),) if text.strip() else ()


def weaknesses(cwe: Sequence[str]) -> tuple[Note, ...]:
    """A note on weaknesses that have no field of their own."""
    if not cwe:
        return ()
    further = "; ".join([f"{each} {cwe_name(each) or ''}".rstrip() for each in cwe])
    return note("other", "Further weaknesses", further)


@words.once
def unsupported(advisory: Advisory) -> tuple[Note, ...]:
    """A note on lines that nobody looks at, where no product status says so."""
    found = [
        f"{product.name} {line.line or 'as a whole'}: {words.line_words(product, line)}"
        for product in advisory.products
        for line in product.lines
        if line.state is _UNSUPPORTED
    ]
    return note("other", "Unsupported versions", "\n".join(found))


def unsupported_losses(advisory: Advisory) -> Iterator[Loss]:
    """The same, before publication."""
    for place, product in enumerate(advisory.products):
        for number, line in enumerate(product.lines):
            if line.state is Affectedness.UNSUPPORTED:
                field = f"products[{place}].lines[{number}].state"
                yield Loss(field=field, message=f"that {line.line or 'it'} is unsupported is a note")


def rated(scores: Sequence[Score]) -> list[Note]:
    """Notes on scores that have no field: `8.7 High CVSS:4.0/...`."""
    return [_rated(each.vector) for each in scores]


@lru_cache(maxsize=1024)
def _rated(vector: str) -> Note:
    severity = must_score(vector)
    text = f"{severity.base} {severity.rating} {severity.vector}"
    return Note(category="other", text=text, title=f"CVSS {severity.version}")


@words.once
def by_version(advisory: Advisory) -> Mapping[str, Score]:
    """The published score of each CVSS version."""
    return {each.severity.version: each for each in advisory.published_scores}


def third(advisory: Advisory) -> Score | None:
    """The score of the third generation: 3.1 before 3.0 (test 6.3.2)."""
    found = by_version(advisory)
    return found.get("3.1") or found.get("3.0")


@lru_cache(maxsize=1024)
def cvss(vector: str) -> Cvss:
    """A score."""
    severity = must_score(vector)
    return Cvss(
        base_score=severity.base,
        base_severity=severity.rating.upper(),
        vector_string=severity.vector,
        version=severity.version,
    )


def dated_only(advisory: Advisory) -> Iterator[Loss]:
    """What no CSAF document at all can do without."""
    if advisory.published is None or advisory.modified is None or not advisory.revisions:
        yield Loss(field="revisions", message="CSAF needs dates and a revision history", blocks=True)


def blocking_vex(advisory: Advisory) -> Iterator[Loss]:
    """What the profile VEX cannot do without."""
    yield from dated_only(advisory)
    if not any(line.state is not Affectedness.UNSUPPORTED for each in advisory.products for line in each.lines):
        yield Loss(field="products", message="a VEX needs a line that is not merely unsupported", blocks=True)


def blocking(advisory: Advisory) -> Iterator[Loss]:
    """What no CSAF advisory can do without."""
    yield from dated_only(advisory)
    states = {line.state for product in advisory.products for line in product.lines}
    if not states - {Affectedness.REVIEW, Affectedness.UNSUPPORTED}:
        yield Loss(field="products", message="CSAF needs a line of which something is known", blocks=True)


def _ids(advisory: Advisory) -> list[Id]:
    """Other names; our own where there is no other, because a vulnerability must have one (2.1, test 6.1.27.8)."""
    others = [each for each in advisory.aliases if each != advisory.cve_id]
    if not others and not advisory.cve_id:
        return [Id(system_name=advisory.publisher.namespace, text=advisory.id)]
    return [Id(system_name=_system(each), text=each) for each in others]


def _system(alias: str) -> str:
    return "GitHub Advisory Database" if alias.startswith("GHSA-") else alias.partition("-")[0]


def _remediations(advisory: Advisory) -> list[Remediation]:
    """What to do about every line that is affected or may be: both dialects have words for those."""
    stated, hit = tree.stated(advisory), tree.hit_ids(advisory)
    found = [_remedy(advisory, place, line) for place, line in stated if place.hit or line.state is _REVIEW]
    if advisory.mitigation.strip() and hit:
        found.append(Remediation(category="workaround", details=words.inert(advisory.mitigation), product_ids=hit))
    return found


def _remedy(advisory: Advisory, place: tree.Place, line: LineRange) -> Remediation:
    ids = (place.product_id,)
    if not place.hit:
        return Remediation(category="none_available", details="The line is still being investigated.", product_ids=ids)
    if not line.fixed_in:
        return Remediation(category="no_fix_planned", details=line.reason or "No fix is planned.", product_ids=ids)
    update = f"Update to {place.product.name} {line.fixed_in} or a later version of the line. {advisory.upgrade}"
    return Remediation(category="vendor_fix", details=update.strip(), product_ids=ids, url=advisory.urls.page)


def threats(advisory: Advisory, *, always_why: bool = False) -> tuple[Threat, ...]:
    """What an attack does to the affected lines, and why others are not affected; with `always_why` of each of these,
    as the profile VEX demands (6.1.27.9)."""
    found: list[Threat] = []
    hit = tree.hit_ids(advisory)
    if hit and advisory.impact.strip():
        found.append(Threat(category="impact", details=words.inert(advisory.impact), product_ids=hit))
    for place, line in tree.stated(advisory):
        if line.state is _NOT_AFFECTED and (line.reason or always_why):
            details = line.reason or "The vulnerable code is not in this line."
            found.append(Threat(category="impact", details=details, product_ids=(place.product_id,)))
    return tuple(found)


def _acknowledgment(credit: Credit) -> Acknowledgment:
    urls = tuple([each for each in credit.contact if each.startswith(_WEB)]) if credit.contact else ()
    return Acknowledgment(names=(credit.name,), organization=credit.organization, summary=credit.type, urls=urls)
