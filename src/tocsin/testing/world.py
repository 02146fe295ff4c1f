# SPDX-License-Identifier: Apache-2.0
"""The rest of the outside in memory: a clock that a test sets, ids that count, people and projects in dictionaries.

Everything here gives the same answers at every run. `tests/store` runs one contract on this and the databases.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tocsin.core.access import READERS
from tocsin.core.policy.load import load
from tocsin.core.policy.model import Policy
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import GHSA_ALPHABET, Actor, ActorKind, CaseRef, ProjectId, Role, utc
from tocsin.services.ports.world import Mint, PersonInfo, PolicyRefused, PolicyText, ProjectInfo, refuse_prefix


class VirtualClock:
    """`world.Clock` that stands still until it is told."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)) -> None:
        self._now = utc(start)

    def __call__(self) -> datetime:
        """The instant it was last set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Go to an instant, also backwards: machines do that too."""
        self._now = utc(now)

    def advance(self, by: timedelta) -> datetime:
        """Go on, and say what the time is then."""
        self._now += by
        return self._now


class SeededMint:
    """`world.Mint` whose ids follow from a seed and a counter: all different, the same at every run."""

    def __init__(self, seed: str = "tocsin") -> None:
        self._seed = seed
        self._count = 0
        self._lock = threading.Lock()

    def case_ref(self, prefix: str, now: datetime) -> CaseRef:
        """A case reference in the year of `now`."""
        number, letters = int.from_bytes(self._next()), ""
        while len(letters) < 5:
            number, index = divmod(number, len(GHSA_ALPHABET))
            letters += GHSA_ALPHABET[index]
        return f"{prefix}-{now.year}-{letters}"

    def id(self, prefix: str) -> str:
        """A prefixed id."""
        return f"{prefix}_{self._next().hex()[:32]}"

    def nonce(self) -> bytes:
        """Sixteen bytes."""
        return self._next()[:16]

    def _next(self) -> bytes:
        with self._lock:
            self._count += 1
            return hashlib.sha256(f"{self._seed} {self._count}".encode()).digest()


@lru_cache(maxsize=64)
def _on_seeds(policy_toml: str) -> Policy | Invalid:
    """A policy that extends nothing but seeds, which never change: thousands of installations adopt the same two."""
    return load(policy_toml, seed)


class MemoryProjects:
    """`world.Projects` in memory. `base` finds the policies that others extend."""

    def __init__(self, base: Callable[[str], str | None] = seed) -> None:
        self._base = base
        self._made: dict[ProjectId, datetime] = {}
        self._projects: dict[ProjectId, ProjectInfo] = {}
        self._policies: dict[tuple[ProjectId, str], Policy] = {}
        self._texts: dict[ProjectId, dict[str, PolicyText]] = {}

    def all(self) -> Sequence[ProjectInfo]:
        """Projects in the order they were made."""
        return sorted(self._projects.values(), key=lambda project: (self._made[project.id], project.id))

    def get(self, project: ProjectId) -> ProjectInfo | None:
        """One project."""
        return self._projects.get(project)

    def policy(self, project: ProjectId, version: str) -> Policy:
        """A policy version; raises LookupError for one that never was."""
        if (project, version) not in self._policies:
            raise LookupError(f"{project} never had the policy {version}")
        return self._policies[project, version]

    def history(self, project: ProjectId) -> Sequence[PolicyText]:
        """Every version a project adopted, the first one last."""
        found = self._texts.get(project, {}).values()
        return sorted(sorted(found, key=lambda text: text.version), key=lambda text: text.adopted_at, reverse=True)

    def adopt(self, policy_toml: str, by: str, now: datetime) -> ProjectInfo:
        """Make a policy the one in force, creating its project on first use."""
        policy = _on_seeds(policy_toml) if self._base is seed else load(policy_toml, self._base)
        if isinstance(policy, Invalid):
            raise PolicyRefused(policy.problems)
        told = policy.project
        others = {other.prefix for other in self._projects.values() if other.id != told.id}
        standing = self._projects.get(told.id)
        refuse_prefix(told.prefix, told.prefix not in others, standing.prefix if standing else None)
        info = ProjectInfo(id=told.id, name=told.name, prefix=told.prefix, policy=policy.version)
        self._made.setdefault(told.id, utc(now))
        self._policies.setdefault((told.id, policy.version), policy)
        self._projects[told.id] = info
        text = PolicyText(version=policy.version, toml=policy_toml, adopted_at=utc(now), adopted_by=by)
        self._texts.setdefault(told.id, {}).setdefault(policy.version, text)
        return info


