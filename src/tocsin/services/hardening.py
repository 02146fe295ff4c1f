# SPDX-License-Identifier: Apache-2.0
"""Asks a live server whether it is configured as its advisories and its project's policy ask (S69). Read-only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tocsin.core.affected.answers import Answer
from tocsin.core.hardening.checks import Check, checks
from tocsin.core.hardening.report import Report, Result, Server, compare, report
from tocsin.core.hardening.required import required
from tocsin.core.policy.clauses import sentences
from tocsin.core.policy.model import Policy
from tocsin.services.ports.server import LiveServer


def conditions(answers: Iterable[Answer], server: Server) -> list[Result]:
    """The settings and extensions that the advisories which hit a server name, beside what it has."""
    found: list[Result] = []
    for each in answers:
        for finding in each.affected:
            asked = required(f"{finding.required_configuration}\n\n{finding.mitigation}")
            found += compare(asked, server, finding.advisory)
    return found


def examine(
    live: LiveServer, server: Server, policy: Policy | None = None, only: Sequence[Check] | None = None
) -> Report:
    """Every check, and first the settings that the policy's posture statement names. Raises Unreachable."""
    chosen = checks() if only is None else only
    statement = _posture(policy) if policy else ""
    named = policy.assess.posture.required_configuration if policy and policy.assess and policy.assess.posture else ""
    asked = compare(required(named), server, "the policy")
    return report(server, live.ask(chosen), asked, statement)


def _posture(policy: Policy) -> str:
    """The policy's own words about its defaults."""
    said = [each.text for each in sentences(policy) if each.rule.startswith("assess.posture.")]
    return " ".join(said)
