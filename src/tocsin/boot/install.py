# SPDX-License-Identifier: Apache-2.0
"""A new installation, step by step: files and keys, database, projects from policy files, first owner."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from tocsin.boot import setup
from tocsin.boot.config import Config
from tocsin.boot.doctor import in_production
from tocsin.core.policy.load import load
from tocsin.core.policy.problem import Invalid
from tocsin.core.policy.seeds import seed
from tocsin.core.vocabulary import Role
from tocsin.services.app import Desk
from tocsin.services.ports.world import ProjectInfo

LINK_LASTS = timedelta(hours=24)
OWNER = frozenset({Role.OWNER, Role.MAINTAINER, Role.RELEASE_MANAGER, Role.PUBLISHER})


def new(
    directory: Path,
    policies: Iterable[Path],
    admin: str,
    open_desk: Callable[[], Desk],
    places: Mapping[str, Any],
) -> tuple[Path, list[str]]:
    """Make an installation; returns its configuration file and what there is to tell.

    `places` holds `data` and `keys` (paths, or None for below the directory), `url` and `desk_url`.
    Raises FileExistsError, KeyFileRefused and ValueError as `setup.create`, ValueError for a policy that cannot be
    adopted and an owner without a mail address. These are looked at first: nothing is left behind half made.
    """
    policies = tuple(policies)
    for path in policies:
        _refuse_unfit(path)
    name, email = parseaddr(admin)
    if admin and "@" not in email:
        raise ValueError(f"--admin is written like “Dana <dana@example.org>”, not “{admin}”")
    data, keys = ((places[name] or directory / name).resolve() for name in ("data", "keys"))
    file = setup.create(directory, data, keys, places["url"], places["desk_url"])
    told = [f"made {file}"]
    os.environ["TOCSIN_CONFIG"] = str(file)
    desk = open_desk()
    setup.migrate()
    for path in policies:
        info = adopt(desk, path, by=admin or "init")
        told.append(f"adopted {path.name}: {info.name} ({info.prefix})")
    if admin:
        told.append(f"{name or email} signs in once at {add_person(desk, name or email, email, OWNER)}")
    return file, told


def next_steps(file: Path, config: Config, policies: bool, admin: bool) -> Iterator[str]:
    """Say what is left to do before the first report, in order."""
    yield f"next: export TOCSIN_CONFIG={file}"
    if not policies:
        yield "      tocsin policy import SECURITY.md --choose --out POLICY.toml"
        yield "      tocsin policy adopt POLICY.toml"
    if not admin:
        yield "      tocsin people add NAME EMAIL --role PROJECT:owner"
    if in_production(config):
        yield "      tocsin recovery make      three shares for three people: any two bring the keys back"
        yield "      tocsin recovery verify    it starts once this was done"
    yield "      tocsin serve"


def _refuse_unfit(path: Path) -> None:
    found = load(path.read_text(encoding="utf-8"), seed)
    if isinstance(found, Invalid) and path.suffix.lower() == ".md":
        raise ValueError(
            f"{path} is prose, no policy yet: “tocsin policy import {path} --choose --out policy.toml” makes one of it"
        )
    if isinstance(found, Invalid):
        raise ValueError("\n".join(f"{path}: {problem}" for problem in found.problems))


def adopt(desk: Desk, path: Path, by: str) -> ProjectInfo:
    """Put a policy file in force; raises ValueError with every problem it has."""
    return desk.projects.adopt(path.read_text(encoding="utf-8"), by, desk.now())


def add_person(desk: Desk, name: str, email: str, roles: frozenset[Role]) -> str:
    """Give a person these roles in every project and return a one-time sign-in link."""
    person = desk.people.add(name, email, {project.id: roles for project in desk.projects.all()})
    return sign_in_link(desk, person.id)


def sign_in_link(desk: Desk, person: str) -> str:
    """Return a link that signs a person in once within a day."""
    now = desk.now()
    return f"{desk.site.desk_url}/sign-in/{desk.people.sign_in_link(person, now, now + LINK_LASTS)}"
