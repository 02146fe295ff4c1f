# SPDX-License-Identifier: Apache-2.0
"""Says what keeps an advisory from being published: the field, and a sentence that a person can act on.

Checks facts that hold for every format. What a single format cannot express is that format's own answer
(`Format.cannot_express`); whether the policy allows publication is asked of the clauses.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Final

from tocsin.core.advisory import forms
from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.model import Advisory, Product
from tocsin.core.severity import score
from tocsin.core.versions import SCHEMES, LineRange, empty, interval, is_version, overlap, vulnerable
from tocsin.core.vocabulary import ADVISORY_ID, Affectedness, Refused, Value, is_cve_id

_SCHEME_NAMES: Final = frozenset(each.name for each in SCHEMES)
_CONCLUSIVE: Final = frozenset({Affectedness.AFFECTED, Affectedness.FIXED, Affectedness.NOT_AFFECTED})
_ONE_LINE: Final = "write it on one line, without control characters and outer spaces"


class Problem(Value):
    """One thing to mend. `field` is a path into the record (`products[0].lines[1].fixed_in`)."""

    field: str
    message: str


def problems(advisory: Advisory) -> tuple[Problem, ...]:
    """Everything that must be mended before publication, in the record's order; empty means fit to publish."""
    found = (
        *_identity(advisory),
        *_publisher(advisory),
        *_texts(advisory),
        *(each for place, product in enumerate(advisory.products) for each in _product(place, product)),
        *_twice(advisory.products),
        *_severity(advisory),
        *_people(advisory),
        *_links(advisory),
        *_dates(advisory),
    )
    return tuple(Problem(field=field, message=message) for field, message in found)


_Found = Iterator[tuple[str, str]]


def _identity(advisory: Advisory) -> _Found:
    if not ADVISORY_ID.fullmatch(advisory.id):
        yield "id", f"{advisory.id!r} is not of the form PREFIX-SA-2026-001"
    if advisory.cve_id and not (is_cve_id(advisory.cve_id) and forms.is_token(advisory.cve_id)):
        yield "cve_id", f"{advisory.cve_id!r} is not a CVE id"
    if advisory.id in advisory.other_ids:
        yield "aliases", "an advisory is not its own alias"
    for field in ("aliases", "related"):
        for place, each in enumerate(getattr(advisory, field)):
            if not forms.is_token(each):
                yield f"{field}[{place}]", f"{each!r} is not an id"


def _publisher(advisory: Advisory) -> _Found:
    publisher = advisory.publisher
    if not forms.is_one_line(publisher.name):
        yield "publisher.name", _ONE_LINE
    if not forms.is_url(publisher.namespace):
        yield "publisher.namespace", "give an address under your control; it makes the ids unique"
    if publisher.cna and not forms.is_uuid4(publisher.cna.org_id):
        yield "publisher.cna.org_id", "give the organisation's UUID in CVE Services"


def _texts(advisory: Advisory) -> _Found:
    for field, empty_one in (("title", "give it a title"), ("summary", "say in one sentence what to do")):
        text = getattr(advisory, field)
        if not forms.is_one_line(text):
            yield field, _ONE_LINE if text.strip() else empty_one
    if advisory.license_expression and not forms.is_license(advisory.license_expression):
        yield "license_expression", "give an SPDX license expression, such as CC-BY-4.0"
    if not advisory.details.strip():
        yield "details", "the details are empty"
    if not advisory.mitigation.strip() and not advisory.no_mitigation_known:
        yield "mitigation", "write a mitigation, or say that none is known"
    if advisory.mitigation.strip() and advisory.no_mitigation_known:
        yield "no_mitigation_known", "there is a mitigation, so it cannot be that none is known"
    lines = [line for product in advisory.products for line in product.lines]
    if not advisory.products or (lines and not any(line.state in _CONCLUSIVE for line in lines)):
        where = "products[0].lines" if advisory.products else "products"
        yield where, "say of at least one release line whether it is affected"


def _product(place: int, product: Product) -> _Found:
    at = f"products[{place}]"
    yield from _named(at, product)
    if product.scheme not in _SCHEME_NAMES:
        yield f"{at}.scheme", f"{product.scheme!r} is no version scheme; there are {', '.join(sorted(_SCHEME_NAMES))}"
        return
    if not product.lines:
        yield f"{at}.lines", "name at least one release line"
    names = [line.line for line in product.lines]
    for line in sorted({name for name in names if names.count(name) > 1}):
        yield f"{at}.lines", f"line {line!r} is listed twice"
    bad = [each for number, line in enumerate(product.lines) for each in _line(f"{at}.lines[{number}]", product, line)]
    yield from bad
    if not bad:
        affected = vulnerable(product.order, product.lines)
        if any(empty(product.order, each) for each in affected):
            yield f"{at}.lines", "an affected range ends before it begins"
        elif overlap(product.order, affected):
            yield f"{at}.lines", _overlapping(product)


def _overlapping(product: Product) -> str:
    """Name the first two lines that share a version: the lines beside each other are the usual case."""
    pairs = combinations([line for line in product.lines if line.vulnerable], 2)
    shared = (pair for pair in pairs if overlap(product.order, [interval(product.order, each) for each in pair]))
    names = " and ".join(each.line or "all versions" for each in next(shared))
    return (
        f"the affected ranges of {names} overlap: begin each line at its own first affected version, or leave "
        "“introduced” empty where the whole line is affected"
    )


