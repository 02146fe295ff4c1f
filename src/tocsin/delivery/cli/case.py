# SPDX-License-Identifier: Apache-2.0
"""`tocsin case`: look at one case and make the desk's moves; those of embargo and advisory are nouns of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from tocsin.core.case import commands as cmd
from tocsin.core.policy.facts import LineFact
from tocsin.core.vocabulary import Affectedness, Audience, Refused, RejectionClass, utc
from tocsin.delivery.cli.context import act, as_json, as_person, desk, inert, print_json, reference, stop, table, who
from tocsin.delivery.cli.exits import Exit, refuse
from tocsin.delivery.cli.inbox import inbox
from tocsin.services import cases, numbering
from tocsin.services.app import Desk
from tocsin.services.ports.world import PersonInfo
from tocsin.services.queries import approvals
from tocsin.services.queries import case as query

_DIGEST = 12


@click.group()
def case() -> None:
    """Look at a case and move it. CASE is a reference, its last five letters, or a row of the inbox."""


def move(ctx: click.Context, person: str, given: str, command: cmd.Command, said: str) -> None:
    """Send one command and say what stands now."""
    opened = desk(ctx)
    someone = who(opened, person)
    ref = reference(opened, someone, given)
    result = act(opened, someone, ref, command)
    click.echo(f"{ref}: {said} (journal line {result.seq})")


case_argument = click.argument("given", metavar="CASE")


def find(ctx: click.Context, person: str, given: str) -> tuple[Desk, PersonInfo, query.CaseView]:
    """Open a case's view, or end with *not found*."""
    opened = desk(ctx)
    someone = who(opened, person)
    view = query.view(opened, reference(opened, someone, given), someone.id)
    if view is None:
        refuse(cases.NOT_FOUND)
    return opened, someone, view


