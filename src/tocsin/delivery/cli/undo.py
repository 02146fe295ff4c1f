# SPDX-License-Identifier: Apache-2.0
"""`tocsin case undo`: take back what one did last in a case, by the act that the protocol has for it."""

from __future__ import annotations

import click

from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, print_json


@click.command()
@case_argument
@click.argument("line", type=click.IntRange(min=1), required=False)
@as_person
@as_json
@click.pass_context
def undo(ctx: click.Context, given: str, line: int | None, person: str, json_: bool) -> None:
    """Take back what you did last in CASE; with LINE, only if that is the journal line which would be taken back.

    The journal only grows: another act is added, and who was told of the first is told of the second. That leads back
    from: a lead, a rejection, a wish for an embargo date, an order to publish that has not begun, a milestone, lines, a
    score, a draft, a decision point, a place on the hardening backlog. What was sent, accepted, closed or published
    stays, and so does whatever somebody else has acted on since; the answer then says what helps instead.
    """
    at, ref = sit(ctx, person, given)
    done = at.move(ref, "undo", {"line": line or 0})
    if json_:
        print_json(done)
    else:
        added = ", ".join(done.events) or "nothing more"
        click.echo(f"{ref}: taken back; it is {done.phase} now (journal line {done.seq}: {added})")
