# SPDX-License-Identifier: Apache-2.0
"""`tocsin case answer`: an answer that starts from a template and ends with a person's own words."""

from __future__ import annotations

from typing import Any

import click

from tocsin.core.case import templates
from tocsin.delivery.cli.at_case import case_argument, move
from tocsin.delivery.cli.context import as_person, desk, inert, reference, who
from tocsin.delivery.cli.exits import refuse
from tocsin.services import cases
from tocsin.services.queries import case as query


@click.command()
@case_argument
@click.option("--template", "name", type=click.Choice(templates.NAMES), required=True)
@click.option("--text", default="", help="What is sent; without it the template is printed, and nothing is sent.")
@click.option("--edit", is_flag=True, help="Open the template in your editor, and send what you saved.")
@as_person
@click.pass_context
def answer(ctx: click.Context, given: str, name: str, text: str, edit: bool, person: str) -> None:
    """Answer CASE from a template: a plan, workarounds or a rejection. Words that nobody touched are not sent."""
    opened = desk(ctx)
    someone = who(opened, person)
    found = query.authorised(opened, reference(opened, someone, given), someone.id, "case.answer")
    if found is None:
        refuse(cases.NOT_FOUND)
    start = templates.template(found[1].policy, found[1].case, name)
    if start is None:
        raise click.UsageError(f"there is no template {name}")
    if edit:
        text = click.edit(start.text) or ""
    if not text:
        click.echo(inert(start.text))
        return
    if refused := templates.untouched(start, text):
        refuse(refused)
    kind, wish = _wish(name, text)
    said = "rejected" if kind == "reject" else "sent to the reporter"
    move(ctx, person, found[1].case.ref, kind, said, **wish)


def _wish(name: str, text: str) -> tuple[str, dict[str, Any]]:
    if name in (templates.PLAN, templates.WORKAROUNDS):
        return "say", {"audience": "reporter", "text": "", name: text}
    return "reject", {"rejection": name, "reason": text}
