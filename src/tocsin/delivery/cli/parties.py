# SPDX-License-Identifier: Apache-2.0
"""`tocsin case`, the part about parties and other cases: who takes part, what they are told, merge, split, transfer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tocsin.core.case.model import REPORTER
from tocsin.core.case.shared import Part
from tocsin.core.case.tables import RMInput
from tocsin.core.vocabulary import Affectedness, Audience
from tocsin.core.wire.case import Party
from tocsin.delivery.cli.at_case import case_argument, move, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop, table
from tocsin.delivery.cli.embargo import instant
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.seat import reference

others = click.Group("case")
"""The commands of this file; `delivery.cli.case` has them among its own."""

party_argument = click.argument("named", metavar="PARTY")
note_option = click.option("--note", default="", help="Where they said so; the journal keeps it.")

_STEPS = {
    "received": RMInput.RECEIVE,
    "valid": RMInput.VALIDATE,
    "invalid": RMInput.INVALIDATE,
    "accepted": RMInput.ACCEPT,
    "deferred": RMInput.DEFER,
    "closed": RMInput.CLOSE,
}
_MARKS = {"new": "+ ", "known": "  ", "cut": "- "}
_GROUPS = {REPORTER: Audience.REPORTER, "distributors": Audience.DISTRIBUTORS}


def chosen(ctx: click.Context, given: str, person: str, named: str) -> str:
    """Return the id of the party that is named, by id or by name; ends with who there is."""
    at, ref = sit(ctx, person, given)
    return _party(at.case(ref).parties, named)


def _party(everybody: Sequence[Party], named: str) -> str:
    fits = [each.id for each in everybody if named in (each.id, each.name) or named.casefold() == each.name.casefold()]
    if len(fits) != 1:
        known = ", ".join(f"{inert(each.name)} ({each.id})" for each in everybody) or "nobody was invited yet"
        stop(f"name one party: {known}", Exit.NOT_FOUND)
    return fits[0]


@others.command("parties")
@case_argument
@as_person
@as_json
@click.pass_context
def parties(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show everybody in a case: their part, report state, consent, fixes, and whether they may see it."""
    at, ref = sit(ctx, person, given)
    everybody = at.case(ref).participants
    if json_:
        print_json(everybody)
        return
    rows = [(e.name, e.part, e.report, e.consent, e.fixes, "yes" if e.sees else "no", e.id) for e in everybody]
    table(("NAME", "PART", "REPORT", "CONSENT", "FIX", "SEES", "ID"), rows)


@others.command()
@case_argument
@click.argument("name")
@click.option("--part", type=click.Choice([each.value for each in Part]), required=True)
@click.option("--product", "products", multiple=True, help="A product of a vendor or deployer; repeat for more.")
@click.option("--contact", default="", help="How the team reaches them.")
@click.option("--why", required=True, help="Why they are needed; for the team.")
@click.option("--upstream", is_flag=True, help="We report to them; the reporter has to agree first.")
@click.option("--answer-by", default="", help="After this instant silence counts as a no to the embargo.")
@click.option("--again", default="", help="Id of a party that is asked again.")
@as_person
@click.pass_context
def invite(ctx: click.Context, /, given: str, name: str, person: str, part: str, answer_by: str, **fields: Any) -> None:
    """Invite a party. Prints the return phrase of its room once; hand it over by a way you trust."""
    at, ref = sit(ctx, person, given)
    due = instant(answer_by) if answer_by else None
    project, before = (shown := at.case(ref)).project, {each.id for each in shown.parties}
    done = at.move(ref, "invite", {"name": name, "part": part, "answer_by": due, **fields})
    new = [each.id for each in at.case(ref).parties if each.id not in before]
    click.echo(f"{ref}: invited {inert(name)} as {part}, {fields['again'] or ', '.join(new)}")
    if done.phrase:
        click.echo(f"their return phrase, shown only now: {done.phrase}")
        click.echo(f"it opens {at.public_url()}/p/{project}/return")


