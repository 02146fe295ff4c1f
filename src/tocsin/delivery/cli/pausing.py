# SPDX-License-Identifier: Apache-2.0
"""`tocsin intake`: pause the intake of a project for a while, see whether it is paused, take reports again."""

from __future__ import annotations

import click

from tocsin.core.vocabulary import Refused
from tocsin.delivery.cli.context import as_person, desk, stop, who
from tocsin.delivery.cli.embargo import instant
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.services import cases, pausing


@click.group()
def intake() -> None:
    """How reports come in."""


@intake.command()
@click.argument("project")
@click.option("--until", required=True, help="When it ends, such as 2026-12-08T15:00:00Z; at most thirty days ahead.")
@click.option("--words", default="", help="Why, as the form tells strangers.")
@as_person
@click.pass_context
def pause(ctx: click.Context, project: str, until: str, words: str, person: str) -> None:
    """Hold what can wait; what is critical or already public is read at once."""
    opened = desk(ctx)
    actor = opened.people.actor(who(opened, person).id, project)
    ends = instant(until)
    if actor is None:
        refuse(cases.NO_PROJECT)
    if ends is None:
        stop("say when it ends", Exit.USAGE)
    made = pausing.pause(opened, actor, project, ends, words)
    if isinstance(made, Refused):
        refuse(made)
    click.echo(made.told)


@intake.command()
@click.argument("project")
@as_person
@click.pass_context
def resume(ctx: click.Context, project: str, person: str) -> None:
    """End a pause now."""
    opened = desk(ctx)
    actor = opened.people.actor(who(opened, person).id, project)
    refused = cases.NO_PROJECT if actor is None else pausing.resume(opened, actor, project)
    if refused:
        refuse(refused)
    click.echo(f"{project}: takes reports as usual")


@intake.command("show")
@click.argument("project")
@as_person
@click.pass_context
def show(ctx: click.Context, project: str, person: str) -> None:
    """Say whether a project pauses."""
    opened = desk(ctx)
    info = opened.projects.get(project)
    if info is None or opened.people.actor(who(opened, person).id, project) is None:
        refuse(cases.NO_PROJECT)
    found = pausing.paused(opened.machine.facts, opened.projects.policy(project, info.policy), opened.now())
    click.echo(found.told if found else f"{project}: takes reports as usual")
