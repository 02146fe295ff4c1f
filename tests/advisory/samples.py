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
        license_expression="CC-BY-4.0",
        cve_id="CVE-1900-12345",
        aliases=("GHSA-2345-6789-cfgh",),
        discovered=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        published=PUBLISHED,
        modified=PUBLISHED,
        revisions=(Revision(number="1", date=PUBLISHED, summary="First publication"),),
    )


def library() -> Advisory:
    """A Python package and its plug-in, revised once, two weaknesses, no CVE id yet, an affected line without fix."""
    first, second = datetime(2026, 3, 3, 16, 0, tzinfo=UTC), datetime(2026, 3, 9, 8, 15, 30, tzinfo=UTC)
    return Advisory(
        id="DEMO-SA-2026-014",
        project=Project(id="demo", name="Demo", url="https://demo.example.org"),
        publisher=Publisher(name="Demo maintainers", namespace="https://demo.example.org"),
        urls=Urls(page="https://demo.example.org/advisories/DEMO-SA-2026-014"),
        title="Template names with <angle> brackets & `ticks` reach the shell",
        summary="Whoever may name a template runs commands as the service; update.",
        details=(
            "The name of a template is passed to a shell:\n\n"
            "```python\n"
            'subprocess.run(f"render {name}", shell=True)  # a long line of code that is folded at its white space\n'
            "```\n\n"
            "# A heading of the author's own\n\n"
            "- first, a list item that is so long that it has to be folded and keeps its indent when it is\n"
            "- second\n"
        ),
        mitigation="Allow only letters and digits in names:\n\n    demo config set template.names '[a-z0-9]+'\n",
        products=(
            Product(
                name="demo",
                vendor="Demo maintainers",
                scheme="pep440",
                purl="pkg:pypi/demo",
                ecosystem="PyPI",
                package="demo",
                lines=(
                    LineRange(line="4.2", state=Affectedness.FIXED, fixed_in="4.2.11"),
                    LineRange(line="4.1", state=Affectedness.AFFECTED, reason="its support ends this month"),
                    LineRange(line="3.2", state=Affectedness.REVIEW),
                ),
            ),
            Product(
                name="demo-shell",
                vendor="Demo maintainers",
                scheme="pep440",
                purl="pkg:pypi/demo-shell",
                ecosystem="PyPI",
                package="demo-shell",
                lines=(
                    LineRange(
                        line="", state=Affectedness.AFFECTED, introduced="0.3", last_affected="0.9", reason="abandoned"
                    ),
                ),
            ),
        ),
        cwe=("CWE-78", "CWE-20"),
        scores=(
            Score(
                vector="CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P",
                scorer="Demo maintainers",
                authoritative=True,
                provisional=True,
            ),
        ),
        references=(Reference(type=ReferenceType.REPORT, url="https://demo.example.org/issues/77"),),
        credits=(
            Credit(
                name="Ada *Star* [x]",
                type=CreditType.REPORTER,
                contact=("https://example.org/ada", "mailto:ada@example.org"),
                consented=True,
            ),
            Credit(name="Fuzzer 3000", type=CreditType.TOOL, consented=True),
        ),
        published=first,
        modified=second,
        revisions=(
            Revision(number="1", date=first, summary="First publication"),
            Revision(number="2", date=second, summary="Line 4.1 will not be fixed; its range was missing"),
        ),
    )


def withdrawn() -> Advisory:
    """One old line, nothing to do about it, taken back later."""
    first, last = datetime(2026, 5, 1, 12, 0, tzinfo=UTC), datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
    return Advisory(
        id="OLDP-SA-2026-002",
        project=Project(id="oldp", name="Old Project", url="https://old.example.org"),
        publisher=Publisher(
            name="Old Project",
            namespace="https://old.example.org",
            cna=Cna(org_id="a0819718-46f1-4df5-94e2-005712e83aaa", short_name="GitHub_M"),
        ),
        urls=Urls(
            page="https://old.example.org/advisories/OLDP-SA-2026-002",
            csaf="https://old.example.org/csaf/2026/oldp-sa-2026-002.json",
        ),
        title="Crash on an empty file",
        summary="An empty file was thought to crash the reader; it does not.",
        details="Reading a file of length zero was reported to end the process.",
        no_mitigation_known=True,
        products=(
            Product(
                name="Old Reader",
                vendor="Old Project",
                scheme="postgres",
                repository="https://git.example.org/old/reader",
                lines=(LineRange(line="9", state=Affectedness.FIXED, introduced="0", fixed_in="9.6"),),
                elsewhere=Affectedness.REVIEW,
            ),
        ),
        scores=(
            Score(vector="CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H", scorer="Old Project", authoritative=True),
        ),
        cve_id="CVE-1900-0002",
        published=first,
        modified=last,
        withdrawn=last,
        withdrawn_reason="The crash came from a damaged disk.",
        revisions=(
            Revision(number="1", date=first, summary="First publication"),
            Revision(number="2", date=last, summary="Withdrawn"),
        ),
    )


SAMPLES = (warehouse(), library(), withdrawn())
