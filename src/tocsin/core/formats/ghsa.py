# SPDX-License-Identifier: Apache-2.0
"""GitHub repository advisory: the body of the REST call that creates one (API version 2026-03-10).

Source: `POST /repos/{owner}/{repo}/security-advisories`. GitHub takes one vector or one severity word, credits only
people with an account there (`https://github.com/<login>` among the contacts), and knows affected ranges only. A
product of no package ecosystem goes under `other` with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.core.advisory import Advisory, Credit, Product
from tocsin.core.formats import facts, words
from tocsin.core.formats.encode import Part, document_bytes
from tocsin.core.formats.format import Facts, Format, Loss
from tocsin.core.formats.products import listed
from tocsin.core.versions import Interval

LONGEST_SUMMARY: Final = 1024
LONGEST_DESCRIPTION: Final = 65_535

_ECOSYSTEM: Final = {
    "rubygems": "rubygems", "npm": "npm", "pypi": "pip", "maven": "maven", "nuget": "nuget", "packagist": "composer",
    "go": "go", "crates": "rust", "hex": "erlang", "github": "actions", "pub": "pub", "swifturl": "swift",
}  # fmt: skip
"""GitHub's name by the first word of OSV's."""
_WORD: Final = re.compile(r"[A-Za-z]*")
_LOGIN: Final = re.compile(r"https://github\.com/([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})/?")
_CONSTRAINT: Final = re.compile(r"(>=|<=|<|=) ([^\s,]+)")


class Vulnerability(Part, kw_only=True):
    """Affected versions of a package."""

    package: dict[str, str]
    patched_versions: str = ""
    vulnerable_version_range: str


class Payload(Part, kw_only=True):
    """The body of the call."""

    credits: tuple[dict[str, str], ...] = ()
    cve_id: str = ""
    cvss_vector_string: str = ""
    cwe_ids: tuple[str, ...] = ()
    description: str = ""
    summary: str
    vulnerabilities: tuple[Vulnerability, ...]


def render(advisory: Advisory) -> bytes:
    """The payload."""
    scores = advisory.published_scores
    return document_bytes(
        Payload(
            credits=_credits(advisory),
            cve_id=advisory.cve_id,
            cvss_vector_string=scores[0].severity.vector if scores else "",
            cwe_ids=advisory.cwe,
            description=words.long_text(advisory)[:LONGEST_DESCRIPTION],
            summary=advisory.title[:LONGEST_SUMMARY],
            vulnerabilities=tuple(
                [_vulnerability(each.product, versions) for each in listed(advisory) for versions in each.affected]
            ),
        )
    )


def _vulnerability(product: Product, affected: Interval) -> Vulnerability:
    package = {"ecosystem": _ecosystem(product) or "other", "name": product.package or product.name}
    return Vulnerability(package=package, patched_versions=affected.fixed, vulnerable_version_range=_native(affected))


def _ecosystem(product: Product) -> str:
    found = _WORD.match(product.ecosystem) if product.ecosystem else None
    return _ECOSYSTEM.get(found[0].lower(), "") if found else ""


def _native(each: Interval) -> str:
    """GitHub's notation: `>= 7.4.0, < 7.4.2`, `= 1.0`; `>= 0` is every version."""
    start, before, last = each.start, each.before, each.last
    if last and last == start:
        return f"= {last}"
    end = f"< {before}" if before else f"<= {last}" if last else ""
    if start == "0":
        return end or ">= 0"
    return f">= {start}, {end}" if end else f">= {start}"


def _credits(advisory: Advisory) -> tuple[dict[str, str], ...]:
    named = [(each, _login(each)) for each in advisory.consented_credits]
    return tuple([{"login": login, "type": each.type.replace(" ", "_")} for each, login in named if login])


def _login(credit: Credit) -> str:
    for each in credit.contact:
        found = _LOGIN.fullmatch(each)
        if found:
            return found[1]
    return ""


def cannot_express(advisory: Advisory) -> tuple[Loss, ...]:
    """What GitHub has no field for; most of it stands in the description."""
    return tuple(_losses(advisory))


def _losses(advisory: Advisory) -> Iterator[Loss]:
    if len(words.long_text(advisory)) > LONGEST_DESCRIPTION:
        yield Loss(field="details", message=f"cut after {LONGEST_DESCRIPTION} characters")
    if len(advisory.title) > LONGEST_SUMMARY:
        yield Loss(field="title", message=f"cut after {LONGEST_SUMMARY} characters")
    for each in advisory.published_scores[1:]:
        yield Loss(field="scores", message=f"GitHub takes one vector; CVSS {each.severity.version} is left out")
    for place, credit in enumerate(advisory.credits):
        if credit.consented and not _login(credit):
            yield Loss(field=f"credits[{place}].contact", message=f"GitHub can only credit an account: {credit.name}")
    for place, product in enumerate(advisory.products):
        if not _ecosystem(product):
            yield Loss(
                field=f"products[{place}].ecosystem", message="GitHub has no such ecosystem; it goes under other"
            )
        for number, line in enumerate(product.lines):
            if not line.vulnerable:
                field = f"products[{place}].lines[{number}].state"
                yield Loss(field=field, message=f"GitHub lists affected ranges only; {line.line or 'it'} is left out")


def read_facts(document: bytes) -> Facts:
    """Facts of a payload; credits are accounts and not names, so they are not compared."""
    found: dict[str, Any] = msgspec.json.decode(document)
    affected: dict[str, list[str]] = {}
    fixed: dict[str, list[str]] = {}
    for each in found["vulnerabilities"]:
        name = facts.plain(each["package"].get("name") or "")
        affected.setdefault(name, []).append(_span(each.get("vulnerable_version_range") or ""))
        fixed.setdefault(name, []).extend(filter(None, (each.get("patched_versions") or "").split(", ")))
    return facts.stated(
        {
            "cve": found.get("cve_id") or "",
            "title": facts.plain(found["summary"]),
            "cwe": facts.many(found.get("cwe_ids") or ()),
            **facts.scored(filter(None, [found.get("cvss_vector_string")])),
            **{f"package-affected {name}": facts.many(spans) for name, spans in affected.items()},
            **{f"package-fixed {name}": facts.many(versions) for name, versions in fixed.items()},
        }
    )


def _span(native: str) -> str:
    said = dict(_CONSTRAINT.findall(native))
    if "=" in said:
        return facts.span(said["="], last=said["="])
    return facts.span(said.get(">=", "0"), said.get("<", ""), said.get("<=", ""))


FORMAT: Final = Format(
    name="ghsa",
    title="GitHub advisory",
    media_type="application/json",
    suffix=".ghsa.json",
    file_name=lambda advisory: f"{advisory.id}.ghsa.json",
    render=render,
    cannot_express=cannot_express,
    facts=read_facts,
    schema="ghsa-create",
    silent_on=frozenset(
        {
            "id",
            "aliases",
            "credits",
            "published",
            "modified",
            "score",
            "affected",
            "fixed",
            "purl-affected",
            "purl-fixed",
        }
    ),
)
