# SPDX-License-Identifier: Apache-2.0
"""Gives out drafts that are TLP:AMBER and TLP:RED as CSAF, to members who may read their cases and to nobody else.

The lists are made of the cases that are open and accepted. What a case's draft is called is remembered by the length of
its journal, in memory only, so that asking again opens no case; a document is made anew each time, under the reader's
name, and stands in the log like every other reading of the case.
"""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from tocsin.core.advisory.assemble import assemble
from tocsin.core.advisory.forms import csaf_file_name
from tocsin.core.advisory.model import Advisory
from tocsin.core.case.model import Case
from tocsin.core.case.phase import Phase
from tocsin.core.feeds import restricted
from tocsin.core.feeds.csaf import HASHES, KEYS, Filed, Provider
from tocsin.core.feeds.entry import Entry
from tocsin.core.feeds.restricted import Draft, Label
from tocsin.core.formats import csaf20
from tocsin.core.vocabulary import CaseRef, ProjectId
from tocsin.services.app import Desk
from tocsin.services.cases import Opened
from tocsin.services.ports.store import InboxQuery
from tocsin.services.queries import case as query

MOST: Final = 1000
"""Open cases of a project that are looked through."""

_PHASES: Final = frozenset({Phase.ACCEPTED, Phase.EMBARGO, Phase.PUBLISHING})


def root(desk: Desk, project: ProjectId) -> str:
    """Where a project's restricted documents lie: at the desk, which asks everybody who they are."""
    return f"{desk.site.desk_url}/api/v1/projects/{project}/csaf"


def file(desk: Desk, person: str, project: ProjectId, path: str) -> bytes | None:
    """A file of the restricted provider for somebody who may read the project's cases; None where there is none."""
    actor = desk.people.actor(person, project) if project in desk.people.projects(person) else None
    if actor is None:
        return None
    provider, now = _provider(desk, project), desk.now()
    if path == restricted.METADATA:
        key = f"{desk.site.public_url}/{KEYS}/{provider.fingerprint}.asc" if provider.trusted else ""
        return restricted.metadata(provider, key, now)
    named = {each.feed: each for each in Label}
    if path in named:
        return restricted.feed(provider, named[path], [each for _, each in _drafts(desk, person, project)], now)
    wanted, _, ending = path.partition(".json")
    found = next((ref for ref, each in _drafts(desk, person, project) if each.filed.path == f"{wanted}.json"), "")
    return _document(desk, person, found, ending) if found else None


def _provider(desk: Desk, project: ProjectId) -> Provider:
    info = desk.projects.get(project)
    policy = desk.projects.policy(project, info.policy).project if info else None
    signer = desk.press.signer if desk.press else None
    return Provider(
        name=policy.name if policy else project,
        namespace=(policy.url if policy else "") or desk.site.public_url,
        url=root(desk, project),
        fingerprint=signer.fingerprint if signer else "",
    )


def _drafts(desk: Desk, person: str, project: ProjectId) -> list[tuple[CaseRef, Draft]]:
    """Drafts by case. What is no longer among them is forgotten at once: shredded, closed or published cases too."""
    known = desk.drafts.get(project, {})
    fresh: dict[CaseRef, tuple[int, Draft | None]] = {}
    for row in desk.inbox.page(InboxQuery(projects=(project,), open=True, limit=MOST)):
        if row.phase not in _PHASES:
            continue
        seq, draft = known.get(row.case, (0, None))
        if seq != row.seq:
            opened = query.authorised(desk, row.case, person, "preview")
            draft = _listed(desk, opened[1]) if opened else None
        fresh[row.case] = row.seq, draft
    desk.drafts[project] = fresh
    return [(ref, draft) for ref, (_, draft) in fresh.items() if draft]


def _record(desk: Desk, opened: Opened) -> Advisory | None:
    """The draft as it stands, dated by its last change: no instant of publication is given away or made up."""
    case = opened.case
    if not case.advisory_id or case.advisory is None or case.public:
        return None
    found = assemble(case, opened.policy, desk.site.public_url, case.updated_at)
    address = f"{root(desk, case.project)}/{_path(case)}"
    found = msgspec.structs.replace(
        found, tlp=restricted.label(case).tlp, urls=msgspec.structs.replace(found.urls, csaf=address)
    )
    return None if any(loss.blocks for loss in csaf20.cannot_express(found)) else found


def _path(case: Case) -> str:
    return f"{case.received_at.year:04}/{csaf_file_name(case.advisory_id)}"


def _listed(desk: Desk, opened: Opened) -> Draft | None:
    found = _record(desk, opened)
    if found is None:
        return None
    case, signed = opened.case, bool(desk.press and desk.press.signer)
    entry = Entry(
        id=f"{found.urls.page}#draft",
        link=found.urls.csaf,
        title=found.title,
        summary=found.summary,
        published=case.updated_at,
        updated=case.updated_at,
    )
    return Draft(label=restricted.label(case), filed=Filed(path=_path(case), entry=entry, signed=signed))


def _document(desk: Desk, person: str, ref: CaseRef, ending: str) -> bytes | None:
    """The document, or its hash or signature."""
    opened = query.authorised(desk, ref, person, "preview")
    found = _record(desk, opened[1]) if opened else None
    if opened is None or found is None:
        return None
    told = msgspec.json.decode(csaf20.render(found))
    told["document"]["tracking"]["status"] = "draft"
    body = msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"
    name = csaf_file_name(opened[1].case.advisory_id)
    if not ending:
        return body
    if ending[1:] in HASHES:
        return f"{hashlib.new(ending[1:], body).hexdigest()}  {name}\n".encode()
    signer = desk.press.signer if desk.press else None
    return signer.sign(body).encode() if signer and ending == ".asc" else None
