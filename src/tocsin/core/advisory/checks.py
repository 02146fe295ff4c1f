# SPDX-License-Identifier: Apache-2.0
"""Says what keeps an advisory from being published: the field, and a sentence that a person can act on.

Checks facts that hold for every format. What a single format cannot express is that format's own answer
(`Format.cannot_express`); whether the policy allows publication is asked of the clauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from tocsin.core.advisory.cwe import cwe_name
from tocsin.core.advisory.model import Advisory, Product
from tocsin.core.severity import score
from tocsin.core.versions import SCHEMES, LineRange, empty, is_version, overlap, vulnerable
from tocsin.core.vocabulary import ADVISORY_ID, Affectedness, Refused, Value, is_cve_id

_URL: Final = re.compile(r"https?://[^\s/]+\S*", re.ASCII)
_NUMBER: Final = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)\.(0|[1-9]\d*))?", re.ASCII)
_SCHEME_NAMES: Final = frozenset(each.name for each in SCHEMES)


class Problem(Value):
    """One thing to mend. `field` is a path into the record (`products[0].lines[1].fixed_in`)."""

    field: str
    message: str


def problems(advisory: Advisory) -> tuple[Problem, ...]:
    """Everything that must be mended before publication, in the record's order; empty means fit to publish."""
    found = (
        *_identity(advisory),
        *_texts(advisory),
        *(each for place, product in enumerate(advisory.products) for each in _product(place, product)),
        *_severity(advisory),
        *_links(advisory),
        *_dates(advisory),
    )
    return tuple(Problem(field=field, message=message) for field, message in found)


_Found = Iterator[tuple[str, str]]


def _identity(advisory: Advisory) -> _Found:
    if not ADVISORY_ID.fullmatch(advisory.id):
        yield "id", f"{advisory.id!r} is not of the form PREFIX-SA-2026-001"
    if advisory.cve_id and not is_cve_id(advisory.cve_id):
        yield "cve_id", f"{advisory.cve_id!r} is not a CVE id"
    if advisory.id in advisory.other_ids:
        yield "aliases", "an advisory is not its own alias"
    for field in ("name", "namespace"):
        if not getattr(advisory.publisher, field):
            yield f"publisher.{field}", "every document names its publisher"


def _texts(advisory: Advisory) -> _Found:
    for field in ("title", "summary"):
        text = getattr(advisory, field)
        if not text.strip():
            yield field, f"the {field} is empty"
        elif "\n" in text:
            yield field, f"the {field} is one line"
    if not advisory.details.strip():
        yield "details", "the details are empty"
    if not advisory.mitigation.strip() and not advisory.no_mitigation_known:
        yield "mitigation", "write a mitigation, or say that none is known"
    if advisory.mitigation.strip() and advisory.no_mitigation_known:
        yield "no_mitigation_known", "there is a mitigation, so it cannot be that none is known"
    if not advisory.products:
        yield "products", "name at least one product"


def _product(place: int, product: Product) -> _Found:
    at = f"products[{place}]"
    if not product.name or not product.vendor:
        yield f"{at}.name", "a product has a name and a vendor"
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
            yield f"{at}.lines", "two affected ranges overlap"


def _line(at: str, product: Product, line: LineRange) -> _Found:
    for field in ("introduced", "fixed_in", "last_affected"):
        version = getattr(line, field)
        if version and not is_version(product.order, version):
            yield f"{at}.{field}", f"{version!r} is no version in the scheme {product.scheme}"
    if line.state is Affectedness.FIXED and not line.fixed_in:
        yield f"{at}.fixed_in", "a fixed line names the version that fixes it"
    if line.fixed_in and not line.vulnerable:
        yield f"{at}.fixed_in", "a line that is not affected has no fix"
    if line.fixed_in and line.last_affected:
        yield f"{at}.last_affected", "give the fixed version or the last affected one, not both"
    if line.state is Affectedness.AFFECTED and not line.fixed_in and not line.reason:
        yield f"{at}.reason", "an affected line without a fix says why there is none"


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


def _links(advisory: Advisory) -> _Found:
    named = [(f"references[{place}].url", each.url) for place, each in enumerate(advisory.references)]
    own = [("urls.page", advisory.urls.page), ("publisher.namespace", advisory.publisher.namespace)]
    for field, url in own + named:
        if url and not _URL.fullmatch(url):
            yield field, f"{url!r} is not an http or https address"
    if not advisory.urls.page:
        yield "urls.page", "an advisory has a page"


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
    if not all(_NUMBER.fullmatch(number) for number in numbers) or len({"." in number for number in numbers}) > 1:
        yield "revisions", "revisions are numbered 1, 2, 3 or all with semantic versions"
        return
    keys = [[int(part) for part in number.split(".")] for number in numbers]
    if any(later <= earlier for earlier, later in pairwise(keys)):
        yield "revisions", "revision numbers must rise"
    if any(later.date < earlier.date for earlier, later in pairwise(revisions)):
        yield "revisions", "revision dates must not go back"
    if advisory.modified is not None and revisions[-1].date != advisory.modified:
        yield "modified", "the last change is the date of the last revision"
