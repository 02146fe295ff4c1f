# SPDX-License-Identifier: Apache-2.0
"""From an ordered advisory to documents on the public shelf, read back. Safe to repeat at any step.

The desk looks at a `Preview` (the real documents, and the digest a person orders by); the worker performs the order.
Only what `core.disclosure.clear` let through reaches the shelf, and only what was read back is recorded as published.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

import msgspec

from tocsin.core import disclosure
from tocsin.core.advisory.assemble import assemble
from tocsin.core.advisory.checks import Problem, problems
from tocsin.core.advisory.model import Advisory
from tocsin.core.case import commands as cmd
from tocsin.core.case.model import Case
from tocsin.core.disclosure import Cleared
from tocsin.core.formats import FORMATS, Loss, findings, format_named, losses, render_all
from tocsin.core.formats.words import sentences
from tocsin.core.vocabulary import SYSTEM_ACTOR, CaseRef, Refused
from tocsin.services import cases, outgoing, site
from tocsin.services.advertised import Advertised
from tocsin.services.app import Desk
from tocsin.services.archive_state import closed
from tocsin.services.canary_state import renewed
from tocsin.services.cases import Opened
from tocsin.services.ports.shelf import Document, ShelfCard
from tocsin.services.ports.site import Signer

_log = logging.getLogger("tocsin.site")

RECORD = "record"
"""Name of the document that holds the advisory record itself; the public page is made from it."""


class Preview(msgspec.Struct, frozen=True):
    """What would be published: the record, its digest, the documents, what still has to be mended, and what a format
    cannot carry (`losses`, by format)."""

    advisory: Advisory
    digest: str
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    losses: dict[str, tuple[Loss, ...]]


def preview(desk: Desk, opened: Opened, at: datetime | None = None) -> Preview:
    """Render every document of a case's advisory as it would be published at `at` (now, if not said)."""
    advisory = assemble(opened.case, opened.policy, desk.site.public_url, at or desk.now())
    found = (*problems(advisory), *outgoing.in_advisory(desk, advisory))
    rendered = () if found else documents(advisory)
    return Preview(
        advisory=advisory,
        digest=disclosure.digest(advisory),
        documents=rendered,
        problems=found or faults(advisory, rendered),
        losses={} if found else losses(advisory),
    )


def documents(advisory: Advisory) -> tuple[Document, ...]:
    """Render an advisory in every format that can express it, and the record itself as everybody may have it."""
    record = msgspec.json.encode(advisory.for_everybody)
    rendered = [
        _document(name, format_named(name).file_name(advisory), format_named(name).media_type, body)
        for name, body in render_all(advisory).items()
    ]
    return (*rendered, _document(RECORD, f"{advisory.id}.record.json", "application/json", record))


def _document(format_name: str, name: str, media_type: str, body: bytes) -> Document:
    return Document(
        name=name, format=format_name, media_type=media_type, body=body, sha256=hashlib.sha256(body).hexdigest()
    )


def faults(advisory: Advisory, rendered: tuple[Document, ...]) -> tuple[Problem, ...]:
    """List what official schemas and the agreement checker say against the rendered documents."""
    bodies = {document.format: document.body for document in rendered if document.format != RECORD}
    return tuple(
        Problem(field=f"{each.format}{each.where}", message=each.message) for each in findings(bodies, advisory)
    )


