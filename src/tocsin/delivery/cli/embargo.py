# SPDX-License-Identifier: Apache-2.0
"""`tocsin embargo`: bargain over the disclosure instant of a case, as on the desk's tab of that name."""

from __future__ import annotations

from datetime import datetime

import click

from tocsin.core.case.model import VENDOR
from tocsin.core.case.window import typed
from tocsin.core.vocabulary import Refused, utc
from tocsin.core.wire.case import Case
from tocsin.delivery.cli.at_case import case_argument, find, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop, table
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.delivery.cli.seat import seat
from tocsin.services import cases
from tocsin.services.queries import case as query
from tocsin.services.queries import window as windows
from tocsin.services.queries import words

at_option = click.option("--at", required=True, help="Instant with zone: 2026-12-08T15:00:00Z")
proposal_argument = click.argument("proposal", required=False, default="")


@click.group()
def embargo() -> None:
    """Agree on when a case is disclosed. CASE is as in `tocsin case`; PROPOSAL the only open one if left out."""


def instant(text: str) -> datetime:
    """Read an instant that says its zone, or end with what is wrong with it."""
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        stop(f"{text} is no instant with a zone; write it like 2026-12-08T15:00:00Z", Exit.USAGE)


def answered(shown: Case, named: str) -> str:
    """Return the proposal that is named, or the others' only open one; ends with what there is to name."""
    waiting = [each for each in shown.embargo.proposals if each.fate == "open" and each.by != VENDOR]
    if not named and len(waiting) != 1:
        known = ", ".join(f"{each.id} ({words.instant(each.ends_at)})" for each in waiting) or "none is open"
        stop(f"name the proposal: {known}", Exit.USAGE)
    return named or waiting[0].id


