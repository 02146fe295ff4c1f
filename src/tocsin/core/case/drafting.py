# SPDX-License-Identifier: Apache-2.0
"""The words of an advisory as somebody types them: what a command brings and the journal keeps, field for field.

`core.advisory` joins them with lines, score and CVE id into the record that documents are made of.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from tocsin.core.vocabulary import Affectedness, Value


class ProductNamed(Value):
    """The product an advisory speaks of."""

    name: str
    vendor: str = ""
    purl: str = ""
    ecosystem: str = ""
    package: str = ""
    collection: str = ""
    repository: str = ""
    modules: tuple[str, ...] = ()
    cpe: str = ""
    scheme: str = ""
    elsewhere: Affectedness = Affectedness.NOT_AFFECTED


_NONE_KNOWN: Final = re.compile(r"\s*none( is)? known\b", re.I)


def mitigates(workarounds: str) -> str:
    """What was said of workarounds, as far as it is one: that none is known yet is no mitigation to publish (S23)."""
    return "" if _NONE_KNOWN.match(workarounds) else workarounds


class CreditGiven(Value):
    """One credit line; only with consent is it ever published (S27)."""

    name: str
    type: str = "finder"
    organization: str = ""
    contact: tuple[str, ...] = ()
    consent: bool = False


def recredited(given: tuple[CreditGiven, ...], before: str, after: CreditGiven | None) -> tuple[CreditGiven, ...]:
    """Credits after somebody who stood there as `before` ("" for not at all) wishes to stand as `after`, or not to."""
    if after is None:
        return tuple(each for each in given if not before or each.name != before)
    if before and any(each.name == before for each in given):
        return tuple(replace(each, name=after.name, consent=True) if each.name == before else each for each in given)
    others = tuple(each for each in given if each.name != after.name)
    again = next((replace(each, consent=True) for each in given if each.name == after.name), after)
    return (*others, again)


class ReferenceGiven(Value):
    """One public reference of the advisory."""

    url: str
    type: str = "web"
    summary: str = ""


class AdvisoryWords(Value):
    """The words of an advisory, as somebody types them. Lines, score and CVE id are typed elsewhere, once, and joined
    when rendered."""

    title: str
    summary: str = ""
    details: str = ""
    impact: str = ""
    detection: str = ""
    mitigation: str = ""
    no_mitigation_known: bool = False
    required_configuration: str = ""
    upgrade: str = ""
    cwe: tuple[str, ...] = ()
    products: tuple[ProductNamed, ...] = ()
    references: tuple[ReferenceGiven, ...] = ()
    credits: tuple[CreditGiven, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    discovered: datetime | None = None
