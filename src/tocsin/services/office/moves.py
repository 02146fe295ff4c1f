# SPDX-License-Identifier: Apache-2.0
"""What people can ask of a case, by name: every command that is theirs to give, as a wish to be typed.

A wish has the fields of its command, bounded, without those that the installation itself knows: ids that it mints, and
what it looks up. `FILLED` lists these; a command that needs nothing of the kind appears here by itself. Files are named
by the token that their upload was answered with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from tocsin.core import access
from tocsin.core.case import commands as cmd
from tocsin.core.case.decide import RULES
from tocsin.core.case.decide.rule import Rule
from tocsin.core.intake import MAX_FILES, Attachment
from tocsin.core.policy.changes import deadlines_moved
from tocsin.core.vocabulary import Actor, MoveName, Refused, Value
from tocsin.core.wire.access import Scope
from tocsin.services import numbering, publishing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.queries import case as query
from tocsin.services.queries.options import options

MAX_TEXT: Final = 100_000
MAX_ITEMS: Final = 1_000
FILE: Final = "api-file"
"""Purpose of the tokens that stand for files already uploaded."""

FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Instants outside of these are typing mistakes, and no calendar reaches further."""

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
FileToken = Annotated[str, msgspec.Meta(max_length=4_096)]
Number = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1_000_000_000.0)]

_OF_OTHERS: Final = frozenset({"report", "hear", "appeal"})
"""What only a reporter says; they do it by their return phrase."""

_BY_USE_CASE: Final = frozenset({"absorb", "continue", "invite", "merge-into", "resend", "split-off", "transfer"})
"""What a use case makes after reading two cases or a message, or with a secret to hand out: `deeds`."""

_BY_HAND: Final = frozenset({"break-glass", "shred"})
"""What opens or destroys a whole case: it takes a second factor, so a person at the desk."""

_WITHOUT_MOVE: Final = frozenset({"approve"})
"""Commands of people that no clause is asked about by their own name."""

_PUBLISHES: Final = frozenset({"publish", "approve", "end-embargo"})
"""What makes something public, or can: a token needs the scope `publish` for it."""


@dataclass(frozen=True)
class Ground:
    """What a wish is made into a command on. `trial` reserves nothing."""

    desk: Desk
    actor: Actor
    opened: Opened
    trial: bool = False


Filled = dict[str, Any] | Refused
Fill = Callable[[Ground, dict[str, Any]], Filled]


@dataclass(frozen=True)
class Move:
    """One move: its name, its command, and the shape of its wish."""

    name: str
    command: type[Value]
    wish: type[msgspec.Struct]
    scope: Scope
    fill: Fill

    def decide(self, ground: Ground, wish: msgspec.Struct) -> cmd.Command | Refused:
        """Make a wish into the command, with everything the installation knows; or say what is wrong with it."""
        typed = {name: getattr(wish, name) for name in wish.__struct_fields__}
        if refused := out_of_range(_instants(msgspec.to_builtins(typed, builtin_types=(datetime,)))):
            return refused
        opened = _open_files(ground, self.command, typed)
        filled = opened if isinstance(opened, Refused) else self.fill(ground, opened)
        if isinstance(filled, Refused):
            return filled
        plain = msgspec.to_builtins(filled, builtin_types=(datetime, bytes))
        made: Any = msgspec.convert({"type": self.name, **plain}, self.command, builtin_types=(datetime, bytes))
        return cast("cmd.Command", made)


# ----------------------------------------------------------------------------------- what the installation itself knows


def _as_typed(ground: Ground, typed: dict[str, Any]) -> Filled:
    return typed


def _numbered(ground: Ground, typed: dict[str, Any]) -> Filled:
    if ground.trial:
        return typed | {"advisory_id": ground.opened.case.advisory_id}
    answer = msgspec.convert(msgspec.to_builtins(typed["answer"]), cmd.Answer)
    found = numbering.numbered(ground.desk, ground.opened, ground.actor, answer)
    return found if isinstance(found, Refused) else typed | {"advisory_id": found.advisory_id}


def _proposal(ground: Ground, typed: dict[str, Any]) -> Filled:
    return typed | {"proposal": ground.desk.mint.id("prp")}


