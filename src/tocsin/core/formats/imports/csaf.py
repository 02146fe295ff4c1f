# SPDX-License-Identifier: Apache-2.0
"""Reads a CSAF document, 2.0 or 2.1, into the record. Sources: CSAF 2.0 and 2.1, sections 3.1 and 3.2.

A record is about one vulnerability: of several the first is read, and the others' CVE ids are related; `only` makes
another one the first. Products are told apart by vendor and name along the branches, packages also by their platform,
as in OSV's `Red Hat` ecosystem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from tocsin.core.advisory import (
    Advisory,
    Credit,
    CreditType,
    Product,
    Publisher,
    PublisherCategory,
    Reference,
    ReferenceType,
    Revision,
    Tlp,
    Urls,
)
from tocsin.core.formats.csaf_suite.walk import branches, members, objects, strings, text
from tocsin.core.formats.imports import common
from tocsin.core.formats.imports.common import Span
from tocsin.core.formats.imports.ghsa import spans as spans_of
from tocsin.core.formats.purls import bare
from tocsin.core.versions import parse_vers, scheme
from tocsin.core.versions.ranges import parse_vls
from tocsin.core.vocabulary import Affectedness, Value

_TLP: Final = {
    "WHITE": Tlp.CLEAR, "CLEAR": Tlp.CLEAR, "GREEN": Tlp.GREEN, "AMBER": Tlp.AMBER, "AMBER+STRICT": Tlp.AMBER_STRICT,
    "RED": Tlp.RED,
}  # fmt: skip
_STATES: Final = {
    "known_affected": Affectedness.AFFECTED,
    "first_affected": Affectedness.AFFECTED,
    "last_affected": Affectedness.AFFECTED,
    "fixed": Affectedness.FIXED,
    "first_fixed": Affectedness.FIXED,
    "known_not_affected": Affectedness.NOT_AFFECTED,
    "under_investigation": Affectedness.REVIEW,
    "unknown": Affectedness.UNSUPPORTED,
}
_TELLING: Final = {"details": 0, "description": 1, "summary": 2}
_CREDITS: Final = {each.value: each for each in CreditType}
_CPE_PRODUCT: Final = re.compile(r"cpe:(?:/|2\.3:)[aoh]:([^:]+):([^:]+):(.+)")
_EPOCH: Final = re.compile(r"-(\d+):")


class _Leaf(Value):
    """A full product name with what its branches tell."""

    vendor: str
    name: str
    version: str
    ranged: bool = False
    purl: str = ""
    cpe: str = ""
    platform: str = ""


def read(document: dict[str, Any]) -> Advisory:
    """The record that a CSAF document tells."""
    head = document.get("document") or {}
    weaknesses = [each for _, each in objects(document, "vulnerabilities")]
    first = weaknesses[0] if weaknesses else {}
    notes = {text(each, "title"): text(each, "text") for _, each in objects(first, "notes")}
    who = _publisher(head)
    cve = text(first, "cve")
    own = text(head, "tracking", "id")
    related = [text(each, "cve") for each in weaknesses[1:] if text(each, "cve")]
    return common.assembled(
        identifier=own,
        who=who,
        page="",
        urls=_urls(head, own),
        title=text(head, "title") or text(first, "title"),
        details=_details(head, first),
        products=_products(document, first),
        references=_references(head, first),
        published=common.instant(text(head, "tracking", "initial_release_date")),
        modified=common.instant(text(head, "tracking", "current_release_date")),
        revisions=_revisions(head),
        discovered=common.instant(text(first, "discovery_date")),
        cve_id=cve,
        aliases=tuple(each for each in dict.fromkeys(_aliases(head, first)) if each not in (cve, own)),
        related=tuple(dict.fromkeys(related)),
        impact=notes.get("Impact", ""),
        detection=notes.get("Detection", ""),
        required_configuration=notes.get("Required configuration", ""),
        mitigation=_remedy(first, ("workaround", "mitigation")),
        no_mitigation_known=notes.get("Mitigation", "") == "No mitigation is known.",
        cwe=tuple(_weaknesses(first, notes)),
        scores=common.scores(_vectors(first, notes), who.name),
        credits=tuple(_credits(head, first)),
        tlp=_TLP.get(text(head, "distribution", "tlp", "label"), Tlp.CLEAR),
        lang=text(head, "lang") or "en",
        license_expression=text(head, "license_expression"),
        osv_prefix="" if re.match(r"(?:RHSA|RHBA|RHEA|CVE|GHSA)-", own) else "x_",
    )


def _publisher(head: dict[str, Any]) -> Publisher:
    given = text(head, "publisher", "category")
    known = {each.value for each in PublisherCategory}
    return Publisher(
        name=text(head, "publisher", "name") or "unknown",
        namespace=text(head, "publisher", "namespace") or common.NOWHERE,
        contact=text(head, "publisher", "contact_details"),
        category=PublisherCategory(given) if given in known else PublisherCategory.OTHER,
    )


def _urls(head: dict[str, Any], own: str) -> Urls:
    """The page for people and the canonical address of the document, both under `self`."""
    selves = [text(each, "url") for _, each in objects(head, "references") if text(each, "category") == "self"]
    canonical = next((url for url in selves if url.endswith(".json")), "")
    page = next((url for url in selves if url != canonical), canonical)
    return Urls(page=page or text(head, "publisher", "namespace") or own, csaf=canonical)


def _details(head: dict[str, Any], first: dict[str, Any]) -> str:
    """What describes the vulnerability best: its details, a description, a summary, any note."""
    notes = [each for _, each in (*objects(first, "notes"), *objects(head, "notes"))]
    ranked = sorted(notes, key=lambda each: _TELLING.get(text(each, "category"), len(_TELLING)))
    return text(ranked[0], "text") if ranked else ""


def _references(head: dict[str, Any], first: dict[str, Any]) -> Iterator[Reference]:
    others = [each for _, each in objects(head, "references") if text(each, "category") != "self"]
    for each in (*others, *(each for _, each in objects(first, "references"))):
        if text(each, "url"):
            kind = next((one for one in ReferenceType if one.value == text(each, "summary").lower()), ReferenceType.WEB)
            yield Reference(type=kind, url=text(each, "url"), summary=text(each, "summary"))


def _revisions(head: dict[str, Any]) -> tuple[Revision, ...]:
    found = []
    for _, each in objects(head, "tracking", "revision_history"):
        date = common.instant(text(each, "date"))
        if date:
            found.append(Revision(number=text(each, "number"), date=date, summary=text(each, "summary") or "Updated."))
    return tuple(sorted(found, key=lambda each: each.date))


def _aliases(head: dict[str, Any], first: dict[str, Any]) -> Iterator[str]:
    yield from strings(head, "tracking", "aliases")
    yield from (text(each, "text") for _, each in objects(first, "ids") if "-" in text(each, "text"))


def _weaknesses(first: dict[str, Any], notes: dict[str, str]) -> Iterator[str]:
    if text(first, "cwe", "id"):
        yield text(first, "cwe", "id")
    yield from (text(each, "id") for _, each in objects(first, "cwes"))
    yield from (each.split()[0] for each in notes.get("Further weaknesses", "").split("; ") if each)


def _vectors(first: dict[str, Any], notes: dict[str, str]) -> Iterator[str]:
    held = [each for _, each in objects(first, "scores")]
    held += [each["content"] for _, each in objects(first, "metrics") if isinstance(each.get("content"), dict)]
    found = [text(each, name, "vectorString") for name in ("cvss_v3", "cvss_v4", "cvss_v2") for each in held]
    yield from filter(None, found)
    yield from (note.split()[-1] for title, note in notes.items() if title.startswith("CVSS ") and note)


def _credits(head: dict[str, Any], first: dict[str, Any]) -> Iterator[Credit]:
    for _, each in (*objects(head, "acknowledgments"), *objects(first, "acknowledgments")):
        kind = _CREDITS.get(text(each, "summary"), CreditType.FINDER)
        for name in strings(each, "names") or [text(each, "organization")]:
            organization = text(each, "organization") if strings(each, "names") else ""
            if name:
                contact = tuple(strings(each, "urls"))
                yield Credit(name=name, type=kind, organization=organization, contact=contact, consented=True)


def _remedy(first: dict[str, Any], categories: tuple[str, ...]) -> str:
    texts = [
        text(each, "details") for _, each in objects(first, "remediations") if text(each, "category") in categories
    ]
    return "\n\n".join(dict.fromkeys(filter(None, texts)))


# ------------------------------------------------------------------------------------------------------------ products


def _leaves(document: dict[str, Any]) -> dict[str, _Leaf]:
    """Full product names by id, those of relationships and product paths put together from their parts."""
    found: dict[str, _Leaf] = {}
    for _, branch, above in branches(document):
        full = branch.get("product")
        if isinstance(full, dict):
            path = {text(each, "category"): text(each, "name") for each in (*above, branch)}
            found[text(full, "product_id")] = _leaf(full, path)
    for _, full in objects(document, "product_tree", "full_product_names"):
        found[text(full, "product_id")] = _leaf(full, {})
    for _, each in objects(document, "product_tree", "relationships"):
        _join(found, each, text(each, "product_reference"), text(each, "relates_to_product_reference"))
    for _, each in objects(document, "product_tree", "product_paths"):
        ends = [text(one, "next_product_reference") for _, one in objects(each, "subpaths")]
        _join(found, each, text(each, "beginning_product_reference"), ends[-1] if ends else "")
    return found


def _join(found: dict[str, _Leaf], each: dict[str, Any], part: str, whole: str) -> None:
    component, platform = found.get(part), found.get(whole)
    if component:
        where = (platform.cpe or platform.name) if platform else ""
        joined = {**{name: getattr(component, name) for name in component.__struct_fields__}, "platform": where}
        found[text(each, "full_product_name", "product_id")] = _Leaf(**joined)


def _leaf(full: dict[str, Any], path: dict[str, str]) -> _Leaf:
    helper = full.get("product_identification_helper")
    purl = text(helper, "purl") or next(iter(strings(helper, "purls")), "")
    ranged = "product_version_range" in path
    return _Leaf(
        vendor=path.get("vendor", "") or common.UNNAMED,
        name=path.get("product_name", "") or _package(purl) or path.get("product_family", "") or text(full, "name"),
        version=path.get("product_version_range", "") or _version(path.get("product_version", ""), purl),
        ranged=ranged,
        purl=purl,
        cpe=text(helper, "cpe"),
    )


def _package(purl: str) -> str:
    return bare(purl).partition("?")[0].rpartition("/")[2] if purl else ""


def _version(named: str, purl: str) -> str:
    """The version of a branch; an RPM's is in its purl, without the epoch, which only the name tells."""
    if not purl.startswith("pkg:rpm/") or "@" not in purl:
        return named
    version = purl.partition("@")[2].partition("?")[0]
    epoch = _EPOCH.search(named)
    return f"{epoch[1] if epoch else '0'}:{version}"


