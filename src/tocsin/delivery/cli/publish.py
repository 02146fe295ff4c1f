# SPDX-License-Identifier: Apache-2.0
"""`tocsin publish`: what would go where, arming it for an instant, and how far every target is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import click

from tocsin.core.publication import State
from tocsin.core.wire.publication import Aim, Board, Light, Plan
from tocsin.delivery.cli.at_case import case_argument, sit
from tocsin.delivery.cli.context import as_json, as_person, inert, print_json, stop, table
from tocsin.delivery.cli.embargo import instant
from tocsin.delivery.cli.exits import Exit
from tocsin.delivery.cli.seat import Seat
from tocsin.services.queries import words

MARKS: Final = {
    State.READABLE: "\N{CHECK MARK}",
    State.DONE: "\N{HORIZONTAL ELLIPSIS}",
    State.INTENDED: "\N{HORIZONTAL ELLIPSIS}",
    State.PLANNED: "\N{MIDDLE DOT}",
    State.REFUSED: "\N{BALLOT X}",
    State.SKIPPED: "\N{EN DASH}",
}
"""A mark beside each state's own word: only what was read back has the check mark."""

when = click.option("--at", default="", help="Instant with zone: 2026-12-08T15:00:00Z. Without one: now.")
changed = click.option("--summary", default="", help="What changed, for the public revision history.")
confirmed = click.option("--confirm", default="", help="The advisory's id; asked for when not given.")
because = click.option("--reason", required=True, help="Why; it stands in the history.")
target_argument = click.argument("target")


@click.group()
def publish() -> None:
    """Publish the advisory of a case everywhere, in order, once. CASE is as in `tocsin case`."""


@publish.command()
@case_argument
@when
@changed
@click.option("--show", "shown", default="", metavar="TARGET", help="Print the exact bytes of one target.")
@as_person
@as_json
@click.pass_context
def plan(ctx: click.Context, given: str, person: str, json_: bool, at: str, summary: str, shown: str) -> None:
    """Show what would go where, in order and in exact bytes. Nothing happens, and nobody is asked.

    Ends with 3 while the advisory has faults, or a place that the policy demands has no text or nobody to put it there.
    """
    seat, ref = sit(ctx, person, given)
    found = seat.plan(ref, instant(at) if at else None, summary)
    if json_:
        print_json(found)
    elif shown:
        click.echo(inert(_named(found, shown).body.decode("utf-8", "replace")), nl=False)
    else:
        _tell(found)
    if wrong := _unready(found):
        stop(f"not ready: {wrong}", Exit.FINDINGS)


def _unready(found: Plan) -> str:
    """What is in the way: a fault of the advisory, or a place that the policy demands without a text or without anybody
    who puts it there; "" for nothing."""
    faults = [f"{each.field}: {each.message}" for each in found.problems]
    faults += [f"{inert(each.name)}: {inert(each.problem)}" for each in found.targets if each.required and each.problem]
    return faults[0] if faults else ""


def _named(found: Plan, name: str) -> Aim:
    aim = next((each for each in found.targets if each.name == name), None)
    if aim is None:
        stop(
            f"no target \u201c{name}\u201d; there are {', '.join(each.name for each in found.targets)}", Exit.NOT_FOUND
        )
    return aim


def _tell(found: Plan) -> None:
    when_ = words.instant(found.at) if found.at else "as soon as it is ordered"
    click.echo(f"{found.advisory_id} goes out {when_}:")
    rows = [
        (str(number), each.stage, inert(each.name), _size(each), inert(each.problem or each.about or each.key))
        for number, each in enumerate(found.targets, start=1)
    ]
    table(("#", "STAGE", "TARGET", "BYTES", "WHAT"), rows)
    click.echo(f"record {found.digest[:16]}  plan {found.plan[:16]}")


def _size(each: Aim) -> str:
    if each.by_hand:
        return f"by hand, {inert(each.owner) or 'nobody'}"
    return str(len(each.body)) if each.media_type else "\N{EN DASH}"


@publish.command()
@case_argument
@click.option("--at", required=True, help="Instant with zone: 2026-12-08T15:00:00Z")
@changed
@confirmed
@as_person
@click.pass_context
def arm(ctx: click.Context, given: str, person: str, at: str, summary: str, confirm: str) -> None:
    """Arm publication for an instant: exactly the bytes that `plan --at` shows. It then goes out by itself."""
    _order(ctx, given, person, instant(at), summary, confirm)


