# SPDX-License-Identifier: Apache-2.0
"""Deliveries of webhooks: made of an event once, sent until they arrive, kept a week so that they can be sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from tocsin.core import webhooks
from tocsin.core.case.deeds import Happened
from tocsin.core.vocabulary import CaseRef, ProjectId, Refused
from tocsin.services import incident
from tocsin.services.app import Desk
from tocsin.services.book import Book, Kept
from tocsin.services.hooks.endpoints import Endpoint, endpoints, secrets, switch_on
from tocsin.services.ports.http import Held
from tocsin.services.ports.machine import Alarm
from tocsin.services.ports.store import Conflict

BATCH: Final = 200
KEPT: Final = timedelta(days=7)
LEAST: Final = timedelta(minutes=1)
MOST: Final = timedelta(minutes=10)
GIVEN_UP: Final = timedelta(days=5)
"""After so long without an answer an endpoint is switched off."""

LEASE: Final = timedelta(minutes=2)
GONE: Final = 410


class State(StrEnum):
    """How far a delivery is."""

    WAITS = "waits"
    ARRIVED = "arrived"
    DROPPED = "dropped"


class Delivery(msgspec.Struct, frozen=True):
    """One event on its way to one endpoint. `message` is its id, the same at every try and for every endpoint."""

    endpoint: str
    message: str
    told: webhooks.Told
    state: State = State.WAITS
    tries: int = 0
    status: int = 0
    error: str = ""
    last_at: datetime | None = None


def deliveries(desk: Desk) -> Book[Delivery]:
    """Every delivery."""
    return Book(desk, "webhook-delivery", Delivery)


def happened(desk: Desk, project: ProjectId, deed: Happened, effect: str) -> int:
    """Make deliveries of an event, one for each endpoint that wants it; repeating it makes none."""
    kind = webhooks.TYPES.get(deed.what)
    return tell(desk, project, kind, {"case": deed.case, "project": project, "url": address(desk, deed.case)}, deed.at,
                effect) if kind else 0  # fmt: skip


def address(desk: Desk, case: CaseRef) -> str:
    """Where the team reads about a case."""
    return f"{desk.site.desk_url}/c/{case}"


def tell(desk: Desk, project: ProjectId, kind: str, data: dict[str, str], at: datetime, about: str) -> int:
    """Queue an event for every endpoint of the project's own that wants it; `about` names the event for good."""
    ours = frozenset(each.id for each in endpoints(desk).all(project) if not each.value.public)
    return tell_public(desk, project, kind, data, at, about, ours)


def tell_public(
    desk: Desk, project: ProjectId, kind: str, data: dict[str, str], at: datetime, about: str, to: frozenset[str]
) -> int:
    """Queue an event for those endpoints of `to` that want it."""
    told = webhooks.Told(type=kind, timestamp=at, data=data)
    named = message(desk, project, about)
    return deliveries(desk).add_new(
        project,
        [
            (f"{each.id[-12:]}.{named}", Delivery(endpoint=each.id, message=named, told=told), desk.now())
            for each in endpoints(desk).all(project)
            if each.id in to and each.value.wants(kind)
        ],
    )


def message(desk: Desk, project: ProjectId, about: str) -> str:
    """The id under which an event is delivered, the same for every endpoint."""
    return "msg_" + desk.tokens.mark("webhook-message", f"{project}/{about}").hex()[:32]


def drain(desk: Desk) -> tuple[int, int]:
    """Send what is due; returns how many arrived and how many have to be tried again. In a panic all of it waits."""
    if incident.halted(desk):
        return 0, 0
    arrived = failed = 0
    stopped: set[str] = set()
    for kept in deliveries(desk).due(desk.now(), BATCH):
        if incident.halted(desk):  # a panic may begin between two of them
            break
        if kept.value.state is not State.WAITS:
            deliveries(desk).remove(kept)
            continue
        receiver = endpoints(desk).get(kept.project, kept.value.endpoint)
        if receiver is None or receiver.value.off_because:
            _put(desk, kept, state=State.DROPPED, error="no such endpoint any more", due=desk.now() + KEPT)
            continue
        waits = receiver.value.not_before
        if receiver.id in stopped or (waits and waits > desk.now()):
            stopped.add(receiver.id)
            _put(desk, kept, due=max(waits or desk.now(), desk.now() + LEAST))
            continue
        if send(desk, kept, receiver):
            arrived += 1
        else:
            stopped.add(receiver.id)
            failed += 1
    return arrived, failed


