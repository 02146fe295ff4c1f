# SPDX-License-Identifier: Apache-2.0
"""Whether what goes out arrives, found out by sending it: a test mail in the name of each project, and a test event to
each of its webhooks. Nothing of a case is in either. Subscribers' webhooks are not asked: they wanted advisories.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.core.vocabulary import ProjectId, Refused
from tocsin.services.app import Desk
from tocsin.services.hooks import deliveries
from tocsin.services.hooks.endpoints import endpoints
from tocsin.services.post import probe


class Probe(msgspec.Struct, frozen=True):
    """One thing that was sent: by `mail` or `webhook`, where to, whether it arrived, and what was answered."""

    project: ProjectId
    by: str
    to: str
    arrived: bool
    answer: str


def deliver(desk: Desk, address: str) -> Iterator[Probe]:
    """Send a test mail of every project to `address`, and a test event to every webhook that is on; each is tried once,
    and tells what came of it."""
    for project in desk.projects.all():
        yield _mail(desk, project.id, address)
        yield from _webhooks(desk, project.id)


def _mail(desk: Desk, project: ProjectId, address: str) -> Probe:
    try:
        done = probe.send(desk, project, address)
    except OSError as error:
        return Probe(project=project, by="mail", to=address, arrived=False, answer=str(error))
    if isinstance(done, Refused):
        return Probe(project=project, by="mail", to=address, arrived=False, answer=done.because)
    answer = f"{done.fate.value}, the server answered {done.code or 'nothing'}"
    return Probe(project=project, by="mail", to=address, arrived=done.fate.value == "sent", answer=answer)


def _webhooks(desk: Desk, project: ProjectId) -> Iterator[Probe]:
    ours = [each for each in endpoints(desk).all(project) if not each.value.public]
    if not ours:
        return
    about = desk.mint.id("tst")
    deliveries.tell(desk, project, "webhook.test", {"project": project}, desk.now(), about)
    message = deliveries.message(desk, project, about)
    waiting = {each.value.endpoint: each for each in deliveries.of(desk, project) if each.value.message == message}
    for receiver in ours:
        kept = waiting.get(receiver.id)
        if kept is None:
            answer = f"off: {receiver.value.off_because}"
            yield Probe(project=project, by="webhook", to=receiver.value.url, arrived=False, answer=answer)
            continue
        deliveries.send(desk, kept, receiver)
        found = (deliveries.deliveries(desk).get(project, kept.id) or kept).value
        answer = f"{found.status or 'no answer'} {found.error}".strip()
        arrived = found.state is deliveries.State.ARRIVED
        yield Probe(project=project, by="webhook", to=receiver.value.url, arrived=arrived, answer=answer)
