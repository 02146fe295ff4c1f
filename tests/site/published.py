# SPDX-License-Identifier: Apache-2.0
"""Advisories that went through clearing, on a shelf, as many as a test wants."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.core.advisory import model as adv
from tocsin.core.advisory.assemble import csaf_address
from tocsin.core.advisory.model import Advisory
from tocsin.core.case.model import Case
from tocsin.core.case.tables import RM
from tocsin.core.disclosure import Cleared, clear, digest
from tocsin.core.intake import Report
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import Affectedness
from tocsin.services import publication
from tocsin.services.ports.publisher import ShelfWriter
from tocsin.services.ports.site import Signer

PROJECT = "warehousepg"
URL = "https://security.example.org"


def name(number: int) -> str:
    return f"WHPG-SA-{2024 + number % 3}-{number:03}"


def advisory(number: int, at: datetime, revision: int = 1, root: str = URL, first: datetime | None = None) -> Advisory:
    """One of many: two release lines, a fix in each; published `first`, or in one of three years."""
    published = first or at.replace(year=2024 + number % 3)
    page = f"{root}/p/{PROJECT}/advisories/{name(number)}"
    revisions = [adv.Revision(number=str(each + 1), date=at, summary="Updated.") for each in range(revision)]
    return Advisory(
        id=name(number),
        project=adv.Project(id=PROJECT, name="WarehousePG", url="https://warehousepg.example"),
        publisher=adv.Publisher(name="WarehousePG", namespace="https://warehousepg.example"),
        urls=adv.Urls(page=page, csaf=csaf_address(root, name(number), published)),
        title=f"Out-of-bounds read no. {number} in <demo_ext> & friends",
        summary="A logged-in user reads memory of the server.",
        details="The decoder trusts a length.",
        products=(
            adv.Product(
                name="WarehousePG",
                vendor="WarehousePG",
                scheme="postgres",
                purl="pkg:generic/warehousepg",
                lines=(
                    LineRange(line="7.4", state=Affectedness.FIXED, fixed_in=f"7.4.{number % 40 + 1}"),
                    LineRange(line="7.3", state=Affectedness.FIXED, fixed_in="7.3.4"),
                ),
            ),
        ),
        mitigation="SET demo_ext.enabled = off;",
        required_configuration="Keep `demo_ext.enabled = off` unless you need it.",
        cwe=("CWE-125",),
        scores=(adv.Score(vector="CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", scorer="w", authoritative=True),),
        cve_id=f"CVE-2026-{10_000 + number}",
        published=published,
        modified=max(at, published),
        revisions=tuple(revisions),
    )


def cleared(record: Advisory, at: datetime, revision: int = 1) -> Cleared:
    """As the product clears."""
    case = Case(
        ref="WHPG-2026-k7x4m",
        project=PROJECT,
        policy="",
        seq=9,
        report=Report(title="A title", reproduce="Steps", version="1.0"),
        received_at=at,
        updated_at=at,
        rm=RM.ACCEPTED,
        ordered_digest=digest(record),
        revisions=tuple((number, at, "") for number in range(1, revision)),
    )
    answer = clear(case, record, at)
    assert isinstance(answer, Cleared)
    return answer


def put(
    shelf: ShelfWriter,
    signer: Signer | None,
    number: int,
    at: datetime,
    revision: int = 1,
    root: str = URL,
    first: datetime | None = None,
) -> Advisory:
    """Publish one, at `at` plus as many minutes."""
    at += timedelta(minutes=number)
    record = advisory(number, at, revision, root, first)
    allowed = cleared(record, at, revision)
    documents = publication.signed_by(signer, publication.documents(record))
    shelf.put(allowed, documents, publication.card(allowed))
    return record
