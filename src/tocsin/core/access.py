# SPDX-License-Identifier: Apache-2.0
"""Who may do what: one table of role and action, read by every door.

Reading and moving are asked separately. Somebody without any role in the project may not even learn that a case
exists: the doors answer *not found*. Sessions, second factors and tokens belong to the doors and to boot.
"""

from __future__ import annotations

from typing import Final

from tocsin.core.vocabulary import Actor, ActorKind, MoveName, Refused, Role

M = MoveName

_TALK: Final = frozenset({M.REPLY, M.NOTE, M.NEED_INFO, M.WRITE, M.RESEND})
_JOIN: Final = frozenset({M.INVITE, M.MERGE, M.SPLIT})
_TRIAGE: Final = (
    _TALK
    | {M.PARTY, M.SHARE}
    | {M.ASSIGN, M.INVESTIGATE, M.ACCEPT, M.REJECT, M.DUPLICATE, M.SCORE, M.SET_LINES, M.SET_CVE}
)
_FIX: Final = frozenset({M.SET_FIX, M.CONFIRM_FIX, M.SET_LINES})
_EMBARGO: Final = frozenset({M.PROPOSE_EMBARGO, M.ACCEPT_EMBARGO, M.REJECT_EMBARGO})
_ADVISE: Final = frozenset({M.DRAFT_ADVISORY, M.SET_CVE, M.SCORE})
_FINAL: Final = frozenset({M.DECIDE_EMBARGO, M.END_EMBARGO, M.CLOSE, M.ADOPT_POLICY, M.TRANSFER, M.TARGETS})
_CUSTODY: Final = frozenset({M.SHRED, M.BREAK_GLASS})

ROLE_MOVES: Final[dict[Role, frozenset[MoveName]]] = {
    Role.OWNER: _TRIAGE | _JOIN | _FIX | _EMBARGO | _ADVISE | _FINAL | _CUSTODY | {M.PUBLISH},
    Role.MAINTAINER: _TRIAGE | _JOIN | _FIX | _EMBARGO | _ADVISE | _FINAL | _CUSTODY,
    Role.RELEASE_MANAGER: _TALK | _FIX | _EMBARGO | _ADVISE,
    Role.TRIAGER: _TRIAGE,
    Role.PUBLISHER: _TALK | _ADVISE | {M.PUBLISH, M.TARGETS},
    Role.COORDINATOR: _TRIAGE | _JOIN | _EMBARGO | _ADVISE,
    Role.DISTRIBUTOR: frozenset(),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset({M.BREAK_GLASS}),
}
"""What each role may move. A distributor sees packages, never a case; an auditor reads and moves nothing. An
administrator sees no case, and may ask somebody else to agree that they do: `core.case.decide.custody`."""

READERS: Final = frozenset(Role) - {Role.DISTRIBUTOR, Role.ADMINISTRATOR}
"""Roles that may open a case of their project."""

REPORTER_MOVES: Final = frozenset(
    {M.REPORT, M.REPLY, M.APPEAL, M.PROPOSE_EMBARGO, M.ACCEPT_EMBARGO, M.REJECT_EMBARGO, M.CONFIRM_FIX}
    | {M.SHARE, M.PARTY}
)
"""What the holder of a return phrase may do in their own case."""

PARTY_MOVES: Final = frozenset({M.REPLY, M.PARTY, M.PROPOSE_EMBARGO, M.ACCEPT_EMBARGO, M.REJECT_EMBARGO})
"""What another party to a case may do by a return phrase of its own: speak for itself, never about others."""


def may_read(actor: Actor) -> bool:
    """Say whether the actor may open cases of the project its roles belong to."""
    return actor.kind is ActorKind.SYSTEM or bool(actor.roles & READERS)


def may_move(actor: Actor, move: MoveName) -> bool:
    """Say whether the actor may make this move; policy and protocol may still refuse it."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.CLOCK):
        return True
    if actor.kind is ActorKind.REPORTER:
        return move in REPORTER_MOVES
    if actor.kind is ActorKind.PARTY:
        return move in PARTY_MOVES
    return any(move in ROLE_MOVES[role] for role in actor.roles)


def guard(actor: Actor, move: MoveName) -> Refused | None:
    """Refuse a move that none of the actor's roles allows, naming the roles that would."""
    if may_move(actor, move):
        return None
    allowed = tuple(role.value for role in Role if move in ROLE_MOVES[role])
    return Refused(
        code="not-permitted",
        because=f"Your roles in this project do not include “{move.value}”. Ask somebody who holds one of: "
        + ", ".join(allowed)
        + ".",
        rule="access",
        missing=allowed,
    )
