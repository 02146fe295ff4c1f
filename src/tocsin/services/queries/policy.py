# SPDX-License-Identifier: Apache-2.0
"""A project's policy for its people: the sentences it publishes, and the promises with the line each comes from."""

from __future__ import annotations

import msgspec

from tocsin.core import access
from tocsin.core.policy.clauses import sentences, timed_rules
from tocsin.core.vocabulary import MoveName, ProjectId
from tocsin.services.app import Desk
from tocsin.services.queries import words
from tocsin.services.queries.options import people


class SentenceView(msgspec.Struct, frozen=True):
    """One sentence of the published document."""

    text: str
    section: str
    rule: str
    cite: str


class RuleView(msgspec.Struct, frozen=True):
    """One promise with a number: how long, who is told when, and on whose word."""

    name: str
    title: str
    within: str
    because: str
    rule: str
    source: str
    ladder: tuple[str, ...]


class VersionView(msgspec.Struct, frozen=True):
    """One adopted version."""

    version: str
    at: str
    by: str
    current: bool


class PolicyView(msgspec.Struct, frozen=True):
    """The policy page."""

    project: ProjectId
    name: str
    version: str
    cite_file: str
    calendar: str
    sentences: tuple[SentenceView, ...]
    rules: tuple[RuleView, ...]
    text: str
    history: tuple[VersionView, ...]
    may_change: bool


def view(desk: Desk, project: ProjectId, person: str) -> PolicyView | None:
    """Show the policy in force to somebody of the project; None is not found."""
    info = desk.projects.get(project)
    actor = desk.people.actor(person, project) if info else None
    if info is None or actor is None or not access.may_read(actor):
        return None
    policy = desk.projects.policy(project, info.policy)
    calendar, texts = policy.calendar, desk.projects.history(project)
    names = {each.id: each.name for each in people(desk, project)}
    return PolicyView(
        project=project,
        name=policy.project.name,
        version=policy.version,
        cite_file=policy.cite_file,
        calendar=calendar.tz,
        sentences=tuple(
            SentenceView(text=each.text, section=each.section.value, rule=each.rule, cite=each.source.cite)
            for each in sentences(policy)
        ),
        rules=tuple(
            RuleView(
                name=each.name,
                title=each.title,
                within=str(each.within),
                because=each.because,
                rule=each.rule,
                source=str(each.source),
                ladder=tuple(f"{step.at} %: {step.to.value.replace('-', ' ')}" for step in each.ladder),
            )
            for each in timed_rules(policy)
        ),
        text=next((each.toml for each in texts if each.version == info.policy), ""),
        history=tuple(
            VersionView(
                version=each.version[:12],
                at=words.instant(each.adopted_at),
                by=names.get(each.adopted_by, each.adopted_by),
                current=each.version == info.policy,
            )
            for each in texts
        ),
        may_change=access.may_move(actor, MoveName.ADOPT_POLICY),
    )
