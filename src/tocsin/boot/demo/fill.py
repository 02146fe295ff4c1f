# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.demo.fill PLACE`: makes a throw-away installation, fills its desk, and ends.

A process of its own, so that what it had to load (framework, keys, every format) is gone while the demo runs. `PLACE`
is a `Place` as JSON; the one line of output is a `Filled`.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from tocsin.boot import install
from tocsin.boot.demo.place import MAIL, Filled, Outside, Place
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.vocabulary import PROJECT_ROLES, ProjectId, Refused, Role
from tocsin.services import credentials
from tocsin.services.app import Desk
from tocsin.services.mail import arriving
from tocsin.services.ports.git import Credential
from tocsin.testing.cna import KEY, ORG, ORG_ID, USER
from tocsin.testing.github import LOGIN, TOKEN

PEOPLE: Final = (("Dana", "dana@demo.invalid"), ("Li", "li@demo.invalid"))
"""The two who work at the demo's desk: a fix is confirmed by somebody other than its author."""

TURN: Final = 0.25
"""Seconds between two turns of the idle worker: somebody watches, and waits for the other side's answer."""

EVERYTHING: Final = frozenset(PROJECT_ROLES) - {Role.DISTRIBUTOR}


def fill(place: Place) -> Filled:
    """Make the installation with both source policies, two people and the cases of `stage`."""
    from tocsin.boot.main import open_desk

    home = Path(place.home)
    policies = [home / f"{name}.toml" for name in NAMES]
    for name, file in zip(NAMES, policies, strict=True):
        file.write_text(own_cna(seed(name) or ""), encoding="utf-8")
    places = {"data": None, "keys": None, "url": place.public, "desk_url": place.desk}
    file, _ = install.new(home / "instance", policies, "", open_desk, places)
    settings = file.read_text(encoding="utf-8")
    mail = f"\n[mail]\nfolder = {json.dumps(str(home / 'mailbox'))}\n"
    if place.smtp:
        mail += f'\n[inbound]\nlisten = "{place.smtp}"\nprotocol = "smtp"\n'
    told = f"worker_seconds = {TURN}\n{settings}\n[accounts]\ntrial = true\n{mail}{_reached(home, place.outside)}"
    file.write_text(told, encoding="utf-8")
    (home / MAIL).write_bytes(files(__package__).joinpath("data", MAIL).read_bytes())
    desk, front = open_desk(), open_desk.front()
    roles = {project.id: EVERYTHING for project in desk.projects.all()}
    people = {name: desk.people.add(name, email, roles).id for name, email in PEOPLE}
    for project in roles:
        _let_in(desk, project, people["Dana"])

    from tocsin.boot.demo import stage  # everything else is set up by now

    cases = stage.fill(desk, front, people["Dana"], people["Li"], desk.now())
    return Filled(
        cases=len(cases),
        projects={project.id: project.name for project in desk.projects.all()},
        links={name: install.sign_in_link(desk, person) for name, person in people.items()},
        boxes={project: box for box, project in arriving.mailboxes(front, ()).items()},
    )


def own_cna(policy: str) -> str:
    """A policy by whose words the project assigns its CVE ids itself, so that the demo can publish the record too."""
    return re.sub(r'^(\[cve\]\nroute = )"\w+"$', r'\1"own-cna"', policy, flags=re.MULTILINE)


def _reached(home: Path, outside: Outside) -> str:
    """The settings by which each project reaches its account with CVE Services and its repository."""
    key = home / "cve-services.key"
    key.write_text(KEY, encoding="utf-8")
    key.chmod(0o600)
    account = {"org": ORG, "org_id": ORG_ID, "user": USER, "key_file": str(key), "api": f"{outside.cna}/api"}
    lines = []
    for project, forge in outside.forges.items():
        source = {"repository": forge.repository, "api": forge.api, "web": forge.api, "login": LOGIN}
        for table, told in (("cna", account), ("forge", source)):
            lines += [f"\n[{table}.{project}]", *(f"{name} = {json.dumps(value)}" for name, value in told.items())]
    return "\n".join(lines) + "\n"


def _let_in(desk: Desk, project: ProjectId, owner: str) -> None:
    """Give a project the token of its forge."""
    actor = desk.people.actor(owner, project)
    kept = credentials.put(desk, project, credentials.FORGE, Credential(secret=TOKEN), actor)
    if isinstance(kept, Refused):
        raise RuntimeError(kept.because)


def main() -> None:
    """Read the place, fill it, say what there is."""
    filled = fill(msgspec.json.decode(sys.argv[1], type=Place))
    sys.stdout.write(msgspec.json.encode(filled).decode() + "\n")


if __name__ == "__main__":
    main()