def _products(document: dict[str, Any], first: dict[str, Any]) -> list[Product]:
    leaves = _leaves(document)
    gathered: dict[tuple[str, str, str], list[tuple[str, _Leaf, Affectedness]]] = {}
    for group, state in _STATES.items():
        for product_id in strings(first, "product_status", group):
            leaf = leaves.get(product_id)
            if leaf:
                gathered.setdefault((leaf.vendor, leaf.name, leaf.platform), []).append((product_id, leaf, state))
    reasons = _reasons(document, first)
    return [_product(*key, entries, reasons) for key, entries in gathered.items()]


def _reasons(document: dict[str, Any], first: dict[str, Any]) -> dict[str, str]:
    """Why a product is not affected or not fixed, by its id."""
    found: dict[str, str] = {}
    for _, each in objects(first, "threats"):
        if text(each, "category") == "impact":
            found |= dict.fromkeys(members(document, each), text(each, "details"))
    for _, each in objects(first, "remediations"):
        if text(each, "category") in ("no_fix_planned", "none_available", "fix_planned"):
            found |= dict.fromkeys(members(document, each), text(each, "details"))
    return found


def _product(
    vendor: str, name: str, platform: str, entries: list[tuple[str, _Leaf, Affectedness]], reasons: dict[str, str]
) -> Product:
    fixed = [leaf.version for _, leaf, state in entries if state is Affectedness.FIXED and not leaf.ranged]
    declared = next((_scheme(leaf) for _, leaf, _ in entries if _scheme(leaf)), "generic")
    spans: list[Span] = []
    for product_id, leaf, state in entries:
        if state is not Affectedness.FIXED:
            spans += _spans(leaf, state, fixed, reasons.get(product_id, ""))
    ends = {each.version for each in spans if each.end == "fixed"}
    spans += [Span(end="fixed", version=each) for each in dict.fromkeys(fixed) if each and not ends]
    found, lines = common.lines(declared, spans)
    first = entries[0][1]
    ecosystem = _ecosystem(first, platform)
    return Product(
        name=name,
        vendor=vendor,
        scheme=found.name,
        lines=lines,
        purl=bare(first.purl).partition("?")[0] if first.purl else "",
        cpe=first.cpe if first.cpe.startswith("cpe:2.3:") else "",
        ecosystem=ecosystem,
        package=name if ecosystem else "",
    )


