# SPDX-License-Identifier: Apache-2.0
"""Moves that a use case performs: they need a secret to hand out, a message to read again, or two cases at once.

Named and asked for like other moves. Each is a shape to be typed and the use case that does it; one answers with the
case as it stands then, another with the new one. A phrase is handed out once and never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal, dataclass_transform

import msgspec

from tocsin.core import access
from tocsin.core.case import party_commands as pc
from tocsin.core.case.events import Asked
from tocsin.core.case.model import Case
from tocsin.core.case.shared import Part
from tocsin.core.vocabulary import Actor, Audience, MoveName, Refused
from tocsin.services import branches, cases, inviting, relating, threads, undoing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.distribution import telling
from tocsin.services.forge import wishes
from tocsin.services.office.moves import Instant, Text, out_of_range

Word = Annotated[str, msgspec.Meta(max_length=300)]
Words = Annotated[tuple[Word, ...], msgspec.Meta(max_length=100)]
Line = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]

Commit = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{7,64}$", max_length=64)]

Done = tuple[Case, str] | Refused
"""The case that came of it and the phrase to hand out, empty for most."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is typed."""


class InviteParty(Wish):
    """Ask a party in. The answer holds its return phrase, once: hand it over by a way you trust. One that has its room
    already is asked `again`, by its id."""

    part: Part
    name: Word
    why: Text
    products: Words = ()
    contact: Word = ""
    upstream: bool = False
    answer_by: Instant | None = None
    again: Word = ""


class ResendMessage(Wish):
    """Send the words of journal line `of` on to a wider audience, as they stand or as `text`; nothing is moved."""

    of: Line
    audience: Audience
    party: Word = ""
    text: Text | None = None
    with_files: bool = False


class MergeCase(Wish):
    """Make another case of the same matter part of this one."""

    other: Word
    reason: Text


class SplitCase(Wish):
    """Take a matter of its own out into a new case, with these parties; the embargo carries over."""

    title: Word
    reason: Text
    parties: Words = ()


class ReopenCase(Wish):
    """Take a case up again; a closed one in a new case that continues it."""

    reason: Text


class TransferCase(Wish):
    """Hand a case that nobody accepted yet over to another project of the installation."""

    to: Word
    reason: Text


class AskGit(Wish):
    """Say which commits are the fix, and set the lines to what git says of them."""

    fix: Annotated[tuple[Commit, ...], msgspec.Meta(min_length=1, max_length=100)]
    introduced: Annotated[tuple[Commit, ...], msgspec.Meta(max_length=100)] = ()


class SameChange(Wish):
    """Say whether a commit is the same change as another one, and ask git again."""

    commit: Commit
    of: Commit
    same: bool


class TellDistributors(Wish):
    """Ask every distributor in whom the case concerns and who was not asked yet. The answer holds a line for each, its
    name, the address that was approved and its return phrase, once: hand each over by a way you trust."""


class CiteDistributors(Wish):
    """Make the addresses that distributors gave references of the advisory; they appear with the next revision."""


class ForgePush(Wish):
    """Have the draft written to the forge. The worker does it; what is in the way stands on the case's page."""


class ForgeCve(Wish):
    """Have the forge asked for a CVE id; it is entered when it comes."""


class ForgeResolve(Wish):
    """Decide whose words stay after somebody else changed the advisory on the forge."""

    keep: Literal["ours", "theirs"]


class ForgeLink(Wish):
    """Link the case with an advisory that stands on the forge already, by its id there."""

    ghsa: Annotated[
        str, msgspec.Meta(pattern="^(GHSA(-[23456789cfghjmpqrvwx]{4}){3}|ISSUE-[1-9][0-9]{0,9})$", max_length=40)
    ]


class OpenIssue(Wish):
    """Open the public issue of a report that is not about security, once its reporter agreed."""

    title: Word


class UndoMove(Wish):
    """Take back what the caller did last in the case, by another move; refused where others acted since, and where
    nothing leads back. With `line`, only if that is the journal line that would be taken back."""

    line: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0


@dataclass(frozen=True)
class Deed:
    """One move of this kind."""

    name: str
    wish: type[Wish]
    do: Callable[[Desk, Opened, Actor, Any], Done]


def _invite(desk: Desk, opened: Opened, actor: Actor, wish: InviteParty) -> Done:
    fields = msgspec.structs.asdict(wish)
    made = inviting.invite(desk, opened, actor, pc.Invite(party=fields.pop("again"), **fields))
    return made if isinstance(made, Refused) else (made.case, made.phrase)


def resending(wish: ResendMessage) -> threads.Wish:
    """What is to be sent on, as the use case takes it."""
    files = None if wish.with_files else ()
    return threads.Wish(of=wish.of, audience=wish.audience, party=wish.party, text=wish.text, files=files)