def send(desk: Desk, kept: Kept[Delivery], receiver: Kept[Endpoint]) -> bool:
    """Send one delivery now; whether it arrived. Of two processes at once one sends."""
    claimed = _put(desk, kept, due=desk.now() + LEASE, tries=kept.value.tries + 1)
    if claimed is None:
        return False
    content, at = webhooks.body(kept.value.told), desk.now()
    said = webhooks.headers(secrets(desk, receiver), kept.value.message, at, content)
    status, error = 0, ""
    try:
        answer = desk.outside.http(
            "POST", receiver.value.url, headers={**said, "Content-Type": "application/json"}, body=content
        )
        status = answer.status
        error = "" if answer.ok else f"answered {answer.status}"
    except Held as held:
        error = held.because
    except OSError as wrong:
        error = str(wrong)
    if error:
        again = _failed(desk, receiver, status, error)
        _put(desk, claimed, due=again, status=status, error=error, last_at=at)
        return False
    _put(desk, claimed, state=State.ARRIVED, due=at + KEPT, status=status, error="", last_at=at)
    if receiver.value.failing_since:
        fresh = msgspec.structs.replace(receiver.value, failing_since=None, not_before=None, tries=0)
        if _noted(desk, receiver, fresh):
            _wake(desk, receiver)
    return True


def _wake(desk: Desk, receiver: Kept[Endpoint]) -> None:
    """Have what waited for an endpoint go out now that it answers."""
    for each in deliveries(desk).all(receiver.project):
        if each.value.endpoint == receiver.id and each.value.state is State.WAITS:
            _put(desk, each, due=desk.now())


def _failed(desk: Desk, receiver: Kept[Endpoint], status: int, error: str) -> datetime:
    """Note that an endpoint failed; returns when it may be tried again."""
    now, was = desk.now(), receiver.value
    since, tries = was.failing_since or now, was.tries + 1
    wait: timedelta = min(LEAST * (1 << min(tries - 1, 4)), MOST)
    off = "it says that it is gone" if status == GONE else "it failed for five days" if now - since > GIVEN_UP else ""
    fresh = msgspec.structs.replace(was, failing_since=since, tries=tries, not_before=now + wait, off_because=off)
    if _noted(desk, receiver, fresh) and off:
        desk.machine.alarms.sound(Alarm(at=now, kind="webhook-off", place=f"webhook.{receiver.project}"))
    return now + wait


def _noted(desk: Desk, receiver: Kept[Endpoint], value: Endpoint) -> bool:
    """Write down how an endpoint does; False where somebody changed it meanwhile, whose word then holds."""
    try:
        endpoints(desk).change(receiver, value)
    except Conflict:
        return False
    return True


def _put(desk: Desk, kept: Kept[Delivery], due: datetime, **changes: Any) -> Kept[Delivery] | None:
    """Write a delivery down; None where another process did meanwhile."""
    try:
        return deliveries(desk).change(kept, msgspec.structs.replace(kept.value, **changes), due)
    except Conflict:
        return None


def of(desk: Desk, project: ProjectId, endpoint: str = "") -> Iterator[Kept[Delivery]]:
    """Deliveries of a project that are remembered."""
    return (each for each in deliveries(desk).all(project) if endpoint in ("", each.value.endpoint))


def again(desk: Desk, project: ProjectId, name: str) -> Kept[Delivery] | Refused:
    """Send a delivery again, whatever became of it: same id, same body, a signature of now."""
    kept = deliveries(desk).get(project, name)
    if kept is None:
        return Refused(code="not-found", because="There is no such delivery any more.", rule="webhooks")
    return _put(desk, kept, due=desk.now(), state=State.WAITS) or kept


def test(desk: Desk, kept: Kept[Endpoint]) -> Kept[Delivery]:
    """Send a test event to an endpoint now, switched on again if need be; returns what became of it."""
    receiver, project = switch_on(desk, kept), kept.project
    tell(desk, project, "webhook.test", {"project": project}, desk.now(), desk.mint.id("tst"))
    found = [each for each in of(desk, project, receiver.id) if each.value.told.type == "webhook.test"]
    last = max(found, key=lambda each: (each.value.told.timestamp, each.value.state is State.WAITS))
    send(desk, last, receiver)
    return deliveries(desk).get(project, last.id) or last
