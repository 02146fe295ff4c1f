# SPDX-License-Identifier: Apache-2.0
"""`tocsin case snooze`: out of one's own sight for a while, as `h` does at the desk and `/snooze` by mail."""

from __future__ import annotations

import click

from tocsin.core.mail import verbs
from tocsin.core.wire.own import Snooze, Snoozed
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, print_json, stop
from tocsin.delivery.cli.embargo import instant
from tocsin.delivery.cli.exits import Exit
from tocsin.services.queries import words


@click.command()
@case_argument
@click.argument("time", metavar="[TIME]", default="3d")
@click.option("--wake", is_flag=True, help="Take it back into your lists.")
@as_person
@as_json
@click.pass_context
def snooze(ctx: click.Context, given: str, time: str, person: str, wake: bool, json_: bool) -> None:
    """Put CASE aside, for you alone: for TIME, such as 3d or 2w, or until an instant; three days if left out.

    Nobody else sees a difference, and no clock stops. Anything new in the case, or a promise that is due within a day,
    brings it back by itself. `tocsin inbox --tab snoozed` lists what you put aside.
    """
    at, ref = sit(ctx, person, given)
    told = at.snooze(ref, None if wake else _wish(time))
    if json_:
        print_json(told)
    else:
        click.echo(f"{ref}: {_said(told, wake)}")


def _wish(time: str) -> Snooze:
    if "-" in time:
        return Snooze(until=instant(time))
    found = verbs.days(time)
    if found is None or found[1]:
        stop(f"{time}: write it like 3d or 2w, {verbs.LONGEST} days at most, or an instant with zone", Exit.USAGE)
    return Snooze(days=found[0])


def _said(told: Snoozed, wake: bool) -> str:
    if wake:
        return "back in your lists"
    until = words.instant(told.until)
    if told.sleeps:
        return f"put aside for you until {until}; take it back with --wake"
    return f"stays in your lists: it is closed, or a promise is due within a day; it was put aside until {until}"
