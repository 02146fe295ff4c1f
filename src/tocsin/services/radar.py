# SPDX-License-Identifier: Apache-2.0
"""The leak radar over an installation's embargoes: what must not be seen of each case, and what follows when it is.

Watched are the patches that lie in a case as files (`.patch`, `.diff`), its reference, its advisory's id and a CVE id
that is not published. Looking at a case for this is a look like any other and stands in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.radar import Hit, Strength, Watched
from tocsin.core.vocabulary import Actor, Refused
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import case as query
from tocsin.services.queries import thread

PAGE: Final = 100
LARGEST: Final = 2 * 1024 * 1024
"""A patch that is larger is read so far."""

_SUFFIXES: Final = (".patch", ".diff")


def watched(desk: Desk, person: str) -> Iterator[Watched]:
    """Yield what must not be seen of each case under embargo, or accepted and not public, that `person` may read."""
    projects = desk.people.projects(person)
    if not projects:
        return
    for phase in ("accepted", "embargo", "publishing"):
        asked = InboxQuery(projects=projects, open=None, phase=phase, limit=PAGE)
        while page := desk.inbox.page(asked):
            for row in page:
                found = query.authorised(desk, row.case, person, "radar")
                if found and not found[1].case.public:
                    yield _watched(desk, found[1])
            asked = msgspec.structs.replace(asked, after=(page[-1].next_due, page[-1].case))


def _watched(desk: Desk, opened: Opened) -> Watched:
    case = opened.case
    return Watched(case=case.ref, diff="\n".join(_patches(desk, opened)), words=_words(case))


def _words(case: Case) -> tuple[str, ...]:
    reserved = case.cve_id if case.cve_state != "published" else ""
    return tuple(filter(None, (case.ref, case.advisory_id, reserved)))


def _patches(desk: Desk, opened: Opened) -> Iterator[str]:
    places, ref = sealing.Places(desk.sealer.instance), opened.case.ref
    for entry in sealing.open_entries(places, opened.key, ref, desk.journal.entries(ref)):
        for attachment in thread.attachments(entry.event):
            if attachment.name.lower().endswith(_SUFFIXES):
                yield _start(desk.blobs.open(attachment.blob, attachment.key))


def _start(chunks: Iterator[bytes]) -> str:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) >= LARGEST:
            break
    return bytes(body[:LARGEST]).decode("utf-8", "replace")


def act_on(desk: Desk, hit: Hit, actor: Actor, where: str) -> Case | Refused | None:
    """Record that a case is public because its whole fix was seen; nothing for less, which is for a person to judge.

    The embargo ends with it by the protocol (em.4), and the policy's path for what is already public begins.
    """
    if hit.strength is not Strength.SAME:
        return None
    note = f"the fix stands in a public commit: {hit.where[:40]} of {where}"[:1000]
    return cases.handle(desk, hit.case, cmd.Observe(bit="P", note=note), actor)
