# SPDX-License-Identifier: Apache-2.0
"""Distributors (S63): who may become one, what they agree to, whom an advisory concerns, and marks that tell copies
apart. Pure; keeping, sending and counting are `services.distribution`.

Sources: Kubernetes, “private distributors list”, membership criteria; openwall, linux-distros, names of attachments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from packageurl import PackageURL

from tocsin.core.advisory.model import Advisory
from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import Refused, Value

CRITERIA: Final[Mapping[str, str]] = {
    "contact": "Have a security contact that somebody watches",
    "distributes": "Distribute the product, or something made of it",
    "users": "Have users outside your own organisation",
    "record": "Have a public record, up to today, of fixing security problems",
    "own": "Not be a rebuild of somebody else's distribution",
    "takes-part": "Take part in the project's community",
    "embargo": "Accept the terms below",
    "gives-back": "Be willing to help: test patches, report what you find",
    "vouched": "Be vouched for by somebody who is a distributor already, or known to the team",
}
"""The nine criteria."""

EVIDENCED: Final = ("contact", "distributes", "users", "record", "own", "takes-part", "gives-back", "vouched")
"""Those to be shown by a sentence or an address; `embargo` is kept by agreeing to the terms."""
LONGEST: Final = 2000
MOST_PURLS: Final = 50


class Terms(Value):
    """What a distributor agrees to. `version` changes whenever a word does."""

    version: str
    text: str


def terms(policy: Policy) -> Terms:
    """The terms of a project, with the times that its policy promises."""
    stated = policy.distributors
    notice = f" {stated.notice}" if stated and stated.notice else " some time"
    most = f", and never more than {stated.max}" if stated and stated.max else ""
    text = (
        f"1. You are told of a vulnerability{notice} before it is published{most}; what you are told is "
        "TLP:AMBER+STRICT until then.\n"
        "2. Only those of your people learn of it who make the update. No user, customer or partner does.\n"
        "3. You publish nothing before the agreed instant: no update, no source, no advisory, no hint in a message "
        "of a commit or in a public build.\n"
        "4. What you are given is marked as yours. If it comes out, or you think so, you tell us at once.\n"
        "5. You say that you received it, and how your products stand. If you cannot keep the date, you say so early.\n"
        "6. Your own advisory is yours; you tell us its address so that ours can point to it.\n"
        "7. You confirm once a year that all this still holds. Either side can end it at any time.\n"
    )
    return Terms(version=f"1.{hashlib.sha256(text.encode()).hexdigest()[:6]}", text=text)


class Application(Value):
    """Somebody who wants to be a distributor. `evidence` holds a sentence or an address for each criterion."""

    name: str
    contact: str
    purls: tuple[str, ...]
    evidence: dict[str, str]
    accepted: str = ""


def wrong_with(application: Application, current: Terms) -> Refused | None:
    """Refuse an application that lacks something; every lack is named."""
    missing = [each for each in EVIDENCED if not application.evidence.get(each, "").strip()]
    if not application.name.strip():
        missing.insert(0, "name")
    if application.accepted != current.version:
        missing.append("embargo")
    bad = [each for each in application.purls if base(each) is None]
    if bad or not application.purls or len(application.purls) > MOST_PURLS:
        missing.append("purls")
    if not missing:
        return None
    because = "Something is missing: the team decides by what you say about each point."
    return Refused(code="incomplete", because=because, rule="S63", missing=tuple(missing))


def base(purl: str) -> tuple[str, str, str] | None:
    """What has to be equal for two package URLs to mean one package: type, namespace and name; None for no purl."""
    try:
        found = PackageURL.from_string(purl)
    except ValueError:
        return None
    return (found.type, found.namespace or "", found.name)


def shipped(purls: Iterable[str], advisory: Advisory) -> tuple[str, ...]:
    """Those of these package URLs that an advisory is about."""
    meant = {found for each in advisory.products if each.purl and (found := base(each.purl))}
    return tuple(dict.fromkeys(each for each in purls if base(each) in meant))


def concerns(purls: Iterable[str], advisory: Advisory) -> bool:
    """Whether an advisory is about one of these packages."""
    return bool(shipped(purls, advisory))


def short(mark: bytes) -> str:
    """A mark as people read it: `K7F3-9QX2`."""
    letters = "23456789CFGHJMPQRVWX"
    number, found = int.from_bytes(mark[:8]), ""
    for _ in range(8):
        number, index = divmod(number, len(letters))
        found += letters[index]
    return f"{found[:4]}-{found[4:]}"


def line(name: str, mark: str, until: str) -> str:
    """The line that stands in everything that one distributor is given."""
    return f"TLP:AMBER+STRICT until {until}. For {name} only, copy {mark}."
