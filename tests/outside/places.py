# SPDX-License-Identifier: Apache-2.0
"""An installation in memory whose project lives on a small GitHub."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

from tocsin.adapters.forge import ConfiguredForges
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Actor, CaseRef, Refused
from tocsin.services import cases, credentials, worker
from tocsin.services.app import Desk
from tocsin.services.forge import sync
from tocsin.services.ports.forge import Source
from tocsin.services.ports.git import Credential
from tocsin.services.ports.mail_out import Session
from tocsin.testing.github import GitHubDouble, World
from tocsin.testing.github.double import TOKEN
from tocsin.testing.house import House, house

PROJECT = "warehousepg"


@dataclass
class Town:
    """The installation and the forge."""

    house: House
    desk: Desk
    github: GitHubDouble

    def turn(self) -> None:
        """The worker's turns until there is nothing to do."""
        while not worker.run_once(self.desk).idle:
            pass

    def look(self, minutes: int = 5) -> None:
        """Let so many minutes pass, look at the forge, and do what follows."""
        self.house.clock.advance(timedelta(minutes=minutes))
        sync.look(self.desk)
        self.turn()

    @property
    def dana(self) -> Actor:
        actor = self.desk.people.actor(self.house.dana, PROJECT)
        assert actor
        return actor

    def opened(self, ref: CaseRef) -> cases.Opened:
        found = cases.open_case(self.desk, ref, self.dana, "test")
        assert found
        return found

    def case(self, ref: CaseRef) -> Case:
        return self.opened(ref).case

    def move(self, ref: CaseRef, command: cmd.Command) -> Case:
        result = cases.handle(self.desk, ref, command, self.dana)
        assert not isinstance(result, Refused), result
        return result

    def accept(self, ref: CaseRef, advisory: str = "WHPG-SA-2026-001") -> Case:
        """Take the case, look into it, accept it."""
        self.lead(ref)
        self.move(ref, cmd.Investigate(effect="memory is read", criticality="high"))
        return self.move(ref, cmd.Accept(advisory_id=advisory))

    def lead(self, ref: CaseRef) -> Case:
        """Take the case."""
        roles = tuple(role.value for role in self.dana.roles)
        return self.move(ref, cmd.Assign(lead=self.house.dana, lead_roles=roles))

    def refs(self) -> list[CaseRef]:
        return [head.case for head in self.desk.journal.cases(limit=10_000)]


def keep(here: Town, use: str, secret: str, project: str = PROJECT) -> None:
    """An owner of the project has a credential kept."""
    kept = credentials.put(here.desk, project, use, Credential(secret=secret), here.dana)
    assert not isinstance(kept, Refused), kept


def town(project: str = PROJECT, **settings: object) -> Town:
    inside = house()
    github = GitHubDouble(World(inside.clock))
    source = Source(repository="example/example", login=github.login, **settings)  # type: ignore[arg-type]
    outside = replace(inside.desk.outside, forges=ConfiguredForges({project: source}, github))
    desk = replace(inside.desk, outside=outside)
    made = Town(inside, desk, github)
    keep(made, credentials.FORGE, TOKEN, project)
    return made


class Silent:
    """A way out that nobody takes: letters stay in the queue, where tests read them."""

    def session(self) -> AbstractContextManager[Session]:
        raise OSError("not now")


def writing_town() -> Town:
    """One that writes mails, which all stay in the queue."""
    made = town()
    made.desk = replace(made.desk, post=replace(made.desk.post, sends=Silent(), sender="security@example.org"))
    made.house = replace(made.house, desk=made.desk)
    return made
