# SPDX-License-Identifier: Apache-2.0
"""`python -m tocsin.boot.demo.fill PLACE`: makes a throw-away installation, fills its desk, and ends.

A process of its own, so that what it had to load (framework, keys, every format) is gone while the demo runs. `PLACE`
is a `Place` as JSON; the one line of output is a `Filled`.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from tocsin.boot import install
from tocsin.boot.demo.place import MAIL, Filled, Place
from tocsin.core.policy.seeds import NAMES, seed
from tocsin.core.vocabulary import PROJECT_ROLES, Role
from tocsin.services.mail import arriving

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
        file.write_text(seed(name) or "", encoding="utf-8")
    places = {"data": None, "keys": None, "url": place.public, "desk_url": place.desk}
    file, _ = install.new(home / "instance", policies, "", open_desk, places)
    settings = file.read_text(encoding="utf-8")
    mail = f"\n[mail]\nfolder = {json.dumps(str(home / 'mailbox'))}\n"
    if place.smtp:
        mail += f'\n[inbound]\nlisten = "{place.smtp}"\nprotocol = "smtp"\n'
    file.write_text(f"worker_seconds = {TURN}\n{settings}\n[accounts]\ntrial = true\n{mail}", encoding="utf-8")
    (home / MAIL).write_bytes(files(__package__).joinpath("data", MAIL).read_bytes())
    desk, front = open_desk(), open_desk.front()
    roles = {project.id: EVERYTHING for project in desk.projects.all()}
    people = {name: desk.people.add(name, email, roles).id for name, email in PEOPLE}

    from tocsin.boot.demo import stage  # everything else is set up by now

    cases = stage.fill(desk, front, people["Dana"], people["Li"], desk.now())
    return Filled(
        cases=len(cases),
        projects={project.id: project.name for project in desk.projects.all()},
        links={name: install.sign_in_link(desk, person) for name, person in people.items()},
        boxes={project: box for box, project in arriving.mailboxes(front, ()).items()},
    )


def main() -> None:
    """Read the place, fill it, say what there is."""
    filled = fill(msgspec.json.decode(sys.argv[1], type=Place))
    sys.stdout.write(msgspec.json.encode(filled).decode() + "\n")


if __name__ == "__main__":
    main()
