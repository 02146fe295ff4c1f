# SPDX-License-Identifier: Apache-2.0
"""`tocsin case`: the desk's moves in one case, and the verbs that stand in files of their own; those of embargo and
advisory are nouns themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
import msgspec

from tocsin.core.vocabulary import Affectedness, RejectionClass, utc
from tocsin.delivery.cli.answer import answer
from tocsin.delivery.cli.at_case import case_argument, move, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop
from tocsin.delivery.cli.custody import break_glass, shred, shredded
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.export import export, verify
from tocsin.delivery.cli.inbox import inbox
from tocsin.delivery.cli.look import timeline, view
from tocsin.delivery.cli.parties import others
from tocsin.delivery.cli.priority import point, priority
from tocsin.delivery.cli.seat import reference
from tocsin.delivery.cli.snooze import snooze
from tocsin.delivery.cli.undo import undo
from tocsin.services.queries import words

_DIGEST = 12


@click.group()
def case() -> None:
    """Look at a case and move it. CASE is a reference, its last five letters, or a row of the inbox."""


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
    move(ctx, person, given, "investigate", "investigation recorded", affected_versions=versions, **fields)


@case.command()
@case_argument
@click.option("--text", default="", help="Words to the reporter.")
@click.option("--plan", default="", help="The plan to investigate, for the reporter.")
@click.option("--workarounds", default="", help="What users can do meanwhile, or that nothing is known.")
@as_person
@click.pass_context
def accept(ctx: click.Context, /, given: str, person: str, **answer: str) -> None:
    """Accept the report as a vulnerability of the project; where nobody leads the case, you do from then on."""
    at, ref = sit(ctx, person, given)
    done = at.move(ref, "accept", {"answer": answer})
    if not done.events:
        kept = "; your words were not sent: tocsin case reply" if any(answer.values()) else ""
        click.echo(f"{ref}: was accepted before, advisory {done.advisory_id}{kept}")
        return
    taken = ", you lead it" if "case.assigned" in done.events else ""
    click.echo(f"{ref}: accepted, advisory {done.advisory_id}{taken} (journal line {done.seq})")


@case.command()
@case_argument
@click.option("--class", "rejection", type=click.Choice([each.value for each in RejectionClass]), required=True)
@click.option("--reason", default="", help="What the reporter is told.")
@as_person
@click.pass_context
def reject(ctx: click.Context, given: str, person: str, rejection: str, reason: str) -> None:
    """Reject the report; the reason goes to the reporter, who may appeal."""
    move(ctx, person, given, "reject", "rejected", rejection=rejection, reason=reason)


@case.command("need-info")
@case_argument
@click.option("--question", required=True)
@as_person
@click.pass_context
def need_info(ctx: click.Context, given: str, person: str, question: str) -> None:
    """Ask the reporter for more."""
    move(ctx, person, given, "need-info", "question sent", question=question)


@case.command()
@case_argument
@click.option("--of", required=True, help="The case that holds the same matter.")
@click.option("--text", default="", help="Words to the reporter.")
@as_person
@click.pass_context
def duplicate(ctx: click.Context, given: str, person: str, of: str, text: str) -> None:
    """Mark as a duplicate of another case."""
    at, ref = sit(ctx, person, given)
    other = reference(at, of)
    at.move(ref, "duplicate", {"of": other, "answer": {"text": text}})
    click.echo(f"{ref}: duplicate of {other}")


@case.command()
@case_argument
@click.option("--lead", default="me", show_default=True)
@as_person
@click.pass_context
def assign(ctx: click.Context, given: str, person: str, lead: str) -> None:
    """Give the case a lead."""
    at, ref = sit(ctx, person, given)
    at.move(ref, "assign", {"lead": lead})
    found = at.case(ref).lead
    click.echo(f"{ref}: lead {inert(found.name) if found else 'nobody'}")


@case.command()
@case_argument
@click.argument("text")
@as_person
@click.pass_context
def note(ctx: click.Context, given: str, text: str, person: str) -> None:
    """Write an internal note; it never leaves the desk."""
    move(ctx, person, given, "say", "noted, team only", audience="team", text=text)


@case.command()
@case_argument
@click.argument("text")
@click.option("--plan", default="")
@click.option("--workarounds", default="")
@as_person
@click.pass_context
def reply(ctx: click.Context, given: str, text: str, person: str, plan: str, workarounds: str) -> None:
    """Write to the reporter."""
    wish = {"audience": "reporter", "text": text, "plan": plan, "workarounds": workarounds}
    move(ctx, person, given, "say", "sent to the reporter", **wish)


@case.command()
@case_argument
@click.argument("vector")
@click.option("--reason", default="")
@as_person
@click.pass_context
def score(ctx: click.Context, given: str, vector: str, person: str, reason: str) -> None:
    """Score with a CVSS 3.0, 3.1 or 4.0 vector."""
    move(ctx, person, given, "score", "scored", vector=vector, reason=reason)


@case.command()
@case_argument
@click.argument("states", nargs=-1, required=True, metavar="LINE=STATE[:VERSION][:tested]...")
@click.option("--reason", default="", help="Why these are as they are: for the public.")
@click.option("--waiver", default="", help="Why these get no fix although they are supported; you sign it.")
@as_person
@click.pass_context
def lines(ctx: click.Context, given: str, states: tuple[str, ...], person: str, reason: str, waiver: str) -> None:
    """Say how release lines stand: 7.4=fixed:7.4.2:tested  6.29=not-affected  7.3=affected. LINE= removes one.

    Lines that are not named stay as they were; of those that are, so does what is not said.
    """
    at, ref = sit(ctx, person, given)
    standing = {each.line: msgspec.structs.asdict(each) for each in at.case(ref).lines}
    for text in states:
        name, _, rest = text.partition("=")
        if rest:
            standing[name] = _line(text, rest, standing.get(name, {"line": name}), reason, waiver)
        elif standing.pop(name, None) is None or "=" not in text:
            stop(f"{text}: say LINE=STATE; a state is one of {', '.join(Affectedness)}", Exit.USAGE)
    done = at.move(ref, "set-lines", {"lines": list(standing.values())})
    click.echo(f"{ref}: lines set (journal line {done.seq})")


def _line(text: str, rest: str, before: dict[str, Any], reason: str, waiver: str) -> dict[str, Any]:
    state, *more = rest.split(":")
    if state not in set(Affectedness):
        stop(f"{text}: a state is one of {', '.join(Affectedness)}", Exit.USAGE)
    told = {"fixed_in": next((word for word in more if word != "tested"), ""), "reason": reason, "waiver": waiver}
    moved = {"reason": "", "waiver": "", "waived_by": "", "fixed_in": "", "tested": False}
    kept = before if before.get("state") == state else {**before, **moved}
    signed = {"waived_by": ""} if waiver else {}
    same = told["fixed_in"] in ("", kept.get("fixed_in", ""))  # a test of one release says nothing of another
    tested = (same and kept.get("tested", False)) or "tested" in more
    return {**kept, **{name: said for name, said in told.items() if said}, **signed, "state": state, "tested": tested}


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
    move(ctx, person, given, "set-cve", "CVE id recorded", **fields)


@case.command()
@case_argument
@click.option("--author", required=True, help="Who wrote the fix: name or id; somebody else confirms it.")
@click.option("--reference", default="", help="Commit or branch.")
@as_person
@click.pass_context
def fix(ctx: click.Context, given: str, person: str, author: str, reference: str) -> None:
    """Say that a fix is ready."""
    move(ctx, person, given, "set-fix", "fix ready", author=author, reference=reference)


@case.command()
@case_argument
@click.argument("name")
@click.option("--at", default="", help="Instant with zone; dropped from the plan if left out.")
@click.option("--note", default="", help="Why, as the reporter reads it.")
@as_person
@click.pass_context
def plan(ctx: click.Context, given: str, name: str, person: str, at: str, note: str) -> None:
    """Plan step NAME of the fix, or move it; the reporter reads every change."""
    move(ctx, person, given, "set-milestone", "planned", name=name, at=_when(at), note=note)


@case.command("confirm-fix")
@case_argument
@click.option("--note", default="")
@as_person
@click.pass_context
def confirm_fix(ctx: click.Context, given: str, person: str, note: str) -> None:
    """Confirm that the fix works; not by its author."""
    move(ctx, person, given, "confirm-fix", "fix confirmed", note=note)


@case.command()
@case_argument
@click.option("--outcome", required=True, help="One of the policy's, such as advisory or fix-only-internal.")
@click.option("--note", default="", help="What we learned.")
@as_person
@click.pass_context
def close(ctx: click.Context, given: str, person: str, outcome: str, note: str) -> None:
    """Close a case whose obligations are met. What went well and what did not is noted before, where the policy asks
    for it: tocsin case record CASE retrospective --note WORDS."""
    move(ctx, person, given, "close", "closed", outcome=outcome, note=note)


@case.command()
@case_argument
@click.option("--digest", default="", help="Approve the wish whose digest begins so; without, show what is asked.")
@as_person
@as_json
@click.pass_context
def approve(ctx: click.Context, given: str, person: str, digest: str, json_: bool) -> None:
    """Show what waits for a second person, or approve exactly one wish by its digest."""
    at, ref = sit(ctx, person, given)
    asks = at.case(ref).asks
    if not digest:
        if json_:
            print_json(asks)
        for ask in () if json_ else asks:
            click.echo(f"{ask.digest}  {ask.act}, asked by {inert(ask.by.name)}, until {words.instant(ask.until)}")
            for label, value in ask.terms:
                click.echo(f"  {label}: {inert(value)}")
        return
    chosen = [ask.digest for ask in asks if ask.digest.startswith(digest.lower())]
    if len(chosen) != 1 or len(digest) < _DIGEST:
        stop(f"name one wish by at least {_DIGEST} digits of its digest", Exit.USAGE)
    done = at.move(ref, "approve", {"digest": chosen[0]})
    click.echo(f"{ref}: approved and carried out (journal line {done.seq})")


@case.command()
@case_argument
@click.option("--bit", type=click.Choice(["P", "X", "A"]), required=True, help="Public, exploit public, attacks seen.")
@click.option("--note", default="", help="Where it was seen.")
@as_person
@click.pass_context
def observe(ctx: click.Context, given: str, person: str, bit: str, note: str) -> None:
    """Record that something came out; an embargo cannot hold what is public."""
    move(ctx, person, given, "observe", "recorded", bit=bit, note=note)


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
    move(ctx, person, given, "record-moment", "recorded", moment=moment, at=_when(at), note=note)


def _when(text: str) -> datetime | None:
    """Read an instant that says its zone, or end with what is wrong with it; None for an empty text."""
    try:
        return utc(datetime.fromisoformat(text)) if text else None
    except (ValueError, OverflowError):
        stop(f"{text} is no instant with a zone; write it like 2026-12-08T15:00:00Z", Exit.USAGE)


@case.command()
@case_argument
@click.argument("default")
@click.option("--note", default="", help="What would be safer.")
@as_person
@click.pass_context
def harden(ctx: click.Context, given: str, default: str, person: str, note: str) -> None:
    """Put CASE on the hardening backlog under DEFAULT, the name of what it is about (see tocsin metrics hardening)."""
    move(ctx, person, given, "note-hardening", "noted", default=default, note=note)


_BESIDE = (view, timeline, answer, priority, point, snooze, undo, export, verify, break_glass, shred, shredded)
for _command in (*_BESIDE, *others.commands.values()):
    case.add_command(_command)
case.add_command(inbox, "list")