def _ecosystem(leaf: _Leaf, platform: str) -> str:
    """OSV's name for packages of a distribution, made of the platform's CPE."""
    found = _CPE_PRODUCT.match(platform)
    if found and found[1] == "redhat" and leaf.purl.startswith("pkg:rpm/"):
        return f"Red Hat:{found[2]}:{found[3]}"
    return ""


def _scheme(leaf: _Leaf) -> str:
    if leaf.version.startswith("vers:"):
        return leaf.version[5:].partition("/")[0]
    return "rpm" if leaf.purl.startswith("pkg:rpm/") else ""


def _spans(leaf: _Leaf, state: Affectedness, fixed: list[str], reason: str) -> Iterator[Span]:
    """A range or a version as spans; an end that nobody fixed is the end of a line."""
    if not leaf.ranged:
        if leaf.version:
            yield Span(start=leaf.version, end="last", version=leaf.version, state=state, reason=reason)
        else:
            yield Span(state=state, reason=reason)
        return
    try:
        read = parse_vers(leaf.version).constraints if leaf.version.startswith("vers:") else parse_vls(leaf.version)
    except ValueError:
        yield Span(state=state, reason=reason)
        return
    for each in spans_of(scheme("generic"), read):
        limit = each.end == "fixed" and each.version not in fixed and bool(reason)
        end = "limit" if limit or (each.end == "fixed" and state is not Affectedness.AFFECTED) else each.end
        yield Span(start=each.start, end=end, version=each.version, state=state, reason=reason)


def told_of(document: dict[str, Any]) -> list[str]:
    """The vulnerabilities that a document tells of: the CVE id of each, or another name, or "" where it has none."""
    return [_called(each) for _, each in objects(document, "vulnerabilities")]


def _called(weakness: dict[str, Any]) -> str:
    own = next((text(each, "text") for _, each in objects(weakness, "ids")), "")
    return text(weakness, "cve") or own or text(weakness, "title")


def only(document: dict[str, Any], place: int) -> dict[str, Any]:
    """The document with one of its vulnerabilities, by its place from 0."""
    return {**document, "vulnerabilities": [[each for _, each in objects(document, "vulnerabilities")][place]]}
