# SPDX-License-Identifier: Apache-2.0
"""Advisory ids: `WHPG-SA-2026-001`, counting up per project and year, reserved when a report is accepted."""

from __future__ import annotations

from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk


def next_id(desk: Desk, project: ProjectId) -> str:
    """Reserve the next advisory id of a project; raises LookupError for an unknown project."""
    info = desk.projects.get(project)
    if info is None:
        raise LookupError(project)
    year = desk.now().year
    return f"{info.prefix}-SA-{year}-{desk.numbers.next_advisory(project, year):03}"