def _lead(ground: Ground, typed: dict[str, Any]) -> Filled:
    """Look the person up: by id or name, `me` for oneself, empty for nobody."""
    if not typed["lead"]:
        return typed | {"lead_name": "", "lead_roles": ()}
    offers = options(ground.desk, ground.opened.policy, ground.opened.case.project)
    lead = ground.actor.id if typed["lead"] == "me" else offers.person(typed["lead"])
    found = next((each for each in offers.people if each.id == lead), None)
    if found is None:
        return Refused(code="no-such-person", because="There is no such person in this project.", rule="assign")
    return {"lead": found.id, "lead_name": found.name, "lead_roles": found.roles}


def _author(ground: Ground, typed: dict[str, Any]) -> Filled:
    """Look the person up who cannot confirm it: by id or name, `me` for oneself; others stay as they are named."""
    if typed["author"] == "me":
        return typed | {"author": ground.actor.id}
    offers = options(ground.desk, ground.opened.policy, ground.opened.case.project)
    return typed | {"author": offers.person(typed["author"])}


def _found(ground: Ground, typed: dict[str, Any]) -> Filled:
    """What git found on a line, and what ran on it, stays where nothing else is said, as it does at the desk."""
    known = {line.line: line for line in ground.opened.case.lines}
    lines = [
        msgspec.structs.asdict(each)
        | ({"evidence": each.evidence or was.evidence, "tests": each.tests or was.tests} if was else {})
        for each in typed["lines"]
        for was in [known.get(each.line)]
    ]
    return typed | {"lines": lines}


def _same_project(ground: Ground, typed: dict[str, Any]) -> Filled:
    """Take only a case that the person may see; what is hidden looks like what is not there."""
    other = query.authorised(ground.desk, typed["of"], ground.actor.id, "case.duplicate")
    if other is None or other[1].case.project != ground.opened.case.project:
        return Refused(code="no-such-case", because="There is no such case in this project.", rule="duplicate")
    return typed


def _as_seen(ground: Ground, typed: dict[str, Any]) -> Filled:
    """Order only what is fit to be published, and what the person saw."""
    if not ground.opened.case.advisory_id:
        return typed
    made = publishing.order(
        ground.desk,
        ground.opened,
        typed["confirmation"],
        typed["digest"],
        summary=typed["summary"],
        at=typed["at"],
        seen=typed["plan"],
    )
    return made if isinstance(made, Refused) else typed | {"plan": made.plan, "targets": made.targets}


def _in_force(ground: Ground, typed: dict[str, Any]) -> Filled:
    """Adopt the project's policy in force, with the deadlines that this moves."""
    case, projects = ground.opened.case, ground.desk.projects
    info = projects.get(case.project)
    if info is None:
        return Refused(code="not-found", because="There is no such project.", rule="adopt-policy")
    policy = projects.policy(info.id, info.policy)
    return {"policy": policy.version, "moved": deadlines_moved(ground.opened.policy, policy, case)}


FILLED: Final[Mapping[str, tuple[tuple[str, ...], Fill]]] = {
    "accept": (("advisory_id",), _numbered),
    "adopt-policy": (("policy", "moved"), _in_force),
    "assign": (("lead_name", "lead_roles"), _lead),
    "decide-embargo": (("proposal",), _proposal),
    "duplicate": ((), _same_project),
    "propose-embargo": (("proposal",), _proposal),
    "publish": (("targets",), _as_seen),
    "say": (("automatic",), _as_typed),
    "set-fix": ((), _author),
    "set-lines": ((), _found),
}
"""For some moves: the fields that are not asked for, and who knows them."""

CHOICES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "end-embargo": {"why": ("leaked", "early")},
    "observe": {"bit": ("P", "X", "A")},
    "set-cve": {"state": ("reserved", "published", "rejected")},
}
"""Words that a command keeps as text and people choose from."""


# --------------------------------------------------------------------------------------------------------- the registry


@cache
def moves() -> Mapping[str, Move]:
    """Every move by its name, in the order of the commands."""
    return {each.name: each for each in map(_move, get_args(cmd.Command)) if _is_of_people(each)}


def _is_of_people(move: Move) -> bool:
    asked = RULES[move.command].move is not Rule.__dataclass_fields__["move"].default
    return move.name in _WITHOUT_MOVE or (asked and move.name not in _OF_OTHERS | _BY_USE_CASE | _BY_HAND)