@embargo.command()
@case_argument
@as_person
@as_json
@click.pass_context
def show(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show what is agreed and what is on the table."""
    at, ref = sit(ctx, person, given)
    held = at.case(ref).embargo
    if json_:
        print_json(held)
        return
    click.echo(f"{ref}: {held.state}" + (f" until {words.instant(held.until)}" if held.until else ""))
    if held.proposals:
        rows = [
            (
                each.id,
                words.instant(each.ends_at),
                "the project" if each.by == VENDOR else each.by,
                words.instant(each.respond_by),
                each.fate,
            )
            for each in held.proposals
        ]
        table(("PROPOSAL", "ENDS", "BY", "ANSWER UNTIL", "FATE"), rows)


@embargo.command()
@case_argument
@at_option
@click.option("--respond-by", default="", help="After this instant silence counts as a no.")
@click.option("--reason-class", default="", help="Reason of the policy to wait.")
@click.option("--reason", default="", help="In words; the reporter reads it.")
@as_person
@click.pass_context
def propose(
    ctx: click.Context, given: str, person: str, at: str, respond_by: str, reason_class: str, reason: str
) -> None:
    """Propose an instant, or another one while an embargo holds."""
    place, ref = sit(ctx, person, given)
    ends_at = instant(at)
    answer_by = instant(respond_by) if respond_by else None
    wish = {"ends_at": ends_at, "respond_by": answer_by, "reason_class": reason_class, "reason": reason}
    place.move(ref, "propose-embargo", wish)
    click.echo(f"{ref}: proposed {words.instant(ends_at)}")


@embargo.command()
@case_argument
@proposal_argument
@as_person
@click.pass_context
def accept(ctx: click.Context, given: str, proposal: str, person: str) -> None:
    """Say yes to an instant that the reporter proposed."""
    at, ref = sit(ctx, person, given)
    done = at.move(ref, "accept-embargo", {"proposal": answered(at.case(ref), proposal)})
    click.echo(f"{ref}: embargo until {words.instant(done.embargo_until)}")


@embargo.command()
@case_argument
@proposal_argument
@click.option("--reason", default="", help="Why not; the reporter reads it.")
@as_person
@click.pass_context
def decline(ctx: click.Context, given: str, proposal: str, person: str, reason: str) -> None:
    """Say no to an instant that the reporter proposed, or take back one's own by naming it."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "reject-embargo", {"proposal": answered(at.case(ref), proposal), "reason": reason})
    click.echo(f"{ref}: declined")


@embargo.command()
@case_argument
@at_option
@click.option("--reason", required=True, help="The reporter reads it.")
@as_person
@click.pass_context
def decide(ctx: click.Context, given: str, person: str, at: str, reason: str) -> None:
    """Use the project's final say after a disagreement."""
    place, ref = sit(ctx, person, given)
    ends_at = instant(at)
    place.move(ref, "decide-embargo", {"ends_at": ends_at, "reason": reason})
    click.echo(f"{ref}: decided, embargo until {words.instant(ends_at)}")


@embargo.command()
@case_argument
@click.option("--why", type=click.Choice(["leaked", "early"]), required=True)
@click.option("--reason", required=True, help="Everybody concerned reads it.")
@as_person
@click.pass_context
def lift(ctx: click.Context, given: str, person: str, why: str, reason: str) -> None:
    """End the embargo now."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "end-embargo", {"why": why, "reason": reason})
    click.echo(f"{ref}: the embargo is over")


@embargo.command()
@case_argument
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="'not before INSTANT' or 'not after INSTANT'.")
@as_person
@as_json
@click.pass_context
def window(ctx: click.Context, given: str, person: str, rules: tuple[str, ...], json_: bool) -> None:
    """Say when CASE may be disclosed: the window, what binds it on each side, and three dates to choose from.

    Ends with 3 where no date is left, naming the smallest sets of rules that cannot hold together.
    """
    opened, someone, shown = find(ctx, person, given)
    try:
        extra = typed(rules)
    except ValueError as error:
        stop(str(error), Exit.USAGE)
    found = query.authorised(opened, shown.ref, someone.id, "embargo.window")
    if found is None:
        refuse(cases.NOT_FOUND)
    told = windows.view(opened, found[1], extra)
    if json_:
        print_json(told)
    else:
        _say(told)
    if not told.feasible:
        raise click.exceptions.Exit(Exit.FINDINGS)


@embargo.command()
@case_argument
@at_option
@click.option("--respond-by", default="", help="After this instant silence counts as a no.")
@click.option("--reason", default="", help="In words; the others read it.")
@as_person
@click.pass_context
def counter(ctx: click.Context, given: str, person: str, at: str, respond_by: str, reason: str) -> None:
    """Answer a proposed instant with another one; both are on the table, and the shortest one agreed to wins."""
    _instead(ctx, given, person, "proposed", at=at, respond_by=respond_by, reason=reason)


@embargo.command()
@case_argument
@at_option
@click.option("--respond-by", default="", help="After this instant silence counts as a no.")
@click.option("--reason-class", default="", help="Reason of the policy to wait longer.")
@click.option("--reason", default="", help="In words; the others read it.")
@as_person
@click.pass_context
def revise(ctx: click.Context, /, given: str, person: str, **said: str) -> None:
    """Propose another end for the embargo in force; the old terms hold until the others agree."""
    _instead(ctx, given, person, "active", **said)


def _instead(ctx: click.Context, given: str, person: str, wanted: str, **said: str) -> None:
    """Propose another instant where the embargo is in the state that the word implies, or one that follows from it."""
    place, ref = sit(ctx, person, given)
    held = place.case(ref).embargo.state
    if held not in (wanted, "revise"):
        what = "a proposal to answer" if wanted == "proposed" else "an embargo in force"
        refuse(Refused(code="embargo-none", because=f"There is not {what}; it is {held}.", rule="em.10"))
    ends_at, respond_by = instant(said.pop("at")), said.pop("respond_by")
    answer_by = instant(respond_by) if respond_by else None
    place.move(ref, "propose-embargo", {"ends_at": ends_at, "respond_by": answer_by, **said})
    click.echo(f"{ref}: proposed {words.instant(ends_at)}")


@embargo.command()
@click.argument("given", metavar="[CASE]", default="")
@click.option("--quiet", is_flag=True, help="Leave out which case it is and what for: for a calendar that others see.")
@as_person
@click.pass_context
def ics(ctx: click.Context, given: str, person: str, quiet: bool) -> None:
    """Print the dates of CASE, or of every open case, as iCalendar: embargoes, wished dates, what is due next.

    It says references and kinds of dates, never a title. A calendar that keeps itself current has an address of its
    own: see Calendar at the desk.
    """
    at, ref = sit(ctx, person, given) if given else (seat(ctx, person), "")
    click.echo(at.calendar(ref, quiet=quiet).decode(), nl=False)


embargo.add_command(decline, "reject")
embargo.add_command(lift, "terminate")


def _say(told: windows.WindowView) -> None:
    """Write a window down for a terminal."""
    for span in told.spans:
        click.echo(f"possible: {span}")
    if told.dates:
        rows = [(each.at, each.why, inert("; ".join(each.breaks)) or "nothing") for each in told.dates]
        table(("DATE", "WHY", "AGAINST THE WISH"), rows)
    for conflict in told.conflicts:
        click.echo(inert(f"cannot hold together: {' / '.join(conflict)}"))
    if told.instead:
        click.echo(inert(f"free from {told.instead} without: {'; '.join(told.give_up)}"))
    marks = {"opens": "not earlier", "shuts": "not later"}
    rules = [
        (inert(each.words), "wish" if each.wish else marks.get(each.binds, "rule"), inert(each.cite))
        for each in told.rules
    ]
    table(("WHAT HAS A SAY", "HOW", "SOURCE"), rows=rules)
