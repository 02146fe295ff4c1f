# SPDX-License-Identifier: Apache-2.0
"""Who is in which project, for somebody who is in it too."""

from __future__ import annotations

import msgspec

from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk
from tocsin.services.queries.options import PersonView, people


class TeamView(msgspec.Struct, frozen=True):
    """One project and its people."""

    project: ProjectId
    name: str
    people: tuple[PersonView, ...]


def teams(desk: Desk, person: str) -> tuple[TeamView, ...]:
    """List the projects whose cases a person may read, with everybody in them."""
    mine = desk.people.projects(person)
    known = {info.id: info.name for info in desk.projects.all()}
    return tuple(TeamView(project=each, name=known.get(each, each), people=people(desk, each)) for each in mine)
