# SPDX-License-Identifier: Apache-2.0
"""The advisory record: every fact that any published document states, exactly once.

A format renders this and never asks the database for more. All of it is data: nothing here reads a clock, and every
instant has a zone. What follows from the facts is computed once and kept beside them (`dict=True`), never written out.
`tocsin.core.advisory.checks` says whether a record is fit to be published.
Words and enumerations follow OSV 1.7.5, CVE Record Format 5.1.1 and CSAF 2.0; where they differ, the richest wins.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from tocsin.core.severity import Severity, must_score
from tocsin.core.versions import LineRange, Scheme, scheme, sentence
from tocsin.core.vocabulary import Affectedness, CreditType, ReferenceType, Value, derived


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 (FIRST). A published advisory is clear; the others are for drafts among few."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"


class PublisherCategory(StrEnum):
    """What the publisher is to the product (CSAF 2.0, 3.2.1.8.1)."""

    VENDOR = "vendor"
    COORDINATOR = "coordinator"
    DISCOVERER = "discoverer"
    OTHER = "other"


class Cna(Value):
    """The CVE Numbering Authority that assigned the id: its organisation UUID and short name in CVE Services."""

    org_id: str
    short_name: str = ""


class Publisher(Value):
    """Who issues the advisory. `namespace` is a URL under the publisher's control; it makes advisory ids unique."""

    name: str
    namespace: str
    contact: str = ""
    category: PublisherCategory = PublisherCategory.VENDOR
    cna: Cna | None = None


class Project(Value):
    """The project whose policy the advisory was made under."""

    id: str
    name: str
    url: str


class Urls(Value):
    """Where readers find it: the page, and the canonical place of the CSAF document (https, file name last)."""

    page: str
    csaf: str = ""


class Product(Value, dict=True):
    """One product and the state of each of its release lines, newest first as the project lists them.

    `ecosystem` and `package` are OSV's names and empty for what no package registry carries; `purl` has no version.
    `scheme` names an entry of `tocsin.core.versions.SCHEMES`. `elsewhere` is the state of versions outside the lines.
    """

    name: str
    vendor: str
    scheme: str
    lines: tuple[LineRange, ...]
    purl: str = ""
    ecosystem: str = ""
    package: str = ""
    collection: str = ""
    repository: str = ""
    modules: tuple[str, ...] = ()
    cpe: str = ""
    elsewhere: Affectedness = Affectedness.NOT_AFFECTED

    @property
    def order(self) -> Scheme:
        """The version scheme; raises KeyError where `scheme` names none."""
        return scheme(self.scheme)

    @derived
    def sentence(self) -> str:
        """What is affected, in one sentence for people."""
        return sentence(self.order, self.lines)

    @derived
    def fixed_versions(self) -> tuple[str, ...]:
        """First fixed version of each line that has one, in the order of the lines."""
        return tuple([line.fixed_in for line in self.lines if line.fixed_in and line.vulnerable])


class Score(Value, dict=True):
    """One party's CVSS vector. At most one is authoritative (S43); a provisional one may be published (S44)."""

    vector: str
    scorer: str
    authoritative: bool = False
    provisional: bool = False

    @derived
    def severity(self) -> Severity:
        """The scored vector; raises ValueError where it is none (`problems` says so first)."""
        return must_score(self.vector)


class Reference(Value):
    """A public link. The advisory's own page is not among them: every format adds it by itself."""

    type: ReferenceType
    url: str
    summary: str = ""


class Credit(Value):
    """Thanks to one person, team or tool. Only what was consented to is ever published (S27).

    `contact` holds public profile links; `organization` what the person wants to be named with.
    """

    name: str
    type: CreditType = CreditType.FINDER
    organization: str = ""
    contact: tuple[str, ...] = ()
    consented: bool = False

    @property
    def display(self) -> str:
        """`R. Eporter (Example University)`: the one way in which every document names somebody."""
        return f"{self.name} ({self.organization})" if self.organization else self.name


class Revision(Value):
    """One published state. `number` is a whole number or a semantic version, never both kinds in one advisory."""

    number: str
    date: datetime
    summary: str


class Kept(Value):
    """A value from an imported document that the record has no field for, so that writing back loses nothing.

    `format` is the format's name, `pointer` a JSON pointer (RFC 6901) into the document, `json` the value as JSON text.
    """

    format: str
    pointer: str
    json: str


class Advisory(Value, dict=True):
    """The record. Texts are Markdown except `title` and `summary`, which are one plain line each.

    `mitigation` may be empty only where `no_mitigation_known` says so (S62). `required_configuration` names what must
    be configured for the product to be affected or to be safe (S69); `upgrade` how the fixed version is installed.
    `osv_prefix` stands before the id in OSV documents until a home database prefix is registered, and is then empty.
    Dates: `discovered` may stay unknown, `published` is the first publication, `modified` the latest; `withdrawn` and
    `superseded_by` take an advisory back in public. `license_expression` (SPDX) is the licence of the text itself.
    """

    id: str
    project: Project
    publisher: Publisher
    urls: Urls
    title: str
    summary: str
    details: str
    products: tuple[Product, ...]
    impact: str = ""
    detection: str = ""
    mitigation: str = ""
    no_mitigation_known: bool = False
    required_configuration: str = ""
    upgrade: str = ""
    cwe: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    references: tuple[Reference, ...] = ()
    credits: tuple[Credit, ...] = ()
    cve_id: str = ""
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    discovered: datetime | None = None
    published: datetime | None = None
    modified: datetime | None = None
    withdrawn: datetime | None = None
    withdrawn_reason: str = ""
    superseded_by: str = ""
    revisions: tuple[Revision, ...] = ()
    tlp: Tlp = Tlp.CLEAR
    lang: str = "en"
    license_expression: str = ""
    osv_prefix: str = "x_"
    extra: tuple[Kept, ...] = ()

    @derived
    def authoritative(self) -> Score | None:
        """The one score that the project stands behind; None where it has not scored yet."""
        for score in self.scores:
            if score.authoritative:
                return score
        return None

    @derived
    def published_scores(self) -> tuple[Score, ...]:
        """Authoritative score first, then the same scorer's vectors of other CVSS versions, newest first.

        Other parties' scores stay in the record and are never published (S43).
        """
        main = self.authoritative
        if main is None:
            return ()
        found: dict[str, Score] = {}
        for score in self.scores:
            if score.scorer == main.scorer:
                found.setdefault(score.severity.version, score)
        found.pop(main.severity.version)
        return (main, *map(found.__getitem__, sorted(found, reverse=True)))

    @derived
    def consented_credits(self) -> tuple[Credit, ...]:
        """Credits that may be published."""
        return tuple([credit for credit in self.credits if credit.consented])

    @property
    def for_everybody(self) -> Advisory:
        """The record as it may be given out: no name without consent (S27), no score of somebody else's (S43)."""
        return replace(self, credits=self.consented_credits, scores=self.published_scores)

    @property
    def concerned_lines(self) -> frozenset[str]:
        """Names of the release lines that have affected versions, fixed or not."""
        return frozenset(
            each.line for product in self.products for each in product.lines if each.vulnerable and each.line
        )

    @derived
    def other_ids(self) -> tuple[str, ...]:
        """Every other id of the same vulnerability, the CVE id first, each once."""
        return tuple(dict.fromkeys(filter(None, (self.cve_id, *self.aliases))))
