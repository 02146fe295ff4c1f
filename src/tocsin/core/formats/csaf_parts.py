# SPDX-License-Identifier: Apache-2.0
"""The objects of which CSAF documents are made, of both versions: what only one of them has is empty in the other.

Sources: CSAF 2.0 and 2.1, sections 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.core.formats.encode import Part


class Note(Part, kw_only=True):
    """3.1.5."""

    category: str
    text: str
    title: str


class Reference(Part, kw_only=True):
    """3.1.10."""

    category: str
    summary: str
    url: str


class Helper(Part, kw_only=True):
    """3.1.3.3: what identifies a product; one `purl` in 2.0, several in 2.1."""

    cpe: str = ""
    purl: str = ""
    purls: tuple[str, ...] = ()
    x_generic_uris: tuple[dict[str, str], ...] = ()


class FullName(Part, kw_only=True):
    """3.1.3."""

    name: str
    product_id: str
    product_identification_helper: Helper | None = None


class Branch(Part, kw_only=True):
    """3.1.2: a vendor or product with branches below it, or a version or range with its full name."""

    branches: Sequence[Branch] = ()
    category: str
    name: str
    product: FullName | None = None


class Publisher(Part, kw_only=True):
    """3.2.1.8; the contact in 2.0 only."""

    category: str
    contact_details: str = ""
    name: str
    namespace: str


class Revision(Part, kw_only=True):
    """3.2.1.12.6."""

    date: str
    number: str
    summary: str = ""


class Tracking(Part, kw_only=True):
    """3.2.1.12."""

    aliases: tuple[str, ...] = ()
    current_release_date: str
    generator: dict[str, dict[str, str]]
    id: str
    initial_release_date: str
    revision_history: tuple[Revision, ...]
    status: str
    version: str


class Acknowledgment(Part, kw_only=True):
    """3.1.1."""

    names: tuple[str, ...]
    organization: str = ""
    summary: str = ""
    urls: tuple[str, ...] = ()


class Document(Part, kw_only=True):
    """3.2.1; the licence in 2.1 only, acknowledgments in a vulnerability report only."""

    acknowledgments: tuple[Acknowledgment, ...] = ()
    aggregate_severity: dict[str, str] | None = None
    category: str
    csaf_version: str
    distribution: dict[str, Any]
    lang: str
    license_expression: str = ""
    notes: tuple[Note, ...] = ()
    publisher: Publisher
    references: tuple[Reference, ...] = ()
    title: str
    tracking: Tracking


class Id(Part, kw_only=True):
    """3.2.3.6."""

    system_name: str
    text: str


class Remediation(Part, kw_only=True):
    """3.2.3.12."""

    category: str
    details: str
    product_ids: tuple[str, ...]
    url: str = ""


class Threat(Part, kw_only=True):
    """3.2.3.14."""

    category: str
    details: str
    product_ids: tuple[str, ...]


class Cvss(Part, kw_only=True, rename="camel"):
    """A score as FIRST's schemas want it, without repeating each metric of the vector."""

    base_score: float
    base_severity: str
    vector_string: str
    version: str


class Scored(Part, kw_only=True):
    """3.2.3.13 in 2.0: the score of products."""

    cvss_v3: Cvss
    products: Sequence[str]


class Content(Part, kw_only=True):
    """A score of each generation."""

    cvss_v2: Cvss | None = None
    cvss_v3: Cvss | None = None
    cvss_v4: Cvss | None = None


class Metric(Part, kw_only=True):
    """3.2.4.7 in 2.1: the scores of products."""

    content: Content
    products: Sequence[str]


class Weakness(Part, kw_only=True):
    """3.2.3.3; the version of the list in 2.1 only."""

    id: str
    name: str
    version: str = ""


class Statuses(Part, kw_only=True):
    """3.2.3.9: product ids by what is known of them; `unknown` in 2.1 only."""

    fixed: Sequence[str] = ()
    known_affected: Sequence[str] = ()
    known_not_affected: Sequence[str] = ()
    under_investigation: Sequence[str] = ()
    unknown: Sequence[str] = ()


class Vulnerability(Part, kw_only=True):
    """3.2.3; `cwe`, `release_date` and `scores` in 2.0, `cwes`, `disclosure_date` and `metrics` in 2.1, references in a
    vulnerability report only."""

    acknowledgments: tuple[Acknowledgment, ...] = ()
    cve: str = ""
    cwe: Weakness | None = None
    cwes: tuple[Weakness, ...] = ()
    disclosure_date: str = ""
    discovery_date: str = ""
    ids: tuple[Id, ...] = ()
    metrics: tuple[Metric, ...] = ()
    notes: tuple[Note, ...] = ()
    product_status: Statuses | None = None
    references: tuple[Reference, ...] = ()
    release_date: str = ""
    remediations: tuple[Remediation, ...] = ()
    scores: tuple[Scored, ...] = ()
    threats: tuple[Threat, ...] = ()
    title: str


class Csaf(Part, kw_only=True):
    """A whole document; it names its schema in 2.1 only. What was taken back has no products."""

    schema: str = msgspec.field(name="$schema", default="")
    document: Document
    product_tree: dict[str, tuple[Branch, ...]] | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()