def _resend(desk: Desk, opened: Opened, actor: Actor, wish: ResendMessage) -> Done:
    ready = threads.prepare(desk, opened, actor, resending(wish))
    if isinstance(ready, Refused):
        return ready
    return _alone(cases.handle(desk, opened.case.ref, ready.command, actor))


def _merge(desk: Desk, opened: Opened, actor: Actor, wish: MergeCase) -> Done:
    return _alone(relating.merge(desk, opened.case.ref, wish.other, actor, wish.reason))


def _split(desk: Desk, opened: Opened, actor: Actor, wish: SplitCase) -> Done:
    return _alone(relating.split(desk, opened.case.ref, actor, wish.reason, title=wish.title, parties=wish.parties))


def _reopen(desk: Desk, opened: Opened, actor: Actor, wish: ReopenCase) -> Done:
    return _alone(relating.reopen(desk, opened.case.ref, actor, wish.reason))


def _transfer(desk: Desk, opened: Opened, actor: Actor, wish: TransferCase) -> Done:
    return _alone(relating.transfer(desk, opened.case.ref, actor, wish.to, wish.reason))


def _undo(desk: Desk, opened: Opened, actor: Actor, wish: UndoMove) -> Done:
    return _alone(undoing.undo(desk, opened, actor, wish.line))


def _ask_git(desk: Desk, opened: Opened, actor: Actor, wish: AskGit) -> Done:
    before = opened.case.asked
    asked = Asked(fix=wish.fix, introduced=wish.introduced, same=before.same, other=before.other)
    return _lines(desk, opened, actor, asked)


def _same_change(desk: Desk, opened: Opened, actor: Actor, wish: SameChange) -> Done:
    return _lines(desk, opened, actor, branches.confirm(opened.case.asked, wish.commit, wish.of, actor.id, wish.same))


def _lines(desk: Desk, opened: Opened, actor: Actor, asked: Asked) -> Done:
    if refused := access.guard(actor, MoveName.SET_LINES):
        return refused  # before a repository is read for somebody
    command = branches.command(desk, opened.case, opened.policy, asked)
    if isinstance(command, Refused):
        return command
    return _alone(cases.handle(desk, opened.case.ref, command, actor))


def _tell(desk: Desk, opened: Opened, actor: Actor, _wish: TellDistributors) -> Done:
    told = telling.tell(desk, opened.case.ref, actor)
    if isinstance(told, Refused):
        return told
    after = cases.open_case(desk, opened.case.ref, actor, "distributors")
    lines = (f"{' '.join(each.name.split())} <{each.contact}>: {each.phrase}" for each in told)
    return cases.NOT_FOUND if after is None else (after.case, "\n".join(lines))


def _cite(desk: Desk, opened: Opened, actor: Actor, _wish: CiteDistributors) -> Done:
    command = telling.cite(opened.case)
    return command if isinstance(command, Refused) else _alone(cases.handle(desk, opened.case.ref, command, actor))


def _there(deed: str) -> Callable[[Desk, Opened, Actor, Any], Done]:
    """A deed on the forge: a wish that the worker carries out."""

    def ask(desk: Desk, opened: Opened, actor: Actor, wish: Any) -> Done:
        name = f"keep-{wish.keep}" if isinstance(wish, ForgeResolve) else deed
        words = wish.ghsa if isinstance(wish, ForgeLink) else wish.title if isinstance(wish, OpenIssue) else ""
        refused = wishes.ask(desk, opened, actor, name, words)
        return refused or (opened.case, "")

    return ask


def _alone(made: Case | Refused) -> Done:
    return made if isinstance(made, Refused) else (made, "")


DEEDS: Final[Mapping[str, Deed]] = {
    each.name: each
    for each in (
        Deed("invite", InviteParty, _invite),
        Deed("resend", ResendMessage, _resend),
        Deed("merge", MergeCase, _merge),
        Deed("split", SplitCase, _split),
        Deed("reopen", ReopenCase, _reopen),
        Deed("transfer", TransferCase, _transfer),
        Deed("ask-git", AskGit, _ask_git),
        Deed("same-change", SameChange, _same_change),
        Deed("tell-distributors", TellDistributors, _tell),
        Deed("cite-distributors", CiteDistributors, _cite),
        Deed("forge-push", ForgePush, _there("push")),
        Deed("forge-cve", ForgeCve, _there("cve")),
        Deed("forge-resolve", ForgeResolve, _there("keep")),
        Deed("forge-link", ForgeLink, _there("link")),
        Deed("undo", UndoMove, _undo),
        Deed("open-issue", OpenIssue, _there("open-issue")),
    )
}
"""By name."""


def unfit(wish: Wish) -> Refused | None:
    """Refuse an instant that lies outside of every calendar."""
    return out_of_range(each for each in msgspec.structs.asdict(wish).values() if isinstance(each, datetime))
