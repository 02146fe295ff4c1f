# SPDX-License-Identifier: Apache-2.0
"""The packet for a CVE id or record that another authority handles: the text that a person sends to another CNA, to
MITRE, or puts into its form (S45). Nobody is asked; the plan shows it, and a person says when it is sent.

Fields and their names: the CVE Program's request form (https://cveform.mitre.org); CNA Rules 4.2.0, chapter 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.model import Advisory
from tocsin.core.disclosure import Cleared
from tocsin.core.policy.model import Policy
from tocsin.core.publication import Stage, Wanted
from tocsin.services.ports.targets import Found, Matter, Payload, Rejected

ROUTES: Final = ("mitre", "another-cna")


@dataclass(frozen=True)
class Packet:
    """`ports.targets.Target` that only shows; it is always done by hand."""

    kind: str = "cve-packet"
    stage: Stage = Stage.CVE
    blind: bool = True

    def wanted(self, policy: Policy, advisory: Advisory) -> Sequence[Wanted]:
        """Where the policy's route is another authority that a person writes to."""
        asked = policy.cve is not None and policy.cve.route in ROUTES
        return (Wanted(kind=self.kind, stage=self.stage, by_hand=True),) if asked else ()

    def preview(self, matter: Matter) -> Payload:
        """The fields of the form, in its order."""
        stated = matter.policy.cve
        to = stated.cna if stated and stated.route != "mitre" else ""
        body = "\n".join((*((f"[To] {to}",) if to else ()), *_fields(matter.advisory))) + "\n"
        about = f"text for {to or 'the CVE Program and its request form'}, sent by a person"
        return Payload(key=matter.advisory.id, media_type="text/plain", body=body.encode(), about=about)

    def find(self, matter: Matter, payload: Payload) -> Found | None:
        """Nobody can be asked."""
        return None

    def act(self, cleared: Cleared, matter: Matter, payload: Payload) -> Found:
        """Never called: a person sends it."""
        raise Rejected("a person sends the packet")

    def read_back(self, matter: Matter, payload: Payload) -> Found | None:
        """Never called."""
        return None


def _fields(advisory: Advisory) -> Iterator[str]:
    asks = f"Update of {advisory.cve_id}" if advisory.cve_id else "Request for a CVE id"
    yield f"[{asks}]"
    for code in advisory.cwe:
        yield f"[Vulnerability type] {code} {cwe_name(code)}"
    for product in advisory.products:
        yield f"[Vendor of the product] {product.vendor}"
        yield f"[Affected product code base] {product.name}: {product.sentence}"
        yield f"[Fixed in] {', '.join(product.fixed_versions) or 'no version yet'}"
    yield f"[Impact] {advisory.impact or advisory.summary}"
    yield f"[Suggested description of the vulnerability for use in the CVE] {advisory.details or advisory.summary}"
    credited = ", ".join(each.display for each in advisory.consented_credits)
    if credited:
        yield f"[Discoverer] {credited}"
    yield f"[Reference] {advisory.urls.page}"
    for reference in advisory.references:
        yield f"[Reference] {reference.url}"