@publish.command("now")
@case_argument
@changed
@confirmed
@as_person
@click.pass_context
def now_(ctx: click.Context, given: str, person: str, summary: str, confirm: str) -> None:
    """Publish now, by the plan that `plan` shows."""
    _order(ctx, given, person, None, summary, confirm)


def _order(ctx: click.Context, given: str, person: str, at: datetime | None, summary: str, confirm: str) -> None:
    seat, ref = sit(ctx, person, given)
    found = seat.plan(ref, at, summary)
    if found.problems:
        stop(f"not ready: {found.problems[0].field}: {found.problems[0].message}", Exit.FINDINGS)
    _tell(found)
    typed = confirm or click.prompt(f"Type the advisory's id to {'arm' if at else 'publish'} it ({found.advisory_id})")
    wish = {"confirmation": typed, "digest": found.digest, "summary": summary, "plan": found.plan}
    seat.move(ref, "publish", wish | ({"at": at} if at else {}))
    click.echo(f"{found.advisory_id}: {f'armed for {words.instant(at)}' if at else 'ordered'}, plan {found.plan[:16]}")


@publish.command()
@case_argument
@as_person
@as_json
@click.pass_context
def board(ctx: click.Context, given: str, person: str, json_: bool) -> None:
    """Show how far every target is, and what is pending for how long. Only what was read back is ticked."""
    seat, ref = sit(ctx, person, given)
    shown = seat.board(ref)
    if json_:
        print_json(shown)
        return
    if shown.at is None:
        stop(f"nothing is ordered yet; what would go where: tocsin publish plan {ref}", Exit.NOT_FOUND)
    _lights(seat, shown)


def _lights(seat: Seat, shown: Board) -> None:
    verb = "goes out" if shown.at and shown.at > seat.now() else "went out"
    click.echo(f"{shown.advisory_id} {verb} {words.instant(shown.at)}" + (", complete" if shown.complete else ""))
    rows = [
        (MARKS[State(each.state)], inert(each.name), _state(each), _more(each, seat.now())) for each in shown.targets
    ]
    table(("", "TARGET", "STATE", "WHAT"), rows)


def state_words(each: Light, now: datetime) -> str:
    """How far a target is, in a line."""
    return ": ".join(filter(None, (_state(each), _more(each, now))))


def _state(each: Light) -> str:
    return "by hand" if each.by_hand and each.state == State.PLANNED else each.state


def _more(each: Light, now: datetime) -> str:
    if each.trouble:
        since = f", for {words.span(now - each.trouble_since)}" if each.trouble_since else ""
        return inert(f"{each.trouble}{since}")
    return inert(each.where + (" (was there already)" if each.found else ""))


@publish.command()
@case_argument
@target_argument
@because
@click.option("--later", is_flag=True, help="Go on trying it; only let the others not wait.")
@as_person
@click.pass_context
def skip(ctx: click.Context, given: str, person: str, target: str, reason: str, later: bool) -> None:
    """Let the others go on without a target."""
    seat, ref = sit(ctx, person, given)
    seat.move(ref, "skip-target", {"target": target, "reason": reason, "later": later})
    click.echo(f"{ref}: {'not waited for' if later else 'left out'}: {target}")


@publish.command()
@case_argument
@target_argument
@click.option("--reason", default="", help="What changed.")
@as_person
@click.pass_context
def resume(ctx: click.Context, given: str, person: str, target: str, reason: str) -> None:
    """Take a refused or skipped target up again."""
    seat, ref = sit(ctx, person, given)
    seat.move(ref, "resume-target", {"target": target, "reason": reason})
    click.echo(f"{ref}: taken up again: {target}")


@publish.command()
@case_argument
@target_argument
@click.argument("where")
@as_person
@click.pass_context
def mark(ctx: click.Context, given: str, person: str, target: str, where: str) -> None:
    """Say that a target that nobody serves was done by hand, and WHERE it is read."""
    seat, ref = sit(ctx, person, given)
    seat.move(ref, "mark-target", {"target": target, "where": where})
    click.echo(f"{ref}: done by hand: {target}")


@publish.command()
@case_argument
@because
@as_person
@click.pass_context
def disarm(ctx: click.Context, given: str, person: str, reason: str) -> None:
    """Take an armed publication back before its instant."""
    seat, ref = sit(ctx, person, given)
    seat.move(ref, "disarm", {"reason": reason})
    click.echo(f"{ref}: taken back; nothing goes out")
