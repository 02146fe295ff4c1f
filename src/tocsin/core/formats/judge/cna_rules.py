# SPDX-License-Identifier: Apache-2.0
"""The CNA Operational Rules over a CVE record: what no schema says and CVE Services or a Root will ask for.

Each rule is told with its number, its text and a remedy. Source: CNA Operational Rules 4.x, section 5 (and 4.2.17.1,
4.5.3.7, 4.5.3.10); numbers and sense are the same from 4.0.0 to 4.2.0. `MUST` is an error, `SHOULD` a warning. What
only a person can judge (5.1.1, 5.2.6, 5.2.7) is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from tocsin.core.formats.csaf_suite.walk import get, objects, text
from tocsin.core.vocabulary import Value


class Rule(Value):
    """A rule: number, what it asks, what helps; `must` tells MUST from SHOULD."""

    number: str
    text: str
    remedy: str
    must: bool = True


class Breach(Value):
    """Where a record breaks a rule, and with what."""

    rule: Rule
    path: str
    found: str

    @property
    def message(self) -> str:
        """What was found, the rule's words, what helps."""
        return f"{self.found}. {self.rule.text} {self.rule.remedy}"


Test = Callable[[dict[str, Any]], Iterator[tuple[str, str]]]

_CREDIT: Final = re.compile(
    r"\b(?:(?:discovered|reported|found|identified) by\s+(?!an?\b|the\b|attackers?\b|default\b|static|fuzz)[A-Z@]"
    r"|credits?(?:ed)?\s+(?:to|goes)\b|thanks\s+to\s+[A-Z]|we (?:would like to )?thank\b|acknowledge(?:s|ment)\b)"
)
_OTHER_IDS: Final = re.compile(
    r"\b(?:GHSA(?:-[2-9cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|RUSTSEC-\d{4}-\d{4}|GO-\d{4}-\d+|ZDI-\d\d-\d+)\b"
)
_WALLS: Final = re.compile(r"(?:^|[/.?&])(?:login|signin|sign-in|sso|auth)(?:[/.?&=]|$)", re.IGNORECASE)
_CVE_HOSTS: Final = frozenset({"cve.org", "www.cve.org", "cve.mitre.org", "cveawg.mitre.org"})
_EXAMPLE_ID: Final = re.compile(r"CVE-1900-\d{4,19}")
_PLACEHOLDER: Final = re.compile(r"\s*(?:n/?a|none|tbd|todo|unknown|unspecified|-+)\s*\.?\s*", re.IGNORECASE)
_LEAST_WORDS: Final = 4
_HITTABLE: Final = frozenset({"affected", "unknown"})


def breaches(record: dict[str, Any]) -> tuple[Breach, ...]:
    """Every rule that a record, or the body of a submission, breaks; rules in the order of their numbers."""
    container = cna(record)
    rejected = text(record, "cveMetadata", "state") == "REJECTED" or "rejectedReasons" in container
    rules = REJECTED if rejected else RULES
    given = {**container, "": record}
    return tuple(Breach(rule=rule, path=path, found=found) for rule, test in rules for path, found in test(given))


def cna(record: dict[str, Any]) -> dict[str, Any]:
    """The CNA's container of a record or of a submission to CVE Services; empty where there is none."""
    found = get(record, "containers", "cna") or record.get("cnaContainer")
    return found if isinstance(found, dict) else {}


def _at(given: dict[str, Any]) -> str:
    return "/cnaContainer" if "cnaContainer" in given[""] else "/containers/cna"


def _statuses(product: dict[str, Any]) -> set[str]:
    versions = [text(each, "status") for _, each in objects(product, "versions")]
    changes = [text(one, "status") for _, each in objects(product, "versions") for _, one in objects(each, "changes")]
    return {*versions, *changes, text(product, "defaultStatus") or ("unknown" if versions else "")} - {""}