@others.command()
@case_argument
@party_argument
@note_option
@as_person
@click.pass_context
def consent(ctx: click.Context, given: str, named: str, person: str, note: str) -> None:
    """Write down that a party consents to the embargo."""
    party = chosen(ctx, given, person, named)
    move(ctx, person, given, "consent", "consent recorded", party=party, note=note)


@others.command("decline")
@case_argument
@party_argument
@note_option
@as_person
@click.pass_context
def declines(ctx: click.Context, given: str, named: str, person: str, note: str) -> None:
    """Write down that a party does not consent to the embargo."""
    party = chosen(ctx, given, person, named)
    move(ctx, person, given, "decline", "recorded that they do not consent", party=party, note=note)


@others.command("party")
@case_argument
@party_argument
@click.argument("state", type=click.Choice(list(_STEPS)))
@note_option
@as_person
@click.pass_context
def state(ctx: click.Context, given: str, named: str, state: str, person: str, note: str) -> None:
    """Write down what a party did with the report: its own state, not ours."""
    party = chosen(ctx, given, person, named)
    said = f"{inert(named)} is {state}"
    move(ctx, person, given, "move-party", said, party=party, step=_STEPS[state].value, note=note)


@others.command()
@case_argument
@party_argument
@click.option("--product", default="", help="Which of its products; leave out where there is one.")
@click.option("--path", default="", metavar="vfd", help="Vfd aware, VFd fix ready, VFD fix deployed; D for a deployer.")
@click.option("--affected", type=click.Choice([each.value for each in Affectedness]))
@click.option("--advisory", default="", help="Address of their own advisory.")
@as_person
@click.pass_context
def product(ctx: click.Context, /, given: str, named: str, person: str, affected: str | None, **where: str) -> None:
    """Write down how far a party's fix is, whether its product is affected, and where its own advisory is."""
    party = chosen(ctx, given, person, named)
    move(ctx, person, given, "set-product", "recorded", party=party, affected=affected, **where)


@others.command()
@case_argument
@party_argument
@click.argument("zone", metavar="ZONE")
@as_person
@click.pass_context
def clock(ctx: click.Context, given: str, named: str, zone: str, person: str) -> None:
    """Write down by which clock a party lives, or “reporter”: ZONE is like Asia/Tokyo, or a city; "" takes it back."""
    party = REPORTER if named == REPORTER else chosen(ctx, given, person, named)
    move(ctx, person, given, "set-zone", "recorded", party=party, zone=zone)


@others.command()
@case_argument
@party_argument
@click.argument("name", metavar="NAME")
@as_person
@click.pass_context
def credit(ctx: click.Context, given: str, named: str, name: str, person: str) -> None:
    """Write down under which name a reporter wants to be thanked: “reporter”, or one merged in; "" for not named."""
    party = REPORTER if named == REPORTER else chosen(ctx, given, person, named)
    move(ctx, person, given, "set-credit", "recorded", party=party, name=name)


@others.command("let-go")
@case_argument
@party_argument
@click.option("--reason", required=True)
@as_person
@click.pass_context
def let_go(ctx: click.Context, given: str, named: str, person: str, reason: str) -> None:
    """End a party's part in the case; what it signed it has signed."""
    party = chosen(ctx, given, person, named)
    move(ctx, person, given, "let-go", "let go", party=party, reason=reason)


@others.command("pass-on")
@case_argument
@party_argument
@click.option("--note", required=True, help="Where the reporter agreed.")
@as_person
@click.pass_context
def pass_on(ctx: click.Context, given: str, named: str, person: str, note: str) -> None:
    """Write down that the reporter agrees to passing the report on to a party upstream."""
    party = chosen(ctx, given, person, named)
    move(ctx, person, given, "pass-on", "agreement recorded", party=party, note=note)


