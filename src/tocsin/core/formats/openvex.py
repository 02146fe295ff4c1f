# SPDX-License-Identifier: Apache-2.0
"""OpenVEX 0.2.0: one statement for each release line and each fix. Source: https://github.com/openvex/spec.

A product is named by its purl, the versions by the purl's `vers` qualifier; a product without a purl is named by an
address of ours and only people can match it. OpenVEX has no severity, no weakness and no word for "unsupported".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import msgspec

from tocsin.core.advisory import Advisory, Product
from tocsin.core.formats import facts, purls, words
from tocsin.core.formats.encode import Part, dated, document_bytes
from tocsin.core.formats.format import Facts, Format, Loss
from tocsin.core.formats.products import Line, Listed, listed
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import Affectedness

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"

_NOT_AFFECTED: Final = Affectedness.NOT_AFFECTED
_STATUS: Final = {
    Affectedness.AFFECTED: "affected",
    Affectedness.FIXED: "affected",
    _NOT_AFFECTED: "not_affected",
    Affectedness.REVIEW: "under_investigation",
}


class Component(Part, kw_only=True):
    """A product."""

    id: str = msgspec.field(name="@id")
    identifiers: dict[str, str] | None = None


class Vulnerability(Part, kw_only=True):
    """What a statement is about."""

    aliases: tuple[str, ...] = ()
    description: str
    name: str


class Statement(Part, kw_only=True):
    """How a product stands."""

    action_statement: str = ""
    impact_statement: str = ""
    products: tuple[Component, ...]
    status: str
    status_notes: str
    supplier: str = ""
    vulnerability: Vulnerability


class Vex(Part, kw_only=True):
    """The document."""

    context: str = msgspec.field(name="@context")
    id: str = msgspec.field(name="@id")
    author: str
    last_updated: str
    role: str
    statements: tuple[Statement, ...]
    timestamp: str
    tooling: str
    version: int


def render(advisory: Advisory) -> bytes:
    """The OpenVEX document. Raises ValueError where a date is missing or nothing can be stated."""
    statements = _statements(advisory)
    if not statements:
        raise ValueError("products: there is no line that OpenVEX has a word for")
    return document_bytes(
        Vex(
            context=CONTEXT,
            id=f"{advisory.urls.page}.vex.json",
            author=advisory.publisher.name,
            last_updated=dated(advisory.modified, "modified"),
            role=advisory.publisher.category,
            statements=statements,
            timestamp=dated(advisory.published, "published"),
            tooling="Tocsin",
            version=max(1, len(advisory.revisions)),
        )
    )


def _statements(advisory: Advisory) -> tuple[Statement, ...]:
    known = (advisory.id, *advisory.other_ids)
    name = advisory.cve_id or advisory.id
    aliases = tuple([each for each in known if each != name])
    about = Vulnerability(aliases=aliases, description=advisory.title, name=name)
    found: list[Statement] = []
    for shown in listed(advisory):
        found += [_line(advisory, about, shown, each) for each in shown.lines if each.line.state in _STATUS]
        found += [_fixed(advisory, about, shown, version) for version in shown.fixed]
    return tuple(found)


def _fixed(advisory: Advisory, about: Vulnerability, shown: Listed, version: str) -> Statement:
    product = shown.product
    fixed = _component(advisory, f"P{shown.number}-{version}", purls.with_version(product.purl, version))
    return Statement(products=(fixed,), status="fixed", status_notes=f"{product.name} {version}", vulnerability=about)


def _line(advisory: Advisory, about: Vulnerability, shown: Listed, each: Line) -> Statement:
    product, line = shown.product, each.line
    purl = purls.with_range(product.purl, each.written)
    condition = advisory.required_configuration.strip() if each.hit else ""
    versions = f"{product.name} {each.words}"
    return Statement(
        action_statement=_action(advisory, product, line) if each.hit else "",
        impact_statement=line.reason or "The line is not affected." if line.state is _NOT_AFFECTED else "",
        products=(_component(advisory, f"P{shown.number}-{line.line or 'all'}", purl),),
        status=_STATUS[line.state],
        status_notes=f"{versions}\n\n{condition}" if condition else versions,
        supplier=product.vendor,
        vulnerability=about,
    )


def _component(advisory: Advisory, fragment: str, purl: str) -> Component:
    """A product by its purl, or by an address under our page where it has none (`purl` is then only a suffix)."""
    if purl.startswith("pkg:"):
        return Component(id=purl, identifiers={"purl": purl})
    page = (advisory.urls.page or advisory.publisher.namespace).partition("#")[0]
    return Component(id=f"{page}#{quote(fragment, safe='.+-')}")


def _action(advisory: Advisory, product: Product, line: LineRange) -> str:
    mitigation = words.mitigation_words(advisory)
    said = f"There is no fix: {line.reason}"
    if line.fixed_in:
        said = f"Update to {product.name} {line.fixed_in} or a later version of the line."
        said = f"{said}\n\n{advisory.upgrade}" if advisory.upgrade else said
    return f"{said}\n\n{mitigation}" if mitigation else said


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What VEX is not made for, and lines that it has no word for."""
    return tuple(_losses(advisory))


