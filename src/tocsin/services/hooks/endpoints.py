# SPDX-License-Identifier: Apache-2.0
"""Who is told by webhook: endpoints of a project, each with a secret that is made from ours and stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from tocsin.core import access, webhooks
from tocsin.core.vocabulary import Actor, MoveName, ProjectId, Refused
from tocsin.services.app import Desk, Front, Holder
from tocsin.services.book import Book, Kept
from tocsin.services.ports.machine import Facts
from tocsin.services.ports.tokens import Tokens

OVERLAP: Final = timedelta(hours=24)
"""How long the old secret signs too, after a new one was made."""

FRESH: Final = timedelta(seconds=10)
"""How long a process may go without asking whether somebody is told by webhook."""

_READ: Final[WeakKeyDictionary[Facts, tuple[datetime | None, frozenset[str]]]] = WeakKeyDictionary()

ON: Final = "on"
OFF: Final = "off"


class Endpoint(msgspec.Struct, frozen=True):
    """One receiver. `types` are what it is told, all of them where it is empty. `failing_since` is when it began to
    fail, `not_before` when it may be tried again; `off_because` says why it is tried no more. One that is
    `public` is somebody who subscribed: it learns what is published, and nothing of cases."""

    url: str
    made_at: datetime
    by: str = ""
    types: tuple[str, ...] = ()
    generation: int = 1
    renewed_at: datetime | None = None
    failing_since: datetime | None = None
    not_before: datetime | None = None
    tries: int = 0
    off_because: str = ""
    public: bool = False

    def wants(self, kind: str) -> bool:
        """Whether it is told of events of this type."""
        return not self.off_because and (not self.types or kind in self.types or kind == "webhook.test")


def endpoints(desk: Desk) -> Book[Endpoint]:
    """Every endpoint."""
    return Book(desk, "webhook", Endpoint)


def decides(actor: Actor | None) -> bool:
    """Whether somebody may set webhooks up: they tell about every case, so it takes whoever may close one."""
    return actor is not None and access.may_move(actor, MoveName.CLOSE)


def fact(project: ProjectId) -> str:
    """Name of the fact that says whether a project has any."""
    return f"webhooks/{project}"


def add(desk: Desk, project: ProjectId, url: str, types: Iterable[str], by: str) -> tuple[str, str] | Refused:
    """Add an endpoint; returns its id and its secret, which can be shown again. Refuses what is no https address."""
    wanted = tuple(types)
    if not webhooks.is_receiver(url, "https", "http"):
        because = "A webhook goes to an https address without a name and a password in it."
        return Refused(code="address", because=because, rule="webhooks")
    if unknown := [each for each in wanted if each not in webhooks.NAMES]:
        because = f"There is no event {unknown[0]}."
        return Refused(code="unknown-event", because=because, rule="webhooks", missing=webhooks.NAMES)
    name = desk.mint.id("whk")
    endpoints(desk).add(project, name, Endpoint(url=url, made_at=desk.now(), by=by, types=wanted))
    desk.machine.facts.note(fact(project), ON, desk.now())
    return name, webhooks.secret(raw(desk.tokens, name, 1))


def remove(desk: Desk, project: ProjectId, name: str) -> bool:
    """Forget an endpoint; what waits for it is forgotten when its turn comes."""
    kept = endpoints(desk).get(project, name)
    gone = kept is not None and endpoints(desk).remove(kept)
    if not _any(desk, project):
        desk.machine.facts.note(fact(project), OFF, desk.now())
        if _any(desk, project):  # somebody added one between the look and the note
            desk.machine.facts.note(fact(project), ON, desk.now())
    return gone


def _any(desk: Desk, project: ProjectId) -> bool:
    return next(iter(endpoints(desk).all(project)), None) is not None


def renew(desk: Desk, kept: Kept[Endpoint]) -> str:
    """Make a new secret; the old one signs too for a day."""
    fresh = msgspec.structs.replace(kept.value, generation=kept.value.generation + 1, renewed_at=desk.now())
    endpoints(desk).change(kept, fresh)
    return webhooks.secret(raw(desk.tokens, kept.id, fresh.generation))


def switch_on(desk: Desk, kept: Kept[Endpoint]) -> Kept[Endpoint]:
    """Try an endpoint again that was switched off."""
    fresh = msgspec.structs.replace(kept.value, off_because="", failing_since=None, not_before=None, tries=0)
    return endpoints(desk).change(kept, fresh)


def raw(tokens: Tokens, name: str, generation: int) -> bytes:
    """The secret of an endpoint."""
    return tokens.mark("webhook", f"{name}/{generation}")


def secrets(desk: Desk, kept: Kept[Endpoint]) -> tuple[bytes, ...]:
    """The secrets that sign now, the newest first."""
    value = kept.value
    made = [value.generation]
    if value.renewed_at and desk.now() < value.renewed_at + OVERLAP:
        made.append(value.generation - 1)
    return tuple(raw(desk.tokens, kept.id, each) for each in made)


def wanted(holder: Holder, project: ProjectId) -> bool:
    """Whether events of a project are to be made into webhooks: asked at every change, so the answer is kept for
    some seconds."""
    facts: Facts | None = holder.facts if isinstance(holder, Front) else holder.machine.facts
    if facts is None:
        return False
    now = holder.now()
    read_at, known = _READ.get(facts, (None, frozenset()))
    if read_at is None or not timedelta() <= now - read_at < FRESH:
        found = facts.all().items()
        known = frozenset(name for name, each in found if name.startswith("webhooks/") and each.value == ON)
        _READ[facts] = (now, known)
    return fact(project) in known