def perform(desk: Desk, ref: CaseRef) -> Case | Refused:
    """Publish what was ordered in a case. Repeating it publishes the same bytes; nothing ordered is nothing done."""
    opened = cases.open_case(desk, ref, SYSTEM_ACTOR, "publish")
    if opened is None:
        return cases.NOT_FOUND
    case = opened.case
    if not case.ordered_digest or case.ordered_at is None or desk.now() < case.ordered_at:
        return case
    advisory = assemble(case, opened.policy, desk.site.public_url, case.ordered_at)
    cleared = disclosure.clear(case, advisory, desk.now())
    if isinstance(cleared, Refused):
        return _fail(desk, case, "clear", cleared.because)
    rendered = documents(advisory)
    if found := (problems(advisory) or outgoing.in_advisory(desk, advisory) or faults(advisory, rendered)):
        return _fail(desk, case, "check", f"{found[0].field}: {found[0].message}")
    rendered = signed_by(desk.press.signer if desk.press else None, rendered)
    desk.shelf_writer.put(cleared, rendered, card(cleared))
    wrong = _read_back(desk, advisory, rendered)
    if wrong:
        return _fail(desk, case, "read back", f"{wrong} is not what was written")
    result = cmd.RecordPublication(
        advisory_id=advisory.id,
        digest=case.ordered_digest,
        documents=tuple((each.format, each.sha256) for each in rendered),
    )
    keep_site(desk, lists=False)
    return cases.handle(desk, ref, result, SYSTEM_ACTOR)


def signed_by(signer: Signer | None, documents: tuple[Document, ...]) -> tuple[Document, ...]:
    """The documents with the signatures of those formats that are signed; without a key they stay as they are."""
    if signer is None:
        return documents
    signed = {each.name for each in FORMATS if each.signed}
    return tuple(
        msgspec.structs.replace(each, signature=signer.sign(each.body)) if each.format in signed else each
        for each in documents
    )


def keep_site(desk: Desk, lists: bool = True) -> None:
    """Bring the tree of files up to the shelf; with `lists` also what lists everything, and PDFs, where it is time.

    The tree is made from the shelf, so a disk that is full or gone holds no publication up: it is told, and the next
    turn tries again.
    """
    writer = site_writer(desk)
    if writer is None or writer.settled():
        return
    try:
        while site.grow(writer) == site.BATCH:
            pass
        if lists:
            site.assemble(writer)
            site.typeset(writer)
    except OSError as error:
        _log.error("the published tree cannot be written: %s", error)


def site_writer(desk: Desk) -> site.Writer | None:
    """What writes the tree that the front serves."""
    press = desk.press
    if press is None:
        return None
    return site.Writer(
        shelf=desk.shelf,
        projects=Advertised(desk.projects, desk.machine.facts),
        tree=press.tree,
        url=desk.site.public_url,
        now=desk.now,
        signer=press.signer,
        typesetter=press.typesetter,
        renewed=lambda: renewed(desk.machine.facts, desk.projects, desk.now()),
        closed=closed(desk.machine.facts),
    )


def _fail(desk: Desk, case: Case, step: str, reason: str) -> Case | Refused:
    failure = cmd.RecordFailure(advisory_id=case.advisory_id, digest=case.ordered_digest, step=step, reason=reason)
    return cases.handle(desk, case.ref, failure, SYSTEM_ACTOR)


def _read_back(desk: Desk, advisory: Advisory, rendered: tuple[Document, ...]) -> str:
    """Return the name of the first document that the shelf does not give back as written; empty when all are."""
    shown = {each.format: each for each in desk.shelf.documents(advisory.id)}
    for document in rendered:
        found = shown.get(document.format)
        if found is None or hashlib.sha256(found.body).hexdigest() != document.sha256:
            return f"{document.format} ({document.name})"
    return ""


def card(cleared: Cleared) -> ShelfCard:
    """Sum an advisory up for lists."""
    advisory = cleared.advisory
    score = advisory.authoritative
    fixed = dict.fromkeys(version for product in advisory.products for version in product.fixed_versions)
    return ShelfCard(
        id=advisory.id,
        project=cleared.project,
        title=advisory.title,
        summary=advisory.summary,
        severity=score.severity.rating.value if score else "",
        score=score.severity.base if score else 0.0,
        cve_id=advisory.cve_id,
        affected=sentences(advisory),
        fixed=", ".join(fixed),
        published_at=advisory.published or cleared.at,
        modified_at=advisory.modified or cleared.at,
    )
