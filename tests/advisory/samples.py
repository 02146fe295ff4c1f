# SPDX-License-Identifier: Apache-2.0
"""Advisories that tests share: one like those of a database with several lines, and variations on it."""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.core.advisory import (
    Advisory,
    Cna,
    Credit,
    CreditType,
    LineRange,
    Product,
    Project,
    Publisher,
    Reference,
    ReferenceType,
    Revision,
    Score,
    Urls,
)
from tocsin.core.vocabulary import Affectedness

PUBLISHED = datetime(2026, 12, 8, 15, 0, tzinfo=UTC)


def warehouse() -> Advisory:
    """Several release lines, one not affected, one unsupported; scores of three CVSS versions."""
    return Advisory(
        id="WHPG-SA-2026-001",
        project=Project(id="warehousepg", name="WarehousePG", url="https://warehousepg.example.org"),
        publisher=Publisher(
            name="WarehousePG security team",
            namespace="https://warehousepg.example.org",
            contact="security@warehousepg.example.org",
            cna=Cna(org_id="f86ef6dc-4d3a-42ad-8f28-e6d5547a5007", short_name="WHPG"),
        ),
        urls=Urls(
            page="https://security.example.org/p/warehousepg/advisories/WHPG-SA-2026-001",
            csaf="https://security.example.org/csaf/2026/whpg-sa-2026-001.json",
        ),
        title="Out-of-bounds read in demo_ext",
        summary="A logged-in user can read server memory; update or turn demo_ext off.",
        details=(
            "Decoding a crafted value makes `demo_ext` read past the end of its buffer.\n\n"
            "The bytes come back in an error message."
        ),
        impact="An attacker learns parts of the server's memory, which may hold data of other users.",
        detection="Look for `decode overrun` in the server log.",
        mitigation="ALTER SYSTEM SET demo_ext.enabled = off;\nSELECT pg_reload_conf();",
        required_configuration="Only servers with `demo_ext` in `shared_preload_libraries` are affected.",
        upgrade="Swap the binaries and restart; no dump and restore is needed.",
        products=(
            Product(
                name="WarehousePG",
                vendor="WarehousePG",
                scheme="semver",
                purl="pkg:generic/warehousepg",
                repository="https://github.com/warehouse-pg/warehouse-pg",
                modules=("demo_ext",),
                lines=(
                    LineRange(line="7.4", state=Affectedness.FIXED, fixed_in="7.4.2"),
                    LineRange(line="7.3", state=Affectedness.FIXED, fixed_in="7.3.4"),
                    LineRange(line="6.29", state=Affectedness.NOT_AFFECTED, reason="the code is not present"),
                    LineRange(line="6.28", state=Affectedness.UNSUPPORTED, reason="support ended"),
                ),
            ),
        ),
        cwe=("CWE-125",),
        scores=(
            Score(
                vector="CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N",
                scorer="WarehousePG security team",
                authoritative=True,
            ),
            Score(vector="CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N", scorer="WarehousePG security team"),
            Score(
                vector="CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
                scorer="WarehousePG security team",
            ),
            Score(vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", scorer="reporter"),
        ),
        references=(
            Reference(
                type=ReferenceType.FIX,
                url="https://github.com/warehouse-pg/warehouse-pg/commit/0123456789abcdef0123456789abcdef01234567",
                summary="Fix for 7.4",
            ),
            Reference(type=ReferenceType.ARTICLE, url="https://example.org/blog/demo-ext"),
        ),
        credits=(
            Credit(name="R. Eporter", type=CreditType.FINDER, organization="Example University", consented=True),
            Credit(name="Quiet Person", type=CreditType.ANALYST),
            Credit(name="Li", type=CreditType.REMEDIATION_DEVELOPER, consented=True),
        ),
        cve_id="CVE-1900-12345",
        aliases=("GHSA-2345-6789-cfgh",),
        discovered=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        published=PUBLISHED,
        modified=PUBLISHED,
        revisions=(Revision(number="1", date=PUBLISHED, summary="First publication"),),
    )
