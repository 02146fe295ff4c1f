# SPDX-License-Identifier: Apache-2.0
"""The advisory that a matter's facts make, without a server: what the story must come to."""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.boot.demo.matter import Matter
from tocsin.core.advisory import model as adv
from tocsin.core.formats import render_all
from tocsin.core.versions import LineRange
from tocsin.core.vocabulary import Affectedness, CreditType, ReferenceType

NOW = datetime(2026, 3, 3, 15, tzinfo=UTC)
PAGE = "https://security.example.org/p/example/advisories/EX-SA-2026-001"


def record(matter: Matter) -> adv.Advisory:
    """The record."""
    last = len(matter.vectors) - 1
    return adv.Advisory(
        id="EX-SA-2026-001",
        project=adv.Project(id=matter.project, name="Example Project", url="https://example.org/"),
        publisher=adv.Publisher(
            name="Example Project",
            namespace="https://example.org/",
            cna=adv.Cna(org_id=matter.assigner, short_name=matter.assigner_name),
        ),
        urls=adv.Urls(page=PAGE, csaf=f"{PAGE}.csaf.json"),
        title=matter.title,
        summary=matter.summary,
        details=matter.details,
        products=(product(matter),),
        impact=matter.effects,
        mitigation=matter.mitigation,
        no_mitigation_known=not matter.mitigation,
        required_configuration=matter.required_configuration,
        cwe=matter.cwe,
        scores=tuple(
            adv.Score(vector=vector, scorer="Example Project", authoritative=place == last)
            for place, vector in enumerate(matter.vectors)
        ),
        references=tuple(adv.Reference(type=ReferenceType(each.type), url=each.url) for each in matter.references),
        credits=tuple(
            adv.Credit(name=each.name, type=CreditType(each.type), organization=each.organization, consented=True)
            for each in matter.credits
        ),
        cve_id=matter.cve_id,
        aliases=matter.aliases,
        published=NOW,
        modified=NOW,
        revisions=(adv.Revision(number="1", date=NOW, summary="First publication."),),
    )


def product(matter: Matter) -> adv.Product:
    """The product and its lines."""
    return adv.Product(
        name=matter.product,
        vendor=matter.vendor,
        scheme=matter.scheme,
        purl=matter.purl,
        ecosystem=matter.ecosystem,
        package=matter.package,
        collection=matter.collection,
        repository=matter.repository,
        cpe=matter.cpe,
        lines=tuple(
            LineRange(
                line=line.line,
                state=Affectedness(line.state),
                introduced=line.introduced,
                fixed_in=line.fixed_in,
                last_affected=line.last_affected,
                reason=line.reason,
            )
            for line in matter.lines
        ),
    )


def documents(matter: Matter) -> dict[str, bytes]:
    """Every document of the record, by format name."""
    return render_all(record(matter))