def _losses(advisory: Advisory) -> Iterator[Loss]:
    if advisory.published is None or advisory.modified is None:
        yield Loss(field="published", message="the document is dated", blocks=True)
    if not any(line.state in _STATUS for product in advisory.products for line in product.lines):
        yield Loss(field="products", message="there is no line that OpenVEX has a word for", blocks=True)
    for field in ("scores", "cwe", "credits", "references", "detection", "withdrawn"):
        if getattr(advisory, field):
            yield Loss(field=field, message="OpenVEX has no field for it")
    for place, product in enumerate(advisory.products):
        if not product.purl:
            yield Loss(field=f"products[{place}].purl", message="without a purl no tool can match the product")
        for number, line in enumerate(product.lines):
            if line.state not in _STATUS:
                field = f"products[{place}].lines[{number}].state"
                yield Loss(field=field, message=f"that {line.line or 'it'} is unsupported is left out")


def read_facts(document: bytes) -> Facts:
    """Facts of an OpenVEX document whose statements are about one vulnerability."""
    found: dict[str, Any] = msgspec.json.decode(document)
    names: dict[str, None] = {}
    affected: dict[str, list[str]] = {}
    fixed: dict[str, list[str]] = {}
    for statement in found["statements"]:
        vulnerability = statement["vulnerability"]
        names |= dict.fromkeys([vulnerability["name"], *(vulnerability.get("aliases") or ())])
        for component in statement.get("products") or ():
            purl = (component.get("identifiers") or {}).get("purl", "")
            if purl and statement["status"] == "affected":
                affected.setdefault(purls.bare(purl), []).append(purls.range_of(purl))
            elif purl and statement["status"] == "fixed":
                fixed.setdefault(purls.bare(purl), []).append(purls.version_of(purl))
    return facts.stated(
        {
            "cve": facts.many(name for name in names if name.startswith("CVE-")),
            "published": found.get("timestamp", ""),
            "modified": found.get("last_updated", ""),
            **{f"purl-affected {purl}": facts.many(spans) for purl, spans in affected.items()},
            **{f"purl-fixed {purl}": facts.many(versions) for purl, versions in fixed.items()},
        }
    )


FORMAT: Final = Format(
    name="openvex",
    title="OpenVEX 0.2.0",
    media_type="application/json",
    suffix=".vex.json",
    file_name=lambda advisory: f"{advisory.id}.vex.json",
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="openvex-0.2.0",
    silent_on=frozenset(
        {
            "package-affected",
            "package-fixed",
            "id",
            "aliases",
            "title",
            "cwe",
            "credits",
            "vector",
            "score",
            "affected",
            "fixed",
        }
    ),
)