def _no_product(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    products = [each for _, each in objects(given, "affected")]
    if not products:
        yield f"{_at(given)}/affected", "no product is named"
    for at, each in objects(given, "affected", at=_at(given)):
        named = [text(each, name) for name in ("product", "packageName", "packageURL")]
        if all(not name or _PLACEHOLDER.fullmatch(name) for name in named):
            yield at, "the product has no name"


def _nothing_affected(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    products = [each for _, each in objects(given, "affected")]
    if products and not any(_statuses(each) & _HITTABLE for each in products):
        yield f"{_at(given)}/affected", "no product is affected or unknown"


def _only_unaffected(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    products = [each for _, each in objects(given, "affected")]
    if products and all(_statuses(each) <= {"unaffected"} and _statuses(each) for each in products):
        yield f"{_at(given)}/affected", "every product is unaffected"


def _no_fix(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for at, product in objects(given, "affected", at=_at(given)):
        for where, each in objects(product, "versions", at=at):
            endless = each.get("lessThanOrEqual") == "*" and "changes" not in each
            if text(each, "status") == "affected" and endless:
                yield where, "the affected range has no end"


def _no_type(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    told = [
        text(each, "cweId") or text(each, "description")
        for _, kind in objects(given, "problemTypes")
        for _, each in objects(kind, "descriptions")
    ]
    if not any(each and not _PLACEHOLDER.fullmatch(each) for each in told):
        yield f"{_at(given)}/problemTypes", "no type of vulnerability is given"


def _no_cwe(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = [each for _, kind in objects(given, "problemTypes") for _, each in objects(kind, "descriptions")]
    if kinds and not any(text(each, "cweId") for each in kinds):
        yield f"{_at(given)}/problemTypes", "the type is not a CWE"


def _no_prose(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    texts = [text(each, "value") for _, each in objects(given, "descriptions")]
    if not any(len(each.split()) >= _LEAST_WORDS and not _PLACEHOLDER.fullmatch(each) for each in texts):
        yield f"{_at(given)}/descriptions", "there is no description in prose"


def _english(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    languages = [text(each, "lang").lower() for _, each in objects(given, "descriptions")]
    if languages and not any(each.partition("-")[0] == "en" for each in languages):
        yield f"{_at(given)}/descriptions", "no description is in English"
    if len(set(languages)) != len(languages):
        yield f"{_at(given)}/descriptions", "two descriptions are in the same language"


def _credits(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    names = [text(each, "value") for _, each in objects(given, "credits")]
    for at, each in objects(given, "descriptions", at=_at(given)):
        value = text(each, "value")
        named = next((name for name in names if len(name) > _LEAST_WORDS and name in value), "")
        found = _CREDIT.search(value)
        if named or found:
            yield f"{at}/value", f"the description credits somebody: {named or (found[0] if found else '')!r}"


def _foreign_ids(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for at, each in objects(given, "descriptions", at=_at(given)):
        found = _OTHER_IDS.search(text(each, "value"))
        if found:
            yield f"{at}/value", f"the description names {found[0]}"


def _no_reference(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not [each for _, each in objects(given, "references") if text(each, "url")]:
        yield f"{_at(given)}/references", "there is no public reference"


def _itself(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    urls = [text(each, "url") for _, each in objects(given, "references")]
    if urls and all(_host(url) in _CVE_HOSTS for url in urls):
        yield f"{_at(given)}/references", "the only reference is the CVE record itself"


def _walled(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    urls = [text(each, "url") for _, each in objects(given, "references")]
    if urls and all(_WALLS.search(url) for url in urls):
        yield f"{_at(given)}/references", "every reference leads to a login"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _tags(given: dict[str, Any]) -> list[str]:
    found = given.get("tags")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _hosted(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    versions = [each for _, product in objects(given, "affected") for _, each in objects(product, "versions")]
    packages = [each for _, each in objects(given, "affected") if {"packageName", "packageURL"} & set(each)]
    if "exclusively-hosted-service" in _tags(given) and (packages or any("lessThan" in each for each in versions)):
        yield (
            f"{_at(given)}/tags",
            "tagged as a hosted service, and versions that people install are listed",
        )


def _disputed(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    words = " ".join(text(each, "value") for _, each in objects(given, "descriptions")).lower()
    if "disputed" in _tags(given) and "disput" not in words:
        yield f"{_at(given)}/descriptions", "tagged as disputed without an explanation"


def _unsupported(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    words = " ".join(text(each, "value") for _, each in objects(given, "descriptions"))
    ended = "no longer supported by the maintainer" in words or "UNSUPPORTED WHEN ASSIGNED" in words
    if ended and "unsupported-when-assigned" not in _tags(given):
        yield (
            f"{_at(given)}/tags",
            "the product is no longer supported, and the tag is missing",
        )


def _example(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    named = text(given[""], "cveMetadata", "cveId")
    if _EXAMPLE_ID.fullmatch(named) and text(given[""], "cveMetadata", "state") == "PUBLISHED":
        yield "/cveMetadata/cveId", f"{named} is an example"


def _why_rejected(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    reasons = [text(each, "value") for _, each in objects(given, "rejectedReasons")]
    if not any(each and not _PLACEHOLDER.fullmatch(each) for each in reasons):
        yield f"{_at(given)}/rejectedReasons", "nothing says why the record is rejected"


def _should(number: str, words: str, remedy: str) -> Rule:
    return Rule(number=number, text=words, remedy=remedy, must=False)


def _must(number: str, words: str, remedy: str) -> Rule:
    return Rule(number=number, text=words, remedy=remedy)


RULES: Final[tuple[tuple[Rule, Test], ...]] = (
    (
        _must(
            "4.2.17.1",
            "CNAs MUST tag records that only cover products that no longer receive fixes.",
            "Add the tag unsupported-when-assigned.",
        ),
        _unsupported,
    ),
    (
        _must(
            "4.5.3.10",
            "A disputed record MUST carry an explanation.",
            "Say in the description who disputes what.",
        ),
        _disputed,
    ),
    (
        _must(
            "5.1.3",
            "A record MUST identify at least one affected product.",
            "Name vendor and product, or the package.",
        ),
        _no_product,
    ),
    (
        _must(
            "5.1.4",
            "At least one product MUST be affected or unknown.",
            "Give a version, or defaultStatus, the status affected or unknown.",
        ),
        _nothing_affected,
    ),
    (
        _should(
            "5.1.5",
            "A record SHOULD identify fixed versions.",
            "Write lessThan with the first fixed version once there is one.",
        ),
        _no_fix,
    ),
    (
        _should("5.1.7", "The type MUST be identified, if not at once (5.1.7.1).", "Give a CWE in problemTypes."),
        _no_type,
    ),
    (
        _should("5.1.7", "The type SHOULD be a CWE.", "Write cweId beside the description."),
        _no_cwe,
    ),
    (
        _must(
            "5.1.8",
            "A record MUST NOT contain only unaffected products.",
            "That is no vulnerability; reject the id, or name what is affected.",
        ),
        _only_unaffected,
    ),
    (
        _must("5.1.9", "A record MUST contain a prose description.", "Write a sentence on what is wrong where."),
        _no_prose,
    ),
    (
        _must("5.1.10", "A record MUST contain at least one public reference.", "Give the advisory's page."),
        _no_reference,
    ),
    (
        _must(
            "5.1.11.1",
            "The tag exclusively-hosted-service MUST NOT be used where on-premises products are affected too.",
            "Remove the tag.",
        ),
        _hosted,
    ),
    (
        _must(
            "5.2.4",
            "The description MUST NOT credit people, organizations or tools.",
            "Move the thanks into credits.",
        ),
        _credits,
    ),
    (
        _must("5.2.5", "There MUST be one description in English.", "Give one description with lang en."),
        _english,
    ),
    (
        _should(
            "5.2.11",
            "The description SHOULD NOT contain other identifiers than CVE ids.",
            "Link to the other advisory in references.",
        ),
        _foreign_ids,
    ),
    (
        _must(
            "5.3.1",
            "A record MUST NOT be the first public disclosure.",
            "Publish an advisory first and give its address.",
        ),
        _itself,
    ),
    (
        _should(
            "5.3.3.1",
            "At least one reference SHOULD NOT require a login.",
            "Give an address that everybody can read.",
        ),
        _walled,
    ),
    (
        _must(
            "5.4.2",
            "Records with CVE-1900- ids MUST NOT be treated as production information.",
            "Use a reserved id before submitting.",
        ),
        _example,
    ),
)
"""Rules over a published record with their tests, by number."""

REJECTED: Final[tuple[tuple[Rule, Test], ...]] = (
    (
        _must("4.5.3.7", "Rejecting MUST come with an explanation.", "Say why in rejectedReasons."),
        _why_rejected,
    ),
)
"""Rules over a rejected record."""