def _twice(products: tuple[Product, ...]) -> _Found:
    for field in ("name", "purl"):
        values = [getattr(product, field) for product in products if getattr(product, field)]
        for value in sorted({each for each in values if values.count(each) > 1}):
            yield "products", f"two products have the {field} {value!r}"


def _named(at: str, product: Product) -> _Found:
    for field in ("name", "vendor"):
        if not forms.is_one_line(getattr(product, field)):
            yield f"{at}.{field}", _ONE_LINE
    if product.purl and not forms.is_bare_purl(product.purl):
        yield f"{at}.purl", "give a package URL without a version"
    if product.cpe and not forms.is_cpe(product.cpe):
        yield f"{at}.cpe", "give a CPE 2.3 name"
    for field in ("repository", "collection"):
        url = getattr(product, field)
        if url and not forms.is_url(url):
            yield f"{at}.{field}", f"{url!r} is not an http or https address"
    if bool(product.ecosystem) != bool(product.package):
        yield f"{at}.package", "an ecosystem and the package's name in it belong together"


def _line(at: str, product: Product, line: LineRange) -> _Found:
    if line.line and not forms.is_token(line.line):
        yield f"{at}.line", f"{line.line!r} is no name of a release line"
    for field in ("introduced", "fixed_in", "last_affected"):
        version = getattr(line, field)
        if version and not (forms.is_token(version) and is_version(product.order, version)):
            yield f"{at}.{field}", f"{version!r} is no version in the scheme {product.scheme}"
    if line.state is Affectedness.FIXED and not line.fixed_in:
        yield f"{at}.fixed_in", "a fixed line names the version that fixes it"
    if line.fixed_in and not line.vulnerable:
        yield f"{at}.fixed_in", "a line that is not affected has no fix"
    if line.fixed_in and line.last_affected:
        yield f"{at}.last_affected", "give the fixed version or the last affected one, not both"
    if line.state is Affectedness.AFFECTED and not line.fixed_in and not line.reason:
        yield f"{at}.reason", "an affected line without a fix says why there is none"
    if line.reason and not forms.is_one_line(line.reason):
        yield f"{at}.reason", _ONE_LINE


def _severity(advisory: Advisory) -> _Found:
    for place, each in enumerate(advisory.scores):
        found = score(each.vector)
        if isinstance(found, Refused):
            yield f"scores[{place}].vector", found.because
    if sum(each.authoritative for each in advisory.scores) > 1:
        yield "scores", "exactly one score can be authoritative"
    elif advisory.scores and advisory.authoritative is None:
        yield "scores", "say which score is authoritative"
    for place, cwe in enumerate(advisory.cwe):
        if cwe_name(cwe) is None:
            yield f"cwe[{place}]", f"{cwe!r} is not in the CWE list"


def _people(advisory: Advisory) -> _Found:
    for place, each in enumerate(advisory.credits):
        if not forms.is_one_line(each.name):
            yield f"credits[{place}].name", _ONE_LINE
        if each.organization and not forms.is_one_line(each.organization):
            yield f"credits[{place}].organization", _ONE_LINE
        for number, contact in enumerate(each.contact):
            if not forms.is_url(contact) and not contact.startswith("mailto:"):
                yield f"credits[{place}].contact[{number}]", "a contact is an address: https:// or mailto:"


def _links(advisory: Advisory) -> _Found:
    if not forms.is_url(advisory.urls.page) or {"#", "?"} & set(advisory.urls.page):
        yield "urls.page", "an advisory has a page with an http or https address, without # and ?"
    if advisory.urls.csaf and not forms.is_url(advisory.urls.csaf):
        yield "urls.csaf", f"{advisory.urls.csaf!r} is not an http or https address"
    for place, each in enumerate(advisory.references):
        if not forms.is_url(each.url):
            yield f"references[{place}].url", f"{each.url!r} is not an http or https address"


def _dates(advisory: Advisory) -> _Found:
    instants = {name: getattr(advisory, name) for name in ("discovered", "published", "modified", "withdrawn")}
    for name, instant in instants.items():
        if instant is not None and instant.tzinfo is None:
            yield name, "an instant needs a zone"
            return
    if advisory.published is None or advisory.modified is None:
        yield "published", "the dates of publication and of the last change are missing"
    elif advisory.modified < advisory.published:
        yield "modified", "the last change cannot be before the publication"
    yield from _revisions(advisory)


def _revisions(advisory: Advisory) -> _Found:
    revisions = advisory.revisions
    if not revisions:
        yield "revisions", "a published advisory has at least one revision"
        return
    numbers = [revision.number for revision in revisions]
    if not all(forms.is_revision(number) for number in numbers) or len({"." in number for number in numbers}) > 1:
        yield "revisions", "revisions are numbered 1, 2, 3 or all with semantic versions"
        return
    keys = [[int(part) for part in number.split(".")] for number in numbers]
    if keys[0][0] != 1 or any(later <= earlier or later[0] > earlier[0] + 1 for earlier, later in pairwise(keys)):
        yield "revisions", "revision numbers begin with 1 and rise without a gap"
    if any(later.date < earlier.date for earlier, later in pairwise(revisions)):
        yield "revisions", "revision dates must not go back"
    if advisory.modified is not None and revisions[-1].date != advisory.modified:
        yield "modified", "the last change is the date of the last revision"
    if not all(revision.summary.strip() for revision in revisions):
        yield "revisions", "say of each revision what changed"
