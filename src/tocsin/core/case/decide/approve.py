# SPDX-License-Identifier: Apache-2.0
"""The rule of two people: which commands need a second one, who that can be, and what a lone maintainer does instead.

Publishing, ending an embargo early, shortening it, and a date above the policy's maximum (S52) are asked for by one
person and approved by another who could have done it themselves. Where a project has nobody else, a day passes between
wish and deed, unless the matter is public already: then waiting protects nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case.approval import ALONE, EXPIRES, Act, ApprovalAsked, ApprovalGiven, Ask, digest
from tocsin.core.case.decide.rule import Context, Decision
from tocsin.core.case.model import Case
from tocsin.core.vocabulary import Actor, ActorKind, MoveName, Refused, Value

Settle = Callable[[Case, cmd.Command, Context, str], Decision]
"""Decides a command that `approved` (a person, or "" for nobody) stands behind as well."""

A_DAY: Final = "a day's wait"
RULE: Final = "two people"
NEEDED: Final = "needs-approval"
"""Code of the refusal that `cmd.AskApproval` turns into a wish."""

CHANGED: Final = Refused(
    code="approval-stale",
    because="The advisory changed after this was asked for. Whoever asked looks at it again and asks again.",
    rule=RULE,
)
ASKING: Final = cmd.Approve(digest="")
"""Stands for any yes where only the people who could say it are looked for."""

MOVES: Final = {
    Act.PUBLISH: "Publishing",
    Act.EARLY_DISCLOSURE: "Ending an embargo early",
    Act.SHORTER_EMBARGO: "Shortening an embargo",
    Act.ABOVE_MAXIMUM: "A date above the policy's maximum",
    Act.SHRED: "Shredding a case",
    Act.BREAK_GLASS: "Break-glass",
}


class Subject(Value):
    """What an approval would be about."""

    act: Act
    move: MoveName
    terms: tuple[tuple[str, str], ...]
    digest: str


def subject(case: Case, command: cmd.Command) -> Subject | None:
    """Say what somebody else would have to approve in this command; None for what one person may do."""
    terms: tuple[tuple[str, str], ...]
    match command:
        case cmd.Publish():
            terms = (
                ("Advisory", command.confirmation),
                ("Digest of the record", command.digest),
                ("What changed", command.summary),
                ("Goes out", _instant(command.at) if command.at else ""),
                ("Goes to", ", ".join(each.name for each in command.targets)),
                ("Digest of the plan", command.plan),
            )
            return _subject(case, Act.PUBLISH, MoveName.PUBLISH, terms)
        case cmd.EndEmbargo() if case.embargo_until and not case.public:
            terms = (("Why the embargo ends now", command.why), ("In words", command.reason))
            return _subject(case, Act.EARLY_DISCLOSURE, MoveName.END_EMBARGO, terms)
        case cmd.AcceptEmbargo():
            ends = next((each.ends_at for each in case.embargo.proposals if each.id == command.proposal), None)
            if ends and case.embargo_until and ends < case.embargo_until:
                terms = (("Embargo ends", _instant(ends)), ("Proposal", command.proposal))
                return _subject(case, Act.SHORTER_EMBARGO, MoveName.ACCEPT_EMBARGO, terms)
        case cmd.Shred():
            terms = (("Case", case.ref), ("Digest of the case", command.digest), ("Why", command.reason))
            return _subject(case, Act.SHRED, MoveName.SHRED, terms)
        case cmd.BreakGlass():
            terms = (
                ("Who reads the case", command.name or command.person),
                ("For", f"{command.minutes} minutes from the yes on"),
                ("Why", command.reason),
            )
            return _subject(case, Act.BREAK_GLASS, MoveName.BREAK_GLASS, terms)
        case cmd.DecideEmbargo() | cmd.ProposeEmbargo():
            decided = isinstance(command, cmd.DecideEmbargo)
            shorter = decided and case.embargo_until and command.ends_at < case.embargo_until
            act = Act.SHORTER_EMBARGO if shorter else Act.ABOVE_MAXIMUM
            move = MoveName.DECIDE_EMBARGO if decided else MoveName.PROPOSE_EMBARGO
            return _subject(case, act, move, (("Embargo ends", _instant(command.ends_at)), ("Reason", command.reason)))
        case _:
            pass
    return None


def _instant(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _subject(case: Case, act: Act, move: MoveName, terms: tuple[tuple[str, str], ...]) -> Subject:
    told = tuple((label, value) for label, value in terms if value)
    return Subject(act=act, move=move, terms=told, digest=digest(case.ref, act, told))


def concerns(command: cmd.Command) -> bool:
    """Say whether deciding this command may need to know who else there is."""
    return isinstance(
        command,
        cmd.Publish | cmd.EndEmbargo | cmd.AcceptEmbargo | cmd.DecideEmbargo | cmd.ProposeEmbargo
        | cmd.AskApproval | cmd.Approve | cmd.Shred | cmd.BreakGlass,
    )  # fmt: skip


def others(actor: Actor, move: MoveName, context: Context) -> tuple[str, ...]:
    """Name everybody else in the project whose roles include the move."""
    return tuple(
        each.name or each.id
        for each in context.people
        if each.id != actor.id and any(move in access.ROLE_MOVES[role] for role in each.roles)
    )


def refuse(wanted: Subject, context: Context) -> Refused:
    """Refuse what one person wants alone, naming who can approve it, or what to do where there is nobody."""
    able = others(context.actor, wanted.move, context)
    what = MOVES[wanted.act]
    if wanted.act is Act.BREAK_GLASS and not able:
        because = f"{what} takes two people, always: another administrator first has to be made on the console."
        return Refused(code=NEEDED, because=because, rule=RULE, missing=("a second person",))
    if able:
        because = f"{what} takes two people. {_or(able)} can approve exactly this ({wanted.digest[:12]})."
        return Refused(code=NEEDED, because=because, rule=RULE, missing=(f"approval by {_or(able)}",))
    because = (
        f"{what} takes two people, and nobody else in this project could approve it. Ask for it; "
        f"{int(ALONE.total_seconds() // 3600)} hours later you can do it yourself."
    )
    return Refused(code=NEEDED, because=because, rule=RULE, missing=("a second person, or a day",))


def _or(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def ask(case: Case, command: cmd.AskApproval, context: Context, settle: Settle) -> Decision:
    """Put a wish down for a second person; refused where it could not be done with their yes either."""
    wish = cmd.decode(command.wish)
    wanted = subject(case, wish) if wish and context.actor.kind is ActorKind.PERSON else None
    if wish is None or wanted is None:
        return Refused(code="approval-not-needed", because="This does not take a second person.", rule=RULE)
    alone = settle(case, wish, context, "")
    if not isinstance(alone, Refused):
        return Refused(code="approval-not-needed", because="You can do this yourself.", rule=RULE)
    if alone.code != NEEDED:
        return alone
    if any(each.asked.digest == wanted.digest and each.asked.until > context.now for each in case.asks):
        return ()
    asked = ApprovalAsked(
        act=wanted.act,
        digest=wanted.digest,
        terms=wanted.terms,
        wish=command.wish,
        until=context.now + EXPIRES,
    )
    return (asked,)


def approve(case: Case, command: cmd.Approve, context: Context, settle: Settle) -> Decision:
    """Say yes to a wish, which carries it out; refused for another digest, a late yes, and one's own wish."""
    found = wish_of(case, command)
    if found is None:
        return Refused(
            code="approval-unknown",
            because="Nobody asks for exactly this any more. Look at what is asked now.",
            rule=RULE,
        )
    held, wish = found
    if held.asked.until <= context.now:
        return Refused(code="approval-expired", because="This was asked too long ago; ask again.", rule=RULE)
    wanted = subject(case, wish)
    if wanted is None or wanted.digest != held.asked.digest:
        because = "The case changed, and this would now be something else than what was asked. Ask again."
        return Refused(code="approval-stale", because=because, rule=RULE)
    if refused := access.guard(context.actor, wanted.move) or _by_hand(held, wish, wanted, context):
        return refused
    own = held.by == context.actor.id
    if refused := _alone(case, held, wanted, context) if own else _still(held, wanted, context):
        return refused
    decision = settle(case, wish, context, A_DAY if own else held.by)
    if isinstance(decision, Refused) or not decision:
        return decision
    return (ApprovalGiven(act=wanted.act, digest=wanted.digest, alone=own), *decision)


