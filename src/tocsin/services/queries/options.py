# SPDX-License-Identifier: Apache-2.0
"""What the forms of a case offer and say beforehand: people, outcomes and reasons, and the policy's own numbers.

A form that knows the rule can say it before anybody breaks it. Nothing is decided here; the clauses still are asked.
"""

from __future__ import annotations

import msgspec

from tocsin.core.policy.model import Policy
from tocsin.core.vocabulary import ProjectId, Role
from tocsin.services.app import Desk


class PersonView(msgspec.Struct, frozen=True):
    """A person of the project, with their roles there."""

    id: str
    name: str
    roles: tuple[str, ...]


class Rule(msgspec.Struct, frozen=True):
    """One number or word of the policy and the line it comes from."""

    words: str = ""
    cite: str = ""


class Options(msgspec.Struct, frozen=True):
    """Everything the forms of one case need beside the case."""

    people: tuple[PersonView, ...]
    outcomes: tuple[str, ...]
    hold_reasons: tuple[str, ...]
    first_answer: tuple[str, ...]
    reject_min: int
    reject: Rule
    score: Rule
    longest: Rule
    days: Rule
    final_say: Rule
    backport: Rule

    def name(self, person: str) -> str:
        """Name a person of the project; an id that is nobody's stays as it is."""
        return next((each.name for each in self.people if each.id == person), person)

    def person(self, named: str) -> str:
        """Return the id of the person of the project who is named; a name that is nobody's stays as it is."""
        wanted = " ".join(named.split()).casefold()
        return next((each.id for each in self.people if wanted in (each.id, each.name.casefold())), named)

    def roles(self, person: str) -> tuple[str, ...]:
        """Roles that a person holds in the project."""
        return next((each.roles for each in self.people if each.id == person), ())


def options(desk: Desk, policy: Policy, project: ProjectId) -> Options:
    """Collect what the forms of a case in `project` offer under `policy`."""
    assess, disclosure, feedback = policy.assess, policy.disclosure, policy.sla and policy.sla.first_feedback
    rejecting = assess and assess.reject
    return Options(
        people=people(desk, project),
        outcomes=tuple(assess.outcomes) if assess else (),
        hold_reasons=tuple(disclosure.hold_reasons) if disclosure else (),
        first_answer=tuple(feedback.must_contain) if feedback else (),
        reject_min=rejecting.min_chars if rejecting else 1,
        reject=_rule(policy, "assess.reject.min_chars", str(rejecting.min_chars) if rejecting else ""),
        score=_rule(policy, "severity.authoritative", policy.severity.authoritative if policy.severity else ""),
        longest=_rule(policy, "disclosure.max", str(disclosure.max) if disclosure and disclosure.max else ""),
        days=_rule(policy, "disclosure.weekdays", _days(policy)),
        final_say=_rule(policy, "disclosure.final_say", _final_say(policy)),
        backport=_rule(policy, "fix.backport", policy.fix.backport.replace("-", " ") if policy.fix else ""),
    )


def people(desk: Desk, project: ProjectId) -> tuple[PersonView, ...]:
    """List the people of a project with their roles, in the order of the roles' list."""
    order = list(Role)
    return tuple(
        PersonView(id=person.id, name=person.name, roles=tuple(r.value for r in sorted(roles, key=order.index)))
        for person, roles in desk.people.members(project)
    )


def _rule(policy: Policy, path: str, words: str) -> Rule:
    return Rule(words=words, cite=policy.source(path).cite) if words else Rule()


def _days(policy: Policy) -> str:
    terms = policy.disclosure
    if not terms or not terms.weekdays:
        return ""
    days = ", ".join(day.capitalize() for day in terms.weekdays)
    return days if terms.hour_utc is None else f"{days} at {terms.hour_utc:02}:00 UTC"


def _final_say(policy: Policy) -> str:
    terms = policy.disclosure
    if not terms or not terms.final_say:
        return ""
    return f"{terms.final_say.value.replace('-', ' ')} after {terms.final_say_after} rejected dates"
