# SPDX-License-Identifier: Apache-2.0
"""Joins what was typed once into the advisory record: the draft's words, the board's lines, score, CVE id, credits.

The same case gives the same record, byte for byte, so a publication that is repeated after a crash publishes the same
documents. Nothing is decided here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from tocsin.core.advisory import model as adv
from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.case.drafting import ProductNamed
from tocsin.core.case.model import Case
from tocsin.core.policy.model import Policy
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import CreditType, ReferenceType

E = TypeVar("E", bound=StrEnum)


def assemble(case: Case, policy: Policy, public_url: str, at: datetime) -> adv.Advisory:
    """Return the advisory of a case as it would be published at `at`; a case without a draft gives an empty title.

    `public_url` is where this instance's public pages are reached, without a trailing slash.
    """
    draft = case.advisory
    page = f"{public_url}/p/{case.project}/advisories/{case.advisory_id}"
    published = case.published_at and case.revisions[0][1]
    return adv.Advisory(
        id=case.advisory_id,
        project=adv.Project(
            id=policy.project.id, name=policy.project.name, url=policy.project.url or f"{public_url}/p/{case.project}/"
        ),
        publisher=adv.Publisher(
            name=policy.project.name,
            namespace=policy.project.url or public_url,
            contact=f"{public_url}/p/{case.project}/report",
            cna=adv.Cna(org_id=case.cve_assigner, short_name=case.cve_assigner_name) if case.cve_assigner else None,
        ),
        urls=adv.Urls(page=page, csaf=csaf_address(public_url, case.advisory_id, published or at)),
        title=draft.title if draft else "",
        summary=draft.summary if draft else "",
        details=draft.details if draft else "",
        products=_products(case, policy),
        impact=draft.impact if draft else "",
        detection=draft.detection if draft else "",
        mitigation=case.mitigation,
        no_mitigation_known=case.no_mitigation_known,
        required_configuration=draft.required_configuration if draft else "",
        upgrade=draft.upgrade if draft else "",
        cwe=(draft.cwe if draft else ()) or case.cwe,
        scores=_scores(case, policy),
        references=tuple(
            adv.Reference(type=_one_of(ReferenceType, each.type, ReferenceType.WEB), url=each.url, summary=each.summary)
            for each in (draft.references if draft else ())
        ),
        credits=_credits(case),
        cve_id=case.cve_id if case.cve_state not in ("rejecting", "rejected") else "",
        aliases=draft.aliases if draft else (),
        related=draft.related if draft else (),
        discovered=draft.discovered if draft else None,
        published=published or at,
        modified=at,
        withdrawn=(case.withdrawn_at or at) if case.taken_back else None,
        withdrawn_reason=case.withdrawn_because,
        superseded_by=case.superseded_by,
        revisions=(
            *(adv.Revision(number=str(n), date=when, summary=words) for n, when, words in case.revisions),
            adv.Revision(
                number=str(case.revision + 1),
                date=at,
                summary=case.change,
            ),
        ),
    )


def csaf_address(public_url: str, advisory_id: str, published: datetime) -> str:
    """Where the CSAF document lies: in the folder of the year of first publication (CSAF 2.0, 7.1.11), under the file
    name that its id gives (5.1)."""
    return f"{public_url}/csaf/{published.year:04}/{csaf_file_name(advisory_id)}"


def _products(case: Case, policy: Policy) -> tuple[adv.Product, ...]:
    """Every product that the draft names. They are released together: the board's lines are the lines of each."""
    named = (case.advisory.products if case.advisory else ()) or (ProductNamed(name=policy.project.name),)
    lines = ranged(case)
    return tuple(_product(each, policy, lines) for each in named)


def ranged(case: Case) -> tuple[LineRange, ...]:
    """The case's lines as every document is made from them."""
    return tuple(
        LineRange(
            line=line.line,
            state=line.state,
            introduced=line.introduced,
            fixed_in=line.fixed_in,
            last_affected=line.last_affected,
            reason=line.reason or line.waiver,
        )
        for line in case.lines
    )


def _product(named: ProductNamed, policy: Policy, lines: tuple[LineRange, ...]) -> adv.Product:
    return adv.Product(
        name=named.name,
        vendor=named.vendor or policy.project.name,
        scheme=named.scheme or (policy.versions.scheme if policy.versions else "generic"),
        lines=lines,
        purl=named.purl,
        ecosystem=named.ecosystem,
        package=named.package,
        collection=named.collection,
        repository=named.repository,
        modules=named.modules,
        cpe=named.cpe,
        elsewhere=named.elsewhere,
    )


def _scores(case: Case, policy: Policy) -> tuple[adv.Score, ...]:
    """Keep the latest vector of every scorer and version; the project speaks under its own name (S43)."""
    main = case.score
    latest: dict[tuple[bool, str], adv.Score] = {}
    for score in case.scores:
        version = score.vector.split("/", 1)[0]
        latest[(score.authoritative, version)] = adv.Score(
            vector=score.vector,
            scorer=policy.project.name if score.authoritative else score.scorer,
            authoritative=score is main,
            provisional=score.provisional,
        )
    return tuple(latest.values())


def _credits(case: Case) -> tuple[adv.Credit, ...]:
    """Return the drafted credits; before anybody drafts, those that the reports ask for, or none (S27)."""
    given = case.advisory.credits if case.advisory else case.credits_wished
    return tuple(
        adv.Credit(
            name=each.name,
            type=_one_of(CreditType, each.type, CreditType.OTHER),
            organization=each.organization,
            contact=each.contact,
            consented=each.consent,
        )
        for each in given
        if each.name
    )


def _one_of(kinds: type[E], written: str, other: E) -> E:
    """What was drafted, or what stands for everything else: drafts of before what they name was looked at."""
    return next((each for each in kinds if each.value == written), other)
