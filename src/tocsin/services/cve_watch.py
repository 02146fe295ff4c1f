# SPDX-License-Identifier: Apache-2.0
"""Looks whether somebody changed our records at CVE Services, and tells people; nothing is ever written over.

One request a look for what changed since the last one; what reads otherwise than the newest published advisory sounds
an alarm, once a day for each record.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tocsin.core.advisory.model import Advisory
from tocsin.core.formats.cve import container, differences
from tocsin.core.vocabulary import ProjectId
from tocsin.services.app import Desk
from tocsin.services.ports.cna import Cna
from tocsin.services.ports.machine import Alarm
from tocsin.services.ports.targets import Rejected, Trouble
from tocsin.services.publication import RECORD

FOREIGN_EDIT: Final = "cve-foreign-edit"
EVERY: Final = timedelta(minutes=10)
OVERLAP: Final = timedelta(minutes=1)
_ADVISORY: Final = msgspec.json.Decoder(Advisory)
_log = logging.getLogger("tocsin.cve")


def look(desk: Desk) -> int:
    """Look at every project's records that changed; returns how many read otherwise. Trouble waits for another look."""
    return sum(_look(desk, project, cna) for project, cna in desk.cnas.items())


def _look(desk: Desk, project: ProjectId, cna: Cna) -> int:
    now, name = desk.now(), f"cve/looked/{project}"
    fact = desk.machine.facts.get(name)
    try:
        changed = cna.changed_since((fact.at if fact else now - EVERY) - OVERLAP)
    except (Trouble, Rejected) as error:
        _log.warning("the CVE records of %s were not looked at: %s", project, error)
        return 0
    published = _published(desk, project) if changed else {}
    found = [number for record in changed if (number := _foreign(record, published))]
    for number in found:
        desk.machine.alarms.sound(Alarm(at=now, kind=FOREIGN_EDIT, place=number))
    desk.machine.facts.note(name, "", now)
    return len(found)


def _published(desk: Desk, project: ProjectId) -> Mapping[str, Advisory]:
    """The newest published record of every CVE id of a project."""
    found: dict[str, Advisory] = {}
    after: tuple[datetime, str] | None = None
    while cards := desk.shelf.cards(project, after):
        for card in cards:
            stored = desk.shelf.document(card.id, RECORD) if card.cve_id else None
            if stored is not None:
                found[card.cve_id] = _ADVISORY.decode(stored.body)
        after = (cards[-1].published_at, cards[-1].id)
    return found


def _foreign(record: Mapping[str, Any], published: Mapping[str, Advisory]) -> str:
    """The id of a record that reads otherwise than what we published; "" for one that does not, or is none of these."""
    try:
        number, state = str(record["cveMetadata"]["cveId"]), record["cveMetadata"]["state"]
        theirs = record["containers"]["cna"]
    except (KeyError, TypeError):
        return ""
    ours = published.get(number)
    if ours is None:
        return ""
    sent = msgspec.json.decode(msgspec.json.encode(container(ours)))
    return number if state != "PUBLISHED" or differences(sent, theirs) else ""
