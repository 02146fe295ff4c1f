# SPDX-License-Identifier: Apache-2.0
"""The doors through which words leave, each with the egress guard in front: moves that others read, advisories,
notices. What holds a secret stays here, with the reason; nobody is asked to be careful."""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.core import egress
from tocsin.core.advisory.checks import Problem
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import commands as cmd
from tocsin.core.vocabulary import Actor, ActorKind, Audience, Refused
from tocsin.services.app import Desk

_STAYS: Final = (cmd.Investigate, cmd.Assign)
"""Moves whose words only the team reads."""


def held(desk: Desk, value: msgspec.Struct, what: str = "This text") -> Refused | None:
    """Refuse a value one of whose texts holds a secret; None where nothing is wrong."""
    texts = egress.strings(msgspec.to_builtins(value))
    return egress.held(texts, desk.guard.words, desk.guard.canaries, what)


def held_move(desk: Desk, command: cmd.Command, actor: Actor) -> Refused | None:
    """Refuse a person's move whose words would leave the desk and hold a secret. What reporters write comes in, and is
    kept whatever it holds."""
    if actor.kind is not ActorKind.PERSON or isinstance(command, _STAYS):
        return None
    if isinstance(command, cmd.Say) and command.audience is Audience.TEAM:
        return None
    return held(desk, command)


def in_advisory(desk: Desk, advisory: Advisory) -> tuple[Problem, ...]:
    """Problems of an advisory that holds a secret, or names one that nobody may know of yet: with one of these it is
    not published."""
    refused = held(desk, advisory, "The advisory")
    secrets = refused.missing if refused else ()
    found = [Problem(field="details", message=f"it holds a secret: {each}") for each in secrets]
    successor = advisory.superseded_by
    card = desk.shelf.card(successor) if successor else None
    if successor and (card is None or card.project != advisory.project.id):
        message = f"{successor} is no public advisory of the project: publish it first, or its existence would be told"
        found.append(Problem(field="superseded_by", message=message))
    return tuple(found)