def wish_of(case: Case, command: cmd.Approve) -> tuple[Ask, cmd.Command] | None:
    """Find the wish that an approval is about, and the command it would carry out."""
    held = next((each for each in case.asks if each.asked.digest == command.digest), None)
    wish = cmd.decode(held.asked.wish) if held else None
    return (held, wish) if held and wish else None


def move_of(case: Case, ask: Ask) -> MoveName | None:
    """The move that a wish would make now; None for one that means nothing any more."""
    wish = cmd.decode(ask.asked.wish)
    wanted = subject(case, wish) if wish else None
    return wanted.move if wanted else None


def _by_hand(held: Ask, wish: cmd.Command, wanted: Subject, context: Context) -> Refused | None:
    """What opens or destroys a case is agreed to by a person who is there, not by a token; and for whoever asked."""
    if wanted.act in (Act.SHRED, Act.BREAK_GLASS) and context.actor.via:
        because = "This takes your second factor, which no token can show. Agree to it on the desk."
        return Refused(code="not-by-token", because=because, rule=RULE)
    if isinstance(wish, cmd.BreakGlass) and wish.person != held.by:
        because = "Somebody asked for break-glass in somebody else's name."
        return Refused(code="approval-stale", because=because, rule=RULE)
    return None


def _alone(case: Case, held: Ask, wanted: Subject, context: Context) -> Refused | None:
    if able := others(context.actor, wanted.move, context):
        because = f"You asked for this yourself. {_or(able)} can approve it."
        return Refused(code="approval-own", because=because, rule=RULE, missing=(f"approval by {_or(able)}",))
    if wanted.act is Act.BREAK_GLASS:
        because = "Nobody reads a case by break-glass alone: somebody else has to agree."
        return Refused(code="approval-own", because=because, rule=RULE, missing=("a second person",))
    if case.public or context.now >= held.at + ALONE:
        return None
    because = f"Nobody else can approve this, so it waits until {_instant(held.at + ALONE)}."
    return Refused(code="approval-waits", because=because, rule=RULE, missing=("a day between wish and deed",))


def _still(held: Ask, wanted: Subject, context: Context) -> Refused | None:
    """Refuse a wish of somebody who could not have it fulfilled any more: their account may have been taken back."""
    asker = next((each for each in context.people if each.id == held.by), None)
    if asker and any(wanted.move in access.ROLE_MOVES[role] for role in asker.roles):
        return None
    because = f"{held.by_name or held.by}, who asked for it, may not do this any more. Ask yourself."
    return Refused(code="approval-asker-gone", because=because, rule=RULE)
