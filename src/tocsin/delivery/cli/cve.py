# SPDX-License-Identifier: Apache-2.0
"""`tocsin cve`: the CVE id of a case, from the request to the record that everybody can read."""

from __future__ import annotations

import click
import msgspec

from tocsin.core.case import cve_count
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json
from tocsin.delivery.cli.publish import state_words
from tocsin.services.queries import words

OTHERS = "Records are published and updated with the rest of the plan: tocsin publish plan, arm, now, board."


@click.group(epilog=OTHERS)
def cve() -> None:
    """Reserve, follow and reject the CVE id of a case. CASE is as in `tocsin case`."""


@cve.command()
@case_argument
@as_person
@as_json
@click.pass_context
def status(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show the id, where its record is, and the clocks that run for it."""
    at, ref = sit(ctx, person, given)
    shown, board = at.case(ref), at.board(ref)
    record = next((each for each in board.targets if each.name.startswith("cve")), None)
    clocks = [each for each in shown.promises if each.name.startswith(("cve", "record", "first-refusal"))]
    if json_:
        print_json({"cve_id": shown.advisory.cve_id, "state": shown.advisory.cve_state, "record": record,
                    "clocks": clocks})  # fmt: skip
        return
    click.echo(f"{ref}: {shown.advisory.cve_id or 'no id'}, {shown.advisory.cve_state}")
    if record:
        click.echo(f"  record: {inert(state_words(record, at.now()))}")
    for each in clocks:
        click.echo(f"  {each.name}: due {words.instant(each.due_at)}")


@cve.command()
@case_argument
@as_person
@click.option("--to", default="", help="Whom you ask, where a person asks: another CNA by name, or MITRE.")
@click.pass_context
def reserve(ctx: click.Context, given: str, person: str, to: str) -> None:
    """Ask for an id by the policy's route. Of an own CNA the worker reserves one, and the case shows it."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "request-cve", {"to": to})
    click.echo(f"{ref}: asked for; follow it with: tocsin cve status {ref}")


@cve.command()
@case_argument
@click.argument("answer", type=click.Choice(["refused", "no-vulnerability", "silent"]))
@click.option("--note", default="", help="What they said.")
@as_person
@click.pass_context
def answer(ctx: click.Context, given: str, person: str, answer: str, note: str) -> None:
    """Record that who was asked gives no id. An id itself is recorded with: tocsin case cve CASE CVE-..."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "answer-cve", {"answer": answer, "note": note})
    click.echo(f"{ref}: recorded; ask somebody else with: tocsin cve reserve {ref} --to NAME")


SURE = click.Choice(["yes", "no", "unsure"])


@cve.command()
@case_argument
@click.option("--faults", type=click.IntRange(1, 1000), default=1, show_default=True, help="That the report shows.")
@click.option("--separately", type=SURE, default="unsure", show_default=True,
              help="Each can be fixed without the others.")  # fmt: skip
@click.option("--interdependent", is_flag=True, help="One is nothing without the other.")
@click.option("--products", type=click.IntRange(1, 1000), default=1, show_default=True, help="That are affected.")
@click.option("--shared-code", type=SURE, default="unsure", show_default=True, help="Because of the same code.")
@click.option("--safe-use", type=SURE, help="Where it lies in how they use another product: can that be used safely?")
@click.option("--unsupported", is_flag=True, help="No product affected still gets fixes.")
@as_person
@as_json
@click.pass_context
def count(ctx: click.Context, /, given: str, person: str, json_: bool, safe_use: str | None, **asked: object) -> None:
    """Answer how many ids the matter needs (CNA 4.2.11 to 4.2.15). The answers are kept."""
    at, ref = sit(ctx, person, given)
    told = {**asked, "safe_use": safe_use or ""}
    at.move(ref, "count-cve", {"asked": told})
    found = cve_count.count(msgspec.convert(told, cve_count.Counting))
    if json_:
        print_json(found)
        return
    click.echo(f"{ref}: {found.words}")
    if found.tag:
        click.echo(f"  the record bears the tag {found.tag}")
    if found.ids > 1:
        click.echo("  a case has one id: split it, then count again in each")


@cve.command()
@case_argument
@click.option("--reason", required=True, help="Public, in the rejected record.")
@as_person
@click.pass_context
def reject(ctx: click.Context, given: str, person: str, reason: str) -> None:
    """Have the id rejected at CVE Services; an id that is not used must be (CNA 4.5.3.5)."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "reject-cve", {"reason": reason})
    click.echo(f"{ref}: rejection ordered; follow it with: tocsin cve status {ref}")
