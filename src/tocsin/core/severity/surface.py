# SPDX-License-Identifier: Apache-2.0
"""Turns a reporter's answers about the attack surface into a provisional CVSS vector (S30).

People who report answer in everyday words; this table maps the words to metrics. Whatever they left open is taken at
its worst and listed as assumed, so that the triager sees what is a guess. The result is a draft and never authoritative
(S43). Source: CVSS v3.1 specification 2 and v4.0 specification 2 (metric definitions).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import msgspec

from tocsin.core.vocabulary import Value


class Reach(StrEnum):
    """From where the attacker acts."""

    NETWORK = "network"
    ADJACENT = "adjacent"
    LOCAL = "local"
    PHYSICAL = "physical"


class Login(StrEnum):
    """What account the attacker must have."""

    NONE = "none"
    USER = "user"
    ADMIN = "admin"


class Effect(StrEnum):
    """How much of something is lost: nothing, some, all."""

    NOTHING = "nothing"
    SOME = "some"
    ALL = "all"


class AttackSurface(Value):
    """The reporter's answers; None means not answered. `read`, `change` and `stop` are what the attacker gains."""

    reach: Reach | None = None
    login: Login | None = None
    needs_victim: bool | None = None
    read: Effect | None = None
    change: Effect | None = None
    stop: Effect | None = None


class Draft(Value):
    """A provisional vector and the metrics that nobody answered for."""

    vector: str
    assumed: tuple[str, ...] = ()


def spell(surface: AttackSurface) -> tuple[str, ...]:
    """Write the answers that were given as a report keeps them: `reach=network`, `needs_victim=false`."""
    return tuple(f"{name}={answer}".lower() for name, answer in msgspec.to_builtins(surface).items())


def understand(words: Iterable[str]) -> AttackSurface:
    """Read what `spell` wrote; where a word is none of ours, nothing was answered."""
    given = dict(word.partition("=")[::2] for word in words)
    try:
        return msgspec.convert(given, AttackSurface, strict=False)
    except msgspec.ValidationError:
        return AttackSurface()


_REACH: Final = {Reach.NETWORK: "N", Reach.ADJACENT: "A", Reach.LOCAL: "L", Reach.PHYSICAL: "P"}
_LOGIN: Final = {Login.NONE: "N", Login.USER: "L", Login.ADMIN: "H"}
_EFFECT: Final = {Effect.NOTHING: "N", Effect.SOME: "L", Effect.ALL: "H"}


def draft(surface: AttackSurface, version: str = "3.1") -> Draft:
    """Provisional vector of version 3.0, 3.1 or 4.0; raises ValueError for another version.

    Complexity, scope and what lies beyond the component are never asked on the form, so they are always assumed.
    """
    reach = _REACH[surface.reach] if surface.reach else "N"
    login = _LOGIN[surface.login] if surface.login else "N"
    effects = [_EFFECT[effect] if effect else "H" for effect in (surface.read, surface.change, surface.stop)]
    if version in ("3.0", "3.1"):
        victim = "R" if surface.needs_victim else "N"
        head = f"CVSS:{version}/AV:{reach}/AC:L/PR:{login}/UI:{victim}/S:U"
        names = ("C", "I", "A")
        return Draft(vector=head + _impact(names, effects), assumed=(*_open(surface, names), "AC", "S"))
    if version == "4.0":
        victim = "P" if surface.needs_victim else "N"
        head = f"CVSS:4.0/AV:{reach}/AC:L/AT:N/PR:{login}/UI:{victim}"
        names = ("VC", "VI", "VA")
        vector = head + _impact(names, effects) + "/SC:N/SI:N/SA:N"
        return Draft(vector=vector, assumed=(*_open(surface, names), "AC", "AT", "SC", "SI", "SA"))
    raise ValueError(f"no CVSS version {version}")


def _impact(names: tuple[str, str, str], effects: list[str]) -> str:
    return "".join(f"/{name}:{effect}" for name, effect in zip(names, effects, strict=True))


def _open(surface: AttackSurface, names: tuple[str, str, str]) -> tuple[str, ...]:
    answers = (surface.reach, surface.login, surface.needs_victim, surface.read, surface.change, surface.stop)
    return tuple(name for name, answer in zip(("AV", "PR", "UI", *names), answers, strict=True) if answer is None)
