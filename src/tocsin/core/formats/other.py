# SPDX-License-Identifier: Apache-2.0
"""Documents made on request, not published beside the advisory: the older CVE format, VEX and the report to another
vendor in CSAF, a mail, a page.

Each says what it cannot express, as the formats of the registry do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.core.advisory import Advisory
from tocsin.core.formats import csaf20, csaf21, csaf21_report, cve, oss_security, page
from tocsin.core.formats.format import Loss


@dataclass(frozen=True, slots=True)
class Other:
    """How to make such a document; `schema` and `file_name` are for whoever checks or stores it."""

    name: str
    title: str
    render: Callable[[Advisory], bytes]
    cannot_express: Callable[[Advisory], tuple[Loss, ...]]
    schema: str


def _older_cve(advisory: Advisory) -> tuple[Loss, ...]:
    purls = [
        Loss(field=f"products[{place}].purl", message="CVE Record 5.1.1 has no package URLs")
        for place, product in enumerate(advisory.products)
        if product.purl
    ]
    return (*cve.cannot_express(advisory), *purls)


OTHERS: Final[Mapping[str, Other]] = {
    each.name: each
    for each in (
        Other("cve5.1.1", "CVE Record 5.1.1", cve.render_older, _older_cve, "cve-5.1.1"),
        Other("oss-security", "mail to oss-security", oss_security.render, oss_security.cannot_express, ""),
        Other("html", "HTML page", page.render, page.cannot_express, ""),
        Other("csaf20-vex", "CSAF 2.0, profile VEX", csaf20.render_vex, csaf20.cannot_express_vex, "csaf-2.0"),
        Other("csaf21-vex", "CSAF 2.1, profile VEX", csaf21.render_vex, csaf21.cannot_express_vex, "csaf-2.1"),
        Other(
            "csaf21-report",
            "CSAF 2.1, profile Vulnerability Report",
            csaf21_report.render,
            csaf21_report.cannot_express,
            "csaf-2.1",
        ),
    )
}
"""By the name under which `tocsin doc convert --to` knows them."""