def _move(command: type[Value]) -> Move:
    name = str(command.__struct_config__.tag)
    known, fill = FILLED.get(name, ((), _as_typed))
    return Move(
        name=name,
        command=command,
        wish=_bounded(command, command.__name__, known, tuple(CHOICES.get(name, {}).items())),
        scope=Scope.PUBLISH if name in _PUBLISHES else Scope.WRITE,
        fill=fill,
    )


@cache
def _bounded(
    struct: type[msgspec.Struct],
    name: str,
    leave_out: tuple[str, ...] = (),
    choices: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> type[msgspec.Struct]:
    """Make the shape of a wish: the fields of `struct`, every text, list and instant bounded."""
    hints = get_type_hints(struct, include_extras=True)
    hints |= {field: Literal[words] for field, words in choices}
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field in msgspec.structs.fields(struct):
        if field.name in leave_out:
            continue
        kind = _bound(hints[field.name])
        if field.required:
            fields.append((field.name, kind))
        elif isinstance(field.default, msgspec.Struct):
            default = _bounded(type(field.default), type(field.default).__name__)()
            fields.append((field.name, kind, default))
        else:
            fields.append((field.name, kind, field.default))
    made: type[msgspec.Struct] = msgspec.defstruct(
        name, fields, frozen=True, kw_only=True, forbid_unknown_fields=True, namespace={"__doc__": struct.__doc__}
    )
    return made


def _bound(kind: Any) -> Any:
    plain = {str: Text, datetime: Instant, int: Number, float: Share, Attachment: FileToken}
    if isinstance(kind, type) and kind in plain:
        return plain[kind]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _bounded(kind, kind.__name__)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple and inner[1:] == (Ellipsis,):
        most = MAX_FILES if inner[0] is Attachment else MAX_ITEMS
        item: Any = _bound(inner[0])
        return Annotated[tuple[item, ...], msgspec.Meta(max_length=most)]
    if origin in (Union, UnionType):
        return reduce(or_, map(_bound, inner))
    return kind


def out_of_range(found: Iterable[datetime]) -> Refused | None:
    """Refuse instants that no calendar reaches."""
    if all(FIRST <= each < LAST for each in found):
        return None
    because = f"An instant lies between {FIRST.year} and {LAST.year}."
    return Refused(code="instant-unfit", because=because, rule="api", missing=("an instant",))


def _instants(value: Any) -> Iterator[datetime]:
    match value:
        case datetime():
            yield value
        case dict():
            for each in value.values():
                yield from _instants(each)
        case list() | tuple():
            for each in value:
                yield from _instants(each)


_SPELT: Final[Mapping[str, MoveName]] = {
    "observe": MoveName.NOTE,
    "reconsider": MoveName.INVESTIGATE,
    "say": MoveName.NOTE,
    "withdraw": MoveName.DRAFT_ADVISORY,
}
"""Moves whose permission has another name than theirs."""


def permitted(actor: Actor, move: Move) -> bool:
    """Whether the actor's roles include the move, as far as its name alone can tell."""
    named = _SPELT.get(move.name, move.name)
    if named in set(MoveName):
        return access.may_move(actor, MoveName(named))
    return any(access.may_move(actor, each) for each in MoveName)


# ---------------------------------------------------------------------------------------------------------------- files


def seal_file(desk: Desk, person: str, file: Attachment, lasts: timedelta) -> str:
    """Seal a file that was stored into a token that only this person can name in a move."""
    return desk.tokens.seal(file, f"{FILE} {person}", desk.now() + lasts)


def _open_files(ground: Ground, command: type[Value], typed: dict[str, Any]) -> Filled:
    hints = get_type_hints(command)
    found = dict(typed)
    for name, tokens in typed.items():
        if get_args(hints[name])[:1] != (Attachment,):
            continue
        purpose, now = f"{FILE} {ground.actor.id}", ground.desk.now()
        opened = [ground.desk.tokens.open(token, purpose, now, Attachment) for token in tokens]
        if None in opened:
            return Refused(code="no-such-file", because="Upload the file again: this token names none.", rule="files")
        found[name] = tuple({each.blob: each for each in opened if each}.values())
    return found
