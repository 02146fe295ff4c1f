# SPDX-License-Identifier: Apache-2.0
"""The leak radar over an installation's embargoes: what must not be seen of each case, and what follows when it is.

Watched are the patches that lie in a case as files (`.patch`, `.diff`), its fix commits in the project's repository,
its reference, its advisory's id and a CVE id that is not published. Looking at a case for this is a look like any other
and stands in the log. The worker does so whenever a public repository that a project watches has something new.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import msgspec

from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.radar import Hit, Radar, Strength, Watched
from tocsin.core.vocabulary import SYSTEM_ACTOR, Actor, Audience, CaseRef, ProjectId, Refused
from tocsin.services import cases, sealing
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.git import GitFailed
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import case as query
from tocsin.services.queries import thread

PAGE: Final = 100
LARGEST: Final = 2 * 1024 * 1024
"""A patch that is larger is read so far."""

MOST_TOLD: Final = 5
"""Hits of one case that one note tells."""

_PHASES: Final = ("accepted", "embargo", "publishing")
_SUFFIXES: Final = (".patch", ".diff")

_log = logging.getLogger("tocsin.radar")


def watched(desk: Desk, person: str) -> Iterator[Watched]:
    """Yield what must not be seen of each case under embargo, or accepted and not public, that `person` may read."""

    def look(ref: CaseRef) -> Opened | None:
        found = query.authorised(desk, ref, person, "radar")
        return found[1] if found else None

    yield from _secret(desk, desk.people.projects(person), look)


def _secret(desk: Desk, projects: Sequence[ProjectId], look: Callable[[CaseRef], Opened | None]) -> Iterator[Watched]:
    for phase in _PHASES if projects else ():
        asked = InboxQuery(projects=tuple(projects), open=None, phase=phase, limit=PAGE)
        while page := desk.inbox.page(asked):
            for row in page:
                found = look(row.case)
                if found and not found.case.public:
                    yield _watched(desk, found)
            asked = msgspec.structs.replace(asked, after=(page[-1].next_due, page[-1].case))


def watch(desk: Desk) -> int:
    """Look through what is new in the public repositories that projects watch; returns how many hits there were.

    The whole fix of a case flips it to public. For less, its team is told where to look, and a person judges.
    """
    found = 0
    for project in desk.projects.all():
        radar = None
        for where, text in desk.mirrors.news(project.id):
            radar = radar or Radar(_secret(desk, (project.id,), partial(_open, desk)))
            hits = radar.look(text)
            found += len(hits)
            _tell(desk, hits, where)
    return found


def glance(desk: Desk, project: ProjectId, texts: Sequence[tuple[str, str]]) -> int:
    """Look through public texts of other kinds, such as issues (where, text); returns how many hits there were."""
    if not texts:
        return 0
    radar = Radar(_secret(desk, (project,), partial(_open, desk)))
    found = 0
    for where, text in texts:
        hits = radar.look(text)
        found += len(hits)
        _tell(desk, hits, where)
    return found


def _open(desk: Desk, ref: CaseRef) -> Opened | None:
    return cases.open_case(desk, ref, SYSTEM_ACTOR, "radar")


def _tell(desk: Desk, hits: Sequence[Hit], where: str) -> None:
    """Act on the strongest hit of each case and say the others."""
    for case in dict.fromkeys(hit.case for hit in hits):
        own = [hit for hit in hits if hit.case == case]
        acted = act_on(desk, own[0], SYSTEM_ACTOR, where)
        if isinstance(acted, Refused):
            _log.warning("what was seen of %s could not be recorded: %s", case, acted.code)
        words = "; ".join(f"{hit.strength.value} in {hit.where[:40]}" for hit in own[:MOST_TOLD])
        text = f"The radar saw something of this case in {where}: {words}."
        cases.handle(desk, case, cmd.Say(audience=Audience.TEAM, text=text, automatic=True), SYSTEM_ACTOR)


def _watched(desk: Desk, opened: Opened) -> Watched:
    case = opened.case
    diff = "\n".join((*_patches(desk, opened), *_commits(desk, case)))
    return Watched(case=case.ref, diff=diff, words=_words(case))


def _commits(desk: Desk, case: Case) -> Iterator[str]:
    """The fix as it stands in the project's own repository, on each line; what cannot be read is not watched."""
    repository = desk.mirrors.open(case.project)
    for commit in dict.fromkeys((*case.asked.fix, *(line.commit for line in case.lines if line.commit))):
        with suppress(GitFailed):
            yield repository.patch(commit)[:LARGEST] if repository else ""


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