@others.command()
@case_argument
@click.argument("text")
@click.option("--to", "named", default="", help="A party; without, all distributors who may see the case.")
@as_person
@click.pass_context
def write(ctx: click.Context, given: str, text: str, named: str, person: str) -> None:
    """Write to a party, or to the distributors."""
    party = chosen(ctx, given, person, named) if named else ""
    audience = Audience.PARTY if named else Audience.DISTRIBUTORS
    said = f"sent to {inert(named) or 'the distributors'}"
    move(ctx, person, given, "say", said, audience=audience.value, party=party, text=text)


@others.command()
@case_argument
@click.argument("line", type=int)
@click.option("--to", "named", required=True, help="A party, “reporter” or “distributors”.")
@click.option("--text", default=None, help="The words as they go out; left out, the message as it stands.")
@click.option("--no-files", is_flag=True, help="Leave the attachments out.")
@click.option("--yes", is_flag=True, help="Send it; without, only show what they would learn.")
@as_person
@click.pass_context
def resend(ctx: click.Context, /, given: str, named: str, no_files: bool, yes: bool, person: str, **what: Any) -> None:
    """Send the words of journal LINE on to somebody who does not have them; first shows what they would learn."""
    at, ref = sit(ctx, person, given)
    party = "" if named in _GROUPS else chosen(ctx, given, person, named)
    audience = _GROUPS.get(named, Audience.PARTY)
    wish = {"of": what["line"], "audience": audience.value, "party": party, "text": what["text"]}
    wish["with_files"] = not no_files
    ready = at.would_learn(ref, wish)
    for each in ready.lines:
        click.echo(_MARKS[each.change] + inert(each.text))
    for name in ready.new_files:
        click.echo(f"+ file {inert(name)}")
    for name in ready.cut_files:
        click.echo(f"- file {inert(name)}")
    if not yes:
        click.echo(f"{ref}: nothing was sent; + is new to {inert(named)}, - is cut. Send it with --yes")
        return
    at.move(ref, "resend", wish)
    click.echo(f"{ref}: sent on to {inert(named)}")


@others.command()
@case_argument
@click.option("--with", "other", required=True, metavar="CASE", help="The case that becomes part of this one.")
@click.option("--reason", required=True)
@as_person
@click.pass_context
def merge(ctx: click.Context, given: str, other: str, reason: str, person: str) -> None:
    """Take another case of the same matter in: all credits and threads stay, the earliest embargo end holds."""
    at, ref = sit(ctx, person, given)
    gone = reference(at, other)
    at.move(ref, "merge", {"other": gone, "reason": reason})
    click.echo(f"{ref}: {gone} is part of it now")


@others.command()
@case_argument
@click.option("--title", required=True, help="What the part is about.")
@click.option("--take", "named", multiple=True, metavar="PARTY", help="A party that goes with it; repeat for more.")
@click.option("--reason", required=True)
@as_person
@click.pass_context
def split(ctx: click.Context, given: str, title: str, named: tuple[str, ...], reason: str, person: str) -> None:
    """Take a matter of its own out, into a new case; the embargo carries over."""
    at, ref = sit(ctx, person, given)
    known = at.case(ref).parties
    taken = tuple(_party(known, each) for each in named)
    done = at.move(ref, "split", {"title": title, "parties": taken, "reason": reason})
    click.echo(f"{ref}: split off {done.case}")


@others.command()
@case_argument
@click.option("--to", "project", required=True, help="The project that takes the case over.")
@click.option("--reason", required=True)
@as_person
@click.pass_context
def transfer(ctx: click.Context, given: str, project: str, reason: str, person: str) -> None:
    """Hand a case that is not accepted yet over to another project of the installation."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "transfer", {"to": project, "reason": reason})
    click.echo(f"{ref}: handed over to {inert(project)}")


@others.command()
@case_argument
@click.option("--reason", required=True)
@as_person
@click.pass_context
def reopen(ctx: click.Context, given: str, person: str, reason: str) -> None:
    """Take a rejected, deferred or appealed report up again; a closed case goes on in a new one."""
    at, ref = sit(ctx, person, given)
    done = at.move(ref, "reopen", {"reason": reason})
    click.echo(f"{ref}: {'taken up again' if done.case == ref else f'goes on as {done.case}'}")
