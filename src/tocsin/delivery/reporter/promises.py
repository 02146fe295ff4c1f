# SPDX-License-Identifier: Apache-2.0
"""What somebody reads before they report: what this project promises, what belongs elsewhere, its posture (S24, S68).

All of it comes from the policy that the report will be pinned to, with the line of the published document it cites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tocsin.core.policy.clauses import sentences, timed_rules
from tocsin.core.policy.model import ChannelKind, Policy

POSTURE: Final = ("assess.posture.secure_by_default", "assess.posture.required_configuration", "assess.not_accepted")
"""Rules whose sentences a reporter should know beforehand; what the project hopes for later is not among them."""


@dataclass(frozen=True)
class Said:
    """Sentences of the policy and the line they stand on."""

    words: str
    cite: str = ""


@dataclass(frozen=True)
class Promises:
    """The head of the report form. `within` is the first answer's time in words, empty where there is no number."""

    within: str
    answer: Said | None
    posture: Said | None
    bugs_go_to: str
    mail: tuple[str, ...]
    versions: tuple[str, ...]


def promises(policy: Policy) -> Promises:
    """Collect what the report form says first."""
    intake, versions = policy.intake, policy.versions
    first = next((rule for rule in timed_rules(policy) if rule.name == "first-feedback"), None)
    channels = intake.channel if intake else ()
    return Promises(
        within=str(first.within) if first else "",
        answer=_said(policy, "sla.first_feedback"),
        posture=_said(policy, *POSTURE),
        bugs_go_to=intake.not_security.redirect if intake and intake.not_security else "",
        mail=tuple(each.address for each in channels if each.kind is ChannelKind.EMAIL and each.address),
        versions=versions.supported.branches if versions and versions.supported else (),
    )


def promise_title(policy: Policy, name: str) -> str:
    """Name a promise for people: `First feedback`."""
    return next((rule.title for rule in timed_rules(policy) if rule.name == name), name.replace("-", " "))


def _said(policy: Policy, *rules: str) -> Said | None:
    found = sorted(
        (each for each in sentences(policy) if each.rule.startswith(rules)), key=lambda each: (each.group, each.order)
    )
    if not found:
        return None
    return Said(words=" ".join(each.text for each in found), cite=found[0].source.cite)
