# SPDX-License-Identifier: Apache-2.0
"""Projects and their policies on a database.

A policy is kept as the text that was adopted, with the texts it extended at that moment: a case pinned to it reads the
same policy years later, whatever became of those. What a text means is `core.policy.load`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from tocsin.adapters.db.database import DEFAULT, Database
from tocsin.adapters.db.models import PolicyVersion, Project
from tocsin.adapters.db.statements import Columns
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import ProjectId
from tocsin.services.ports.world import PolicyRefused, PolicyText, ProjectInfo, refuse_prefix

_PROJECT: Final = Columns(Project, "id", "name", "prefix", "policy")
_ONE: Final = f"{_PROJECT.select} WHERE id = %s"

BaseText = Callable[[str], str | None]
"""Finds the text of a policy that another one extends."""


class DbProjects:
    """`world.Projects` on SQLite and PostgreSQL."""

    def __init__(self, database: Database = DEFAULT, base: BaseText = seed) -> None:
        self._db = database
        self._base = base
        self._parsed = lru_cache(maxsize=1024)(self._parse)

    def all(self) -> Sequence[ProjectInfo]:
        """Projects in the order they were made."""
        with self._db.read():
            rows = Project.objects.using(self._db.alias).order_by("made_at", "id")
            return [_info(row) for row in rows.values_list("id", "name", "prefix", "policy")]

    def get(self, project: ProjectId) -> ProjectInfo | None:
        """One project, as it stands now: every page of it asks, so that a policy just adopted is seen at once."""
        return next(map(_info, self._db.rows(_ONE, (project,))), None)

    def policy(self, project: ProjectId, version: str) -> Policy:
        """A policy version, parsed once in this process; raises LookupError for one that never was."""
        return self._parsed(project, version)

    def history(self, project: ProjectId) -> Sequence[PolicyText]:
        """Every version a project adopted, the first one last."""
        with self._db.read():
            rows = PolicyVersion.objects.using(self._db.alias).filter(project_id=project)
            found = rows.order_by("-adopted_at", "version").values_list("version", "toml", "adopted_at", "adopted_by")
            return [PolicyText(version=v, toml=toml, adopted_at=at, adopted_by=by) for v, toml, at, by in found]

    def adopt(self, policy_toml: str, by: str, now: datetime) -> ProjectInfo:
        """Make a policy the one in force, creating its project on first use."""
        bases: dict[str, str] = {}
        policy = load(policy_toml, lambda name: _remember(bases, name, self._base(name)))
        if isinstance(policy, Invalid):
            raise PolicyRefused(policy.problems)
        told = policy.project
        with self._db.write():
            projects = Project.objects.using(self._db.alias)
            owner = projects.filter(prefix=told.prefix).values_list("id", flat=True).first()
            standing = projects.filter(id=told.id).values_list("prefix", flat=True).first()
            refuse_prefix(told.prefix, owner in (None, told.id), standing)
            projects.update_or_create(
                id=told.id,
                defaults={"name": told.name, "prefix": told.prefix, "policy": policy.version},
                create_defaults={
                    "name": told.name,
                    "prefix": told.prefix,
                    "policy": policy.version,
                    "made_at": now,
                },
            )
            PolicyVersion.objects.using(self._db.alias).get_or_create(
                project_id=told.id,
                version=policy.version,
                defaults={"toml": policy_toml, "bases": bases, "adopted_at": now, "adopted_by": by},
            )
        return ProjectInfo(id=told.id, name=told.name, prefix=told.prefix, policy=policy.version)

    def _parse(self, project: ProjectId, version: str) -> Policy:
        with self._db.read():
            rows = PolicyVersion.objects.using(self._db.alias).filter(project_id=project, version=version)
            row = rows.values_list("toml", "bases").first()
        if row is None:
            raise LookupError(f"{project} never had the policy {version}")
        toml, bases = row
        policy = load(toml, bases.get, stood=True)
        if isinstance(policy, Invalid):
            raise PolicyRefused(policy.problems)
        return policy


def _remember(bases: dict[str, str], name: str, text: str | None) -> str | None:
    if text is not None:
        bases[name] = text
    return text


def _info(row: tuple[Any, ...]) -> ProjectInfo:
    project, name, prefix, policy = row
    return ProjectInfo(id=project, name=name, prefix=prefix, policy=policy)