@case.command()
@case_argument
@as_person
@as_json
@click.pass_context
def view(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show a case: what is due, what was said, what is missing."""
    _, _, shown = find(ctx, person, given)
    if json_:
        print_json(shown)
        return
    click.echo(f"{shown.ref}  {inert(shown.title)}")
    facts = [
        shown.phase,
        shown.severity,
        f"lead {shown.lead}" if shown.lead else "no lead",
        f"waits for {shown.waits_for}",
    ]
    click.echo(" · ".join(fact for fact in facts if fact))
    for promise in shown.promises:
        click.echo(
            f"  {promise.title}: {(promise.kept and f'kept {promise.kept}') or f'due {promise.due} ({promise.left})'}"
        )
    _report(shown)
    for message in sorted((*shown.reporter_thread, *shown.team_thread), key=lambda m: m.seq):
        click.echo(f"\n[{message.audience}] {message.at} {inert(message.by)}")
        for part in (
            message.text,
            message.plan and f"Plan: {message.plan}",
            message.workarounds and f"Workarounds: {message.workarounds}",
        ):
            if part:
                click.echo("  " + inert(part).replace("\n", "\n  "))
    shut = [gate for gate in shown.gates.get("publish", ()) if not gate.satisfied]
    if shut and not shown.published:
        click.echo("\nbefore publication: " + "; ".join(gate.reason for gate in shut))


def _report(shown: query.CaseView) -> None:
    said = shown.report.report
    click.echo(f"\n[report] {shown.received} {'anonymous' if not said.identity.name else inert(said.identity.name)}")
    for label, text in (
        ("How to make it happen", said.reproduce),
        ("Version", said.version),
        ("Effects", said.effects),
        ("Attack surface", said.attack_surface),
        ("Other projects", said.dependencies),
        ("How to reach them", said.identity.contact),
        ("Plans to publish", said.disclosure_plans),
        ("Files", ", ".join(f"{file.name} ({file.size})" for file in shown.report_files)),
    ):
        if text.strip():
            click.echo(f"  {label}: " + inert(text).replace("\n", "\n  "))


@case.command()
@case_argument
@as_person
@as_json
@click.pass_context
def timeline(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show what happened in a case, line by line."""
    _, _, shown = find(ctx, person, given)
    if json_:
        print_json(shown.history)
    else:
        table(("LINE", "AT", "BY", "WHAT"), [(str(line.seq), line.at, line.by, line.what) for line in shown.history])


@case.command()
@case_argument
@click.option("--effect", required=True)
@click.option("--criticality", required=True)
@click.option("--versions", default="")
@click.option("--cwe", multiple=True)
@click.option("--reproduced", is_flag=True)
@as_person
@click.pass_context
def investigate(ctx: click.Context, /, given: str, person: str, versions: str, **fields: Any) -> None:
    """Record effects and criticality."""
    move(ctx, person, given, cmd.Investigate(affected_versions=versions, **fields), "investigation recorded")


@case.command()
@case_argument
@click.option("--text", default="", help="Words to the reporter.")
@click.option("--plan", default="", help="The plan to investigate, for the reporter.")
@click.option("--workarounds", default="", help="What users can do meanwhile, or that nothing is known.")
@as_person
@click.pass_context
def accept(ctx: click.Context, /, given: str, person: str, **words: str) -> None:
    """Accept the report as a vulnerability of the project."""
    opened, someone, shown = find(ctx, person, given)
    found = query.authorised(opened, shown.ref, someone.id, "case.accept")
    if found is None:
        refuse(cases.NOT_FOUND)
    actor, held = found
    command = numbering.numbered(opened, held, actor, cmd.Answer(**words))
    if isinstance(command, Refused):
        refuse(command)
    result = act(opened, someone, shown.ref, command)
    click.echo(f"{shown.ref}: accepted, advisory {result.advisory_id} (journal line {result.seq})")


@case.command()
@case_argument
@click.option("--class", "rejection", type=click.Choice([each.value for each in RejectionClass]), required=True)
@click.option("--reason", default="", help="What the reporter is told.")
@as_person
@click.pass_context
def reject(ctx: click.Context, given: str, person: str, rejection: str, reason: str) -> None:
    """Reject the report; the reason goes to the reporter, who may appeal."""
    move(ctx, person, given, cmd.Reject(rejection=RejectionClass(rejection), reason=reason), "rejected")


@case.command("need-info")
@case_argument
@click.option("--question", required=True)
@as_person
@click.pass_context
def need_info(ctx: click.Context, given: str, person: str, question: str) -> None:
    """Ask the reporter for more."""
    move(ctx, person, given, cmd.NeedInfo(question=question), "question sent")


@case.command()
@case_argument
@click.option("--of", required=True, help="The case that holds the same matter.")
@click.option("--text", default="", help="Words to the reporter.")
@as_person
@click.pass_context
def duplicate(ctx: click.Context, given: str, person: str, of: str, text: str) -> None:
    """Mark as a duplicate of another case."""
    opened, someone, shown = find(ctx, person, given)
    other = query.authorised(opened, reference(opened, someone, of), someone.id, "case.duplicate")
    if other is None or other[1].case.project != shown.project:
        stop(f"{of}: there is no such case in this project", Exit.NOT_FOUND)
    held = other[1].case.ref
    act(opened, someone, shown.ref, cmd.MarkDuplicate(of=held, answer=cmd.Answer(text=text)))
    click.echo(f"{shown.ref}: duplicate of {held}")


@case.command()
@case_argument
@click.option("--lead", default="me", show_default=True)
@as_person
@click.pass_context
def assign(ctx: click.Context, given: str, person: str, lead: str) -> None:
    """Give the case a lead."""
    opened, someone, shown = find(ctx, person, given)
    chosen = someone if lead == "me" else who(opened, lead)
    roles = next((r for p, r in opened.people.members(shown.project) if p.id == chosen.id), frozenset())
    command = cmd.Assign(lead=chosen.id, lead_name=chosen.name, lead_roles=tuple(sorted(roles)))
    act(opened, someone, shown.ref, command)
    click.echo(f"{shown.ref}: lead {chosen.name}")


@case.command()
@case_argument
@click.argument("text")
@as_person
@click.pass_context
def note(ctx: click.Context, given: str, text: str, person: str) -> None:
    """Write an internal note; it never leaves the desk."""
    move(ctx, person, given, cmd.Say(audience=Audience.TEAM, text=text), "noted, team only")


@case.command()
@case_argument
@click.argument("text")
@click.option("--plan", default="")
@click.option("--workarounds", default="")
@as_person
@click.pass_context
def reply(ctx: click.Context, given: str, text: str, person: str, plan: str, workarounds: str) -> None:
    """Write to the reporter."""
    command = cmd.Say(audience=Audience.REPORTER, text=text, plan=plan, workarounds=workarounds)
    move(ctx, person, given, command, "sent to the reporter")


@case.command()
@case_argument
@click.argument("vector")
@click.option("--reason", default="")
@as_person
@click.pass_context
def score(ctx: click.Context, given: str, vector: str, person: str, reason: str) -> None:
    """Score with a CVSS 3.0, 3.1 or 4.0 vector."""
    move(ctx, person, given, cmd.SetScore(vector=vector, reason=reason), "scored")


@case.command()
@case_argument
@click.argument("states", nargs=-1, required=True, metavar="LINE=STATE[:VERSION][:tested]...")
@as_person
@click.pass_context
def lines(ctx: click.Context, given: str, states: tuple[str, ...], person: str) -> None:
    """Set the release lines: 7.4=fixed:7.4.2:tested  6.29=not-affected  7.3=affected."""
    move(ctx, person, given, cmd.SetLines(lines=tuple(_line(each) for each in states)), "lines set")


def _line(text: str) -> LineFact:
    name, _, rest = text.partition("=")
    state, *more = rest.split(":")
    tested = "tested" in more
    fixed = next((word for word in more if word != "tested"), "")
    try:
        return LineFact(line=name, state=Affectedness(state), fixed_in=fixed, tested=tested)
    except ValueError:
        stop(f"{text}: a state is one of {', '.join(each.value for each in Affectedness)}", Exit.USAGE)


@case.command()
@case_argument
@click.argument("cve_id")
@click.option(
    "--state", type=click.Choice(["reserved", "published", "rejected"]), default="reserved", show_default=True
)
@click.option("--assigner", default="", help="Organisation UUID of the CNA.")
@click.option("--assigner-name", default="", help="Short name of the CNA.")
@as_person
@click.pass_context
def cve(ctx: click.Context, /, given: str, person: str, **fields: Any) -> None:
    """Record the CVE id."""
    move(ctx, person, given, cmd.SetCve(**fields), "CVE id recorded")


@case.command()
@case_argument
@click.option("--author", required=True, help="Who wrote the fix: name or id; somebody else confirms it.")
@click.option("--reference", default="", help="Commit or branch.")
@as_person
@click.pass_context
def fix(ctx: click.Context, given: str, person: str, author: str, reference: str) -> None:
    """Say that a fix is ready."""
    opened, someone, shown = find(ctx, person, given)
    command = cmd.SetFix(author=shown.options.person(author), reference=reference)
    result = act(opened, someone, shown.ref, command)
    click.echo(f"{shown.ref}: fix ready (journal line {result.seq})")


@case.command("confirm-fix")
@case_argument
@click.option("--note", default="")
@as_person
@click.pass_context
def confirm_fix(ctx: click.Context, given: str, person: str, note: str) -> None:
    """Confirm that the fix works; not by its author."""
    move(ctx, person, given, cmd.ConfirmFix(note=note), "fix confirmed")


@case.command()
@case_argument
@click.option("--outcome", required=True)
@click.option("--note", default="")
@as_person
@click.pass_context
def close(ctx: click.Context, given: str, person: str, outcome: str, note: str) -> None:
    """Close a case whose obligations are met."""
    move(ctx, person, given, cmd.Close(outcome=outcome, note=note), "closed")


@case.command()
@case_argument
@click.option("--digest", default="", help="Approve the wish whose digest begins so; without, show what is asked.")
@as_person
@as_json
@click.pass_context
def approve(ctx: click.Context, given: str, person: str, digest: str, json_: bool) -> None:
    """Show what waits for a second person, or approve exactly one wish by its digest."""
    opened, someone, shown = find(ctx, person, given)
    found = query.authorised(opened, shown.ref, someone.id, "case.approve")
    if found is None:
        refuse(cases.NOT_FOUND)
    asks = approvals.waiting(opened, *found)
    if not digest:
        if json_:
            print_json(asks)
        for ask in () if json_ else asks:
            click.echo(f"{ask.digest}  {ask.what}, asked by {inert(ask.by)}, until {ask.until}")
            for label, value in ask.terms:
                click.echo(f"  {label}: {inert(value)}")
        return
    chosen = [ask.digest for ask in asks if ask.digest.startswith(digest.lower())]
    if len(chosen) != 1 or len(digest) < _DIGEST:
        stop(f"name one wish by at least {_DIGEST} digits of its digest", Exit.USAGE)
    result = act(opened, someone, shown.ref, cmd.Approve(digest=chosen[0]))
    click.echo(f"{shown.ref}: approved and carried out (journal line {result.seq})")


@case.command()
@case_argument
@click.option("--reason", required=True)
@as_person
@click.pass_context
def reopen(ctx: click.Context, given: str, person: str, reason: str) -> None:
    """Take a rejected, deferred or appealed report up again."""
    move(ctx, person, given, cmd.Reconsider(reason=reason), "taken up again")


@case.command()
@case_argument
@click.option("--bit", type=click.Choice(["P", "X", "A"]), required=True, help="Public, exploit public, attacks seen.")
@click.option("--note", default="", help="Where it was seen.")
@as_person
@click.pass_context
def observe(ctx: click.Context, given: str, person: str, bit: str, note: str) -> None:
    """Record that something came out; an embargo cannot hold what is public."""
    move(ctx, person, given, cmd.Observe(bit=bit, note=note), "recorded")


@case.command()
@case_argument
@click.argument("moment")
@click.option("--at", default="", help="Instant with zone: 2026-12-08T15:00:00Z; now if left out.")
@click.option("--note", default="", help="Where or by whom.")
@as_person
@click.pass_context
def record(ctx: click.Context, given: str, moment: str, person: str, at: str, note: str) -> None:
    """Record when MOMENT was, from which a clock counts or by which a promise is kept.

    Moments are those of `tocsin limits list`, such as linux-distros-posted, exploitation-known or retrospective.
    """
    try:
        when = utc(datetime.fromisoformat(at)) if at else None
    except ValueError as error:
        stop(f"{at}: {error}; write it like 2026-12-08T15:00:00Z", Exit.USAGE)
    move(ctx, person, given, cmd.RecordMoment(moment=moment, at=when, note=note), "recorded")


case.add_command(inbox, "list")
