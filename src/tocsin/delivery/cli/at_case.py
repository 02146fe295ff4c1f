# SPDX-License-Identifier: Apache-2.0
"""What commands on one case share: how the case is named, a seat at it, its view, and one move."""

from __future__ import annotations

from typing import Any

import click

from tocsin.core.wire.desk import Moved
from tocsin.delivery.cli.context import desk, who
from tocsin.delivery.cli.context import reference as reference_here
from tocsin.delivery.cli.exits import refuse
from tocsin.delivery.cli.seat import Seat, reference, seat
from tocsin.services import cases
from tocsin.services.app import Desk
from tocsin.services.ports.world import PersonInfo
from tocsin.services.queries import case as query
from tocsin.services.queries.case_views import CaseView

case_argument = click.argument("given", metavar="CASE")


def sit(ctx: click.Context, person: str, given: str) -> tuple[Seat, str]:
    """Take a seat, here or elsewhere, and find out which case is meant."""
    at = seat(ctx, person)
    return at, reference(at, given)


def move(ctx: click.Context, person: str, given: str, name: str, said: str, /, **wish: Any) -> Moved:
    """Make one move and say what stands now."""
    at, ref = sit(ctx, person, given)
    done = at.move(ref, name, wish)
    click.echo(f"{ref}: {said} (journal line {done.seq})")
    return done


def find(ctx: click.Context, person: str, given: str) -> tuple[Desk, PersonInfo, CaseView]:
    """Open a case's view on this machine, or end with *not found*."""
    opened = desk(ctx)
    someone = who(opened, person)
    view = query.view(opened, reference_here(opened, someone, given), someone.id)
    if view is None:
        refuse(cases.NOT_FOUND)
    return opened, someone, view