@dataclass
class _Account:
    info: PersonInfo
    roles: dict[ProjectId, frozenset[Role]] = field(default_factory=dict)
    stamp: str = "first"
    administrator: bool = False
    ended: bool = False


class MemoryPeople:
    """`world.People` in memory, over the same projects."""

    def __init__(self, projects: MemoryProjects, mint: Mint) -> None:
        self._projects = projects
        self._mint = mint
        self._accounts: dict[str, _Account] = {}
        self._links: dict[str, tuple[str, datetime]] = {}
        self._lock = threading.Lock()

    def actor(self, person: str, project: ProjectId) -> Actor | None:
        """The person as an actor in one project."""
        account = self._active(person)
        if account is None:
            return None
        held = account.roles.get(project, frozenset())
        held |= {Role.ADMINISTRATOR} if account.administrator else frozenset()
        return Actor(kind=ActorKind.PERSON, id=person, name=account.info.name, roles=held)

    def projects(self, person: str) -> tuple[ProjectId, ...]:
        """Projects whose cases the person may read, in the order the projects were made."""
        account = self._active(person)
        roles = account.roles if account else {}
        return tuple(p.id for p in self._projects.all() if roles.get(p.id, frozenset()) & READERS)

    def members(self, project: ProjectId) -> Sequence[tuple[PersonInfo, frozenset[Role]]]:
        """People of a project by name, without those whose account has ended."""
        accounts = [each for each in self._accounts.values() if not each.ended and each.roles.get(project)]
        accounts.sort(key=lambda each: (each.info.name, each.info.id))
        return [(each.info, each.roles[project]) for each in accounts]

    def add(self, name: str, email: str, roles: dict[ProjectId, frozenset[Role]]) -> PersonInfo:
        """Make a person, or change the roles of the one with this address in the projects that are named."""
        address = email.strip().lower()
        if "@" not in address:
            raise ValueError("a person needs an e-mail address")
        missing = sorted(project for project in roles if self._projects.get(project) is None)
        if missing:
            raise LookupError(f"no such project: {', '.join(missing)}")
        account = next((each for each in self._accounts.values() if each.info.email == address), None)
        if account is None:
            account = _Account(PersonInfo(id=self._mint.id("usr"), name=name, email=address))
            self._accounts[account.info.id] = account
        else:
            account.stamp = self._mint.id("stp")
        account.roles |= roles
        return account.info

    def administrators(self) -> Sequence[PersonInfo]:
        """Who looks after the installation."""
        return [info for info, _ in self.everybody() if self._accounts[info.id].administrator]

    def appoint(self, person: str, administrator: bool) -> None:
        """Make somebody an administrator, or no longer one."""
        self._accounts[person].administrator = administrator
        self.renew(person)

    def everybody(self) -> Sequence[tuple[PersonInfo, Mapping[ProjectId, frozenset[Role]]]]:
        """Every account that has not ended."""
        known = sorted(self._accounts.values(), key=lambda each: (each.info.name, each.info.id))
        return [(each.info, {p: r for p, r in each.roles.items() if r}) for each in known if not each.ended]

    def ever(self) -> Sequence[PersonInfo]:
        """Everybody who ever had an account."""
        return sorted((each.info for each in self._accounts.values()), key=lambda each: (each.name, each.id))

    def person(self, person: str) -> PersonInfo | None:
        """Somebody by their id."""
        account = self._active(person)
        return account.info if account else None

    def end(self, person: str) -> None:
        """End an account."""
        if person in self._accounts:
            self._accounts[person].ended = True

    def stamp(self, person: str) -> str:
        """What a session of this person has to carry."""
        account = self._active(person)
        return account.stamp if account else ""

    def renew(self, person: str) -> str:
        """Change the stamp."""
        account = self._accounts[person]
        account.stamp = self._mint.id("stp")
        return account.stamp

    def reset(self, person: str) -> None:
        """End every session; passwords and factors are not kept here."""
        self.renew(person)

    def sign_in_link(self, person: str, now: datetime, good_until: datetime) -> str:
        """A token that signs the person in once; raises LookupError for somebody unknown or ended."""
        if self._active(person) is None:
            raise LookupError("no such person")
        token = self._mint.id("lnk")
        self._links[token] = (person, good_until)
        return token

    def redeem(self, token: str, now: datetime) -> str | None:
        """The person whose token this is, using it up."""
        with self._lock:
            person, good_until = self._links.get(token, ("", now))
            if good_until <= now or self._active(person) is None:
                return None
            del self._links[token]
            return person

    def _active(self, person: str) -> _Account | None:
        account = self._accounts.get(person)
        return account if account and not account.ended else None
