# SPDX-License-Identifier: Apache-2.0
"""Changing a project's policy: look at what it would do first, then put it in force, then, case by case, adopt it.

New cases are pinned to the policy in force when their report arrives. Open cases keep theirs until somebody adopts the
new one for them, having seen which deadlines that moves (S1). Checking a text is `core.policy.load`; who may is
`core.access`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.policy.changes import Changed, Moved, deadlines_moved, terms_changed
from tocsin.core.policy.load import load, uncited
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid, Problem
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Actor, CaseRef, MoveName, ProjectId, Refused, Role
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.ports.store import InboxQuery
from tocsin.services.ports.world import PolicyRefused, ProjectInfo

OWNER = frozenset({Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.PUBLISHER})
"""What the person who makes the first project is in it."""

MOST = 50
"""Open cases whose deadlines are compared at once: those that are due first."""


class CaseMoves(msgspec.Struct, frozen=True):
    """What another policy would do to the deadlines of one open case. `seq` is the journal length looked at."""

    case: CaseRef
    seq: int
    moved: tuple[Moved, ...]


class Proposed(msgspec.Struct, frozen=True):
    """A policy text as it would be: its problems, values without a source, what it changes, and for which open cases.

    `policy` is None where there are problems, and then nothing else was compared.
    """

    policy: Policy | None
    problems: tuple[Problem, ...]
    uncited: tuple[Problem, ...] = ()
    changed: tuple[Changed, ...] = ()
    cases: tuple[CaseMoves, ...] = ()


def propose(desk: Desk, actor: Actor, project: ProjectId, text: str) -> Proposed:
    """Look at a policy text without putting it in force. Opens up to `MOST` open cases for the actor to compare."""
    loaded = load(text, seed)
    if isinstance(loaded, Invalid):
        return Proposed(policy=None, problems=loaded.problems)
    info = desk.projects.get(project)
    if info is None or loaded.project.id != project:
        wrong = Problem(
            line=1,
            path="project.id",
            code="other-project",
            message=f"this is the policy of {loaded.project.id}, not of {project}",
        )
        return Proposed(policy=None, problems=(wrong,))
    return Proposed(
        policy=loaded,
        problems=(),
        uncited=uncited(text, seed),
        changed=terms_changed(desk.projects.policy(project, info.policy), loaded),
        cases=tuple(_open_cases(desk, actor, project, loaded)),
    )


def look(text: str) -> Proposed:
    """Look at the first policy of an installation: there is nothing to compare it with."""
    loaded = load(text, seed)
    if isinstance(loaded, Invalid):
        return Proposed(policy=None, problems=loaded.problems)
    return Proposed(policy=loaded, problems=(), uncited=uncited(text, seed))


def first(desk: Desk, person: str, text: str) -> ProjectInfo | Refused:
    """Make the first project of an installation, with the person as its owner. Refuses where there is a project.

    Whoever can sign in before there is a project was let in by the administrator's own one-time link.
    """
    seen = look(text)
    if desk.projects.all():
        return cases.NOT_FOUND
    if seen.problems:
        return _problems(seen)
    owner = desk.people.person(person)
    if owner is None:
        return cases.NOT_FOUND
    info = desk.projects.adopt(text, owner.name, desk.now())
    desk.people.add(owner.name, owner.email, {info.id: OWNER})
    return info


def _problems(seen: Proposed) -> Refused:
    return Refused(
        code="policy-refused",
        because=f"The policy has problems; nothing was put in force. First: {seen.problems[0].message}.",
        rule="policy",
        missing=tuple(map(str, seen.problems)),
    )


def _open_cases(desk: Desk, actor: Actor, project: ProjectId, policy: Policy) -> Iterable[CaseMoves]:
    for row in desk.inbox.page(InboxQuery(projects=(project,), limit=MOST)):
        opened = cases.open_case(desk, row.case, actor, "policy.compare")
        if opened is None or opened.case.policy == policy.version:
            continue
        yield CaseMoves(case=row.case, seq=opened.case.seq, moved=deadlines_moved(opened.policy, policy, opened.case))


def put_in_force(desk: Desk, actor: Actor, project: ProjectId, text: str) -> ProjectInfo | Refused:
    """Put a policy in force for cases to come; a refusal lists every problem, and the policy in force stays."""
    if refused := access.guard(actor, MoveName.ADOPT_POLICY):
        return refused
    proposed = propose(desk, actor, project, text)
    if proposed.problems:
        return _problems(proposed)
    try:
        return desk.projects.adopt(text, actor.name or actor.id, desk.now())
    except PolicyRefused as unfit:
        return _problems(Proposed(policy=None, problems=unfit.problems))


def adopt_for(desk: Desk, actor: Actor, project: ProjectId, ref: CaseRef, seen: int) -> Case | Refused:
    """Put one open case of a project under its policy in force, recording which deadlines that moves.

    A case of another project is not found, whatever the actor may do there: the roles were looked up for this one.
    """
    head, info = desk.journal.head(ref), desk.projects.get(project)
    if head is None or info is None or head.project != project:
        return cases.NOT_FOUND
    opened = cases.open_case(desk, ref, actor, "policy.adopt")
    if opened is None:
        return cases.NOT_FOUND
    policy = desk.projects.policy(info.id, info.policy)
    moved = deadlines_moved(opened.policy, policy, opened.case)
    return cases.handle(desk, ref, cmd.AdoptPolicy(policy=policy.version, moved=moved), actor, seen=seen)
