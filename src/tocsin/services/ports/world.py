# SPDX-License-Identifier: Apache-2.0
"""The rest of the outside: the clock, random ids, people, and projects with their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Problem
from tocsin.core.vocabulary import Actor, CaseRef, ProjectId, Role, Value


class Clock(Protocol):
    """The one reader of time."""

    def __call__(self) -> datetime:
        """The current instant, in UTC."""


class Mint(Protocol):
    """The one source of new ids."""

    def case_ref(self, prefix: str, now: datetime) -> CaseRef:
        """A case reference that nobody can guess from others."""

    def id(self, prefix: str) -> str:
        """A prefixed random id, `drp_...`."""

    def nonce(self) -> bytes:
        """Sixteen random bytes, for forms."""


class ProjectInfo(Value):
    """A project of the installation and the policy in force."""

    id: ProjectId
    name: str
    prefix: str
    policy: str


class PolicyText(Value):
    """A policy version as it was adopted: the file, when, and by whom."""

    version: str
    toml: str
    adopted_at: datetime
    adopted_by: str


class PolicyRefused(ValueError):
    """A policy that cannot be adopted, or read any more: `problems` has every reason with its line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def refuse_prefix(prefix: str, free: bool, standing: str | None) -> None:
    """Raise PolicyRefused for a prefix that another project has, or that is not the one the project began with: cases
    and advisories are named by it, and a return phrase finds its project by it."""
    if standing is not None and standing != prefix:
        because = f"the prefix stays {standing}: cases and advisories are named by it"
    elif not free:
        because = f"the prefix {prefix} belongs to another project"
    else:
        return
    raise PolicyRefused((Problem(line=1, path="project.prefix", code="prefix-taken", message=because),))


class Projects(Protocol):
    """Projects and every policy version they ever had."""

    def all(self) -> Sequence[ProjectInfo]:
        """Projects in the order they were made."""

    def get(self, project: ProjectId) -> ProjectInfo | None:
        """One project."""

    def policy(self, project: ProjectId, version: str) -> Policy:
        """A policy version; raises LookupError for one that never was."""

    def history(self, project: ProjectId) -> Sequence[PolicyText]:
        """Every version a project adopted, the one adopted first last; adopting an older one again adds none."""

    def adopt(self, policy_toml: str, by: str, now: datetime) -> ProjectInfo:
        """Make a policy the one in force, creating its project on first use.

        Raises PolicyRefused with every problem of the text, and when its prefix is not the project's own.
        """


class PersonInfo(Value):
    """A person with an account."""

    id: str
    name: str
    email: str = ""


class People(Protocol):
    """Who may sign in and what they are in which project."""

    def actor(self, person: str, project: ProjectId) -> Actor | None:
        """The person as an actor in one project (perhaps without a role), or None for somebody unknown or ended."""

    def projects(self, person: str) -> tuple[ProjectId, ...]:
        """Projects whose cases the person may read, in order."""

    def members(self, project: ProjectId) -> Sequence[tuple[PersonInfo, frozenset[Role]]]:
        """People of a project with their roles, by name; without those whose account has ended."""

    def add(self, name: str, email: str, roles: dict[ProjectId, frozenset[Role]]) -> PersonInfo:
        """Make a person, or change the roles of an existing one (same e-mail address) in the projects named.

        No roles in a project ends the membership there; projects not named stay as they are. Whoever was there already
        is signed out everywhere. Raises ValueError without an address, LookupError for a project that is not there.
        """

    def administrators(self) -> Sequence[PersonInfo]:
        """Who looks after the installation, by name; without those whose account has ended. In every project they are
        an actor with the administrator's role, which opens no case."""

    def appoint(self, person: str, administrator: bool) -> None:
        """Make somebody an administrator, or no longer one; signs them out everywhere."""

    def everybody(self) -> Sequence[tuple[PersonInfo, Mapping[ProjectId, frozenset[Role]]]]:
        """Every account that has not ended, by name, with its roles."""

    def ever(self) -> Sequence[PersonInfo]:
        """Everybody who ever had an account, those too whose account has ended, by name."""

    def end(self, person: str) -> None:
        """End an account: it signs in no more and is an actor nowhere. What the person did stays."""

    def person(self, person: str) -> PersonInfo | None:
        """Somebody by their id; None for somebody unknown or ended."""

    def stamp(self, person: str) -> str:
        """What a session of this person has to carry to be good; "" for somebody unknown or ended."""

    def renew(self, person: str) -> str:
        """Change the stamp, which ends every session of the person; returns the new one."""

    def reset(self, person: str) -> None:
        """Take password and second factors away, and end every session: for somebody who lost them."""

    def sign_in_link(self, person: str, now: datetime, good_until: datetime) -> str:
        """A token that signs the person in once; only its hash is kept. Raises LookupError for nobody's account."""

    def redeem(self, token: str, now: datetime) -> str | None:
        """The person whose token this is, using it up; None for every kind of wrong."""
